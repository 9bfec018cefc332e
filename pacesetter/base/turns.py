"""Turns at SQLite's one place to write: who finds it taken tries again every millisecond and is heard to wait.

SQLite itself sleeps longer and longer between its tries, up to a tenth of a second, so that whoever writes one transaction after the other would
have to leave long gaps. Here somebody who waits holds a shared lock on a file beside the database, and a load asks between its
transactions whether anybody does. That lock is a hint: no writer needs it, nobody waits for it, and it ends with its process.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import OperationalError

BRIEF_MS = 2  # within these SQLite tries three times
POLITE_SECONDS = 0.1  # who was stopped while it waited does not stop a load
_BUSY = 5  # SQLITE_BUSY: another connection writes


def teach(connection: Any) -> None:
    """Make a new connection to a file wait in our way, for as long as its settings say."""
    if not connection.is_in_memory_db():
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {BRIEF_MS}")
        if _patiently not in connection.execute_wrappers:
            connection.execute_wrappers.append(_patiently)


def let_others_write(connection: Any) -> None:
    """Return when nobody waits any more, or after a while; PostgreSQL lets all write at once, and a database in memory knows nobody else."""
    if connection.vendor != "sqlite" or connection.is_in_memory_db():
        return
    until = time.monotonic() + POLITE_SECONDS
    with _opened(connection) as file:
        while file is not None and not _locked(file, fcntl.LOCK_EX) and time.monotonic() < until:
            time.sleep(0.001)


def _patiently(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    connection = context["connection"]
    try:
        return execute(sql, params, many, context)
    except OperationalError as error:
        # a transaction has its turn already, and many statements outside of one may be half done
        if many or connection.in_atomic_block or not _is_busy(error):
            raise
    until = time.monotonic() + connection.settings_dict["OPTIONS"]["timeout"]
    with _opened(connection) as file:
        while True:
            if file is not None:
                _locked(file, fcntl.LOCK_SH)
            try:
                return execute(sql, params, many, context)
            except OperationalError as error:
                if not _is_busy(error) or time.monotonic() > until:
                    raise


def _is_busy(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF == _BUSY


@contextmanager
def _opened(connection: Any) -> Iterator[int | None]:
    """The file beside the database; none where nothing can be written."""
    file = None
    with suppress(OSError):
        file = os.open(f"{connection.settings_dict['NAME']}-turns", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield file
    finally:
        if file is not None:
            os.close(file)


def _locked(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
