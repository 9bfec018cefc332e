"""The page of early warnings: kinds, arithmetic, measures, scope, and when there is nothing."""

import datetime as dt

import pytest

from pacesetter.base import warehouse
from pacesetter.crm import deals
from pacesetter.planning.models import EarlyWarning, ForecastRun, StandingWarning, WarningOutcome, WarningReview
from tests.planning.past import D

pytestmark = pytest.mark.django_db
DAYS = {"since": D(2026, 10, 1), "until": D(2027, 1, 1)}
MONEY = {
    "mean": 800_000_00,
    "p10": 700_000_00,
    "p50": 800_000_00,
    "p90": 900_000_00,
    "won": 500_000_00,
    "open": 250_000_00,
    "new": 50_000_00,
}
SIGNS = [{"code": "idle", "value": 61.5, "usual": 23.0}, {"code": "fell", "value": 0.12, "usual": 0.4}, {"code": "pushed", "value": 2, "usual": 0}, {"code": "cut", "value": -0.25, "usual": 0}]  # fmt: skip


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path
    warehouse.refresh()


def warn(run, kind, subject, facts, stake=1_00, **whose):
    one = EarlyWarning.objects.create(
        run=run, kind=kind, subject=subject, raised_on=D(2026, 11, 2), currency="USD", stake=stake, backcast=False, **DAYS, **whose
    )
    StandingWarning.objects.create(warning=one, run=run, stake=stake, facts=facts)
    return one


@pytest.fixture
def warned(cast):
    """The plans of the company, of South, of Ines and of Hugo are out of reach, and one deal of each will slip."""
    run = ForecastRun.objects.create(as_of=D(2026, 11, 19), made_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), version="1")
    plan = MONEY | {"plan": 1_000_000_00, "chance": 0.004}
    warn(run, "quarter", "company", plan)
    warn(run, "quarter", "team:1", plan, team=cast.south)
    for user in (cast.ines, cast.hugo):
        warn(run, "rep", f"user:{user.pk}", plan, user=user)
        deal = deals.create(
            by=cast.actor("chiara"), name=f"Platform of {user.name}", amount="1000", owner=user.pk, close_date=D(2026, 12, 20)
        )
        facts = {"chance": 0.12, "amount": 90_000_00, "due": "2026-12-20", "signs": SIGNS}
        warn(run, "deal", f"deal:{deal.pk}", facts, stake=79_200_00, deal_id=deal.pk)
    return cast


def page(client, query=""):
    answer = client.get(f"/forecast/warnings{query}")
    assert answer.status_code == 200
    return answer.content.decode().split("<main", 1)[1].split("</main>", 1)[0]


def test_every_kind_with_sentence_arithmetic_and_link(warned, signed_in):
    shown = page(signed_in("chiara"))
    assert "6 warnings stand." in shown and "Quarter at risk" in shown and "Sellers drifting from plan" in shown
    assert "&lt;1% chance to reach the plan of $1M; $800K are expected, $200K too little." in shown
    for part in ("Booked by 19 Nov", "$500K", "$250K", "$50,000", "$700K – $900K", "2 Nov"):
        assert part in shown, part
    for part in (
        "Not moved for 62 d",
        "at most 23 d",
        "was 40% as it stood four weeks ago, and is 12%",
        "pushed out 2 times",
        "cut by 25%",
        "$79,200",
        "$90,000",
        "20 Dec",
    ):
        assert part in shown, part
    assert all(f'href="/deals/{pk}"' in shown for pk in EarlyWarning.objects.filter(kind="deal").values_list("deal_id", flat=True))


def test_leads_and_the_model_in_words(warned, signed_in):
    run = ForecastRun.objects.get()
    warn(run, "leads", "source:event", {"count": 52, "usual": 75.4, "chance": 0.002})
    signs = [
        {"code": "one_sided", "value": 8.4, "usual": 4, "over": True, "chance": 0.001}, {"code": "missed", "value": 7, "usual": 12, "chance": 0.004},
        {"code": "uncalibrated", "value": 0.61, "usual": 1}, {"code": "unlike", "value": 0.35, "usual": 0.2, "feature": "idle"},
    ]  # fmt: skip
    warn(run, "model", "company", {"signs": signs, "months": 12})
    shown = page(signed_in("chiara"))
    for part in (
        "52 leads in four weeks; usual are 75.", "Chance of so few by accident", "0.2%", "?view=all&amp;source=event", "Event",
        "It said too much in most months.", "7 of 12 months came outside the range of 80%.", "Its chances do not come true as said.",
        "Open deals are unlike those of half a year ago.", "0.35 (idle)", "8.40", "0.4%",
    ):  # fmt: skip
        assert part in shown, part
    hers = page(signed_in("ines"))
    assert "52 leads" not in hers and "Model drift" not in hers


def test_measures_tell_counts_to_those_who_see_everybody_and_shares_to_others(warned, signed_in):
    WarningReview.objects.create(kind="deal", cases=400, came=300, raised=40, right=36, since=D(2026, 7, 1), until=D(2026, 10, 1))
    one = EarlyWarning.objects.filter(kind="deal").first()
    WarningOutcome.objects.create(warning=one, came=True, known_on=D(2026, 11, 30), days=28)
    assert (
        "Right 36 of 40 times (90%; it came in 75% of all cases), half of them at least 28 d ahead; 12% of what came was warned of."
        in page(signed_in("chiara"))
    )
    hers = page(signed_in("ines"))
    assert "Right in 90% of cases, half of them at least 28 d ahead" in hers and "36 of 40" not in hers
    assert "Not yet measured: 0 warnings" in page(signed_in("chiara")), "the other kinds"


def test_a_manager_sees_the_team_a_seller_herself_and_nobody_nothing(warned, signed_in):
    seen = {who: page(signed_in(who)) for who in ("daniel", "ines", "nobody")}
    assert "South" in seen["daniel"] and "Ines Navarro" in seen["daniel"] and "Hugo" not in seen["daniel"]
    assert (
        "Platform of Ines" in seen["ines"] and "South" not in seen["ines"] and "Hugo" not in seen["ines"] and "Company" not in seen["ines"]
    )
    assert "Nothing that you see" in seen["nobody"] and "$" not in seen["nobody"]


def test_one_kind_alone(warned, signed_in):
    shown = page(signed_in("chiara"), "?kind=deal")
    assert "Deals likely to slip" in shown and "Quarter at risk" not in shown and "All kinds" in shown
    assert "Quarter at risk" in page(signed_in("chiara"), "?kind=nonsense")


def test_before_the_first_forecast_and_when_all_is_well(cast, signed_in):
    assert "No forecast yet" in page(signed_in("chiara"))
    ForecastRun.objects.create(as_of=D(2026, 11, 19), made_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC), version="1")
    assert "Nothing to warn of" in page(signed_in("chiara")) and "Nothing that you see" in page(signed_in("ines"))


def test_the_dashboard_shows_the_same_warnings(warned, signed_in):
    text = signed_in("chiara").get("/dashboards/overview").content.decode()
    assert "The plan of $1M is out of likely reach" in text and "2 deals are likely to slip" in text and "$158K at stake" in text
    hers = signed_in("ines").get("/dashboards/overview").content.decode()
    assert "1 deal is likely to slip" in hers and "$79,200 at stake" in hers
    team = signed_in("chiara").get(f"/dashboards/overview?team={warned.south.pk}").content.decode()
    assert "South: &lt;1% chance" in team and "1 deal is likely to slip" in team
