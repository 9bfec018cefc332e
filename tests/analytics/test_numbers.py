"""Numbers for people: verbs in, cells out, through the extracts and the scope."""

import datetime as dt
from decimal import Decimal

import pytest

from pacesetter.analytics import numbers, targets
from pacesetter.base import warehouse
from pacesetter.base.models import Dirty
from pacesetter.core.errors import Invalid, NotAllowed, NotFound
from pacesetter.crm import accounts, deals
from pacesetter.crm.models import Deal, LostReason

D = dt.date


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """Every test has extracts of its own."""
    settings.PACESETTER_DATA = tmp_path


@pytest.fixture
def company(cast, system):
    """Ines won two deals and lost one this quarter, Hugo won one; one each last quarter; one open deal each."""
    account = accounts.create(by=system, name="Delta Chemical")
    reason = LostReason.objects.filter(never_real=False).first()

    def deal(owner, amount, created, closed=None, won=True, **more):
        stages = {stage.type: stage for stage in deals.Stage.objects.order_by("-position")}
        stage = stages[("won" if won else "lost") if closed else "open"]
        row = {
            "name": f"{owner.name} {amount}",
            "account": account.pk,
            "owner": owner.pk,
            "amount": amount,
            "currency": "USD",
            "stage": stage.pk,
        }
        row |= {"created_on": created, "closed_on": closed, "close_date": closed or D(2026, 12, 10), **more}
        return row | ({"lost_reason": reason.pk} if closed and not won else {})

    rows = [
        deal(cast.ines, 1000, D(2026, 9, 1), D(2026, 10, 5)),
        deal(cast.ines, 3000, D(2026, 9, 5), D(2026, 11, 2)),
        deal(cast.ines, 500, D(2026, 8, 1), D(2026, 10, 20), won=False),
        deal(cast.hugo, 2000, D(2026, 7, 1), D(2026, 11, 19)),
        deal(cast.ines, 700, D(2026, 5, 1), D(2026, 7, 20)),
        deal(cast.hugo, 900, D(2026, 5, 1), D(2026, 9, 25)),
        deal(cast.ines, 4000, D(2026, 10, 1)),
        deal(cast.hugo, 6000, D(2026, 10, 2)),
    ]
    deals.create_many(rows, by=system, facts=True)
    warehouse.refresh()
    return cast


def test_win_rate_for_the_one_who_sees_all(company) -> None:
    (cell,) = numbers.measure("win_rate", by=company.actor("chiara"))
    assert (cell.num, cell.den, cell.n, cell.value) == (3, 4, 4, 0.75)
    assert cell.as_of == D(2026, 11, 20) and cell.made_at is not None


def test_everyone_measures_their_own_scope(company) -> None:
    fractions = {
        who: (cell.num, cell.den)
        for who in ("ines", "daniel", "hugo", "mei", "nobody")
        for cell in numbers.measure("win_rate", by=company.actor(who))
    }
    assert fractions == {"ines": (2, 3), "daniel": (2, 3), "hugo": (1, 1), "mei": (1, 1), "nobody": (None, None)}


def test_breakdowns_and_their_names(company) -> None:
    cells = numbers.measure("bookings", by=company.actor("chiara"), dims=("owner", "month"))
    shown = {(cell.key["owner"], cell.key["month"].month): cell.value for cell in cells}
    assert shown == {(company.ines.pk, 10): 1000, (company.ines.pk, 11): 3000, (company.hugo.pk, 11): 2000}
    assert numbers.labels("owner", [company.ines.pk]) == {company.ines.pk: "Ines Navarro"}
    teams = {cell.key["team"]: cell.value for cell in numbers.measure("bookings", by=company.actor("chiara"), dims=("team",))}
    assert teams == {company.south.pk: 4000, company.north.pk: 2000}


@pytest.mark.parametrize(
    "where", ["owner = 'Ines Navarro'", "team = South and type = new", "owner in ('ines navarro')", "annual >= 1000 and not team = North"]
)
def test_filters_understand_names(company, where: str) -> None:
    (cell,) = numbers.measure("bookings", by=company.actor("chiara"), where=where)
    assert cell.value == 4000


def test_unknown_words_are_refused_with_the_known_ones(company) -> None:
    chiara = company.actor("chiara")
    for asked in (
        {"dims": ("colour",)},
        {"where": "owner = Zoe"},
        {"where": "colour = red"},
        {"variants": {"weigh": "love"}},
        {"variants": {"colour": "red"}},
        {"variants": {"rates": "lunar"}},
        {"variants": {"stage": "' OR 1=1 --"}},
        {"period": "soon"},
    ):
        with pytest.raises(Invalid):
            numbers.measure("win_rate", by=chiara, **asked)
    with pytest.raises(NotFound):
        numbers.measure("happiness", by=chiara)


def test_comparison_is_with_the_same_day(company) -> None:
    chiara = company.actor("chiara")
    (cell,) = numbers.measure("bookings", by=chiara, compare="same_day")
    assert (cell.value, cell.previous.value, cell.previous.as_of) == (6000, 700, D(2026, 8, 20))
    assert cell.change == 5300
    (cell,) = numbers.measure("bookings", by=chiara, compare="full")
    assert cell.previous.value == 1600


def test_pipeline_as_of_a_past_day(company) -> None:
    chiara = company.actor("chiara")
    now, then = (numbers.measure("open_pipeline", by=chiara, as_of=day)[0] for day in (None, D(2026, 10, 4)))
    assert (now.value, now.n) == (10000, 2)
    assert (then.value, then.n) == (1000 + 3000 + 500 + 2000 + 4000 + 6000, 6)


def test_trend_has_no_gaps(company) -> None:
    cells = numbers.trend("bookings", by=company.actor("chiara"), count=6)
    assert [(cell.key["month"].month, cell.value) for cell in cells] == [(6, 0), (7, 700), (8, 0), (9, 900), (10, 1000), (11, 5000)]
    pipeline = numbers.trend("open_pipeline", by=company.actor("chiara"), count=2, period="this_year", grain="quarter")
    assert [cell.value for cell in pipeline] == [2100 - 500, 6500]


def test_records_add_up(company) -> None:
    chiara = company.actor("chiara")
    (cell,) = [c for c in numbers.measure("bookings", by=chiara, dims=("owner",)) if c.key["owner"] == company.ines.pk]
    found = numbers.records("bookings", by=chiara, cell=cell.key)
    assert sum(row.num for row in found) == cell.value == 4000 and len(found) == cell.n
    assert set(Deal.objects.filter(pk__in=[row.id for row in found]).values_list("owner", flat=True)) == {company.ines.pk}


def test_targets(company) -> None:
    chiara = company.actor("chiara")
    targets.set_target("win_rate", since=D(2026, 1, 1), until=D(2027, 1, 1), value="0.28", by=chiara)
    targets.set_target("bookings", since=D(2026, 1, 1), until=D(2027, 1, 1), value="12000000", by=chiara)
    assert numbers.measure("win_rate", by=chiara)[0].target == Decimal("0.28"), "a year's rate holds for its quarters"
    assert numbers.measure("bookings", by=chiara)[0].target is None, "a year's sum says nothing about one quarter"
    assert numbers.measure("bookings", by=chiara, period="2026")[0].target == 12000000
    assert numbers.measure("win_rate", by=chiara, variants={"weigh": "amount"})[0].target is None
    with pytest.raises(NotAllowed):
        targets.set_target("win_rate", since=D(2026, 1, 1), until=D(2027, 1, 1), value="0.9", by=company.actor("ines"))


def test_a_target_is_replaced_and_needs_a_number(company) -> None:
    chiara = company.actor("chiara")
    first = targets.set_target("win_rate", since=D(2026, 1, 1), until=D(2027, 1, 1), value="0.28", by=chiara)
    again = targets.set_target("win_rate", since=D(2026, 1, 1), until=D(2027, 1, 1), value="0.30", by=chiara)
    assert first.pk == again.pk and again.version == 2
    for value in ("lots", "NaN", "Infinity"):
        with pytest.raises(Invalid):
            targets.set_target("win_rate", since=D(2026, 1, 1), until=D(2027, 1, 1), value=value, by=chiara)


def test_a_refresh_takes_only_what_changed(company, system) -> None:
    assert not Dirty.objects.exists()
    before = warehouse.current()
    deal = Deal.objects.get(amount=400000)
    deals.close_won(deal, by=system)
    assert warehouse.is_stale() and numbers.measure("bookings", by=system)[0].value == 6000, "readers keep their version until the next one"
    after = warehouse.refresh()
    assert after.version == before.version + 1 and not warehouse.is_stale()
    assert numbers.measure("bookings", by=system)[0].value == 10000
    assert warehouse.refresh() == after, "nothing changed, nothing is written"


def test_needed_coverage_comes_from_the_past(company) -> None:
    needed = numbers.needed_coverage(by=company.actor("chiara"), count=2)
    assert needed is not None and needed >= 1


def test_every_variant_has_a_value(company) -> None:
    shown = numbers.alternatives("win_rate", by=company.actor("chiara"))
    assert {(name, option) for name, option, _ in shown} >= {("weigh", "count"), ("weigh", "amount"), ("month", "created")}


def test_from_a_stage_on(company) -> None:
    stage = deals.Stage.objects.filter(type="open").order_by("position").first()
    (cell,) = numbers.measure("win_rate", by=company.actor("chiara"), variants={"stage": stage.key})
    assert cell.den == 4


def test_typed_text_stays_text(company) -> None:
    (cell,) = numbers.measure("open_pipeline", by=company.actor("chiara"), where='category = "x\' OR 1=1 --"')
    assert cell.n == 0


def test_money_in_a_foreign_currency_needs_a_rate(company, system) -> None:
    """A row without a rate is stored, left out, counted and can be listed; no other number suffers."""
    deals.create_many(
        [
            {
                "name": "Foreign",
                "amount": 500,
                "currency": "CHF",
                "owner": company.ines.pk,
                "close_date": D(2026, 12, 1),
                "stage": deals.Stage.objects.filter(type="open").first().pk,
            }
        ],
        by=system,
        facts=True,
    )
    warehouse.refresh()
    chiara = company.actor("chiara")
    (cell,) = numbers.measure("open_pipeline", by=chiara)
    assert (cell.value, cell.left_out) == (10000, {"no_rate": 1})
    (row,) = numbers.records("open_pipeline", by=chiara, reason="no_rate")
    assert Deal.objects.get(pk=row.id).name == "Foreign"
    assert numbers.records("open_pipeline", by=chiara, reason="*") == [row]
