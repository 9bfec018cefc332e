"""What a person is told on the command line when something is refused."""

import sqlite3

from pacesetter.core.errors import SENTENCES, Refused


def explain(error: BaseException) -> str | None:
    """One sentence, or nothing when it is a bug."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, PermissionError):
        return f"{error.filename}: this file or folder may not be read or written."
    cause = error.__cause__ or error
    if isinstance(cause, sqlite3.OperationalError) and "locked" in str(cause):
        return SENTENCES["database_locked"]
    if isinstance(cause, sqlite3.OperationalError) and "unable to open" in str(cause):
        return "The data folder cannot be opened. Check PACESETTER_DATA and its permissions."
    return None
