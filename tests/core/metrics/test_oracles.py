"""The main numbers against SQL written by hand over the raw tables: another way to the same figure."""

import datetime as dt
import statistics
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from pacesetter.core.money import convert
from pacesetter.core.periods import parse
from tests.core.metrics import small
from tests.core.metrics.world import TODAY, World

D = dt.date
QUARTER, YEAR = parse("2026-Q2", TODAY), parse("2026", TODAY)
IN_YEAR = "BETWEEN DATE '2026-01-01' AND DATE '2026-12-31'"
LIVE = "d.archived_at IS NULL AND d.type <> 'renewal'"
# the plan rate of the fiscal year of a day, exactly, as a CASE
PLAN = "CASE currency WHEN 'USD' THEN {a} WHEN 'EUR' THEN round_even({a}::DECIMAL(38,0) * CASE WHEN {d} < DATE '2026-01-01' THEN 10800000000 ELSE 11234567891 END / 10000000000.0, 0) WHEN 'GBP' THEN {a} * 1.25 END"


@pytest.fixture(scope="module")
def raw() -> dict:
    return small.raw()


@pytest.fixture(scope="module")
def world(raw: dict) -> World:
    return World(**raw)


def plan(minor: int | None, currency: str, day: D) -> int | None:
    rate = {"USD": 10**10, "EUR": 10_800_000_000 if day.year < 2026 else 11_234_567_891, "GBP": 12_500_000_000}[currency]
    return None if minor is None else convert(minor, rate, 2, 2)


def closed(raw: dict, status: str, *, until: D = TODAY) -> list[dict]:
    return [
        d for d in raw["deals"] if d["status"] == status and d["closed_on"] in YEAR and d["type"] != "renewal" and d["archived_at"] is None
    ]


def test_win_rate(world: World) -> None:
    won, lost, never = world.answer(f"""
        SELECT count(*) FILTER (d.status = 'won'), count(*) FILTER (d.status = 'lost' AND NOT r.never_real), count(*) FILTER (d.status = 'lost' AND r.never_real)
        FROM raw.deals d LEFT JOIN raw.lost_reasons r ON r.id = d.lost_reason_id WHERE d.closed_on {IN_YEAR} AND {LIVE}""")
    cell = world.cell("win_rate", YEAR)
    assert won > 5 and lost > 5 and never > 0
    assert (cell.num, cell.den, cell.left_out, cell.value) == (won, won + lost, {"never_real": never}, won / (won + lost))


def test_win_rate_by_amount_is_no_average_of_ratios(world: World, raw: dict) -> None:
    worth = {
        status: [
            plan(d["annual_amount"], d["currency"], d["closed_on"])
            for d in closed(raw, status)
            if d["annual_amount"] is not None and not (status == "lost" and d["lost_reason_id"] == 2)
        ]
        for status in ("won", "lost")
    }
    cell = world.cell("win_rate", YEAR, weigh="amount")
    assert cell.num == Decimal(sum(worth["won"])) / 100
    assert cell.den == Decimal(sum(worth["won"]) + sum(worth["lost"])) / 100


def test_sales_cycle_mean_median_and_80th(world: World, raw: dict) -> None:
    days = [(d["closed_on"] - d["created_on"]).days for d in closed(raw, "won") if not d["imported"]]
    cell = world.cell("sales_cycle", YEAR)
    assert (cell.num, cell.n, cell.value) == (sum(days), len(days), sum(days) / len(days))
    assert cell.beside["median"] == statistics.median(days)
    assert cell.beside["p80"] == pytest.approx(statistics.quantiles(days, n=5, method="inclusive")[3])


def test_deal_size(world: World, raw: dict) -> None:
    worth = [plan(d["annual_amount"], d["currency"], d["closed_on"]) for d in closed(raw, "won") if d["annual_amount"] is not None]
    cell = world.cell("deal_size", YEAR)
    assert cell.num == Decimal(sum(worth)) / 100 and cell.den == len(worth)
    assert abs(cell.value * 100 - Decimal(sum(worth)) / len(worth)) <= Decimal("0.5")


def test_bookings_restated_and_total(world: World, raw: dict) -> None:
    worth = sum(plan(d["annual_amount"], d["currency"], d["closed_on"]) for d in closed(raw, "won") if d["annual_amount"] is not None)
    assert world.cell("bookings", YEAR, count="restated").value == Decimal(worth) / 100


def test_a_ledger_over_all_time_is_what_stands_today(world: World, raw: dict) -> None:
    """Cancellations and corrections are dated, so only the sum over all time equals the won deals of today, at one rate."""
    in_dollars = [
        d for d in raw["deals"] if d["status"] == "won" and d["archived_at"] is None and d["type"] != "renewal" and d["currency"] == "USD"
    ]
    (dollars,) = [cell for cell in world.cells("bookings", by=("currency",)) if cell.key["currency"] == "USD"]
    assert dollars.value == Decimal(sum(d["annual_amount"] or 0 for d in in_dollars)) / 100


def test_open_pipeline_overdue_apart(world: World, raw: dict) -> None:
    wide = parse("2026", TODAY)
    found = [
        d
        for d in raw["deals"]
        if d["status"] == "open" and d["archived_at"] is None and d["type"] != "renewal" and d["close_date"] and d["close_date"] in wide
    ]
    with_amount = [
        (
            d["close_date"],
            plan(d["annual_amount"], d["currency"], d["close_date"]),
            {stage[0]: stage[3] for stage in small.STAGES}[d["stage_id"]],
        )
        for d in found
        if d["annual_amount"] is not None
    ]
    cell = world.cell("open_pipeline", wide)
    assert cell.value == Decimal(sum(amount for day, amount, _ in with_amount if day >= TODAY)) / 100
    assert (cell.beside["overdue"] or 0) == Decimal(sum(amount for day, amount, _ in with_amount if day < TODAY)) / 100
    weighted = world.cell("weighted_pipeline", wide)
    assert abs(weighted.value * 100 - sum(Decimal(amount * percent) / 100 for day, amount, percent in with_amount if day >= TODAY)) <= len(
        with_amount
    )


def test_pipeline_created(world: World, raw: dict) -> None:
    worth = [
        plan(d["annual_amount"], d["currency"], d["created_on"])
        for d in raw["deals"]
        if d["created_on"] in QUARTER and d["archived_at"] is None and d["type"] != "renewal" and d["annual_amount"] is not None
    ]
    assert world.cell("pipeline_created", QUARTER).value == Decimal(sum(worth)) / 100


def test_slip_rate_counts_what_left(world: World) -> None:
    began = {d["id"]: d for d in small.raw(until=QUARTER.since - dt.timedelta(days=1))["deals"]}
    now = {d["id"]: d for d in small.raw()["deals"]}
    dated = [
        pk
        for pk, d in began.items()
        if d["status"] == "open"
        and d["close_date"]
        and d["close_date"] in QUARTER
        and d["type"] != "renewal"
        and not d["archived_at"]
        and not now[pk]["archived_at"]
    ]

    def left(deal: dict) -> bool:
        return (
            deal["closed_on"] >= QUARTER.until if deal["closed_on"] else deal["close_date"] is None or deal["close_date"] >= QUARTER.until
        )

    cell = world.cell("slip_rate", QUARTER, weigh="count")
    assert (cell.num, cell.den) == (sum(left(now[pk]) for pk in dated), len(dated)) and cell.den > 2


def _worked(team: int, start: dt.datetime, end: dt.datetime) -> float:
    """Working minutes between two instants, counted one by one in the team's own zone."""
    zone, off = (ZoneInfo("Europe/Rome"), D(2026, 4, 6)) if team == 1 else (ZoneInfo("America/New_York"), D(2026, 7, 3))
    spans = {0: [(540, 780), (840, 1080)], 5: [], 6: []}
    seconds = 0.0
    day = start.replace(tzinfo=dt.UTC).astimezone(zone).date()
    while day <= end.replace(tzinfo=dt.UTC).astimezone(zone).date():
        for opens, closes in [] if day == off else spans.get(day.weekday(), [(540, 1020)]):
            a, b = (
                dt.datetime.combine(day, dt.time(m // 60, m % 60), zone).astimezone(dt.UTC).replace(tzinfo=None) for m in (opens, closes)
            )
            seconds += max((min(b, end) - max(a, start)).total_seconds(), 0)
        day += dt.timedelta(days=1)
    return seconds / 60


def test_lead_response_in_working_time(world: World, raw: dict) -> None:
    now = dt.datetime.combine(TODAY + dt.timedelta(days=1), dt.time())
    waits = []
    for lead in raw["leads"]:
        if lead["inbound"] and lead["received_at"].date() in YEAR:
            team = lead["team_id"] or _team_of(lead["owner_id"], lead["received_at"].date())
            if _worked(team, lead["received_at"], now) >= 60:
                waits.append(_worked(team, lead["received_at"], lead["first_response_at"]) if lead["first_response_at"] else float("inf"))
    cell = world.cell("lead_response", YEAR)
    assert cell.n == len(waits) > 30
    assert cell.value == pytest.approx(statistics.median(waits))
    assert cell.beside["never"] == pytest.approx(sum(wait == float("inf") for wait in waits) / len(waits))
    assert cell.beside["within"] == pytest.approx(sum(wait <= 60 for wait in waits) / len(waits))


def _team_of(owner: int | None, day: D) -> int:
    """The owner's team that day; the company's first calendar serves the rest."""
    if owner == 1:
        return 1 if day < D(2026, 5, 10) else 2
    return 2 if owner == 3 and day >= D(2025, 6, 1) else 1


def test_quota_is_prorated_for_leave_ramp_and_leaving(world: World) -> None:
    first, third = parse("2026-Q1", TODAY), parse("2026-Q3", TODAY)

    def quotas(period, **variants) -> dict:
        return {cell.key["owner"]: cell.den for cell in world.cells("attainment", period, by=("owner",), **variants)}

    whole = quotas(first, quota="unprorated")
    assert whole[1] == Decimal("26111.11") and whole[3] == Decimal("28333.33")
    assert whole[2] == Decimal(convert(2_722_222, 11_234_567_891, 2, 2)) / 100, "a quota in euros, piece by piece, comes to the whole"
    assert abs(quotas(first)[1] - whole[1] * 48 / 90) < Decimal("0.05"), "42 of 90 days on leave"
    ramp = sum(Decimal(n) / 151 for n in range(1, 77))  # from 15 January to 31 March, a straight line over 151 days
    assert abs(quotas(first)[3] - whole[3] * ramp / 90) < 1
    assert abs(quotas(third)[2] - quotas(third, quota="unprorated")[2] * 45 / 92) < 1, "left on 15 August"


def test_tool_usage_is_of_person_weeks(world: World, raw: dict) -> None:
    reported = {(use["tool_id"], use["week"]) for use in raw["tool_uses"]}
    used = {(use["tool_id"], use["user_id"], use["week"]): use["core_acts"] > 0 for use in raw["tool_uses"]}
    weeks = [D(2026, 3, 30) + dt.timedelta(days=7 * n) for n in range(1, 14)]
    people = {1: (D(2020, 1, 1), small.FAR), 2: (small.START, D(2026, 8, 15)), 3: (D(2026, 1, 15), small.FAR), 4: (small.START, small.FAR)}
    present = [(tool, who, week) for tool in (1, 2) for who in people for week in weeks if (tool, week) in reported]
    cell = world.cell("tool_usage", QUARTER)
    assert (cell.num, cell.den) == (sum(used.get(key, False) for key in present), len(present))
    assert cell.left_out["not_reported"] == 4 * sum((tool, week) not in reported for tool in (1, 2) for week in weeks)


def test_forecast_accuracy_nets_only_for_the_company(world: World, raw: dict) -> None:
    first = parse("2026-Q1", TODAY)
    (call,) = [
        c["amount"]
        for c in raw["calls"]
        if c["user_id"] is None and c["since"] == first.since and c["category"] == "commit" and c["submitted_at"].date() == D(2026, 1, 18)
    ]
    actual = world.cell("bookings", first).value * 100
    cell = world.cell("forecast_accuracy", first)
    assert cell.value == pytest.approx(float(1 - abs(call - actual) / actual))
    assert cell.beside["bias"] == pytest.approx(float((call - actual) / actual))
    assert world.cell("forecast_accuracy", first, week="6").value != cell.value
    assert world.cell("forecast_accuracy", first, score="within_10").value in (0, 1)


def test_the_model_is_scored_by_the_run_that_stood(world: World, raw: dict) -> None:
    first = parse("2026-Q1", TODAY)
    mine = [row for row in raw["forecast_rows"] if (row["since"], row["until"]) == (first.since, first.until)]
    stood = {
        week: max((row for row in mine if row["as_of"] < first.since + dt.timedelta(days=7 * week)), key=lambda row: row["as_of"])["id"]
        for week in (1, 3, 5)
    }
    assert len(set(stood.values())) == 3, "each of these weeks has a run of its own"
    actual = world.cell("bookings", first).value * 100
    for week, run in stood.items():
        (said,) = [row["amount"] for row in mine if row["id"] == run and row["user_id"] is None]
        cell = world.cell("forecast_accuracy", first, said="model", week=str(week))
        assert cell.value == pytest.approx(float(1 - abs(said - actual) / actual))
        assert cell.beside["bias"] == pytest.approx(float((said - actual) / actual))
    assert world.cell("forecast_accuracy", first, said="model", week="6").value is not None, "ten days old, it still stands"
    assert world.cell("forecast_accuracy", first, said="model", week="7").value is None


def test_a_person_of_whom_the_newest_run_says_nothing_is_not_scored_by_an_older_one(world: World) -> None:
    first = parse("2026-Q1", TODAY)
    world.scope(forecast=[2], deal=[2], quota=[2])
    asked = {"said": "model", "level": "rep", "scoped": True}
    assert world.cell("forecast_accuracy", first, week="3", **asked).n == 1
    assert world.cell("forecast_accuracy", first, week="5", **asked).n == 0


def test_stage_conversion_leaves_the_young_out(world: World) -> None:
    cells = {cell.key["stage"]: cell for cell in world.cells("stage_conversion", by=("stage",))}
    assert set(cells) == {1, 2, 3}
    entered, won = world.answer(f"""
        SELECT count(*), count(*) FILTER (EXISTS (SELECT 1 FROM raw.deal_changes c WHERE c.deal_id = d.id AND c.status = 'won')) FROM raw.deals d WHERE {LIVE}""")
    assert cells[1].n + cells[1].out == entered, "every deal has entered the first stage"
    assert cells[3].num == won, "only having been won goes beyond the last stage"


def test_coverage_of_what_is_still_missing(world: World) -> None:
    quarter = parse("2026-Q4", TODAY)
    cell = world.cell("coverage", quarter)
    quota, won = world.cell("attainment", quarter).den, world.cell("bookings", quarter).value
    assert (cell.beside["quota"], cell.beside["won"], cell.den) == (quota, won, quota - won)
    assert cell.num == world.cell("open_pipeline", quarter).value
    assert cell.value == (None if cell.den <= 0 else pytest.approx(float(cell.num / cell.den)))
    assert world.cell("coverage", quarter, against="plan").beside["quota"] == Decimal("123456.70")
