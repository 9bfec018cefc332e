"""Personal data can be blanked in history; that it was done stays."""

import pytest

from pacesetter.base import history
from pacesetter.core.errors import NotAllowed, Refused
from pacesetter.crm import contacts

pytestmark = pytest.mark.django_db


def test_names_and_addresses_go_and_the_trace_stays(cast):
    contact = contacts.create(by=cast.actor("ines"), first_name="Dana", last_name="Whitfield", email="dana@example.com")
    contacts.edit(contact, by=cast.actor("ines"), phone="123", opted_out=True)
    assert history.blank("contact", contact.pk, by=cast.actor("ada")) == 2
    entries = list(history.of("contact", contact.pk).order_by("id"))
    assert "Dana" not in str([entry.changes for entry in entries]) and "123" not in str([entry.changes for entry in entries])
    assert entries[1].changes["opted_out"] == [False, True]
    assert (entries[-1].kind, entries[-1].user_id, entries[-1].data) == ("history.blanked", cast.ada.pk, {"entries": 2})


def test_only_those_who_may_and_only_where_there_is_a_person(cast):
    with pytest.raises(NotAllowed):
        history.blank("contact", 1, by=cast.actor("chiara"))
    with pytest.raises(Refused):
        history.blank("deal", 1, by=cast.actor("ada"))
