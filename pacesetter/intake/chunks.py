"""Chunks of a file: read, matched, checked and encoded, ready for a transaction that only writes. This may happen in a process beside."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from pacesetter.base import jobs, loaders
from pacesetter.base.actor import Actor
from pacesetter.base.models import ExternalId
from pacesetter.base.writes import Writes
from pacesetter.intake.check import Matcher, differences, refusal
from pacesetter.intake.models import ImportFile, Refusal
from pacesetter.intake.pace import Pace
from pacesetter.intake.resolve import Resolver
from pacesetter.intake.rows import Plan, Row

REFUSAL = ("file_id", "line", "column", "value", "key", "code", "params", "cells")


@dataclass
class Piece:
    """Some rows and the records that they update, by line; `before` is the line up to which the file is loaded when they come.

    Rows that were loaded before only count as `lines`.
    """

    rows: list[Row]
    ids: Mapping[int, int]
    before: int
    lines: int


class Making:
    """Makes the chunks of one file, in order."""

    def __init__(self, file: ImportFile, resolver: Resolver, by: Actor) -> None:
        self.file = file
        self.by = by
        self.plan = Plan(file, resolver)
        self.loader = self.plan.loader
        self.matcher = Matcher(self.plan)
        self.currency = file.batch.currency if "currency" in self.plan.slots else ""

    def pieces(self, pace: Pace) -> Iterator[Piece]:
        """The rows after the line that the file is loaded to, as many at a time as the pace allows."""
        before = self.file.loaded_line
        for batch in self.plan.batches():
            self.plan.resolve(batch, links=False)
            ids = self.matcher.match(batch)
            rest = [row for row in batch if row.line > before]
            if len(rest) < len(batch):
                yield Piece([], {}, before, len(batch) - len(rest))
            for rows in pace.pieces(rest):
                yield Piece(list(rows), ids, before, len(rows))
                before = rows[-1].line

    def chunk(self, piece: Piece) -> "Chunk":
        """Everything about some rows that can be done before others have to wait."""
        refused = [row for row in piece.rows if row.refused]
        good = [row for row in piece.rows if not row.refused] if refused else piece.rows
        new = [row for row in good if row.line not in piece.ids]
        old = {piece.ids[row.line]: row for row in good if row.line in piece.ids} if piece.ids else {}
        changes = self.changes({pk: row.values for pk, row in old.items()})
        chunk = Chunk(self.file, piece, self.loader.noun)
        chunk.keys = [row.key for row in new]
        chunk.create = self.loader.prepare([self._whole(row.values) for row in new], by=self.by) if new else list
        chunk.update = self.loader.prepare_update(changes, by=self.by) if changes else nothing
        chunk.name({pk: row.key for pk, row in old.items()}, unless_there=True)
        chunk.refuse([refusal(self.file, row) for row in refused])
        chunk.counts = {"new": len(new), "updates": len(changes), "same": len(old) - len(changes), "refused": len(refused)}
        return chunk

    def _whole(self, values: loaders.Values) -> loaders.Values:
        """A new record takes the currency of the import where its row says none."""
        return {"currency": self.currency, **values} if self.currency and "currency" not in values else values

    def changes(self, values: Mapping[int, loaders.Values]) -> list[tuple[int, loaders.Values]]:
        """What differs from the stored values, by record."""
        stored = self.loader.stored(values.keys()) if values else {}
        return [(pk, different) for pk, one in values.items() if (different := differences(self.loader, one, stored[pk]))]


class Chunk:
    """Some rows of a file on their way into the tables."""

    def __init__(self, file: ImportFile, piece: Piece, noun: str) -> None:
        self.file_id, self.source, self.noun = file.pk, file.batch.source, noun
        self.before, self.last = piece.before, piece.rows[-1].line
        self.keys: list[str] = []
        self.create: Callable[[], list[int]] = list
        self.update: Callable[[], None] = nothing
        self.writes = Writes()
        self.counts: dict[str, int] = {}
        self.made: list[int] = []

    def name(self, keys: Mapping[int, str], *, unless_there: bool) -> None:
        """Remember under which id the source knows each record."""
        named = {pk: key for pk, key in keys.items() if key}
        same = {"source": [self.source] * len(named), "noun": [self.noun] * len(named)}
        self.writes.insert(ExternalId, same | {"value": list(named.values()), "object_id": list(named)}, unless_there=unless_there)

    def refuse(self, refusals: list[Refusal]) -> None:
        """Keep why rows stay out."""
        self.writes.insert(Refusal, {name: [getattr(one, name) for one in refusals] for name in REFUSAL})

    def store(self) -> None:
        """What is left: to write."""
        self._advance()
        self.made = self.create()
        self.name(dict(zip(self.made, self.keys, strict=True)), unless_there=False)
        self.update()
        self.writes.store()

    def named(self, made: Sequence[int]) -> list[int]:
        """The new records that the source has an id of."""
        return [pk for pk, key in zip(made, self.keys, strict=True) if key]

    def _advance(self) -> None:
        """Note how far the load came, unless another worker took over and was here before: then nothing of this chunk stays."""
        mine = ImportFile.objects.filter(pk=self.file_id, loaded_line=self.before)
        if not mine.update(loaded_line=self.last, **{name: F(name) + count for name, count in self.counts.items()}):
            raise jobs.LeaseLost


class Here:
    """The chunks of a file, each made when the one before is stored."""

    def __init__(self, making: Making, pace: Pace) -> None:
        self.making, self.pace = making, pace

    def __enter__(self) -> "Here":
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing is open."""

    def __iter__(self) -> Iterator[tuple[int, Chunk | None]]:
        for piece in self.making.pieces(self.pace):
            self.piece, chunk = piece, self.making.chunk(piece) if piece.rows else None
            yield piece.lines, chunk
            self.making.matcher.own(chunk.named(chunk.made) if chunk else ())

    def again(self, chunk: Chunk) -> Chunk:
        """The last chunk, made anew."""
        return self.making.chunk(self.piece)


def nothing() -> None:
    """Nothing differs."""
