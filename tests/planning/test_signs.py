"""Signs of life: what counts, from when, and that nothing later than a day changes what is said of it."""

import datetime as dt

import pytest

from pacesetter.base import clock, settings, warehouse
from pacesetter.core.forecasting import features
from pacesetter.crm import activities
from pacesetter.crm.models import Activity, Deal
from pacesetter.planning import histories, runs, signs
from tests.planning.past import TODAY, live

pytestmark = pytest.mark.django_db
UTC = dt.UTC
PAST = TODAY - dt.timedelta(days=60)
KINDS = ("call", "email", "meeting")


@pytest.fixture
def company(cast, system, settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path
    live(cast, system)
    return cast


def log(system, *rows):
    return activities.log_many(rows, by=system, facts=True)


def week_by_week(system):
    """Each deal has something every week until today, kinds and directions in turn."""
    rows = []
    for deal in Deal.objects.order_by("pk"):
        for number, days in enumerate(range(0, (TODAY - deal.created_on).days, 7)):
            at = dt.datetime.combine(deal.created_on + dt.timedelta(days=days), dt.time(15), UTC)
            kind = KINDS[(number + deal.pk) % 3]
            rows.append({"kind": kind, "deal": deal.pk, "happened_at": at, "inbound": kind == "email" and number % 2 == 0})
    return log(system, *rows)


def seen():
    """The features of deals open at the end of the past day, and what touches there are by then."""
    known = histories.of_company(warehouse.current()).as_of(t := histories.end_of(PAST))
    return features.Reader(known, features.norms(known)).at(known.open_at(t), t)


def said(system):
    run = runs.make(PAST, by=system)
    rows = run.rows.order_by("since", "until", "method", "user", "team").values_list(
        "since", "until", "method", "user", "team", "mean", "p10", "p50", "p90", "won", "open", "new"
    )
    return run.card, list(rows)


def test_what_counts_and_from_when(company, system):
    deal = Deal.objects.filter(status="open").earliest("created_on")
    at = dt.datetime.combine(deal.created_on, dt.time(12), UTC) + dt.timedelta(days=3)
    hour = dt.timedelta(hours=1)
    day = histories.day_number(at.date())
    log(
        system,
        {"kind": "call", "deal": deal.pk, "happened_at": at},
        {"kind": "email", "deal": deal.pk, "happened_at": at + hour, "inbound": True},
        {"kind": "task", "subject": "Send offer", "deal": deal.pk, "happened_at": at, "done_at": at + 2 * hour},
        {"kind": "meeting", "deal": deal.pk, "happened_at": at - dt.timedelta(days=30)},
        {"kind": "note", "deal": deal.pk, "happened_at": at},
        {"kind": "task", "subject": "Plan", "deal": deal.pk, "happened_at": at},
        {"kind": "email", "deal": deal.pk, "happened_at": at, "automatic": True},
        {"kind": "call", "account": deal.account_id, "happened_at": at},
    )
    found = histories.of_company(warehouse.current())
    touches, words = found.steps["touch"], found.words["touch"]
    assert {found.ids[place] for place in touches.deal} == {str(deal.pk)}
    told = [(round((moment - day) * 24, 6), words[int(kind)]) for moment, kind in zip(touches.at, touches.value, strict=True)]
    began = (found.created[touches.deal[0]] - day) * 24
    assert told == [(began, "meeting"), (12.0, "call"), (13.0, "email (in)"), (14.0, "Send offer")], "the meeting from when the deal began"


def test_days_are_those_of_the_company(company, system):
    deal = Deal.objects.filter(status="open").earliest("created_on")
    log(system, {"kind": "call", "deal": deal.pk, "happened_at": dt.datetime(2026, 11, 10, 20, tzinfo=UTC)})
    settings.put("company.time_zone", "Asia/Tokyo", by=system)
    (at,) = signs.read(clock.now()).at
    assert at == histories.day_number(dt.date(2026, 11, 11)) + 5 / 24


def test_nothing_that_happened_later_changes_a_past_day(company, system):
    week_by_week(system)
    before, numbers = seen(), said(system)
    assert before[:, features.AT["touches_30"]].sum() > 10
    late = Activity.objects.filter(happened_at__gte=dt.datetime.combine(PAST + dt.timedelta(days=1), dt.time(), UTC))
    assert late.count() > 20
    late.filter(pk__in=list(late.values_list("pk", flat=True))[::2]).delete()
    late.update(kind="call", happened_at=dt.datetime(2026, 11, 19, 9, tzinfo=UTC))
    new = [
        {"kind": "task", "subject": f"A {deal.pk}", "deal": deal.pk, "done_at": dt.datetime(2026, 10, 1, tzinfo=UTC)}
        for deal in Deal.objects.all()
    ]
    log(system, *new)
    assert seen().tobytes() == before.tobytes() and said(system) == numbers
    Activity.objects.filter(happened_at__lt=dt.datetime.combine(PAST, dt.time(), UTC)).delete()
    assert seen().tobytes() != before.tobytes(), "what happened before does"


def test_a_company_without_activities_has_none_and_is_forecast(company, system):
    assert not len(signs.read(clock.now()).deal) and not seen()[:, features.AT["touches"]].any()
    assert runs.make(by=system).version == "deals-4"
