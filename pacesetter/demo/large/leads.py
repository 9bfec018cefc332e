"""Requests of the large company: those that became deals, and the many that did not.

A quarter of the small company's share, so that leads are about as many as deals; how they are answered and what
becomes of them is the same.
"""

import datetime as dt
from typing import Any

import numpy as np

from pacesetter.base.models import HistoryEntry
from pacesetter.core.text import fold
from pacesetter.crm.changes import LEAD_COLUMNS, names_of
from pacesetter.crm.models import Activity, Lead, LeadChange
from pacesetter.demo import cast
from pacesetter.demo.large.book import Book, instants
from pacesetter.demo.large.sales import INBOUND, SOURCES, Columns, days_of, take
from pacesetter.demo.large.tables import Ids, write

PER_DEAL = 1.0
FULL_SHARE = 3.6  # leads per deal of the small company
CHUNK = 50_000
ANSWERS_DAYS = 120
COUNTRIES = ("US", "US", "ES", "IT", "GB", "DE")
PLACES = tuple(cast.PLACES)
REQUESTS = ("", "Demo request", "Pricing page", "Guide download", "Chat", "Partner form")
EVENT = SOURCES.index("event")
NO_DEAL = -1


def draw(deals: Columns, since: dt.date, today: dt.date, now: int, rng: Any) -> Columns:
    """All leads, oldest first; `deal` is the place of the deal that a lead became."""
    inbound = np.flatnonzero(deals["source"] == INBOUND)
    linked = inbound[rng.random(len(inbound)) < PER_DEAL / FULL_SHARE]
    both = [_of_deals(deals, linked, since, rng), _others(max(0, round(len(deals["seat"]) * PER_DEAL) - len(linked)), since, today, rng)]
    leads = {name: np.concatenate([part[name] for part in both]) for name in both[0]}
    leads["received"] = np.minimum(leads["received"], now - 60)
    return take(leads, np.argsort(leads["received"], kind="stable"))


def _of_deals(deals: Columns, rows: Any, since: dt.date, rng: Any) -> Columns:
    count = len(rows)
    country = np.array([PLACES.index(seat.country) for seat in cast.SEATS])[deals["seat"][rows]]
    day = np.maximum(deals["created"][rows] - rng.integers(2, 9, count), days_of(since)[0])
    after = np.where(deals["answered"][rows], rng.integers(3, 59, count), rng.integers(61, 2001, count))
    same = {"source": np.full(count, INBOUND), "bounces": np.zeros(count, dtype=bool), "request": np.zeros(count, dtype=np.int64)}
    received = np.minimum(_moment(day, rng), deals["created"][rows] * 86_400 + 10 * 3600)  # a deal of the first day was asked for before
    return same | {"received": received, "country": country, "after": after, "deal": rows}


def _others(count: int, since: dt.date, today: dt.date, rng: Any) -> Columns:
    first, last = days_of(since, today)
    days = np.arange(first, last + 1)
    weights = np.where((days + 3) % 7 < 5, 1.0, 0.35)
    kind = rng.choice(4, count, p=(0.43, 0.31, 0.12, 0.14))
    spans = np.array([(2, 60), (61, 1431), (1441, 9001), (-1, 0)])
    return {
        "received": _moment(rng.choice(days, count, p=weights / weights.sum()), rng),
        "country": np.array([PLACES.index(key) for key in COUNTRIES])[rng.integers(0, len(COUNTRIES), count)],
        "after": rng.integers(spans[kind, 0], spans[kind, 1]),
        "source": np.where(rng.random(count) < 0.8, INBOUND, EVENT),
        "bounces": rng.random(count) < 0.065,
        "request": rng.integers(1, len(REQUESTS), count),
        "deal": np.full(count, NO_DEAL),
    }


def _moment(day: Any, rng: Any) -> Any:
    return day * 86_400 + np.clip(np.rint(rng.normal(800, 220, len(day))), 0, 1439).astype(np.int64) * 60


def answers(leads: Columns, now: int) -> Any:
    """Which leads have an activity for their first answer: the young ones."""
    answered = (leads["after"] >= 0) & (leads["received"] + leads["after"] * 60 <= now)
    return answered & (leads["received"] > now - ANSWERS_DAYS * 86_400)


def store(leads: Columns, deals: Columns, deal_ids: Any, book: Book, rng: Any) -> None:
    """Write the leads, what changed in them, and the answers to the young ones."""
    ids = Ids(Lead)
    count = len(leads["received"])
    numbers = ids.take(count)
    for start in range(0, count, CHUNK):
        rows = slice(start, start + CHUNK)
        some = take(leads, rows) | {"id": numbers[rows]}
        _store_some(some | _fate(some, book, rng), deals, deal_ids, book, rng)
    ids.close()


def _fate(leads: Columns, book: Book, rng: Any) -> Columns:
    """Whose a lead is, when it was answered, and what became of it."""
    count, sdrs = len(leads["received"]), book.crowd.sdrs
    at = leads["received"] + leads["after"] * 60
    answered = (leads["after"] >= 0) & (at <= book.second)
    old = (book.second - leads["received"]) // 86_400
    status = rng.choice(["disqualified", "nurture", "qualified"], count, p=(0.82, 0.14, 0.04)).astype(object)
    status[old < 14] = "working"
    status[~answered] = np.where(old > 7, "disqualified", "new")[~answered]
    status[leads["deal"] != NO_DEAL] = "converted"
    return {"owner": sdrs[rng.integers(0, len(sdrs), count)], "answered": answered, "answered_at": at, "status": status}


def _store_some(leads: Columns, deals: Columns, deal_ids: Any, book: Book, rng: Any) -> None:
    linked = leads["deal"] != NO_DEAL
    place = np.where(linked, leads["deal"], 0)
    account = deals["account"][place]
    names, companies, emails = _names(leads, linked, account, book, rng)
    received, sources = instants(0, leads["received"]), book.label(book.sources, leads["source"])
    statuses = np.array([book.statuses[key] for key in leads["status"].tolist()])
    columns: Columns = {
        "id": leads["id"],
        "first_name": [name[0] for name in names],
        "last_name": [name[1] for name in names],
        "name_key": [fold(f"{name[0]} {name[1]}") for name in names],
        "email": emails,
        "company": companies,
        "country": book.label(PLACES, leads["country"]),
        "status_id": statuses,
        "source": sources,
        "request": book.label(REQUESTS, leads["request"]),
        "owner_id": leads["owner"],
        "team_id": book.crowd.inbound.pk,
        "received_at": received,
        "assigned_at": received,
        "first_response_at": np.where(leads["answered"], instants(0, leads["answered_at"]), np.datetime64("NaT")),
        "first_response_by_id": np.ma.array(leads["owner"], mask=~leads["answered"]),
        "converted_at": np.where(linked, instants(deals["created"][place]), np.datetime64("NaT")),
        "converted_account_id": np.ma.array(book.account_ids[account], mask=~linked),
        "converted_contact_id": np.ma.array(book.first_contact[account], mask=~linked),
        "converted_deal_id": np.ma.array(deal_ids[place], mask=~linked),
        "created_at": received,
        "updated_at": received,
    }
    write(Lead, columns)
    _changes(leads, columns, linked, book)
    _answer(leads, book)
    told = zip(columns["first_name"], columns["last_name"], companies, emails, sources, leads["owner"].tolist(), strict=True)
    texts = [
        f'{{"first_name": [null, "{f}"], "last_name": [null, "{n}"], "company": [null, "{c}"], "email": [null, "{e}"], '
        f'"source": [null, "{s}"], "owner": [null, {o}]}}'
        for f, n, c, e, s, o in told
    ]
    write(HistoryEntry, {"noun": "lead", "kind": "lead.created", "via": "demo", "object_id": leads["id"], "at": received, "changes": texts})


def _names(leads: Columns, linked: Any, account: Any, book: Book, rng: Any) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    count = len(linked)
    given, family, first, second = (rng.integers(0, size, count).tolist() for size in (10, 10, len(cast.FIRST), len(cast.SECOND)))
    countries = book.label(PLACES, leads["country"])
    names = [(cast.GIVEN[c][g], cast.FAMILY[c][f]) for c, g, f in zip(countries, given, family, strict=True)]
    made = [f"{cast.FIRST[f]} {cast.SECOND[s]} {cast.SUFFIX[c][0]}" for c, f, s in zip(countries, first, second, strict=True)]
    companies = [book.account_names[at] if known else name for at, known, name in zip(account.tolist(), linked.tolist(), made, strict=True)]
    emails = [f"{g}.{f}@{'' if bad else 'mail.example'}".lower() for (g, f), bad in zip(names, leads["bounces"].tolist(), strict=True)]
    return names, companies, emails


def _changes(leads: Columns, columns: Columns, linked: Any, book: Book) -> None:
    """What was known when a lead came in; the status of one that was converted holds from then on."""
    whole, status = names_of(LEAD_COLUMNS, LEAD_COLUMNS), names_of(("status",), LEAD_COLUMNS)
    born = names_of([name for name in LEAD_COLUMNS if name != "status"], LEAD_COLUMNS)
    same = {"owner_id": columns["owner_id"], "status_id": columns["status_id"], "lead_id": columns["id"]}
    at, fields = columns["received_at"], np.where(linked, born, whole).astype(object)
    write(LeadChange, same | {"occurred_at": at, "recorded_at": at, "fields": fields.tolist(), "team_id": columns["team_id"]})
    at = columns["converted_at"][linked]
    same = {name: values[linked] for name, values in same.items()}
    write(LeadChange, same | {"occurred_at": at, "recorded_at": at, "fields": [str(status)] * len(at), "team_id": columns["team_id"]})


def _answer(leads: Columns, book: Book) -> None:
    rows = answers(leads, book.second)
    at = instants(0, leads["answered_at"][rows])
    who = {"lead_id": leads["id"][rows], "user_id": leads["owner"][rows]}
    write(Activity, who | {"kind": "email", "subject": "First answer", "happened_at": at, "created_at": at})
