"""Deals of the large company with all that hangs on them: changes, history, lines, people, credits and activities."""

from collections.abc import Callable
from typing import Any

import numpy as np

from pacesetter.base.models import HistoryEntry
from pacesetter.core.text import fold
from pacesetter.crm.changes import DEAL_COLUMNS, names_of
from pacesetter.crm.models import Credit, Deal, DealChange, DealContact, LineItem
from pacesetter.demo import cast
from pacesetter.demo.large import activities, lives
from pacesetter.demo.large.book import Book, dates, instants
from pacesetter.demo.large.lives import ASSIGNED, BORN, ENDED, LOST, MOVED, PUSHED, REVISED, WON
from pacesetter.demo.large.sales import NEW, SEGMENT_OF, TYPES, Columns, leaving_days, take
from pacesetter.demo.large.tables import Ids, write

CHUNK = 20_000
SPLIT = 0.12  # of enterprise deals have two sellers
NEXT_STEPS = 0.8  # of open deals have a next step
SOLD_AS = {"new": "", "expansion": "Expansion", "renewal": "Renewal"}
KNOWN = {
    BORN: names_of(DEAL_COLUMNS, DEAL_COLUMNS),
    MOVED: names_of(["stage"], DEAL_COLUMNS),
    PUSHED: names_of(["close_date"], DEAL_COLUMNS),
    REVISED: names_of(["amount", "annual_amount"], DEAL_COLUMNS),
    ASSIGNED: names_of(["owner"], DEAL_COLUMNS),
    ENDED: names_of(["stage", "status"], DEAL_COLUMNS),
}
FIELDS = np.array([KNOWN[kind] for kind in range(len(KNOWN))], dtype=object)
STATUSES = np.array(["open"] * WON + ["won", "lost"], dtype=object)
CURRENCIES = np.array([cast.PLACES[seat.country].currency for seat in cast.SEATS], dtype=object)


def seated(deals: Columns, book: Book) -> Columns:
    """Deals with their seller, whoever gets what is open when the seller leaves, and when that is."""
    leaves, heirs = leaving_days(book.today)
    seat, copy = deals["seat"], deals["copy"]
    begins = np.where(deals["created"] >= leaves[seat], heirs[seat], seat)
    sellers = book.crowd.sellers
    return deals | {"owner": sellers[begins, copy], "heir": sellers[heirs[seat], copy], "leaves": leaves[seat]}


def store(deals: Columns, touches: Any, book: Book, rng: Any, step: Callable[[int], None]) -> Any:
    """Write all deals, chunk by chunk; returns their numbers."""
    ids = Ids(Deal)
    numbers = ids.take(len(deals["seat"]))
    for start in range(0, len(numbers), CHUNK):
        rows = slice(start, start + CHUNK)
        _store_some(take(deals, rows) | {"id": numbers[rows]}, touches[rows], book, rng)
        step(min(start + CHUNK, len(numbers)))
    ids.close()
    return numbers


def _store_some(deals: Columns, touches: Any, book: Book, rng: Any) -> None:
    events = lives.tell(deals, book.second, rng)
    events["stage_id"] = book.stages[events["stage"]]
    last = np.flatnonzero(np.diff(events["deal"], append=len(touches)))
    now = take(events, last)
    deals |= {"ended": now["stage"] >= WON, "until": np.minimum(deals["ends"], book.day), "final_owner": now["owner"]}
    deals |= _next_steps(deals, book, rng)
    touched = activities.store(deals, touches, book, rng)
    _changes(deals, events, book)
    texts = _born_texts(deals, now, events, book)
    _history(deals, events, texts, book)
    _deals(deals, now, events, touched, np.diff(last, prepend=-1), book)
    _parts(deals, now["amount"], book, rng)


def _next_steps(deals: Columns, book: Book, rng: Any) -> Columns:
    count = len(deals["id"])
    some = ~deals["ended"] & (rng.random(count) < NEXT_STEPS)
    words = np.array(["", *cast.NEXT_STEPS], dtype=object)[np.where(some, rng.integers(1, len(cast.NEXT_STEPS) + 1, count), 0)]
    return {"next_step": words, "next_step_on": dates(book.day + rng.integers(-4, 16, count), some)}


def _changes(deals: Columns, events: Columns, book: Book) -> None:
    deal, at = events["deal"], instants(0, events["at"])
    columns: Columns = {
        "deal_id": deals["id"][deal],
        "occurred_at": at,
        "recorded_at": at,
        "fields": FIELDS[events["kind"]].tolist(),
        "owner_id": events["owner"],
        "pipeline_id": book.pipeline,
        "stage_id": events["stage_id"],
        "status": STATUSES[events["stage"]].tolist(),
        "type": np.array(TYPES, dtype=object)[deals["type"][deal]].tolist(),
        "amount": events["amount"],
        "annual_amount": events["annual"],
        "currency": CURRENCIES[deals["seat"][deal]].tolist(),
        "close_date": dates(events["due"]),
    }
    write(DealChange, columns)


def _deals(deals: Columns, now: Columns, events: Columns, touched: Any, version: Any, book: Book) -> None:
    lost = now["stage"] == LOST
    staged = np.isin(events["kind"], (BORN, MOVED, ENDED))
    since = np.zeros(len(lost), dtype=np.int64)
    since[events["deal"][staged]] = events["at"][staged]  # the last one stays
    columns: Columns = {
        "id": deals["id"],
        "name": deals["name"],
        "name_key": [fold(name) for name in deals["name"]],
        "account_id": book.account_ids[deals["account"]],
        "pipeline_id": book.pipeline,
        "stage_id": now["stage_id"],
        "status": STATUSES[now["stage"]].tolist(),
        "owner_id": now["owner"],
        "type": np.array(TYPES, dtype=object)[deals["type"]].tolist(),
        "amount": now["amount"],
        "annual_amount": now["annual"],
        "currency": CURRENCIES[deals["seat"]].tolist(),
        "term_months": deals["term"],
        "close_date": dates(now["due"]),
        "created_on": dates(deals["created"]),
        "closed_on": dates(deals["ends"], deals["ended"]),
        "stage_since": instants(0, since),
        "next_step": deals["next_step"].tolist(),
        "next_step_on": deals["next_step_on"],
        "competitor": book.label(book.competitors, deals["competitor"]),
        "source": book.label(book.sources, deals["source"]),
        "lost_reason_id": np.ma.array(book.reasons[deals["reason"]], mask=~lost),
        "slips": now["slips"],
        "last_activity_at": np.where(touched > 0, instants(0, touched), np.datetime64("NaT")),
        "version": version,
        "created_at": instants(deals["created"]),
        "updated_at": instants(0, now["at"]),
    }
    write(Deal, columns)


# history ----------------------------------------------------------------------------------------
def _born_texts(deals: Columns, now: Columns, events: Columns, book: Book) -> list[str]:
    """What was known of each deal at first; its name is made here."""
    products = [product[0] for product in cast.PRODUCTS]
    kinds = np.array(TYPES, dtype=object)[deals["type"]].tolist()
    whose = [book.account_names[at] for at in deals["account"].tolist()]
    sold = zip(whose, kinds, deals["product"].tolist(), strict=True)
    deals["name"] = [f"{name}: {SOLD_AS[kind] or products[product]}" for name, kind, product in sold]
    first = take(events, events["kind"] == BORN)
    told = zip(
        deals["name"],
        book.account_ids[deals["account"]].tolist(),
        first["amount"].tolist(),
        first["annual"].tolist(),
        CURRENCIES[deals["seat"]].tolist(),
        deals["term"].tolist(),
        first["stage_id"].tolist(),
        dates(first["due"]).astype(str).tolist(),
        dates(deals["created"]).astype(str).tolist(),
        first["owner"].tolist(),
        kinds,
        book.label(book.sources, deals["source"]),
        strict=True,
    )
    return [
        f'{{"name": [null, "{name}"], "account": [null, {account}], "amount": [null, {amount}], "annual_amount": [null, {annual}], '
        f'"currency": [null, "{currency}"], "term_months": [null, {term}], "stage": [null, {stage}], "status": [null, "open"], '
        f'"close_date": [null, "{due}"], "created_on": [null, "{created}"], "owner": [null, {owner}], "type": [null, "{kind}"], '
        f'"source": [null, "{source}"], "pipeline": [null, {book.pipeline}]}}'
        for name, account, amount, annual, currency, term, stage, due, created, owner, kind, source in told
    ]


def _history(deals: Columns, events: Columns, born: list[str], book: Book) -> None:
    """One entry for every change; who acted is the demo itself, as in the small company."""
    kinds, before = events["kind"], np.arange(len(events["kind"])) - 1
    texts, names = (
        np.empty(len(kinds), dtype=object),
        np.array(["created", "moved", "edited", "edited", "assigned", ""], dtype=object)[kinds],
    )
    texts[kinds == BORN] = born
    for kind, tell in ((MOVED, _stages), (PUSHED, _dates), (REVISED, _amounts), (ASSIGNED, _owners), (ENDED, _ends)):
        rows = np.flatnonzero(kinds == kind)
        texts[rows] = tell(deals, take(events, before[rows]), take(events, rows), book)
    names[kinds == ENDED] = STATUSES[events["stage"][kinds == ENDED]]
    columns = {"object_id": deals["id"][events["deal"]], "at": instants(0, events["at"])}
    told = {"noun": "deal", "via": "demo", "kind": ("deal." + names).tolist(), "changes": texts.tolist()}
    write(HistoryEntry, columns | told)


def _pairs(name: str, old: Any, new: Any) -> list[str]:
    return [f'"{name}": [{a}, {b}]' for a, b in zip(old.tolist(), new.tolist(), strict=True)]


def _objects(*columns: list[str]) -> list[str]:
    return ["{" + ", ".join(filter(None, row)) + "}" for row in zip(*columns, strict=True)]


def _stages(deals: Columns, old: Columns, new: Columns, book: Book) -> list[str]:
    return _objects(_pairs("stage", old["stage_id"], new["stage_id"]))


def _dates(deals: Columns, old: Columns, new: Columns, book: Book) -> list[str]:
    moved = zip(dates(old["due"]).astype(str).tolist(), dates(new["due"]).astype(str).tolist(), strict=True)
    slipped = [f'"slips": [{a}, {b}]' if a != b else "" for a, b in zip(old["slips"].tolist(), new["slips"].tolist(), strict=True)]
    return _objects([f'"close_date": ["{a}", "{b}"]' for a, b in moved], slipped)


def _amounts(deals: Columns, old: Columns, new: Columns, book: Book) -> list[str]:
    return _objects(_pairs("amount", old["amount"], new["amount"]), _pairs("annual_amount", old["annual"], new["annual"]))


def _owners(deals: Columns, old: Columns, new: Columns, book: Book) -> list[str]:
    return _objects(_pairs("owner", old["owner"], new["owner"]))


def _ends(deals: Columns, old: Columns, new: Columns, book: Book) -> list[str]:
    status = [f'"status": ["open", "{status}"]' for status in STATUSES[new["stage"]].tolist()]
    closed = [f'"closed_on": [null, "{day}"]' for day in dates(deals["ends"][new["deal"]]).astype(str).tolist()]
    reason = book.reasons[deals["reason"][new["deal"]]].tolist()
    why = [f'"lost_reason": [null, {key}]' if lost else "" for key, lost in zip(reason, (new["stage"] == LOST).tolist(), strict=True)]
    return _objects(_pairs("stage", old["stage_id"], new["stage_id"]), status, closed, why)


# parts ------------------------------------------------------------------------------------------
def _parts(deals: Columns, amount: Any, book: Book, rng: Any) -> None:
    write(LineItem, {"deal_id": deals["id"], "product_id": book.products[deals["product"]], "unit_price": amount, "amount": amount})
    people = book.people[deals["account"]]
    deal = np.repeat(np.arange(len(people)), people)
    at = np.arange(len(deal)) - np.repeat(np.cumsum(people) - people, people)
    roles = np.array(cast.ROLES, dtype=object)[at % len(cast.ROLES)].tolist()
    write(DealContact, {"deal_id": deals["id"][deal], "contact_id": book.first_contact[deals["account"]][deal] + at, "role": roles})
    _credits(deals, book, rng)


def _credits(deals: Columns, book: Book, rng: Any) -> None:
    """Some enterprise deals are shared with a colleague."""
    shared = (SEGMENT_OF[deals["seat"]] == 2) & (deals["type"] == NEW) & (rng.random(len(deals["id"])) < SPLIT)
    rows = np.flatnonzero(shared)
    colleagues = book.crowd.sellers[SEGMENT_OF == 2].ravel()
    other = rng.choice(colleagues, len(rows))
    apart = deals["owner"][rows] != other
    rows, other = rows[apart], other[apart]
    for user, share in ((deals["owner"][rows], 7000), (other, 3000)):
        write(Credit, {"deal_id": deals["id"][rows], "user_id": user, "kind": "owner", "share": share})
