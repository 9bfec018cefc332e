"""What a person is told on the command line when something is refused."""

from pacesetter.core.errors import Refused


def explain(error: BaseException) -> str | None:
    """One sentence, or nothing when it is a bug."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, PermissionError):
        return f"{error.filename}: this file or folder may not be read or written."
    from pacesetter.base.busy import busy  # Django is loaded only when something went wrong

    refusal = busy(error)
    return str(refusal) if refusal else None
