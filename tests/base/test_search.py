"""The word indexes only ever spare work: a search with them finds what the condition alone finds, after whatever happened to the rows."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pacesetter.base import ensure, history, indexes, search, words
from pacesetter.base.keeping import doctor
from pacesetter.base.listings import LISTINGS, Query, View
from pacesetter.core.text import fold
from pacesetter.crm import accounts, choices, contacts, deals
from pacesetter.crm.models import Account, Contact, Deal

NAMES = [
    "Ánna  López",
    "anna-lopez",
    "x-ray unit",
    "Zoë & Söhne",
    "o'neill",
    '"quoted"',
    "ß GmbH",
    "日本 商事",
    "e.on 24/7",
    "a\u180eb c",
    "rollout",
]
LETTERS = st.text(alphabet="abcé日-'\"&.*:()!\\%_ 9ß\u180e", min_size=1, max_size=9)
SEARCHES = st.one_of(st.sampled_from([*NAMES, "lop", "ray", "ne", "sohne", "rol", "rollouts", "an lo", "24", "本", "\u180ec"]), LETTERS)


def _condition(noun, text):
    listing = LISTINGS[noun]
    return set(listing.model.objects.filter(search.says(text, listing.search)).values_list("pk", flat=True))


def _found(noun, text, actor):
    return set(View(LISTINGS[noun], Query(search=text, archived=True), actor).queryset.values_list("pk", flat=True))


@pytest.fixture
def some_names(db, system, monkeypatch):
    """Names of many kinds, on deals, accounts and contacts; the index proposes always."""
    monkeypatch.setattr(search, "FEW", 10**6)
    firms = accounts.create_many([{"name": name, "website": "https://aster.example", "owner": None} for name in NAMES], by=system)
    deals.create_many([{"name": name, "account": firm.pk, "owner": None} for name, firm in zip(NAMES[::-1], firms, strict=True)], by=system)
    contacts.create_many(
        [
            {"first_name": "Dana", "last_name": name, "email": f"d.{n}@aster.example", "account": firms[n].pk}
            for n, name in enumerate(NAMES)
        ],
        by=system,
    )
    _settle()
    return firms


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=SEARCHES, noun=st.sampled_from(["deal", "account", "contact"]))
def test_a_search_finds_what_the_condition_finds(some_names, system, text, noun):
    assert _found(noun, text, system) == _condition(noun, text)
    proposals = search.proposals(LISTINGS[noun].model, text, LISTINGS[noun].search)
    assert len(proposals) == len(fold(text).split())
    for proposal, word in zip(proposals, fold(text).split(), strict=True):
        proposed = set(LISTINGS[noun].model.objects.filter(proposal.q).values_list("pk", flat=True))
        assert proposed >= _condition(noun, word)


def _settle():
    """PostgreSQL builds no index while a row of this transaction waits for its foreign keys to be looked at."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _all_in_step(system):
    for noun in ("deal", "account", "contact"):
        for text in ("ros", "rosewood", "lop", "north", "aster", "quoted"):
            assert _found(noun, text, system) == _condition(noun, text), (noun, text)
    assert words.missing() == [] and words.out_of_step() == []


def test_the_indexes_follow_every_change(some_names, system):
    deal, firm = Deal.objects.first(), some_names[0]
    deals.edit(deal, by=system, name="Rosewood pilot")
    accounts.edit(firm, by=system, name="Rosewood Ltd")
    _all_in_step(system)
    assert deal.pk in _found("deal", "rosewood", system)
    accounts.archive_many([firm], by=system)
    entry = history.HistoryEntry.objects.filter(noun="deal", object_id=deal.pk, kind="deal.edited").latest("id")
    deals.edit(deal, by=system, name=entry.changes["name"][0])
    Contact.objects.first().delete()
    _all_in_step(system)


def test_a_flood_rebuilds_them(some_names, system):
    with indexes.off([Deal, Account]):
        assert {one.table for one in words.missing()} >= {"crm_deal", "crm_account"}
        deals.create_many([{"name": f"Rosewood {n}", "owner": None} for n in range(50)], by=system)
        assert len(_found("deal", "rosewood", system)) == 50  # while they are off, the condition stands alone
        _settle()
    _all_in_step(system)


def test_the_next_start_makes_those_that_a_kill_left_missing(some_names, system):
    words.drop([Deal])
    deals.create_many([{"name": "Rosewood", "owner": None}], by=system)
    _settle()
    ensure.ensure()
    _all_in_step(system)
    assert len(_found("deal", "rosewood", system)) == 1


def test_the_doctor_sees_what_is_missing_or_out_of_step(some_names, system):
    words.drop([Deal])
    (missing,) = doctor.examine()["search"]
    assert missing.code == "words_missing" and missing.mend
    missing.mend()
    _all_in_step(system)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO crm_deal_words (crm_deal_words, rowid, name_key) SELECT 'delete', id, name_key FROM crm_deal LIMIT 1"
            )
        (wrong,) = doctor.examine()["search"]
        assert wrong.code == "words_out_of_step" and wrong.mend
        wrong.mend()
    _all_in_step(system)
    assert doctor.examine()["search"] == []


def test_a_palette_takes_its_handful_from_very_many(some_names, system, monkeypatch):
    for name, value in (("FEW", 1), ("NARROW", 2), ("COMMON", 3), ("SAMPLE", 40)):
        monkeypatch.setattr(search, name, value)
    deals.create_many([{"name": f"Rollout {n}", "owner": None} for n in range(30)], by=system)
    found = choices.search("deal", "roll", system, 5)
    assert len(found) == 5 and all("roll" in f"{deal.name_key} {deal.account and deal.account.name_key}" for deal in found)
    assert choices.search("deal", "zzz", system) == []
