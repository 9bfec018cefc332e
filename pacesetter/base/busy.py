"""A database that another program keeps locked is no fault of ours: every door says so and changes nothing."""

from django.db import OperationalError

from pacesetter.core.errors import Busy


def busy(error: BaseException) -> Busy | None:
    """The refusal that a database error stands for, if it is about a lock."""
    if isinstance(error, OperationalError) and "lock" in str(error):
        return Busy("database_locked")
    return None
