"""Company-wide tables that are read once within a block: one verb over many rows, one page."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Read = TypeVar("Read")
_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("memory", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """What is read inside through `once` is read a single time; for blocks that do not change it."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def once(key: Hashable, read: Callable[[], Read]) -> Read:
    """What `read` answers, kept until the block ends; outside of one it is read every time."""
    known = _known.get()
    if known is None:
        return read()
    if key not in known:
        known[key] = read()
    return known[key]  # type: ignore[no-any-return]
