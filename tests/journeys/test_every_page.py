"""Every page of the manager in a browser: nothing for axe in either theme, no error in the console under the content security policy."""

import datetime as dt

import pytest
from django.test import Client

from pacesetter.base import calendars, clock, fields, rates, teams, warehouse
from pacesetter.base.models import RateSet
from pacesetter.crm import accounts, activities, campaigns, choices, contacts, deals, leads, products
from pacesetter.enablement import tools
from pacesetter.planning import quotas
from tests.planning.drawn import draft
from tests.web.test_every_page import PAGES
from tests.web.test_languages import imported

PARTS = ("palette", "options/")  # answered to a script, inside another page


@pytest.fixture
def client(cast) -> Client:
    """The manager without a browser, to know what is a page."""
    client = Client()
    client.force_login(cast.chiara, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def addresses(cast, system, client):
    """A company with one of each noun, and an address of its page."""
    today = clock.today()
    mine = {"owner": cast.ines.pk, "by": system}
    account = accounts.create(name="Aster Robotics", country="ES", city="Madrid", **mine)
    contact = contacts.create(first_name="Dana", last_name="Whitfield", account=account.pk, **mine)
    lead = leads.create(last_name="Lindholm", company="Brightwater", **mine)
    deal, won = (deals.create(name=name, account=account.pk, amount="46000", close_date=today, **mine) for name in ("Fleet", "Line"))
    deals.close_won(won, by=system)
    activities.log(kind="task", subject="Book the review", deal=deal, user=cast.ines.pk, by=system)
    product, campaign = products.create(name="Sensor", by=system), campaigns.create(name="Spring fair", by=system)
    quotas.put(cast.ines, since=today.replace(day=1), until=today.replace(day=1) + dt.timedelta(days=31), amount=100_00, by=system)
    rates.put(RateSet.objects.get(key="plan"), currency="EUR", on=today, rate=rates.Decimal("1.1"), by=system)
    calendar = calendars.create("Madrid", country="ES", by=system)
    field = fields.create("deal", label={"en": "Region"}, type="text", by=system)
    tool = tools.create("Dialer", by=system)
    warehouse.refresh()
    stage, reason, status = choices.stages()[0], choices.lost_reasons()[0], choices.lead_statuses()[0]
    teams.join(cast.ines, team=cast.north, by=system)
    found = {"deals": deal, "deals/": won, "accounts": account, "contacts": contact, "leads": lead, "tools": tool}
    own = [f"{name.rstrip('/')}/{row.pk}" for name, row in found.items()]
    own += [f"{name}/{found[name].pk}/form" for name in ("deals", "accounts", "contacts", "leads")]
    rooms = {"people": cast.ines, "teams": cast.south, "calendars": calendar, "fields": field, "products": product, "campaigns": campaign}
    process = {"": stage.pipeline, "/stages": stage, "/reasons": reason, "/statuses": status}
    own += [f"settings/{name}/{row.pk}" for name, row in rooms.items()] + [
        f"settings/pipelines{at}/{row.pk}" for at, row in process.items()
    ]
    own += [path for path in imported(client) if not path.endswith("/load")]  # a row is refused, so it is not open yet
    plan = draft(cast.actor("chiara"))
    own += [f"territory-plans/{plan.pk}{more}" for more in ("", "?layout=grid", "?layout=map", "/publication")]
    return [
        *own,
        "metrics/win_rate",
        "metrics/bookings",
        f"quotas?product={product.pk}",
        "deals?layout=timeline",
        f"deals/{deal.pk}?tab=people",
    ]


def is_page(client: Client, path: str) -> bool:
    answer = client.get(f"/{path}")
    return answer.status_code == 200 and b"<html" in answer.getvalue()


@pytest.mark.parametrize("half", [0, 1])  # two workers share the walk
def test_every_page_is_accessible_and_silent(visit, accessible, addresses, client, half):
    shown = [path for path in [*PAGES, *addresses] if not path.startswith(PARTS) and is_page(client, path)]
    assert len(shown) > 60
    assert not [path for path in addresses if path not in shown]
    for path in shown[half::2]:
        accessible(visit("chiara", f"/{path}"))
