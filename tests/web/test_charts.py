"""Charts: specs obey the schema, drawings carry our links and colours."""

import altair
import pytest
from altair.utils.schemapi import validate_jsonschema

from pacesetter.web import charts
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


@pytest.mark.parametrize("spec", [LINES, COLUMNS])
def test_specs_obey_the_schema(spec):
    validate_jsonschema(
        {**charts.coloured(spec, plain=True), "width": 600}, altair.LayerChart._schema, rootschema=altair.LayerChart._rootschema
    )


@pytest.mark.parametrize("spec", [LINES, COLUMNS])
def test_drawings_follow_the_theme_or_stand_alone(spec):
    web = charts.draw(spec, width=600, title="Bookings")
    assert "var(--c1)" in web
    assert "vega.github.io" not in web
    assert "xlink" not in web
    assert 'role="group" aria-label="Bookings"' in web
    assert "var(" not in charts.draw(spec, width=600, title="Bookings", plain=True)


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
