"""Event logs in XES (IEEE 1849): every case is a deal, its events are stages, an outcome, or signs of life.

What comes out is a history as `core.forecasting.histories` reads it: deal_id, occurred_at, field, value.
"""

import datetime as dt
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa

from pacesetter.core.errors import Invalid
from pacesetter.intake.readers import formats  # noqa: F401  its refusals have their sentences there

SPACE = "{http://www.xes-standard.org/}"
GZIP = b"\x1f\x8b"
UNPACKED_BYTES = 1 << 31
BLOCK = 1 << 20


@dataclass(frozen=True)
class Words:
    """What a log's attributes and activities mean; the defaults are those of the loan applications of the BPI challenge of 2012.

    `amount` is the case attribute that holds the amount; a case is won at its first event of `won`, lost at its first of `lost`.
    """

    amount: str = "AMOUNT_REQ"
    stages: frozenset[str] = frozenset({"A_SUBMITTED", "A_PREACCEPTED", "A_ACCEPTED", "A_FINALIZED", "O_SENT", "O_SENT_BACK"})
    won: frozenset[str] = frozenset({"A_APPROVED"})
    lost: frozenset[str] = frozenset({"A_DECLINED", "A_CANCELLED"})

    def field(self, activity: str) -> tuple[str, str]:
        """The field and value that an event states."""
        if activity in self.stages:
            return "stage", activity
        if activity in self.won | self.lost:
            return "outcome", "won" if activity in self.won else "lost"
        return "touch", activity


@dataclass(frozen=True)
class Event:
    """What happened and when, as a field and its value, and who did it (`org:resource`), empty where nobody is named."""

    at: dt.datetime
    field: str
    value: str
    by: str


@dataclass(frozen=True)
class Case:
    """A case up to its outcome: its name, its amount as text, and its events in order of time."""

    name: str
    amount: str
    events: list[Event]


def is_log(path: Path) -> bool:
    """Whether a file, plain or gzipped, begins as an event log does."""
    with path.open("rb") as plain:
        packed = plain.read(2) == GZIP
        plain.seek(0)
        try:
            head = (gzip.GzipFile(fileobj=plain) if packed else plain).read(1 << 12)
        except (OSError, EOFError):
            return False
    return bool(re.search(rb"<(\w+:)?log[\s>]", head)) and b"xes" in head


def cases(path: Path, words: Words | None = None) -> Iterator[Case]:
    """All cases of a log, plain or gzipped; events without a time are left out, and what comes after the outcome."""
    for trace in _traces(path):
        yield _case(trace, words or Words())


def history(path: Path, words: Words | None = None) -> pa.Table:
    """The history of all cases of a log: the amount is known from the first event on, the owner is who did the last one."""
    rows = [row for case in cases(path, words) for row in _told(case)]
    columns = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pa.table(dict(zip(("deal_id", "occurred_at", "field", "value"), map(_texts, columns), strict=True)))


def _texts(values: Any) -> pa.Array:
    return pa.array(list(values), pa.string())


def _traces(path: Path) -> Iterator[Any]:
    """The trace elements of a log, one at a time."""
    try:
        with _Limited(path) as file:
            for _, element in ElementTree.iterparse(file):
                if element.tag == f"{SPACE}trace":
                    yield element
                    element.clear()
    except (ElementTree.ParseError, OSError, EOFError) as error:
        raise Invalid("file_damaged", why=type(error).__name__) from error


class _Limited:
    """The text of a file, unpacked; too much of it, or a document type (which may define entities without end), is refused."""

    def __init__(self, path: Path) -> None:
        self.path, self.count = path, 0

    def __enter__(self) -> "_Limited":
        plain = self.path.open("rb")
        packed = plain.read(2) == GZIP
        plain.seek(0)
        self.file: Any = gzip.GzipFile(fileobj=plain) if packed else plain
        self.plain = plain
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()
        self.plain.close()

    def read(self, size: int = BLOCK) -> bytes:
        block: bytes = self.file.read(size)
        self.count += len(block)
        if self.count > UNPACKED_BYTES:
            raise Invalid("file_too_large")
        if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
            raise Invalid("file_damaged", why="DOCTYPE")
        return block


def _case(trace: Any, words: Words) -> Case:
    about = {child.get("key"): child.get("value") or "" for child in trace if child.tag != f"{SPACE}event"}
    told = [{child.get("key"): child.get("value") or "" for child in event} for event in trace.iterfind(f"{SPACE}event")]
    events = [
        Event(_moment(one["time:timestamp"]), *words.field(one.get("concept:name", "")), one.get("org:resource", ""))
        for one in told
        if one.get("time:timestamp")
    ]
    events.sort(key=lambda one: one.at)
    end = next((number + 1 for number, one in enumerate(events) if one.field == "outcome"), len(events))
    return Case(about.get("concept:name", ""), about.get(words.amount, ""), events[:end])


def _moment(text: str) -> dt.datetime:
    """The time of an event; one without a zone is UTC."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("file_damaged", why=f"time:timestamp {text[:40]}") from error
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _told(case: Case) -> Iterator[tuple[str, str, str, str]]:
    """A case as rows of a history."""
    if case.events and case.amount:
        yield case.name, case.events[0].at.isoformat(), "amount", case.amount
    owner = ""
    for event in case.events:
        yield case.name, event.at.isoformat(), event.field, event.value
        if event.by not in ("", owner):
            owner = event.by
            yield case.name, event.at.isoformat(), "owner", owner
