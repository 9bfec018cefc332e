"""Loading: what is stored, updates by a newer file, resuming after a kill."""

import datetime as dt

import pytest
from django.db import connection

from pacesetter.base import indexes, settings
from pacesetter.base.jobs import LeaseLost
from pacesetter.base.models import ExternalId, HistoryEntry, Option, User
from pacesetter.crm import deals as deal_verbs
from pacesetter.crm.loaders.deals import DealLoader
from pacesetter.crm.models import Account, Activity, Contact, Deal, DealChange, Lead, LineItem, Product
from pacesetter.intake import imports, pace, work
from pacesetter.intake import load as loading
from pacesetter.intake.models import Import
from pacesetter.intake.resolve import Resolver

HEAD = "Deal ID,Deal Name,Stage,Amount,Close Date,Created Date,Deal Owner,Account Name,Product"
ROWS = [
    "1,First,Discovery,100.50,2026-12-01,2026-01-02,Ann Lee,Acme,Widget",
    "2,Second,Closed Won,200,2026-03-04,2026-01-05,Ann Lee,Acme,Widget",
    "3,Third,Closed Lost,,2026-02-01,2026-01-06,Bob Ray,Beta,",
]


def text(*rows: str) -> str:
    return "\n".join([HEAD, *(rows or ROWS)]) + "\n"


def counts(batch: Import) -> tuple[int, int, int, int]:
    return tuple(batch.count(what) for what in ("new", "updates", "same", "refused"))  # type: ignore[return-value]


def test_facts_are_stored_with_their_own_dates(bring, load):
    batch = load(bring(text()))
    assert counts(batch) == (3, 0, 0, 0)
    won = Deal.objects.select_related("stage", "account", "owner").get(name="Second")
    assert (won.status, won.closed_on, won.created_on) == ("won", dt.date(2026, 3, 4), dt.date(2026, 1, 5))
    assert (won.amount, won.annual_amount, won.account.name, won.owner.name, won.owner.is_active) == (
        20000,
        20000,
        "Acme",
        "Ann Lee",
        False,
    )
    assert list(DealChange.objects.filter(deal_id=won.pk).values_list("occurred_at__date", flat=True)) == [won.created_on, won.closed_on]
    assert LineItem.objects.get(deal=won).amount == 20000
    assert Deal.objects.get(name="First").status == "open"


def test_every_row_leaves_one_entry_marked_with_the_import(bring, load):
    batch = load(bring(text()))
    entries = HistoryEntry.objects.filter(batch=batch.batch)
    assert entries.filter(noun="deal", kind="deal.created", via="import").count() == 3
    assert entries.filter(noun="user").count() == 2


def test_the_same_file_again_changes_nothing(bring, load):
    load(bring(text()))
    assert counts(bring(text())) == (0, 0, 3, 0)


def test_a_newer_file_updates_by_id_and_keeps_what_is_empty(bring, load):
    load(bring(text()))
    newer = "1,First,Closed Won,150,2026-11-02,2026-01-02,Ann Lee,,", "4,Fourth,Qualification,,,2026-11-01,Bob Ray,Beta,"
    batch = load(bring(text(*newer)))
    assert counts(batch) == (1, 1, 0, 0)
    first = Deal.objects.select_related("account").get(name="First")
    assert (first.status, first.closed_on, first.amount, first.annual_amount, first.account.name) == (
        "won",
        dt.date(2026, 11, 2),
        15000,
        15000,
        "Acme",
    )
    assert LineItem.objects.get(deal=first).amount == 15000
    change = DealChange.objects.filter(deal_id=first.pk).latest("id")
    assert (change.status, change.occurred_at.date()) == ("won", dt.date(2026, 11, 2))


def test_a_killed_load_goes_on_where_it_stopped(bring, system, monkeypatch):
    batch = bring(text())
    imports.accept_all(batch, by=system)
    job = imports.run(batch, by=system)
    monkeypatch.setattr(pace, "LARGEST", 1)
    advance = loading.Chunk._advance

    def dies(self):
        if self.last == 3:
            raise KeyboardInterrupt
        advance(self)

    monkeypatch.setattr(loading.Chunk, "_advance", dies)
    with pytest.raises(KeyboardInterrupt):
        imports.run_now(job, batch)
    assert Deal.objects.count() == 1
    monkeypatch.setattr(loading.Chunk, "_advance", advance)
    type(job).objects.filter(pk=job.pk).update(state="queued")
    assert imports.run_now(job, batch).state == "done"
    assert counts(batch) == (3, 0, 0, 0)
    assert (Deal.objects.count(), User.objects.count(), Account.objects.count(), ExternalId.objects.count()) == (3, 2, 2, 3)
    assert DealChange.objects.count() == 5


def test_beside_people_at_work_chunks_are_small(bring, load, monkeypatch):
    monkeypatch.setattr(work, "_alone", lambda batch: False)
    sizes = []
    monkeypatch.setattr(pace.Pace, "after", lambda self, seconds: sizes.append(self.rows))
    load(bring(text()))
    assert set(sizes) == {pace.Pace(alone=False).rows}


def test_the_transaction_of_a_chunk_only_writes(bring, load, monkeypatch):
    """Reading, checking and encoding come before it, so that nobody waits for them."""
    load(bring(text()))
    inside: list[str] = []

    def noted(execute, sql, *rest):
        inside.append(sql.split()[0])
        return execute(sql, *rest)

    def watched(self, write):
        with connection.execute_wrapper(noted):
            return write()

    newer = "1,First,Closed Won,150,2026-11-02,2026-01-02,Ann Lee,,Widget", "4,Fourth,Qualification,5,,2026-11-01,Bob Ray,Beta,Widget"
    monkeypatch.setattr(pace.Pace, "store", watched)
    batch = load(bring(text(*newer, "5,Broken,Nowhere at all,,,,,,")))
    assert counts(batch) == (1, 1, 0, 1)
    assert {"INSERT", "UPDATE"} <= set(inside) <= {"INSERT", "UPDATE", "DELETE", "SAVEPOINT", "RELEASE"}


@pytest.mark.skipif(
    connection.vendor == "postgresql", reason="a test is one transaction, whose pending checks keep PostgreSQL from building indexes"
)
def test_a_flood_into_an_empty_table_comes_in_without_indexes(bring, load, monkeypatch):
    monkeypatch.setattr(loading, "FLOOD", 3)
    off, before = [], indexes._names()
    stored = loading.Chunk.store
    monkeypatch.setattr(loading.Chunk, "store", lambda self: (off.append(before - indexes._names()), stored(self)))
    load(bring(text()))
    assert len(off) == 1
    assert len(off[0]) > 15
    assert indexes._names() == before
    load(bring(text(*(f"{row}x" for row in ROWS))))
    assert not {name for name in off[1] if name.startswith("crm_deal_")}, "the table holds as many rows as the file by now"


def test_a_record_that_somebody_changes_meanwhile_is_read_again(bring, load, system, monkeypatch):
    load(bring(text()))
    batch, prepared = bring(text("1,First,Discovery,150,,,,,")), DealLoader.prepare_update

    def meanwhile(self, changes, *, by):
        later = prepared(self, changes, by=by)
        if Deal.objects.get(name="First").version == 1:
            deal_verbs.edit(Deal.objects.get(name="First"), by=system, next_step="Call back")
        return later

    monkeypatch.setattr(DealLoader, "prepare_update", meanwhile)
    load(batch)
    first = Deal.objects.get(name="First")
    assert (first.amount, first.next_step, first.version) == (15000, "Call back", 3)


def test_the_pace_follows_the_clock():
    here = pace.Pace(alone=False)
    if here.brisk:
        pytest.skip("several writers at once: PostgreSQL needs no pace")
    here.after(pace.AIM_SECONDS * 2)
    assert here.rows == pace.FIRST // 2
    here.after(pace.AIM_SECONDS / 100)
    assert here.rows == int(pace.FIRST // 2 * 1.5), "it grows step by step"
    for _ in range(5):
        here.after(10)
    assert here.rows == pace.SMALLEST
    assert [len(piece) for piece in here.pieces(range(pace.SMALLEST * 2 + 1))] == [pace.SMALLEST, pace.SMALLEST, 1]


def test_the_currency_of_the_import_holds_for_amounts_without_one(bring, load):
    load(bring(text(), currency="EUR"))
    assert set(Deal.objects.values_list("currency", flat=True)) == {"EUR"}
    assert settings.get("company.currency") == "USD"


def test_yen_have_no_cents(bring, load):
    load(bring("Deal ID,Deal Name,Stage,Amount,Currency\n1,A,Discovery,5000,JPY\n"))
    assert Deal.objects.get().amount == 5000


def test_links_inside_one_file(bring, load):
    load(bring("Account,Sector,Subsidiary of\nChild,Retail,Mother\nMother,Retail,\n", "accounts.csv"))
    assert Account.objects.get(name="Child").parent.name == "Mother"
    assert Option.objects.get(field="account.industry").label == {"en": "Retail"}
    again = bring("Account,Sector,Subsidiary of\nChild,Retail,Mother\nMother,Retail,\n", "accounts.csv")
    assert counts(again) == (0, 0, 2, 0)


def test_contacts_leads_and_activities(bring, load):
    load(bring("First Name,Last Name,Email,Account Name\nIda,Berg,Ida@Berg.example,Berg AS\n", "contacts.csv"))
    assert Contact.objects.get().account.name == "Berg AS"
    load(
        bring(
            "Full Name,Company,Email,Lead Status,Lead Source,Created Date\nUma Rao,Rao Ltd,uma@rao.example,Open - Not Contacted,Web,2026-11-01 09:30\n",
            "leads.csv",
        )
    )
    lead = Lead.objects.select_related("status").get()
    assert (lead.first_name, lead.last_name, lead.status.type, lead.received_at.isoformat()) == (
        "Uma",
        "Rao",
        "new",
        "2026-11-01T09:30:00+00:00",
    )
    load(bring("Type,Subject,Contact,Date\nCall,Hello,ida@berg.example,2026-11-02 10:00\n", "activities.csv"))
    assert Activity.objects.get().contact == Contact.objects.get()
    assert counts(bring("Type,Subject,Contact,Date\nCall,Hello,ida@berg.example,2026-11-02 10:00\n", "activities.csv")) == (0, 0, 1, 0)


def test_products_know_their_price(bring, load):
    load(bring("Product,Series,List price\nWidget,W,1 200.50\nGadget,G,20\n", "products.csv"))
    assert Product.objects.get(name="Widget").price == 120050


def test_custom_fields_are_targets_too(bring, load, system):
    from pacesetter.base import fields

    field = fields.create("deal", label={"en": "Region code"}, type="text", by=system)
    load(bring("Deal ID,Deal Name,Stage,Region code\n1,A,Discovery,EMEA\n"))
    assert Deal.objects.get().custom == {f"f{field.pk}": "EMEA"}


def test_an_edit_by_a_person_survives_until_the_file_says_otherwise(bring, load, system):
    load(bring(text()))
    deal_verbs.edit(Deal.objects.get(name="First"), by=system, next_step="Call back")
    assert counts(bring(text())) == (0, 0, 3, 0)


def test_an_estimate_is_used_only_when_somebody_says_so(bring, load, system):
    load(bring("Product,List price\nWidget,70\n", "products.csv"))
    rows = "1,First,Discovery,,2026-12-01,2026-01-02,Ann Lee,Acme,Widget", "2,Second,Discovery,,2026-12-01,2026-01-02,Ann Lee,Acme,"
    load(bring(text(*rows)))
    assert set(Deal.objects.values_list("amount", flat=True)) == {None}
    batch = bring(text(*rows))
    repair = batch.files.get().repairs.get(kind="estimate")
    assert (repair.rows, repair.optional, repair.decision) == (1, True, "")
    imports.decide(repair, accept=True, by=system)
    imports.check_now(batch, by=system)
    assert counts(batch) == (0, 1, 1, 0)
    load(batch)
    assert list(Deal.objects.order_by("name").values_list("amount", flat=True)) == [7000, None]


def test_two_workers_after_one_load_store_each_row_once(bring, system):
    batch = bring(text())
    imports.accept_all(batch, by=system)
    by = work.importer(batch, system)
    loading._make(batch, by, pace.Pace(alone=True))
    resolver = Resolver(batch, dry=False)
    slow = loading.Loading(batch.files.get(), resolver, by, pace.Pace(alone=True))
    quick = loading.Loading(batch.files.get(), resolver, by, pace.Pace(alone=True))
    assert list(quick.run()) == [3]
    with pytest.raises(LeaseLost):
        list(slow.run())
    assert Deal.objects.count() == 3
