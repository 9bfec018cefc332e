"""Early warnings: what a run raises, once; what became of it; who sees it."""

import datetime as dt

import pytest

from pacesetter.base import clock, warehouse
from pacesetter.base import settings as base_settings
from pacesetter.core import periods
from pacesetter.core.forecasting.warnings import FEWEST
from pacesetter.crm import deals
from pacesetter.crm.models import Deal
from pacesetter.planning import plans, quotas, runs, warning_keeping, warnings
from pacesetter.planning.models import EarlyWarning, StandingWarning, WarningOutcome, WarningReview
from pacesetter.planning.warning_rules import RULES
from tests.planning.past import TODAY, D, live

pytestmark = pytest.mark.django_db
Q3, Q4 = (periods.parse(f"2026-Q{number}", TODAY) for number in (3, 4))
FAR = 10_000_000_00
QUARTERLY = {rule.kind for rule in RULES.values() if rule.grain == "quarter"}


@pytest.fixture
def company(cast, system, settings, tmp_path):
    """Ines is asked for far more than she ever sold, Hugo for a dollar."""
    settings.PACESETTER_DATA = tmp_path
    live(cast, system)
    for quarter in (Q3, Q4):
        for user, amount in ((cast.ines, FAR), (cast.hugo, 1_00)):
            quotas.put(user, since=quarter.since, until=quarter.until, amount=amount, by=system)
    base_settings.put("forecast.warn_deal_below", 101, by=system)
    with clock.set_to(dt.datetime(2026, 11, 18, 9, tzinfo=dt.UTC)):
        for deal in Deal.objects.filter(status="open"):
            deals.edit(deal, by=system, amount=str(deal.amount / 200))
    shrinking(cast.actor("ines"))
    warehouse.refresh()
    return cast


def shrinking(ines):
    """Two deals that halve in July: one is dated out of the quarter in August, one won."""
    at = {day: dt.datetime(2026, *day, 9, tzinfo=dt.UTC) for day in ((7, 2), (7, 20), (8, 20))}
    with clock.set_to(at[7, 2]):
        slow, quick = (deals.create(by=ines, name=name, amount="1000", close_date=D(2026, 9, 15)) for name in ("Slow", "Quick"))
    with clock.set_to(at[7, 20]):
        for deal in (slow, quick):
            deals.edit(deal, by=ines, amount="500")
    with clock.set_to(at[8, 20]):
        deals.edit(slow, by=ines, close_date=D(2026, 12, 15))
        deals.close_won(quick, by=ines)


def raised(kind=None):
    return {one.subject: one for one in EarlyWarning.objects.filter(**({"kind": kind} if kind else {}))}


def test_plans_are_quotas_by_person_team_and_company_unless_the_company_has_a_target(company, system):
    found = plans.of(Q4)
    assert found[f"user:{company.ines.pk}"] == FAR and found[f"user:{company.hugo.pk}"] == 1_00
    assert found[f"team:{company.south.pk}"] == FAR and found["company"] == FAR + 1_00
    from pacesetter.analytics import targets

    targets.set_target("bookings", since=Q4.since, until=Q4.until, value="5000", by=system)
    warehouse.refresh()
    assert plans.of(Q4)["company"] == 5000_00 and plans.of(Q3)["company"] == FAR + 1_00


def test_a_plan_out_of_reach_is_warned_of_with_its_arithmetic(company, system):
    run = runs.make(by=system)
    ines, hugo = f"user:{company.ines.pk}", f"user:{company.hugo.pk}"
    assert {ines} == set(raised("rep")) and {"company", f"team:{company.south.pk}"} <= set(raised("quarter"))
    one = raised("rep")[ines]
    assert (one.run_id, one.raised_on, one.since, one.backcast) == (run.key, run.as_of, Q4.since, False) and hugo not in raised()
    facts = one.facts
    assert facts["plan"] == FAR and facts["mean"] == facts["won"] + facts["open"] + facts["new"] and facts["chance"] < 0.35
    assert one.stake == FAR - facts["mean"]


def test_what_stands_is_not_raised_again_and_goes_when_it_no_longer_holds(company, system):
    runs.make(by=system)
    first = raised("rep")[f"user:{company.ines.pk}"]
    quotas.put(company.ines, since=Q4.since, until=Q4.until, amount=2 * FAR, by=system)
    with clock.set_to(dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)):
        warehouse.refresh()
        runs.make(by=system)
    (now,) = StandingWarning.objects.filter(warning__kind="rep")
    assert now.warning == first and now.facts["plan"] == 2 * FAR and first.facts["plan"] == FAR
    quotas.put(company.ines, since=Q4.since, until=Q4.until, amount=1, by=system)
    with clock.set_to(dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)):
        warehouse.refresh()
        runs.make(by=system)
    assert not StandingWarning.objects.filter(warning__kind="rep").exists() and set(raised("rep")) == {f"user:{company.ines.pk}"}


def test_a_past_day_raises_what_it_would_have_and_moves_nothing_that_stands(company, system):
    runs.make(by=system)
    standing = set(StandingWarning.objects.values_list("warning", "run"))
    runs.make(D(2026, 11, 1), by=system)
    past = EarlyWarning.objects.filter(kind="rep", raised_on=D(2026, 11, 1)).get()
    assert past.backcast and set(StandingWarning.objects.values_list("warning", "run")) == standing
    count = EarlyWarning.objects.count()
    runs.make(D(2026, 11, 8), by=system)
    assert EarlyWarning.objects.filter(kind="rep").count() == 2 and EarlyWarning.objects.count() >= count


@pytest.fixture
def quarter_over(company, system):
    """Q3 was asked three times, the last time at its end, and looked back on."""
    ground = runs.Ground.now()
    for day in (D(2026, 7, 12), D(2026, 8, 16), D(2026, 9, 27)):
        runs.make(day, by=system, ground=ground)
    warning_keeping.catch_up(ground)
    assert set(WarningReview.objects.filter(since=Q3.since, until=Q3.until).values_list("kind", flat=True)) == QUARTERLY
    return company


class TestLookingBack:
    def test_a_warning_counts_from_its_first_day_and_is_settled_when_the_quarter_is_over(self, quarter_over):
        mine = EarlyWarning.objects.filter(subject=f"user:{quarter_over.ines.pk}", since=Q3.since)
        (settled,) = WarningOutcome.objects.filter(warning__in=mine)
        assert settled.warning.raised_on == min(mine.values_list("raised_on", flat=True)) and mine.count() == 1
        assert settled.came and settled.known_on == Q3.last and settled.days == (Q3.last - settled.warning.raised_on).days > 60
        assert not WarningOutcome.objects.filter(warning__since=Q4.since).exists(), "this quarter is not over"

    def test_reviews_count_who_was_warned_and_who_was_not(self, quarter_over):
        rep = WarningReview.objects.get(kind="rep", since=Q3.since)
        assert (rep.cases, rep.came, rep.raised, rep.right) == (2, 1, 1, 1)
        quarter = WarningReview.objects.get(kind="quarter", since=Q3.since)
        assert quarter.raised == quarter.right and quarter.came >= 2

    def test_deals_are_counted_by_what_became_of_them(self, quarter_over):
        settled = WarningOutcome.objects.filter(warning__kind="deal", warning__since=Q3.since).select_related("warning")
        found = {Deal.objects.get(pk=one.warning.deal_id).name: (one.came, one.warning.raised_on, one.known_on) for one in settled}
        first = D(2026, 8, 16)
        assert found == {"Slow": (True, first, D(2026, 8, 20)), "Quick": (False, first, D(2026, 8, 20))}
        review = WarningReview.objects.get(kind="deal", since=Q3.since)
        assert (review.raised, review.right) == (2, 1) and review.cases > 2 and 1 < review.came < review.cases

    def test_looking_back_again_changes_nothing(self, quarter_over):
        counts = [model.objects.count() for model in (EarlyWarning, WarningOutcome, WarningReview)]
        assert warning_keeping.catch_up(runs.Ground.now()) == 0
        assert counts == [model.objects.count() for model in (EarlyWarning, WarningOutcome, WarningReview)]

    def test_a_kind_with_few_warnings_has_no_share(self, quarter_over):
        measured = warnings.measured()
        assert measured["rep"].record.raised < FEWEST and measured["rep"].record.precision is None
        assert measured["rep"].days == WarningOutcome.objects.get(warning__kind="rep").days


def test_a_quarter_of_which_only_the_beginning_was_asked_is_not_reviewed(company, system):
    runs.make(D(2026, 7, 12), by=system)
    warning_keeping.catch_up(runs.Ground.now())
    assert not WarningReview.objects.exists()


class TestScope:
    def test_everybody_sees_what_is_about_theirs(self, company, system):
        runs.make(by=system)
        seen = {
            who: {row.warning.subject for row in warnings.standing(by=company.actor(who))}
            for who in ("chiara", "daniel", "ines", "hugo", "nobody")
        }
        ines, south = f"user:{company.ines.pk}", f"team:{company.south.pk}"
        assert {"company", south, ines} <= seen["chiara"] and seen["nobody"] == set()
        assert {south, ines} <= seen["daniel"] and "company" not in seen["daniel"]
        assert ines in seen["ines"] and south not in seen["ines"] and not {ines, south, "company"} & seen["hugo"]

    def test_deals_are_seen_by_who_sees_the_deal_while_it_is_open(self, company, system):
        runs.make(by=system)
        rows = [row for row in warnings.standing(by=company.actor("chiara")) if row.warning.kind == "deal"]
        assert rows
        owners = set(Deal.objects.filter(pk__in=[row.warning.deal_id for row in rows]).values_list("owner", flat=True))
        for who in ("ines", "hugo"):
            mine = [row.warning.deal_id for row in warnings.standing(by=company.actor(who)) if row.warning.kind == "deal"]
            assert set(Deal.objects.filter(pk__in=mine).values_list("owner", flat=True)) <= {getattr(company, who).pk}
        assert owners
        gone = Deal.objects.get(pk=rows[0].warning.deal_id)
        deals.archive(gone, by=system)
        assert gone.pk not in {row.warning.deal_id for row in warnings.standing(by=company.actor("chiara"))}
