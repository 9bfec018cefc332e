"""The accuracy page and the model's card: what they show to whom, and when there is nothing yet."""

import datetime as dt
import html
import re

import pytest

from pacesetter.analytics import targets
from pacesetter.base import clock, warehouse
from pacesetter.base.models import Job
from pacesetter.core import periods
from pacesetter.planning import calls, reviews, runs
from tests.planning.past import TODAY, D, live

Q3 = periods.parse("2026-Q3", TODAY)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path


@pytest.fixture
def past(cast, system):
    """The model and people spoke in the second and third week of Q3; the quarter was reviewed."""
    live(cast, system)
    for day in (D(2026, 7, 13), D(2026, 7, 20)):
        runs.make(day, by=system)
        with clock.set_to(dt.datetime.combine(day, dt.time(9), dt.UTC)):
            for who in ("ines", "hugo"):
                calls.submit(period=Q3, amount=1_000_000, by=cast.actor(who))
            calls.submit(period=Q3, amount=2_100_000, company=True, by=cast.actor("chiara"))
    warehouse.refresh()
    reviews.catch_up(runs.Ground.now())


def page(client, address="/forecast/accuracy"):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_company_by_week_period_and_person(past, signed_in):
    shown = page(signed_in("chiara"))
    for text in ("the model missed by", "calls missed by", "Q3 2026", "$21,000", "Ines Navarro", "Hugo Marchetti", "win rate"):
        assert text in shown, text
    drawing = signed_in("chiara").get("/forecast/accuracy/chart.svg?grain=quarter")
    assert drawing.status_code == 200 and b"Week 3" in drawing.content
    assert "the model missed by" not in page(signed_in("chiara"), "/forecast/accuracy?week=9"), "no run stood then"


def test_its_numbers_open_the_metric_with_the_same_quarters(past, signed_in):
    client = signed_in("chiara")
    shown = page(client)
    (address,) = set(re.findall(r'href="(/metrics/forecast_accuracy[^"]*said=model[^"]*)"', shown))
    metric = page(client, html.unescape(address))
    error = re.search(r"the model missed by ([\d.]+)%", shown)
    accuracy = re.search(r"Forecast accuracy[^%]*?(-?[\d.]+)%", metric[metric.index("<h1") :])
    assert error and accuracy and float(accuracy[1]) == pytest.approx(100 - float(error[1]), abs=0.051)
    assert "/metrics/forecast_accuracy" in page(signed_in("ines")) and "said=model" not in page(client, "/forecast/accuracy?grain=month")


def test_where_nobody_calls_the_tile_is_the_models(cast, system, signed_in):
    live(cast, system)
    runs.make(D(2026, 7, 20), by=system)
    warehouse.refresh()
    targets.set_target("forecast_accuracy", since=D(2025, 1, 1), until=D(2027, 1, 1), value="0.85", by=system, variants={"said": "model"})
    for address in ("/dashboards/overview", "/metrics"):
        shown = page(signed_in("chiara"), address)
        assert "v.said=model" in shown and "85" in shown, address
    assert "model, week 3" in page(signed_in("chiara"), "/dashboards/overview")
    assert "v.said=model" not in page(signed_in("ines"), "/dashboards/overview"), "who does not see the company has no number of it"


def test_a_seller_and_a_manager_see_their_own(past, signed_in):
    for who, sees, hidden in (("ines", "Ines Navarro", "Hugo Marchetti"), ("mei", "Hugo Marchetti", "Ines Navarro")):
        shown = page(signed_in(who))
        assert sees in shown and hidden not in shown and "$21,000" not in shown and "Ask past weeks" not in shown
    assert "Nothing to score yet" in page(signed_in("nobody"))


def test_nonsense_in_the_address_is_the_usual_page(past, signed_in):
    assert "At the end of week 3 the model missed" in page(signed_in("chiara"), "/forecast/accuracy?grain=decade&week=-4")
    assert "At the end of week 13 calls missed" in page(signed_in("chiara"), "/forecast/accuracy?week=99")


def test_months_have_weeks_of_their_own(past, signed_in):
    assert "Week 4" in page(signed_in("chiara"), "/forecast/accuracy?grain=month&week=9")


def test_past_weeks_are_asked_by_those_who_may(past, signed_in):
    assert signed_in("ines").post("/forecast/accuracy/past").status_code == 403
    assert signed_in("chiara").get("/forecast/accuracy/past").status_code == 405
    answer = signed_in("chiara").post("/forecast/accuracy/past")
    assert answer.status_code == 302 and Job.objects.get().key == "forecast.past"


def test_the_card_says_what_was_learned_and_keeps_every_run(past, signed_in):
    shown = page(signed_in("chiara"), "/forecast/model")
    assert "closed deals" in shown and "Q3 2026" in shown and shown.count('<th scope="row">') == 2
    hers = page(signed_in("ines"), "/forecast/model")
    assert "Q3 2026" not in hers and "closed deals" not in hers, "the company's numbers are not hers"


def test_before_the_first_night_the_pages_say_so(cast, signed_in):
    warehouse.refresh()
    assert "Nothing to score yet" in page(signed_in("chiara")) and "No forecast yet" in page(signed_in("chiara"), "/forecast/model")


def test_a_page_asks_the_database_as_often_for_many_as_for_few(past, signed_in, django_assert_max_num_queries):
    client = signed_in("chiara")
    client.get("/forecast/accuracy")
    with django_assert_max_num_queries(15):
        client.get("/forecast/accuracy")
