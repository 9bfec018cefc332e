"""Metric pages: every number equals the records behind it, for all metrics, variants and cells."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.test import RequestFactory

from pacesetter.analytics import numbers, targets
from pacesetter.base import clock, history, warehouse
from pacesetter.base.models import HistoryEntry
from pacesetter.core import periods
from pacesetter.core.metrics import METRICS
from pacesetter.crm import accounts, activities, deals, leads
from pacesetter.crm.models import Deal, LostReason, Stage
from pacesetter.enablement import tools
from pacesetter.planning import calls, quotas
from pacesetter.web import figures, metric_records
from pacesetter.web.lens import Lens
from pacesetter.web.metric_records import Behind

D = dt.date
CHOICES = [(key, {}) for key in METRICS] + [
    (key, {name: option}) for key, shape in METRICS.items() for name, options in shape.variants.items() for option in options[1:3]
]


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path


@pytest.fixture
def small(cast, system):
    """A small company with something behind every metric, extracted."""
    account = accounts.create(by=system, name="Delta Chemical", country="ES")
    reasons = {never: LostReason.objects.filter(never_real=never).first() for never in (True, False)}
    stages = {stage.type: stage for stage in Stage.objects.order_by("-position")}

    def deal(owner, amount, created, closed=None, won=True, never=False, **more):
        row = {"name": f"{owner.name} {amount}", "account": account.pk, "owner": owner.pk, "amount": amount, "currency": "USD"}
        row |= {"stage": stages[("won" if won else "lost") if closed else "open"].pk, "created_on": created, "closed_on": closed}
        row |= {"close_date": closed or D(2026, 12, 10), **more}
        return row | ({"lost_reason": reasons[never].pk} if closed and not won else {})

    rows = [
        deal(cast.ines, 1000, D(2026, 9, 1), D(2026, 10, 5)),
        deal(cast.ines, 3000, D(2026, 9, 5), D(2026, 11, 2)),
        deal(cast.ines, 500, D(2026, 8, 1), D(2026, 10, 20), won=False),
        deal(cast.ines, 10, D(2026, 8, 2), D(2026, 10, 21), won=False, never=True),
        deal(cast.hugo, 2000, D(2026, 7, 1), D(2026, 11, 19)),
        deal(cast.ines, 700, D(2026, 5, 1), D(2026, 7, 20)),
        deal(cast.hugo, 900, D(2026, 5, 1), D(2026, 9, 25), type="renewal"),
        deal(cast.ines, 4000, D(2026, 10, 1)),
        deal(cast.hugo, 6000, D(2026, 10, 2), close_date=D(2026, 10, 30)),
        deal(cast.hugo, None, D(2026, 10, 2)),
    ]
    deals.create_many(rows, by=system, facts=True)
    _people(cast, system)
    warehouse.refresh()
    return cast


def _people(cast, system):
    at = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)
    waiting, answered = leads.create_many(
        [{"last_name": name, "company": name, "owner": cast.ana.pk, "received_at": at, "inbound": True} for name in ("Waits", "Answered")],
        by=system,
        facts=True,
    )
    activities.log(kind="email", subject="Hello", lead=answered.pk, user=cast.ana.pk, happened_at=at + dt.timedelta(minutes=30), by=system)
    assert waiting.first_response_at is None
    for person in (cast.ines, cast.hugo):
        quotas.put(person, since=D(2026, 10, 1), until=D(2027, 1, 1), amount=1_000_000, currency="USD", by=system)
    tool = tools.create("Beacon", by=system)
    tools.give(tool, users=[cast.ines, cast.hugo], since=D(2026, 11, 2), by=system)
    tools.note_use_many([(tool, cast.ines, D(2026, 11, 4), True, 3), (tool, cast.hugo, D(2026, 11, 9), True, 0)], by=system)
    with clock.set_to(dt.datetime(2026, 7, 6, 9, tzinfo=dt.UTC)):
        calls.submit(period=periods.containing(D(2026, 7, 6), "quarter"), amount=80_000, by=system, company=True)


@pytest.fixture
def lens_of(small, rf: RequestFactory):
    """A lens of one of the cast for an address."""

    def make(who: str, address: str) -> Lens:
        request = rf.get(address)
        request.actor = small.actor(who)
        return Lens(request)

    return make


def check(lens_of, who, lens, cell):
    """The link of a cell leads to records whose counts and sums are the cell's."""
    shown = Behind(lens_of(who, lens.behind(cell)), cell.metric)
    assert shown.agrees or shown.shape.then, (cell.metric, cell.variants, cell.key)
    assert shown.cell.value == cell.value
    if not shown.shape.then:
        (ask,) = {lens.reader.ask(cell.metric, tuple(cell.key), None, cell.variants)}
        first = [row for row in shown.rows if row.part == 0]
        assert cell.n == (len({row.id for row in first}) if ask.parts[0].distinct else len(first))
    if not shown.shape.then and not shown.shape.aggregate.figure:
        for name in ("num", "den"):
            part = Behind(lens_of(who, lens.behind(cell, only=name)), cell.metric, name)
            assert (part.sum(name) or 0) == (getattr(cell, name) or 0), (cell.metric, cell.variants, cell.key, name)
    for reason, n in {} if shown.shape.then else cell.left_out.items():
        assert Behind(lens_of(who, lens.behind(cell, only=reason)), cell.metric, reason).count == n


@pytest.mark.parametrize(("who", "choices"), [("chiara", CHOICES), ("ines", CHOICES[: len(METRICS)])])
def test_every_number_equals_its_records(lens_of, who, choices):
    lens = lens_of(who, "/metrics")
    for key, variants in choices:
        check(lens_of, who, lens, lens.cell(key, variants=variants))


def test_cells_of_breakdowns_equal_their_records(lens_of):
    lens = lens_of("chiara", "/metrics")
    for key in METRICS:
        for name in {"team", "year"} & set(numbers.dimensions(key)):
            for cell in lens.measure(key, dims=(name,)):
                check(lens_of, "chiara", lens, cell)


def test_a_narrow_lens_narrows_the_records_too(lens_of, small):
    lens = lens_of("chiara", f"/metrics?team={small.south.pk}")
    cell = lens.cell("bookings")
    assert cell.value == 4000
    check(lens_of, "chiara", lens, cell)


# pages -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["chiara", "ines", "nobody"])
def test_every_page_opens_for_everyone(small, signed_in, who):
    client = signed_in(who)
    for key in METRICS:
        for path in (f"/metrics/{key}", f"/metrics/{key}/records"):
            assert client.get(path).status_code == 200, path
    assert client.get("/metrics/win_rate/trend.svg").status_code in (200, 204)


def test_the_page_says_value_fraction_meaning_and_records(small, signed_in):
    page = signed_in("chiara").get("/metrics/win_rate").content.decode()
    text = re.sub(r"<[^>]+>", " ", page)
    for words in (
        "75.0%",
        "3 won",
        "4 won + lost",
        "Interval (95%)",
        "By amount",
        "never a real deal",
        "Counts and sums equal the number above",
        "n = 4",
    ):
        assert words in text, words


def test_a_page_reads_the_database_little_and_writes_nothing(small, signed_in, django_assert_max_num_queries):
    client = signed_in("chiara")
    before = HistoryEntry.objects.count()
    for path in ("/metrics", "/metrics/win_rate", "/metrics/win_rate/records"):
        with django_assert_max_num_queries(15) as found:
            client.get(path)
        assert not [q for q in found.captured_queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert HistoryEntry.objects.count() == before


def test_rows_are_reread_in_scope_and_say_what_changed(small, signed_in, lens_of, system):
    mine = Deal.objects.get(name="Ines Navarro 3000")
    deals.edit(mine, name="Renamed since", by=system)
    page = signed_in("ines").get("/metrics/bookings/records?version=99").content.decode()
    assert "Renamed since" in page and "Hugo" not in page
    assert "Records changed since the number was shown" in page


def test_a_number_that_was_shown_opens_the_records_it_was_made_of(small, signed_in, system):
    shown, client = warehouse.current(), signed_in("chiara")
    address = f"/metrics/bookings/records?version={shown.version}"
    before = client.get(address)
    deals.edit(Deal.objects.get(name="Ines Navarro 3000"), amount=999_000, by=system)
    warehouse.refresh()
    then, now = client.get(address), client.get("/metrics/bookings/records?as_of=2026-11-20")
    assert then.context["behind"].headline == before.context["behind"].headline != now.context["behind"].headline
    assert then.context["behind"].agrees and "As it was at" in then.content.decode()
    assert f'href="{then.context["now"]}"' in then.content.decode() and "version" not in then.context["now"]
    assert "Records changed since" not in now.content.decode()


def test_unknown_words_are_refused(small, signed_in):
    client = signed_in("chiara")
    assert client.get("/metrics/happiness").status_code == 404
    for path in (
        "/metrics/win_rate?period=soon",
        "/metrics/win_rate?v.weigh=love",
        "/metrics/win_rate/records?as_of=x",
        "/metrics/win_rate/records?by.owner=x",
    ):
        assert client.get(path).status_code == 422, path


# targets -----------------------------------------------------------------------------------------
def test_a_target_is_set_shown_and_put_back(small, signed_in):
    client = signed_in("chiara")
    assert client.get("/metrics/win_rate/target").status_code == 200
    answer = client.post("/metrics/win_rate/target", {"value": "28,5 %".replace(",", "."), "owner": str(small.yuki.pk)}, follow=True)
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    assert "28.5%" in text and "Yuki Sato" in text and "met" in text
    (made,) = numbers.Reader(small.actor("chiara")).targets
    entry = history.of("target", made.pk).first()
    client.post(f"/metrics/win_rate/target/undo/{entry.pk}")
    assert numbers.Reader(small.actor("chiara")).targets == []


def test_undo_restores_the_value_before_and_refuses_what_changed_since(small, system):
    chiara = small.actor("chiara")
    span = {"since": D(2026, 10, 1), "until": D(2027, 1, 1), "by": chiara}
    targets.set_target("win_rate", value="0.28", **span)
    made = targets.set_target("win_rate", value="0.30", **span)
    second, _first = history.of("target", made.pk)
    targets.undo(second, by=chiara)
    assert numbers.measure("win_rate", by=chiara)[0].target == Decimal("0.28")
    with pytest.raises(Exception, match="changed"):
        targets.undo(second, by=chiara)


def test_only_some_may_set_targets(small, signed_in):
    client = signed_in("ines")
    assert "Set target" not in client.get("/metrics/win_rate").content.decode()
    assert client.post("/metrics/win_rate/target", {"value": "30"}).status_code == 403
    assert signed_in("chiara").post("/metrics/win_rate/target", {"value": "much"}).status_code == 422


# words -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [("share", 0.2818, "28.2%"), ("money", Decimal("46000"), "$46,000"), ("money", Decimal("26488.76"), "$26,489"), ("days", 1, "1 day"), ("minutes", 78, "1 h 18 m"), ("minutes", float("inf"), "waiting"), ("ratio", 2.34, "2.3×"), ("count", 12, "12"), ("share", None, "–")],
)  # fmt: skip
def test_figures_in_words(unit, value, expected):
    assert figures.said(unit, value, "USD") == expected


def test_kinds_of_rows_know_their_counts(lens_of):
    tabs = metric_records.tabs(Behind(lens_of("chiara", "/metrics/win_rate"), "win_rate"))
    assert [(tab["only"], tab["n"]) for tab in tabs] == [("den", 4), ("num", 3), ("rest", 1), ("never_real", 1)]


def test_the_list_of_a_noun_shows_the_same_records(small, signed_in, lens_of):
    shown = Behind(lens_of("chiara", "/metrics/win_rate?only=num"), "win_rate", "num")
    (link,) = shown.lists
    page = signed_in("chiara").get(link["href"])
    assert {row.pk for row in page.context["list"].page.rows} == set(shown.ids("deal")) and shown.count == 3
    assert "Win rate, Q4 2026" in page.content.decode()
    mine = signed_in("hugo").get(link["href"]).context["list"].page.rows
    assert [row.name for row in mine] == ["Hugo Marchetti 2000"]
