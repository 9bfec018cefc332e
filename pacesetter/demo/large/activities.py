"""What was said and done about the deals of the large company, and the tasks still to do."""

from typing import Any

import numpy as np

from pacesetter.crm.models import Activity
from pacesetter.demo import cast
from pacesetter.demo.large.book import Book, instants
from pacesetter.demo.large.lives import workday
from pacesetter.demo.large.sales import RENEWAL, SEGMENT_OF, Columns
from pacesetter.demo.large.tables import write

KINDS = ("email", "call", "meeting", "note")
SHARES = (0.45, 0.30, 0.20, 0.05)
PER_WON = np.array([12, 30, 75])  # by segment; a lost deal has half as many
SUBJECTS = [word for kind in KINDS for word in cast.SUBJECTS[kind]]
FIRST_SUBJECT = np.cumsum([0, *[len(cast.SUBJECTS[kind]) for kind in KINDS[:-1]]])
SUBJECT_COUNT = np.array([len(cast.SUBJECTS[kind]) for kind in KINDS])


def plan(deals: Columns, wanted: int, day: int, rng: Any) -> Any:
    """How many activities each deal has had; together about as many as wanted."""
    whole = PER_WON[SEGMENT_OF[deals["seat"]]] * np.where(deals["won"], 1.0, 0.5) * rng.uniform(0.6, 1.4, len(deals["seat"]))
    whole = np.where(deals["type"] == RENEWAL, 4.0, whole)
    lived = np.clip((day - deals["created"]) / np.maximum(1, deals["ends"] - deals["created"]), 0, 1)
    counts = whole * lived
    return np.floor(counts * (wanted / max(counts.sum(), 1)) + rng.random(len(counts))).astype(np.int64)


def store(deals: Columns, counts: Any, book: Book, rng: Any) -> Any:
    """Write the activities and open tasks of some deals; returns when each deal was last touched, 0 for never."""
    deal = np.repeat(np.arange(len(counts)), counts)
    days = deals["created"][deal] + np.floor(rng.random(len(deal)) * (deals["until"] - deals["created"] + 1)[deal]).astype(np.int64)
    days = np.minimum(workday(days), deals["until"][deal])
    at = np.minimum(days * 86_400 + (660 + rng.integers(-200, 300, len(deal))) * 60, book.second)
    kind = rng.choice(len(KINDS), len(deal), p=SHARES)
    subject = FIRST_SUBJECT[kind] + np.floor(rng.random(len(deal)) * SUBJECT_COUNT[kind]).astype(np.int64)
    account = deals["account"][deal]
    talked = (kind == 1) | (kind == 2)
    columns: Columns = {
        "kind": book.label(KINDS, kind),
        "subject": book.label(SUBJECTS, subject),
        "deal_id": deals["id"][deal],
        "account_id": book.account_ids[account],
        "contact_id": book.first_contact[account] + np.floor(rng.random(len(deal)) * book.people[account]).astype(np.int64),
        "user_id": np.where(days >= deals["leaves"][deal], deals["heir"][deal], deals["owner"][deal]),
        "inbound": (kind == 0) & (rng.random(len(deal)) < 0.4),
        "happened_at": instants(0, at),
        "created_at": instants(0, at),
        "minutes": np.ma.array(rng.integers(5, 56, len(deal)), mask=~talked),
    }
    write(Activity, columns)
    _tasks(deals, book)
    touched = np.zeros(len(counts), dtype=np.int64)
    np.maximum.at(touched, deal, at)
    return touched


def _tasks(deals: Columns, book: Book) -> None:
    """A task for every next step."""
    rows = np.flatnonzero(deals["next_step"] != "")
    now = np.full(len(rows), book.second).astype("datetime64[s]")
    columns: Columns = {
        "kind": "task",
        "subject": deals["next_step"][rows].tolist(),
        "deal_id": deals["id"][rows],
        "account_id": book.account_ids[deals["account"][rows]],
        "user_id": deals["final_owner"][rows],
        "due_on": deals["next_step_on"][rows],
        "happened_at": now,
        "created_at": now,
    }
    write(Activity, columns)
