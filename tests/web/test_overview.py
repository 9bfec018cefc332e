"""The overview: tiles, charts and lists under one lens, each leading to its records."""

import datetime as dt
import gzip
import html
import re

import altair
import pytest
from altair.utils.schemapi import validate_jsonschema

from pacesetter.analytics import pace, targets
from pacesetter.analytics.reader import Reader
from pacesetter.base import clock, warehouse
from pacesetter.core.metrics import METRICS
from pacesetter.crm import accounts, deals
from pacesetter.crm.models import LostReason, Stage
from pacesetter.planning import quotas
from pacesetter.planning.models import EarlyWarning, ForecastRow, ForecastRun, StandingWarning
from pacesetter.web import charts, overview_charts, tiles
from pacesetter.web.overview import Overview

D = dt.date


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path


@pytest.fixture
def booked(cast, system):
    """Two quarters with bookings, a plan for this one, an overdue and an open deal, a quota."""
    account = accounts.create(by=system, name="Delta Chemical")
    stages = {stage.type: stage for stage in Stage.objects.order_by("-position")}
    reason = LostReason.objects.filter(never_real=False).first()

    def deal(owner, amount, created, closed=None, kind="open", **more):
        row = {
            "name": f"Deal {amount}",
            "account": account.pk,
            "owner": owner.pk,
            "amount": amount,
            "stage": stages[kind].pk,
            "created_on": created,
        }
        row |= {"closed_on": closed, "close_date": closed or D(2026, 12, 10), **more}
        return row | ({"lost_reason": reason.pk} if kind == "lost" else {})

    rows = [
        deal(cast.ines, 500_000, D(2026, 6, 1), D(2026, 7, 10), "won"),
        deal(cast.ines, 1_500_000, D(2026, 6, 1), D(2026, 9, 25), "won"),
        deal(cast.ines, 800_000, D(2026, 8, 1), D(2026, 10, 5), "won"),
        deal(cast.hugo, 200_000, D(2026, 8, 1), D(2026, 11, 2), "lost"),
        deal(cast.hugo, 400_000, D(2026, 10, 2)),
        deal(cast.hugo, 300_000, D(2026, 9, 2), close_date=D(2026, 11, 1)),
    ]
    deals.create_many(rows, by=system, facts=True)
    quotas.put(cast.ines, since=D(2026, 10, 1), until=D(2027, 1, 1), amount=100_000_000, currency="USD", by=system)
    targets.set_target("bookings", since=D(2026, 10, 1), until=D(2027, 1, 1), value="2000000", by=system)
    warehouse.refresh()
    return cast


def text_of(page: bytes) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page.decode()).split()))


def test_the_page_says_where_the_period_stands(booked, signed_in):
    text = text_of(signed_in("chiara").get("/dashboards/overview").content)
    assert "Quarter day 51 of 92. Bookings are $800K of a $2M plan, $300K ahead of pace." in text
    assert "Pace at day 51: 25%, $500K" in text
    for words in ("40% of plan", "1 of 2", "1 open deal is overdue", "Delta Chemical won, $800K", "Ines Navarro", "80%", "Updated"):
        assert words in text, words


def test_every_link_of_the_page_opens(booked, signed_in):
    client = signed_in("chiara")
    page = client.get("/dashboards/overview").content.decode()
    links = {html.unescape(href) for href in re.findall(r'href="(/(?:metrics|deals|dashboards)[^"]*)"', page)}
    assert len(links) > 20
    for href in links:
        assert client.get(href).status_code == 200, href


def test_every_mark_leads_to_records_that_say_the_same(booked, signed_in):
    client = signed_in("chiara")
    for name in ("bookings", "pipeline"):
        svg = client.get(f"/dashboards/overview/charts/{name}.svg?w=640").content.decode()
        marks = re.findall(r'href="([^"]+)" aria-label="([^"]+)"', svg)
        assert marks, name
        for href, said in marks:
            shown = text_of(client.get(html.unescape(href)).content)
            amount = re.search(r"\$[\d.,]*\d[KM]?", said)[0]
            assert amount in shown, (said, shown[:900])
            assert "Counts and sums equal the number above" in shown


def test_the_plan_follows_the_usual_shape(booked):
    reader = Reader(booked.actor("chiara"))
    filling = pace.of(reader, reader.period("this_quarter"))
    assert filling.shape is not None and filling.shape[-1] == 1.0
    assert [round(filling.shape[day - 1], 2) for day in (5, 20, 51, 91)] == [0.0, 0.25, 0.25, 1.0]
    assert (filling.now[50], filling.before[50]) == (800_000, 500_000)
    assert pace.of(reader, reader.period("2025-Q1")).shape is None


@pytest.fixture
def expected(booked):
    """The model expects 1.5 million of the company's quarter and 0.9 of Ines's, as of yesterday."""
    run = ForecastRun.objects.create(as_of=D(2026, 11, 19), made_at=clock.now(), version="1")
    for user, mean in ((None, 150_000_000), (booked.ines, 90_000_000)):
        money = {
            "p10": mean - 40_000_000,
            "p50": mean,
            "p90": mean + 30_000_000,
            "mean": mean,
            "won": 80_000_000,
            "open": mean - 80_000_000,
            "new": 0,
        }
        ForecastRow.objects.create(run=run, user=user, since=D(2026, 10, 1), until=D(2027, 1, 1), method="deals", currency="USD", **money)
        if user is None:
            warned(run, money | {"plan": 200_000_000, "chance": 0.0163})
    return booked


def warned(run, facts):
    """The plan of the company is out of reach."""
    days = {"raised_on": run.as_of, "since": D(2026, 10, 1), "until": D(2027, 1, 1)}
    one = EarlyWarning.objects.create(run=run, kind="quarter", subject="company", currency="USD", stake=50_000_000, backcast=False, **days)
    StandingWarning.objects.create(warning=one, run=run, stake=one.stake, facts=facts)


def test_the_band_of_the_model_goes_from_today_to_its_end(expected, rf):
    request = rf.get("/dashboards/overview")
    request.actor = expected.actor("chiara")
    (line,) = [line for line in [_ahead(Overview(request))] if line]
    assert line.marks[0].y == 800_000 and line.marks[-1].y == 1_500_000
    assert line.band[0] == (51.0, 800_000, 800_000) and line.band[-1] == (92.0, 1_100_000, 1_800_000)
    assert "Model $1.5M" in str(Overview(request).bookings.legend)
    validate_jsonschema(
        {**charts.coloured(Overview(request).bookings.spec, plain=True), "width": 600},
        altair.LayerChart._schema,
        rootschema=altair.LayerChart._rootschema,
    )


def _ahead(page):
    return overview_charts.ahead(page.lens, page.filling, 51, str)


def test_a_plan_beyond_the_likely_range_needs_attention(expected, signed_in):
    text = text_of(signed_in("chiara").get("/dashboards/overview").content)
    assert "The plan of $2M is out of likely reach 2% chance: $1.5M expected, likely $1.1M – $1.8M" in text
    for query in ("?segment=Enterprise", "?as_of=2026-11-01", "?period=last_quarter"):
        assert "out of likely reach" not in text_of(signed_in("chiara").get(f"/dashboards/overview{query}").content)


def test_a_seller_sees_the_model_of_her_own_number(expected, signed_in):
    drawing = signed_in("ines").get("/dashboards/overview").content.decode()
    assert "Model $900K" in drawing and "$1.5M" not in drawing and "likely" not in drawing
    assert "Model $" not in signed_in("hugo").get("/dashboards/overview").content.decode()


@pytest.mark.parametrize("name", ["bookings", "pipeline"])
def test_specs_obey_the_schema(booked, rf, name):
    request = rf.get("/dashboards/overview")
    request.actor = booked.actor("chiara")
    spec = {**charts.coloured(getattr(Overview(request), name).spec, plain=True), "width": 600}
    validate_jsonschema(spec, altair.LayerChart._schema, rootschema=altair.LayerChart._rootschema)


def test_overdue_is_hatched_and_themed(booked, signed_in):
    client = signed_in("chiara")
    web, plain = (client.get(f"/dashboards/overview/charts/pipeline.svg?{more}").content.decode() for more in ("", "plain=1"))
    assert '<pattern id="hatch"' in web and 'stroke="var(--c3)"' in web
    assert "var(" not in plain


@pytest.mark.parametrize(
    "query",
    [
        "?compare=none",
        "?compare=full",
        "?period=last_quarter",
        "?period=this_year",
        "?period=next_quarter",
        "?period=2026-11",
        "?period=all",
    ],
)
def test_other_lenses(booked, signed_in, query):
    assert signed_in("chiara").get(f"/dashboards/overview{query}").status_code == 200


def test_a_team_narrows_the_numbers_and_has_no_plan(booked, signed_in):
    text = text_of(signed_in("chiara").get(f"/dashboards/overview?team={booked.north.pk}").content)
    assert "Bookings are $0" in text and "of plan" not in text


def test_a_seller_sees_own_numbers_only(booked, signed_in):
    text = text_of(signed_in("hugo").get("/dashboards/overview").content)
    assert "Ines Navarro" not in text and "All teams" not in text
    assert "Bookings are $0" in text


def test_an_empty_company_says_so(cast, signed_in):
    text = text_of(signed_in("chiara").get("/dashboards/overview").content)
    for words in ("Nothing here", "Nothing needs you now", "No deal has passed a stage yet", "Nobody has a quota in this period"):
        assert words in text, words


def test_a_page_stays_inside_the_budget(booked, signed_in, django_assert_max_num_queries):
    client = signed_in("chiara")
    with django_assert_max_num_queries(15) as found:
        page = client.get("/dashboards/overview").content
    assert not [q for q in found.captured_queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert len(gzip.compress(page)) <= 16 * 1024
    assert len(re.findall(rb"<[a-z]", page)) <= 2500


def test_those_who_lead_land_here(cast, rf):
    from pacesetter.web.signin import Adapter

    for name, expected in (("chiara", "/dashboards/overview"), ("yuki", "/dashboards/overview"), ("ines", "/")):
        request = rf.get("/")
        request.user = getattr(cast, name)
        assert Adapter().get_login_redirect_url(request) == expected


def test_tiles_are_the_trades_five_after_bookings():
    assert tiles.KEYS[0] == "bookings" and set(tiles.KEYS) <= set(METRICS)
