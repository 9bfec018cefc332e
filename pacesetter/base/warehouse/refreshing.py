"""Refreshing: read what changed, write a delta, build facts, swap, and only then forget the dirty rows."""

import fcntl
import logging
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings as boot
from django.db import transaction
from django.db.models import Max

from pacesetter.base import clock, settings
from pacesetter.base.models import Dirty, HistoryEntry
from pacesetter.base.warehouse import extract
from pacesetter.base.warehouse.build import build
from pacesetter.base.warehouse.manifest import FORMAT, Manifest, Table, all_kept, current, folder, forget, swap
from pacesetter.base.warehouse.plans import forget_older
from pacesetter.base.warehouse.sources import SOURCES, Source
from pacesetter.base.worker import chore

log = logging.getLogger(__name__)
DELTAS = 8  # then a new base is written
SHARE = 4  # … or when the deltas replace more than a quarter of the rows
FORGET = 2_000  # dirty rows deleted in one short transaction
PAUSE = 0.02  # between two of them, for other writers
KEPT_SECONDS = 600  # earlier versions stay a while for the links of pages that show them …
KEPT_BYTES = 2_000_000_000  # … unless their facts are large and changes come thick and fast
READING_SECONDS = 60  # nothing younger goes: somebody may be reading it
DUE_SECONDS = 2.0
_last_look = 0.0


def is_stale() -> bool:
    """Whether records changed since the current version was made, or a new day began."""
    manifest = current()
    return manifest is None or manifest.made_for != made_for() or Dirty.objects.exists() or _head() < manifest.history


@chore
def refresh_when_due() -> None:
    """The worker's chore: refresh soon after records changed."""
    global _last_look
    if time.monotonic() - _last_look >= DUE_SECONDS:
        _last_look = time.monotonic()
        if is_stale():
            refresh()


def refresh(*, full: bool = False) -> Manifest:
    """Bring the extracts up to date and return the version; `full` reads everything anew."""
    folder().mkdir(parents=True, exist_ok=True)
    with _alone():
        old, wanted = current(), made_for()
        if old and (full or {**old.made_for, "today": ""} != {**wanted, "today": ""} or _head() < old.history):
            old = Manifest(old.version, old.as_of, wanted, {}, old.facts)
        dirty = list(Dirty.objects.order_by("id").values_list("id", "noun", "object_id"))
        if old and old.raw and not dirty and old.made_for == wanted:
            return old
        new = _made(old, wanted, dirty)
        swap(new)
        _forget([pk for pk, _, _ in dirty])
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


def _made(old: Manifest | None, wanted: dict[str, Any], dirty: list[tuple[int, str, int]]) -> Manifest:
    started, as_of, head = time.monotonic(), clock.now(), _head()
    version = old.version + 1 if old else 1
    changed = defaultdict(set)
    for _, noun, pk in dirty:
        changed[noun].add(pk)
    raw = {
        source.name: _table(source, old.raw.get(source.name) if old else None, sorted(changed[source.noun or ""]), version)
        for source in SOURCES.values()
    }
    read = time.monotonic()
    facts = f"facts-{version}-{time.time_ns()}"
    build(raw, folder(), folder() / facts, zone=wanted["company.time_zone"], currency=wanted["company.currency"], today=clock.today())
    log.info(
        "extracts: version %s, %s dirty rows, read in %.2f s, facts in %.2f s", version, len(dirty), read - started, time.monotonic() - read
    )
    return Manifest(version, as_of.isoformat(), wanted, raw, facts, head)


def _table(source: Source, old: Table | None, ids: list[int], version: int) -> Table:
    """The source's files in this version: as they were, with one more delta, or a new base."""
    name = f"{source.name}-{version}-{time.time_ns()}"
    if old is None or source.noun is None or (ids and _worn(old, len(ids))):
        return Table(f"{name}.parquet", rows=extract.write(source, folder() / f"{name}.parquet"))
    if not ids:
        return old
    extract.write(source, folder() / f"{name}.parquet", ids)
    extract.write_ids(ids, folder() / f"{name}-ids.parquet")
    return Table(old.base, (*old.deltas, (f"{name}.parquet", f"{name}-ids.parquet")), old.rows, old.replaced + len(ids))


def _worn(table: Table, ids: int) -> bool:
    return len(table.deltas) >= DELTAS or SHARE * (table.replaced + ids) > table.rows


def _forget(ids: list[int]) -> None:
    """Delete what was consumed, in short transactions: rows written meanwhile stay for the next refresh."""
    for start in range(0, len(ids), FORGET):
        with transaction.atomic():
            Dirty.objects.filter(pk__in=ids[start : start + FORGET]).delete()
        if start + FORGET < len(ids):
            time.sleep(PAUSE)


def _tidy(new: Manifest) -> None:
    """Remove files that no version needs, then forget versions that are old or weigh too much: their files go next time."""
    forget_older()
    versions = all_kept()
    needed = new.files | {version.facts for version in versions}
    for path in folder().iterdir():
        if path.name not in needed and path.suffix != ".json" and path.name != "lock":
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    weight = 0
    for version in versions:
        weight += version.bytes
        age = (clock.now() - version.instant).total_seconds()
        if version.version != new.version and age > READING_SECONDS and (age > KEPT_SECONDS or weight > KEPT_BYTES):
            forget(version)


@contextmanager
def _alone() -> Iterator[None]:
    """One refresh at a time, across processes."""
    with (folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
