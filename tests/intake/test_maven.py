"""The Maven CRM folder as shipped: read, repaired, loaded, loaded again, reverted. The figures are those of its README."""

import pytest

from pacesetter.base import teams
from pacesetter.base.models import ExternalId, Option, Team, User
from pacesetter.crm.models import Account, Deal, DealChange, LineItem, Product
from pacesetter.intake import imports
from pacesetter.intake.models import Import
from pacesetter.intake.report import describe

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]
EVERYTHING = (Account, Deal, DealChange, LineItem, Product, User, Team, Option, ExternalId)


@pytest.fixture
def checked(maven, system) -> Import:
    return imports.check_now(imports.start(maven, by=system), by=system)


def test_the_check_shows_what_would_happen(checked):
    found = describe(checked)
    files = {one["file"]: one for one in found["files"]}
    assert {name: (one["target"], one["new"]) for name, one in files.items()} == {
        "sales_teams.csv": ("user", 35),
        "accounts.csv": ("account", 85),
        "products.csv": ("product", 7),
        "sales_pipeline.csv": ("deal", 8800),
        "data_dictionary.csv": ("", 0),
    }
    assert files["data_dictionary.csv"]["ignored"]
    assert found["refused"] == 0
    won = {"count": 4238, "sums": {"USD": 10005534}}
    assert (found["totals"]["won"], found["totals"]["lost"]["count"], found["totals"]["open"]["count"]) == (won, 2473, 2089)
    assert round(found["totals"]["win_rate"], 4) == 0.6315
    assert not Deal.objects.exists() and not User.objects.exists()


def test_repairs_and_findings_are_counted_with_their_reason(checked):
    files = {one["file"]: one for one in describe(checked)["files"]}
    deals = files["sales_pipeline.csv"]
    repairs = {
        one["column"]: (one["kind"], one["rows"], {value["from"]: value["to"] for value in one["values"]}) for one in deals["repairs"]
    }
    assert repairs == {
        "product": ("near", 1480, {"GTXPro": "GTX Pro"}),
        "deal_stage": ("stage", 2089, {"Prospecting": "Discovery", "Engaging": "Qualification"}),
        "close_value": ("estimate", 2089, {"": "Amount"}),
    }
    assert {one["code"]: one["rows"] for one in deals["findings"]} == {
        "no_account": 1425,
        "no_created_date": 500,
        "lost_without_reason": 2473,
    }
    country = next(one for one in files["accounts.csv"]["repairs"] if one["column"] == "office_location")
    assert country["values"] == [{"from": "Philipines", "to": "Philippines", "rows": 1}]


def test_loaded_again_reverted(checked, maven, system, load, revert):
    load(checked)
    won = Deal.objects.filter(status="won")
    assert (won.count(), sum(won.values_list("amount", flat=True))) == (4238, 1_000_553_400)
    assert Deal.objects.filter(status="lost").count() == 2473
    assert Deal.objects.filter(account=None).count() == 1425
    assert LineItem.objects.filter(product__name="GTX Pro").count() == 1480
    assert Account.objects.get(name="Acme Corporation").annual_revenue == 110_004_000_000
    anna = User.objects.get(name="Anna Snelling")
    assert (anna.is_active, teams.team_of(anna).name) == (False, "Central")
    assert anna.pk in teams.everyone_under(User.objects.get(name="Dustin Brinkmann").pk)

    again = imports.check_now(imports.start(maven, by=system), by=system)
    assert (again.count("new"), again.count("updates"), again.count("refused")) == (0, 0, 0)

    revert(checked)
    assert checked.kept == []
    assert [model.__name__ for model in EVERYTHING if model.objects.exists()] == []
