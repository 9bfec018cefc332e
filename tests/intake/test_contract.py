"""What every import target promises."""

import pytest

from pacesetter.base.loaders import LOADERS, LOOKUPS
from pacesetter.base.roles import CAPABILITIES
from pacesetter.core.errors import SENTENCES
from pacesetter.intake.check import loaders_in_order
from pacesetter.intake.headers import squash

pytestmark = pytest.mark.django_db


@pytest.fixture(params=list(LOADERS))
def loader(request):
    return LOADERS[request.param]()


def test_slots_are_named_once_and_found_by_words_that_no_other_slot_claims_first(loader):
    slots = loader.slots()
    assert len({slot.key for slot in slots}) == len(slots)
    assert all(slot.label for slot in slots)
    first = [squash(slot.names[0]) for slot in slots if slot.names]
    assert len(set(first)) == len(first)


def test_every_lookup_exists_and_says_what_it_does_not_know(loader):
    for slot in loader.slots():
        if slot.lookup:
            assert SENTENCES[LOOKUPS[slot.lookup.partition(":")[0]].unknown]


def test_what_gives_a_file_away_are_its_own_slots(loader):
    keys = {slot.key for slot in loader.slots()}
    assert all(some <= keys for some in loader.telling)
    assert set(loader.links) <= keys
    assert loader.telling or loader.files


def test_capability_and_order(loader):
    assert not loader.capability or loader.capability in CAPABILITIES
    order = loaders_in_order()
    assert all(order.index(before) < order.index(loader.noun) for before in loader.after)


def test_unknown_texts_are_not_found_by_any_lookup(loader):
    from pacesetter.base.loaders import lookup

    for slot in loader.slots():
        if slot.lookup:
            assert lookup(slot.lookup).find(["nothing of the kind"], "nowhere") == {}
