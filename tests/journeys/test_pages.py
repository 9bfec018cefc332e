"""Every kind of page, without a finding of axe in either theme."""

import pytest

from pacesetter.crm import accounts, activities, contacts, deals, leads


@pytest.fixture
def records(cast, system):
    """One of each."""
    account = accounts.create(name="Aster Robotics", owner=cast.ines.pk, website="aster.example", by=system)
    contact = contacts.create(
        first_name="Dana", last_name="Whitfield", account=account.pk, email="dana@aster.example", owner=cast.ines.pk, by=system
    )
    deal = deals.create(name="Fleet upgrade", account=account.pk, amount="46000", owner=cast.ines.pk, by=system)
    lead = leads.create(
        first_name="Nora", last_name="Lindholm", company="Brightwater", email="nora@b.example", owner=cast.ines.pk, by=system
    )
    activities.log(kind="task", subject="Book the review", deal=deal, user=cast.ines.pk, by=system)
    return {"account": account.pk, "contact": contact.pk, "deal": deal.pk, "lead": lead.pk}


def test_every_kind_of_page_is_accessible(visit, accessible, records):
    page = visit("ines", "/")
    accessible(page)
    for noun in ("account", "contact", "deal", "lead"):
        for path in (f"/{noun}s", f"/{noun}s/new", f"/{noun}s/{records[noun]}", f"/{noun}s/{records[noun]}/form"):
            accessible(visit("ines", path))
    accessible(visit("ines", f"/deals/{records['deal']}?tab=people"))
    accessible(visit("ines", "/deals?layout=timeline"))
    accessible(visit("ines", f"/leads/{records['lead']}/conversion"))


def test_small_screens_are_accessible_too(visit, accessible, records):
    page = visit("ines", "/deals")
    page.set_viewport_size({"width": 320, "height": 760})
    for path in ("/", "/deals", "/deals?layout=timeline", "/deals/board", f"/deals/{records['deal']}", "/leads"):
        accessible(visit("ines", path))
