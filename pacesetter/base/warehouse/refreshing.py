"""Refreshing: read what changed, write a delta, build facts, swap, and only then forget the dirty rows."""

import datetime as dt
import fcntl
import logging
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings as boot
from django.db import transaction
from django.db.models import Max

from pacesetter.base import clock, settings
from pacesetter.base.models import Dirty, HistoryEntry
from pacesetter.base.warehouse.build import Changed, build
from pacesetter.base.warehouse.manifest import FORMAT, Manifest, all_kept, current, folder, forget, swap
from pacesetter.base.warehouse.plans import forget_older
from pacesetter.base.warehouse.reading import Feed, Reading
from pacesetter.base.worker import chore
from pacesetter.core import money

log = logging.getLogger(__name__)
FORGET = 2_000  # dirty rows deleted in one short transaction
PAUSE = 0.02  # between two of them, for other writers
KEPT_SECONDS = 600  # earlier versions stay a while for the links of pages that show them …
KEPT_BYTES = 2_000_000_000  # … unless their facts are large and changes come thick and fast
READING_SECONDS = 60  # nothing younger goes: somebody may be reading it
DUE_SECONDS, BREATHER_SECONDS = 2.0, 30.0
_next_look = 0.0


def is_stale() -> bool:
    """Whether records changed since the current version was made, or a new day began."""
    manifest = current()
    return manifest is None or manifest.made_for != made_for() or Dirty.objects.exists() or _head() < manifest.history


@chore
def refresh_when_due() -> None:
    """The worker's chore: refresh soon after records changed."""
    global _next_look
    if time.monotonic() >= _next_look:
        _next_look = time.monotonic() + BREATHER_SECONDS  # should it break: a full disk is not asked again at once
        if is_stale():
            refresh()
        _next_look = time.monotonic() + DUE_SECONDS


def refresh(*, full: bool = False) -> Manifest:
    """Bring the extracts up to date and return the version; `full` reads everything anew."""
    folder().mkdir(parents=True, exist_ok=True)
    with _alone():
        old, wanted = current(), made_for()
        if old and (full or {**old.made_for, "today": ""} != {**wanted, "today": ""} or _head() < old.history):
            old = replace(old, raw={}, facts={})
        feed = Feed.read()
        if old and old.raw and not feed.rows and old.made_for == wanted:
            return old
        try:
            new = _made(old, wanted, feed)
            swap(new)
        except BaseException:
            _sweep(current())  # what was half made takes up room
            raise
        _forget(feed.rows)
        _tidy(new)
        return new


def made_for() -> dict[str, Any]:
    """What a version depends on besides records: another company, database or day needs new facts."""
    company = settings.many("company.currency", "company.time_zone")
    database = boot.DATABASES["default"]
    where = "|".join(str(database.get(key) or "") for key in ("ENGINE", "HOST", "PORT", "NAME"))
    return {"format": FORMAT, "database": where, "today": str(clock.today()), **company}


def _head() -> int:
    """The newest history entry: append-only, so it only falls when the database was put back to an earlier state."""
    return HistoryEntry.objects.aggregate(newest=Max("id"))["newest"] or 0


def _made(old: Manifest | None, wanted: dict[str, Any], feed: Feed) -> Manifest:
    started, as_of, head = time.monotonic(), clock.now(), _head()
    version = old.version + 1 if old else 1
    reading = Reading(old.raw if old else {}, feed, f"{version}-{time.time_ns()}")
    raw = reading.tables()
    read = time.monotonic()
    another_day = not old or old.made_for["today"] != wanted["today"]
    changed = Changed(frozenset(reading.anew), reading.records, reading.fresh, reading.ids, another_day)
    raw, facts = build(raw, old.facts if old else {}, changed, folder(), reading.name, _variables(wanted))
    took = time.monotonic()
    log.info("extracts: version %s, %s dirty rows, read in %.2f s, facts in %.2f s", version, len(feed.rows), read - started, took - read)
    return Manifest(version, as_of.isoformat(), wanted, raw, facts, head)


def _variables(wanted: dict[str, Any]) -> dict[str, str | int | dt.date]:
    """What the SQL of facts asks for."""
    currency = wanted["company.currency"]
    return {
        "zone": wanted["company.time_zone"],
        "company_currency": currency,
        "company_exponent": money.exponent(currency),
        "today": clock.today(),
    }


def _forget(ids: Sequence[int]) -> None:
    """Delete what was consumed, in short transactions: rows written meanwhile stay for the next refresh."""
    for start in range(0, len(ids), FORGET):
        with transaction.atomic():
            Dirty.objects.filter(pk__in=list(ids[start : start + FORGET])).delete()
        if start + FORGET < len(ids):
            time.sleep(PAUSE)


def _tidy(new: Manifest) -> None:
    """Remove files that no version needs, then forget versions that are old or weigh too much: their files go next time."""
    forget_older()
    versions = _sweep(new)
    weighed: set[str] = set()
    weight = 0
    for version in versions:
        weight += sum((folder() / name).stat().st_size for name in version.readable - weighed)
        weighed |= version.readable
        age, heavy = (clock.now() - version.instant).total_seconds(), weight > KEPT_BYTES
        if version.version != new.version and age > READING_SECONDS and (age > KEPT_SECONDS or heavy):
            forget(version)


def _sweep(now: Manifest | None) -> list[Manifest]:
    """Remove files that no version needs; returns the versions that are kept, newest first."""
    versions = all_kept()
    needed = (now.files if now else set[str]()).union(*(version.readable for version in versions))
    with os.scandir(folder()) as found:
        for entry in found:
            kept = entry.name.endswith(".json") and not entry.name.startswith("draft-")
            if entry.name not in needed and not kept and entry.name != "lock":
                shutil.rmtree(entry.path) if entry.is_dir() else Path(entry.path).unlink(missing_ok=True)
    return versions


@contextmanager
def _alone() -> Iterator[None]:
    """One refresh at a time, across processes."""
    with (folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
