"""Faults around us are no bugs of ours: a database that is locked, full, read-only or gone, a disk that takes nothing more.

Every door says so in one sentence and changes nothing; jobs try again.
"""

import errno
import os

from django.db import Error, close_old_connections, connection

from pacesetter.core.errors import Busy, add_sentences
from pacesetter.core.labels import mark

add_sentences(
    {
        "storage_full": mark("The disk is full. Nothing half-done was kept; make room, then try again."),
        "storage_failing": mark("The disk does not take or give what it should: it may be full, or broken. Nothing half-done was kept."),
        "storage_read_only": mark("What Pacesetter keeps can be read, but not written to. Nothing was changed; tell an administrator."),
        "cannot_open": mark("The database cannot be opened. Check the data folder and its permissions."),
        "database_gone": mark("The connection to the database was lost. Nothing half-done was kept; try again in a moment."),
    }
)
# the primary result codes of SQLite, and the conditions of PostgreSQL by their first characters
_SQLITE = {5: "database_locked", 6: "database_locked", 8: "storage_read_only", 10: "storage_failing", 13: "storage_full", 14: "cannot_open"}
_POSTGRES = {
    "53100": "storage_full",
    "25006": "storage_read_only",
    "55P03": "database_locked",
    "40P01": "database_locked",
    "57P": "database_gone",
    "08": "database_gone",
}
_SAID = {"lock": "database_locked", "connection": "database_gone", "unable to open": "cannot_open"}  # where no code came along
_DISK = {
    errno.ENOSPC: "storage_full",
    errno.EDQUOT: "storage_full",
    errno.EFBIG: "storage_full",
    errno.EROFS: "storage_read_only",
    errno.EACCES: "storage_read_only",
    errno.EIO: "storage_failing",
}


def busy(error: BaseException | None) -> Busy | None:
    """The refusal that an error stands for, if the fault is around us."""
    code = _of_database(error) if isinstance(error, Error) else _of_disk(error)
    return Busy(code) if code else None


def _of_disk(error: BaseException | None) -> str | None:
    """What the system says; libraries that write files say it in their words."""
    if isinstance(error, OSError) and error.errno in _DISK:
        return _DISK[error.errno]
    return (
        next((code for number, code in _DISK.items() if os.strerror(number) in str(error)), None) if isinstance(error, Exception) else None
    )


def _of_database(error: Error) -> str | None:
    cause = error.__cause__ or error
    number, state = getattr(cause, "sqlite_errorcode", None), getattr(cause, "sqlstate", None)
    if number is not None:
        return _SQLITE.get(number & 0xFF)
    if state:
        return next((code for start, code in _POSTGRES.items() if state.startswith(start)), None)
    return next((code for word, code in _SAID.items() if word in str(error)), None)


def let_go() -> None:
    """After a fault, give up connections that broke; a caller's transaction needs the one that it has."""
    if not connection.in_atomic_block:
        close_old_connections()
