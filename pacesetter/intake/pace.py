"""The pace of a load: how much one transaction writes; others who wait write before the next one."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from django.db import connection, transaction

from pacesetter.base import turns

Item = TypeVar("Item")
Result = TypeVar("Result")

# Beside people at work on SQLite no transaction may keep them waiting for more than 50 ms (docs/house.md). Most take
# less than half of that, so that a slow one stays within.
AIM_SECONDS = 0.018
CHECKPOINT_SECONDS = 1.0  # not after each: the first writer after one waits for the disk, holding the lock
FIRST, SMALLEST, LARGEST = 100, 50, 5_000  # fewer than the smallest hardly take less time, whatever the machine is busy with


@contextmanager
def uncollected() -> Iterator[None]:
    """Rows hold no cycles: the garbage collector would walk the same millions of them again and again (a fifth of the time)."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def nobody_waits() -> None:
    """Nothing is held: no job stands behind the work."""


@dataclass
class Pace:
    """How many rows one transaction takes; `alone` says that nobody else is at work, so that it may be many.

    `hold` is asked in every transaction whether the work is still ours: a worker that hung and wakes up writes nothing more.
    """

    alone: bool
    hold: Callable[[], None] = nobody_waits
    rows: int = FIRST
    checkpoint_at: float = 0.0

    def __post_init__(self) -> None:
        self.brisk = self.alone or connection.vendor != "sqlite"
        if self.brisk:
            self.rows = LARGEST

    def store(self, write: Callable[[], Result]) -> Result:
        """Run the writing half of a chunk in a transaction of its own, and learn from the time it held the lock."""
        if not self.brisk:
            turns.let_others_write(connection)
        with transaction.atomic():
            begin = time.perf_counter()
            self.hold()
            result = write()
        self.after(time.perf_counter() - begin)
        if not self.brisk and time.perf_counter() >= self.checkpoint_at:
            _checkpoint()
            self.checkpoint_at = time.perf_counter() + CHECKPOINT_SECONDS
        return result

    def after(self, seconds: float) -> None:
        """Come nearer to as many rows as fit into the aim; one slow transaction may be the machine's fault."""
        if self.brisk:
            return
        fitting = AIM_SECONDS / max(seconds, 0.0001)
        self.rows = max(SMALLEST, min(int(self.rows * min(max(fitting, 0.5), 1.5)), LARGEST))

    def pieces(self, items: Sequence[Item]) -> Iterator[Sequence[Item]]:
        """A long list in pieces, each as large as the pace allows when its turn comes."""
        at = 0
        while at < len(items):
            piece = items[at : at + self.rows]
            yield piece
            at += len(piece)


@contextmanager
def checkpoints_apart() -> Iterator[None]:
    """SQLite copies its log into the database at some commits: a load does that between its own, when nobody waits for it."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA wal_autocheckpoint").fetchone()[0]
        cursor.execute("PRAGMA wal_autocheckpoint = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA wal_autocheckpoint = {before}")


@contextmanager
def unhurried() -> Iterator[None]:
    """PostgreSQL does not wait for the disk at each commit of a load, as SQLite never does: a chunk that the machine's power takes
    takes its line in the file with it, and the next commit that waits comes after all of them.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def _checkpoint() -> None:
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
