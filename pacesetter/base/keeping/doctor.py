"""The doctor looks for what is broken, names it with a count and examples, and mends what has one right answer.

Rooms add their own looks: `@look("deals")` on a function that yields findings.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pacesetter.core.errors import SENTENCES
from pacesetter.core.registry import Registry

SHOWN = 5
Look = Callable[[], Iterator["Finding"]]


@dataclass(frozen=True)
class Finding:
    """Something broken: how many, some of them, and how to mend it where there is one right answer."""

    code: str
    count: int
    examples: tuple[str, ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    mend: Callable[[], object] | None = None

    def __str__(self) -> str:
        sentence = SENTENCES[self.code].format(count=self.count, **self.params)
        more = ", …" if self.count > SHOWN else ""
        return f"{sentence} ({', '.join(self.examples[:SHOWN])}{more})" if self.examples else sentence


LOOKS: Registry[Look] = Registry("look")


def look(key: str) -> Callable[[Look], Look]:
    """Register a look at one part of the house."""

    def add(run: Look) -> Look:
        LOOKS.add(key, run)
        return run

    return add


def examine() -> dict[str, list[Finding]]:
    """All findings by part; a part that is well has none."""
    return {key: list(run()) for key, run in LOOKS.items()}
