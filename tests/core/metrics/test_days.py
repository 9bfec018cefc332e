"""Facts that are made in months, weeks and quarters of an hour say what going through every single day says."""

import datetime as dt
import random
from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.core.metrics.small import FAR, D
from tests.core.metrics.world import World

DAY = dt.timedelta(days=1)
START = D(2026, 1, 1)


def some_day(dice: random.Random, days: int = 300) -> dt.date:
    return START + dt.timedelta(days=dice.randrange(days))


def spans(dice: random.Random, user: int, most: int, longest: int) -> list[dict[str, Any]]:
    """Stretches of days that may overlap; some have no end."""
    found = []
    for _ in range(dice.randrange(most + 1)):
        since = some_day(dice)
        found.append({"user_id": user, "since": since, "until": dice.choice([since + dt.timedelta(days=dice.randrange(1, longest)), FAR])})
    return found


@pytest.fixture(scope="module")
def raw() -> dict[str, list[dict[str, Any]]]:
    """Thirty people who come, go, ramp, are away and change teams on any day."""
    dice, raw = random.Random(11), defaultdict(list)
    for user in range(1, 31):
        for employment in spans(dice, user, 2, 120):
            ramp = dice.choice([None, employment["since"] + dt.timedelta(days=dice.randrange(100))])
            raw["employments"].append(employment | {"ramp_until": ramp})
        raw["leaves"] += [leave for leave in spans(dice, user, 2, 40) if leave["until"] != FAR]
        moved = some_day(dice)
        raw["memberships"] += [{"user_id": user, "team_id": 1, "since": START, "until": moved}]
        raw["memberships"] += [{"user_id": user, "team_id": 2, "since": moved + dice.randrange(3) * DAY, "until": FAR}]
        raw["licences"] += [licence | {"tool_id": 1} for licence in spans(dice, user, 3, 60)]
        since = some_day(dice)
        until = since + dt.timedelta(days=dice.randrange(1, 140))
        raw["quotas"].append({"user_id": user, "amount": 100, "currency": "USD", "since": since, "until": until})
    raw["tool_uses"] = [{"tool_id": 1, "user_id": 1, "week": D(2026, 9, 28), "signed_in": True, "core_acts": 1}]
    return raw


@pytest.fixture(scope="module")
def world(raw: dict) -> World:
    return World(**raw)


def has(rows: list[dict], user: int, day: dt.date) -> list[dict]:
    return [row for row in rows if row["user_id"] == user and row["since"] <= day < row["until"]]


def there(raw: dict, user: int, day: dt.date) -> bool:
    known = any(row["user_id"] == user for row in raw["employments"])
    return not has(raw["leaves"], user, day) and (bool(has(raw["employments"], user, day)) or not known)


def test_person_weeks(world: World, raw: dict) -> None:
    last = D(2026, 9, 28) + 4 * DAY
    days = [START + n * DAY for n in range((last - START).days + 1)]
    weekdays = [day for day in days if day.isoweekday() <= 5]
    expected = {
        (user, day - day.weekday() * DAY)
        for user in range(1, 31)
        for day in weekdays
        if has(raw["licences"], user, day) and there(raw, user, day)
    }
    found = [(row["owner"], row["week"]) for row in world.rows("SELECT owner, week FROM person_weeks")]
    assert len(found) == len(set(found)) > 200 and set(found) == expected


def weight(raw: dict, user: int, day: dt.date) -> int:
    if not there(raw, user, day):
        return 0
    shares = [10_000] if not any(row["user_id"] == user for row in raw["employments"]) else []
    for row in has(raw["employments"], user, day):
        ramping = row["ramp_until"] and day < row["ramp_until"]
        shares.append(
            round(10_000 * ((day - row["since"]).days + 1) / max((row["ramp_until"] - row["since"]).days, 1)) if ramping else 10_000
        )
    return max(shares)


def test_quota_pieces(world: World, raw: dict) -> None:
    expected: dict[Any, tuple[int, int]] = {}
    cuts = set()
    for pk, quota in enumerate(raw["quotas"], 1):
        for n in range((quota["until"] - quota["since"]).days):
            day, user = quota["since"] + n * DAY, quota["user_id"]
            counts = weight(raw, user, day)
            key = (pk, day.replace(day=1), counts == 0)
            days, whole = expected.get(key, (0, 0))
            expected[key] = days + 1, whole + counts
            cuts.add((*key, tuple(row["team_id"] for row in has(raw["memberships"], user, day))))
    found = world.rows(
        "SELECT id, date_trunc('month', \"on\")::DATE AS month, weight = 0 AS away, sum(days) AS days, sum(weight) AS weight FROM quota_pieces GROUP BY ALL"
    )
    assert {(row["id"], row["month"], row["away"]): (row["days"], row["weight"]) for row in found} == expected
    assert len(cuts) == len(world.rows("FROM quota_pieces")) > len(expected)


@pytest.mark.parametrize("zone", ["Europe/Madrid", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Africa/Cairo"])
def test_the_day_of_a_change_is_the_companys(zone: str) -> None:
    """Around every midnight of a year, among them those on which clocks are put forward or back."""
    instants = [dt.datetime(2026, 1, 1) + dt.timedelta(minutes=7 * n) for n in range(0, 365 * 1440 // 7, 3)]
    deal = {"id": 1, "pipeline_id": 1, "status": "open", "stage_id": 1, "type": "new", "currency": "USD", "created_on": D(2025, 12, 1)}
    change = {"deal_id": 1, "stage_id": 1, "status": "open", "fields": ["amount"]}
    world = World(
        zone=zone,
        stages=[{"pipeline_id": 1, "position": 1, "type": "open", "key": "new"}],
        deals=[deal],
        deal_changes=[change | {"occurred_at": at, "amount": n} for n, at in enumerate(instants)],
    )
    days: dict[dt.date, int] = {}
    for n, at in enumerate(instants):
        days[at.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).date()] = n
    found = {row["since"]: row["total"] for row in world.rows("SELECT since, total FROM deal_versions") if row["since"] != D(2025, 12, 1)}
    assert found == days


@pytest.mark.parametrize(("months", "one_off"), [(None, 9000), (12, 9000), (24, 7999), (18, 8499), (6, 9501), (0, 10001), (240, 0)])
def test_what_the_annual_values_of_a_term_do_not_explain_is_one_off(months: int | None, one_off: int) -> None:
    """1001 a year: a year and a half is 1501.5, which is rounded to the even 1502; half a year 500.5, to 500."""
    deal = {
        "pipeline_id": 1,
        "status": "open",
        "stage_id": 1,
        "type": "new",
        "currency": "USD",
        "created_on": START,
        "created_at": dt.datetime(2026, 1, 1),
    }
    stages = [{"pipeline_id": 1, "position": 1, "type": "open", "key": "new"}]
    world = World(stages=stages, deals=[deal | {"term_months": months, "annual_amount": 1001, "amount": 10001}])
    assert world.rows("SELECT one_off FROM deal_versions") == [{"one_off": one_off}]
