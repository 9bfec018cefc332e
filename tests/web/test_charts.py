"""Charts: specs obey the schema, drawings carry our links and colours."""

import altair
import pytest
from altair.utils.schemapi import validate_jsonschema

from pacesetter.web import charts, waterfall
from pacesetter.web.charts import Line, Mark, Part

LINES = charts.lines(
    [
        Line("Booked", "c1", [Mark(0, 0, "1 Oct: $0", "/deals?where=a"), Mark(7, 5, "8 Oct: $5", "/deals?where=b&view=won")], area=True),
        Line("Model", "c1", [Mark(7, 5, ""), Mark(13, 9, "")], dash=(5, 4), band=[(7, 5, 5), (13, 8, 10)]),
    ],
    x_labels={0: "1 Oct", 13: "14 Oct"},
    y_label=lambda value: f"${value:g}M",
    today=7,
)
COLUMNS = charts.columns(
    [Part("Nov", "Commit", 3, "Nov, commit: $3", "/deals?x"), Part("Dec", "Pipeline", 5, "Dec, pipeline: $5", "/deals?y")],
    categories=["Nov", "Dec", "Jan"],
    series=[("Commit", "c1"), ("Pipeline", "c1-3")],
    y_label=str,
    totals={"Nov": "3", "Dec": "5"},
)

MOVED = [
    waterfall.Bar("Commit on 16 Nov", 0, 2.88, "c1", "$2.88M", is_total=True),
    waterfall.Bar("New", 2.88, 2.96, "pos", "+$80K", "3 deals", "New: +$80K, 3 deals", "/moves?kind=new"),
    waterfall.Bar("Lost", 2.96, 2.94, "neg", "−$20K", "1 deal", "Lost: −$20K, 1 deal", "/moves?kind=lost"),
    waterfall.Bar("Commit now", 0, 2.94, "c1", "$2.94M", is_total=True),
]
WATERFALL, NARROW = (waterfall.spec(MOVED, mark=(3.0, "Plan $3M"), narrow=narrow) for narrow in (False, True))


@pytest.mark.parametrize("spec", [LINES, COLUMNS, WATERFALL, NARROW])
def test_specs_obey_the_schema(spec):
    validate_jsonschema(
        {**charts.coloured(spec, plain=True), "width": 600}, altair.LayerChart._schema, rootschema=altair.LayerChart._rootschema
    )


@pytest.mark.parametrize("spec", [LINES, COLUMNS, WATERFALL, NARROW])
def test_drawings_follow_the_theme_or_stand_alone(spec):
    web = charts.draw(spec, width=600, title="Bookings")
    assert "var(--c1)" in web
    assert "vega.github.io" not in web
    assert "xlink" not in web
    assert 'role="group" aria-label="Bookings"' in web
    assert "var(" not in charts.draw(spec, width=600, title="Bookings", plain=True)


def test_a_waterfall_opens_its_bars_and_leaves_out_counts_where_it_is_narrow():
    web, narrow = (charts.draw(spec, width=600, title="What moved the call") for spec in (WATERFALL, NARROW))
    assert web.count('<a role="link"') == 2 and '<a role="link" href="/moves?kind=new" aria-label="New: +$80K, 3 deals">' in web
    assert ">3 deals<" in web and ">3 deals<" not in narrow
    assert all(f">{text}<" in web for text in ("Commit on 16 Nov", "+$80K", "Plan $3M", "$2.94M"))


@pytest.mark.parametrize(
    ("low", "high", "mark", "base"),
    [
        (2.88, 2.94, 3.0, 2.8),
        (2.88, 2.94, None, 2.84),
        (1.0, 2.94, None, 0.0),
        (2.88, 2.94, 0.5, 0.0),
        (-1.0, 2.0, None, -1.0),
        (0.0, 0.0, None, 0.0),
    ],
)
def test_the_axis_is_cut_only_where_all_is_far_from_nothing(low, high, mark, base):
    bars = [waterfall.Bar("a", 0, low, "c1", "", is_total=True), waterfall.Bar("b", low, high, "pos", "")]
    assert waterfall.cut(bars, mark) == pytest.approx(base)


def test_marks_are_named_links():
    web = charts.draw(COLUMNS, width=600, title="Pipeline")
    assert '<a role="link" href="/deals?x" aria-label="Nov, commit: $3">' in web
    assert "$5M" in charts.draw(LINES, width=600, title="Bookings")


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0, 8, [0, 2, 4, 6, 8]), (0, 0, [0, 0.25, 0.5, 0.75, 1.0]), (0, 3_060_000, [0, 1e6, 2e6, 3e6, 4e6])]
)
def test_ticks_are_round_and_reach_the_top(low, high, expected):
    ticks = charts.nice_ticks(low, high)
    assert ticks[-1] >= high
    assert ticks == expected or high == 0
