"""What a person is told on the command line when something is refused."""

import sqlite3

from pacesetter.core.errors import Refused


def explain(error: BaseException) -> str | None:
    """One sentence, or nothing when it is a bug."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, PermissionError):
        return f"{error.filename}: this file or folder may not be read or written."
    from pacesetter.base.busy import busy  # Django is loaded only when something went wrong

    if refusal := busy(error):
        return str(refusal)
    cause = error.__cause__ or error
    if isinstance(cause, sqlite3.OperationalError) and "unable to open" in str(cause):
        return "The data folder cannot be opened. Check PACESETTER_DATA and its permissions."
    return None
