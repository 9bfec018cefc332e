"""What the doctor looks at in the foundation: the database, its guards and indexes, extracts, jobs and files."""

import os
import shutil
import stat
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models

from pacesetter.base import clock, find, foreign_keys, jobs, warehouse, words, worker
from pacesetter.base import guards as guarding
from pacesetter.base.keeping.doctor import Finding, look
from pacesetter.base.models import Dirty, ExternalId, Job
from pacesetter.base.warehouse.manifest import folder as extracts
from pacesetter.core.errors import add_sentences
from pacesetter.core.labels import mark

HALF_MADE = ("*.part", ".*.part", "backup-*")
LOW_BYTES = 200_000_000
CHUNK = 5_000
add_sentences(
    {
        "database_damaged": mark("The database file is damaged: {what}. Restore a backup."),
        "references_broken": mark("Rows of {table} that point at rows which are not there: {count}."),
        "references_unwatched": mark("References that the database does not watch over: {count}."),
        "guards_missing": mark("Tables of history that are not protected against changes: {count}."),
        "indexes_missing": mark("Missing indexes, without which lists are slow: {count}."),
        "words_missing": mark("Missing word indexes, without which search is slow: {count}."),
        "words_out_of_step": mark("Word indexes that differ from their table, so that search misses records: {count}."),
        "names_without_record": mark("Ids of other systems that stand for no record: {count}."),
        "extracts_behind": mark("The numbers are behind and no worker runs. Changed records that wait: {count}."),
        "extracts_missing": mark("Files of the extracts that are missing, so that numbers cannot be read: {count}."),
        "jobs_stuck": mark("Jobs of a worker that is gone: {count}."),
        "jobs_waiting": mark("Jobs that wait while no worker runs: {count}. Start `pacesetter up`."),
        "half_made_files": mark("Half-made files that were left behind: {count}."),
        "key_open": mark("The secret key can be read by others on this machine."),
        "disk_low": mark("Only {mb} MB are left on the disk of the data folder."),
    }
)


@look("database")
def database() -> Iterator[Finding]:
    """SQLite can be read through, and every reference leads to a row; PostgreSQL knows by itself which keys a row breaks."""
    if connection.vendor != "sqlite":
        if missing := foreign_keys.missing():
            yield Finding("references_unwatched", len(missing), mend=foreign_keys.ensure)
        for table, ids in foreign_keys.broken():
            yield Finding("references_broken", len(ids), tuple(ids), {"table": table})
        return
    with connection.cursor() as cursor:
        (state,) = cursor.execute("PRAGMA quick_check(1)").fetchone()
        if state != "ok":
            yield Finding("database_damaged", 1, params={"what": state})
            return
        broken = cursor.execute("PRAGMA foreign_key_check").fetchall()
    for table, rows in groupby(sorted(broken, key=lambda row: str(row[0])), key=lambda row: str(row[0])):
        ids = [str(row[1]) for row in rows]
        yield Finding("references_broken", len(ids), tuple(ids), {"table": table})


@look("guards")
def guards() -> Iterator[Finding]:
    """History is append-only in the database itself."""
    if missing := guarding.missing():
        yield Finding("guards_missing", len(missing), tuple(missing), mend=guarding.protect)


@look("indexes")
def indexes() -> Iterator[Finding]:
    """Every index and constraint that the models ask for; a killed load may leave some out."""
    missing = [(model, index) for model in apps.get_models(include_auto_created=True) for index in _missing(model)]
    if missing:
        yield Finding("indexes_missing", len(missing), tuple(_called(index) for _, index in missing), mend=lambda: _build(missing))


def _missing(model: type[models.Model]) -> Iterator[Any]:
    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, model._meta.db_table)
    for named in [*model._meta.indexes, *model._meta.constraints]:
        if named.name not in there:
            yield named
    led = {tuple(one["columns"])[:1] for one in there.values() if one["index"] or one["unique"]}
    for column in model._meta.local_fields:
        if getattr(column, "db_index", False) and not column.unique and (column.column,) not in led:
            yield column


def _called(index: Any) -> str:
    return str(index.name)


def _build(missing: list[tuple[type[models.Model], Any]]) -> None:
    with connection.schema_editor() as editor:
        for model, index in missing:
            if isinstance(index, models.Index):
                editor.add_index(model, index)
            elif isinstance(index, models.BaseConstraint):
                editor.add_constraint(model, index)
            else:
                editor.execute(editor._create_index_sql(model, fields=[index]))  # type: ignore[attr-defined]


@look("search")
def search() -> Iterator[Finding]:
    """The word indexes are there and say what their tables say."""
    if missing := words.missing():
        yield Finding("words_missing", len(missing), tuple(one.name for one in missing), mend=words.ensure)
    if wrong := words.out_of_step():
        yield Finding("words_out_of_step", len(wrong), tuple(one.name for one in wrong), mend=lambda: words.rebuild(wrong))


@look("references")
def references() -> Iterator[Finding]:
    """Ids of other systems carry noun and number only, so no foreign key watches them."""
    tables = find.tables()
    for noun in ExternalId.objects.order_by().values_list("noun", flat=True).distinct():
        if noun in tables:
            known = tables[noun]._default_manager.values("pk")
            lost = ExternalId.objects.filter(noun=noun).exclude(object_id__in=known)
            if count := lost.count():
                shown = tuple(lost.values_list("value", flat=True)[:6])
                yield Finding("names_without_record", count, shown, mend=lambda lost=lost: lost.delete())  # type: ignore[misc]


@look("extracts")
def numbers() -> Iterator[Finding]:
    """The files behind the numbers are there and up to date."""
    version = warehouse.current()
    lost = [name for name in (version.files if version else ()) if not (extracts() / name).exists()]
    if lost:
        yield Finding("extracts_missing", len(lost), tuple(lost), mend=lambda: warehouse.refresh(full=True))
    elif not worker.is_alive() and (count := Dirty.objects.values("noun", "object_id").distinct().count()):
        yield Finding("extracts_behind", count, mend=warehouse.refresh)


@look("jobs")
def work() -> Iterator[Finding]:
    """No job waits for a worker that will not come; work that the program gave itself can wait for the next one."""
    stuck = Job.objects.filter(state="running", lease_until__lt=clock.now() - jobs.LEASE)
    if ids := list(stuck.values_list("pk", flat=True)):
        yield Finding("jobs_stuck", len(ids), tuple(map(str, ids)), mend=lambda: stuck.update(state="queued", run_at=clock.now()))
    waiting = Job.objects.filter(state="queued", run_at__lt=clock.now()).exclude(via="job")
    if not worker.is_alive() and (count := waiting.count()):
        yield Finding("jobs_waiting", count, tuple(str(pk) for pk in waiting.values_list("pk", flat=True)[:6]))


@look("files")
def files() -> Iterator[Finding]:
    """Nothing half-made lies about, the key is ours alone, and there is room."""
    home = Path(settings.PACESETTER_DATA)
    left = [path for pattern in HALF_MADE for path in home.glob(pattern)]
    if left:
        yield Finding("half_made_files", len(left), tuple(path.name for path in left), mend=lambda: _remove(left))
    key = home / "secret.key"
    if key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield Finding("key_open", 1, mend=lambda: key.chmod(0o600))
    room = os.statvfs(home)
    if (free := room.f_bavail * room.f_frsize) < LOW_BYTES:
        yield Finding("disk_low", 1, params={"mb": free // 1_000_000})


def _remove(paths: list[Path]) -> None:
    for path in paths:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
