"""The one registry class: keyed parts, and a helpful answer for unknown keys."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from pacesetter.core.errors import NotFound

Part = TypeVar("Part")


class Registry(Generic[Part]):
    """Parts by key, in the order in which they were added."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._parts: dict[str, Part] = {}

    def add(self, key: str, part: Part) -> Part:
        if key in self._parts:
            raise ValueError(f"{self.kind} {key!r} is registered twice")
        self._parts[key] = part
        return part

    def __getitem__(self, key: str) -> Part:
        try:
            return self._parts[key]
        except KeyError:
            raise NotFound("unknown_part", kind=self.kind, key=key, known=", ".join(self._parts)) from None

    def __contains__(self, key: str) -> bool:
        return key in self._parts

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def values(self) -> Iterator[Part]:
        return iter(self._parts.values())

    def items(self) -> Iterator[tuple[str, Part]]:
        return iter(self._parts.items())
