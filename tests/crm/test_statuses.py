"""Lead statuses: a company's own labels over the fixed types."""

import pytest

from pacesetter.core.errors import Invalid, NotAllowed, Refused
from pacesetter.crm import leads, statuses
from pacesetter.crm.models import LeadStatus

pytestmark = pytest.mark.django_db


def test_a_label_over_a_type(system):
    status = statuses.create({"en": "Called twice", "es": "Dos llamadas"}, type="working", by=system)
    lead = leads.create(by=system, last_name="Roth", status=status.pk)
    assert (status.key, lead.status.type) == ("called_twice", "working")
    statuses.edit(status, label={"en": "Called often"}, by=system)
    assert LeadStatus.objects.get(pk=status.pk).key == "called_twice"


def test_types_and_keys_are_fixed(system):
    with pytest.raises(Invalid):
        statuses.create({"en": "x"}, type="dreaming", by=system)
    with pytest.raises(Invalid):
        statuses.edit(LeadStatus.objects.first(), type="new", by=system)


def test_one_in_use_or_the_last_of_its_type_stays(system):
    status = statuses.create({"en": "Called"}, type="working", by=system)
    lead = leads.create(by=system, last_name="Roth", status=status.pk)
    with pytest.raises(Refused):
        statuses.archive(status, by=system)
    leads.edit(lead, status=LeadStatus.objects.get(key="new").pk, by=system)
    assert statuses.archive(status, by=system).archived_on
    with pytest.raises(Refused):
        statuses.archive(LeadStatus.objects.get(key="new"), by=system)


def test_sellers_cannot(cast):
    with pytest.raises(NotAllowed):
        statuses.create({"en": "x"}, type="new", by=cast.actor("ines"))
