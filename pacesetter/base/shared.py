"""What web processes share for a while, besides the database: how often somebody called, or tried a password.

A small SQLite file of its own in the data folder, so that a page view or an API call never waits for the company's database, nor makes
anybody wait. It may be deleted at any time. It is Django's cache, for allauth counts there; only what JSON can say is kept.
"""

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import OperationalError

from pacesetter.base import clock

FOREVER = 1e12
PATIENCE = 5.0  # seconds
SWEEP = 200  # one write in so many takes away what nobody may ask for any more
TABLE = "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID"
PUT = "INSERT INTO kept VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, until = excluded.until"
ADD = f"{PUT} WHERE until <= ?"
COUNT = (
    "INSERT INTO kept VALUES (?, '1', ?) ON CONFLICT (key) DO UPDATE SET value = CASE WHEN until <= ? THEN 1 ELSE value + 1 END,"
    " until = CASE WHEN until <= ? THEN excluded.until ELSE until END RETURNING value"
)


class SharedCache(BaseCache):
    """A cache in a file; what it says is whole and in step between threads and processes."""

    def __init__(self, file: Any, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.file = str(file)
        self._db: sqlite3.Connection | None = None

    def count(self, key: str, seconds: float) -> int:
        """One more; returns how many that makes since the first one, which is forgotten after so many seconds."""
        with self._open() as (db, now):
            return int(db.execute(COUNT, (self.make_key(key), now + seconds, now, now)).fetchone()[0])

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        with self._open() as (db, now):
            row = db.execute("SELECT value FROM kept WHERE key = ? AND until > ?", (self.make_key(key, version), now)).fetchone()
        return json.loads(row[0]) if row else default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        with self._open() as (db, now):
            db.execute(PUT, (self.make_key(key, version), json.dumps(value), self._until(timeout, now)))
            if not random.randrange(SWEEP):
                db.execute("DELETE FROM kept WHERE until <= ?", (now,))

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        with self._open() as (db, now):
            done = db.execute(ADD, (self.make_key(key, version), json.dumps(value), self._until(timeout, now), now))
            return done.rowcount > 0

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        with self._open() as (db, now):
            known = (self._until(timeout, now), self.make_key(key, version), now)
            return db.execute("UPDATE kept SET until = ? WHERE key = ? AND until > ?", known).rowcount > 0

    def delete(self, key: str, version: int | None = None) -> bool:
        with self._open() as (db, _now):
            return db.execute("DELETE FROM kept WHERE key = ?", (self.make_key(key, version),)).rowcount > 0

    def clear(self) -> None:
        with self._open() as (db, _now):
            db.execute("DELETE FROM kept")

    def _until(self, timeout: Any, now: float) -> float:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return FOREVER if seconds is None else now + seconds

    @contextmanager
    def _open(self) -> Iterator[tuple[sqlite3.Connection, float]]:
        """A connection (Django makes a cache for each thread) and this moment; a fault is one of the database, for which doors have words."""
        try:
            self._db = self._db or self._connected()
            yield self._db, clock.now().timestamp()
        except sqlite3.Error as error:
            self._db = None  # the file may have been deleted
            raise OperationalError(str(error)) from error

    def _connected(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.file, timeout=PATIENCE, isolation_level=None)
        _write_ahead(db)
        db.execute("PRAGMA synchronous=OFF")  # counts may be lost with the machine's power, never with a process
        db.execute(TABLE)
        return db


def _write_ahead(db: sqlite3.Connection) -> None:
    """Readers and a writer beside each other. SQLite refuses the switch at once, without its timeout, while another process makes it."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            db.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
