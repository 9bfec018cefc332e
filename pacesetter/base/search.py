"""Search in lists and palettes: every word must begin a word of one of the folded search paths.

The condition says so for any row and is the last word; where a word is rare, the word index proposes the few rows to ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from pacesetter.base import words
from pacesetter.base.memory import once
from pacesetter.core.text import fold

FEW = 2_000  # so many proposals are asked one by one without thinking further
NARROW = 20_000  # rows that are read through rather than looked up in an index of common words
SAMPLE = 5_000  # proposals out of which a palette takes its handful
COMMON = 50_000  # a word that begins a word of so many rows is met soon by walking


def says(text: str, paths: Sequence[str]) -> Q:
    """The condition itself."""
    found = Q()
    for word in fold(text).split():
        either = Q()
        for path in paths:
            either |= Q(**{f"{path}__startswith": word}) | Q(**{f"{path}__contains": f" {word}"})
        found &= either
    return found


@dataclass(frozen=True)
class Proposal:
    """A query for the ids of all rows that have a certain word, and of some more."""

    sql: str
    params: tuple[Any, ...]

    def at_most(self, limit: int) -> int:
        """How many it names, counted up to one more than `limit`; rows named twice count twice."""
        return once(("proposed", self.sql, self.params, limit), lambda: self._count(limit))

    def _count(self, limit: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM (SELECT 1 FROM ({self.sql}) AS named LIMIT {limit + 1}) AS few", list(self.params))
            return int(cursor.fetchone()[0])

    def first(self, limit: int) -> "Proposal":
        return Proposal(f"SELECT * FROM ({self.sql}) AS named LIMIT {limit}", self.params)

    @property
    def q(self) -> Q:
        return Q(pk__in=RawSQL(self.sql, self.params))


def proposals(model: Any, text: str, paths: Sequence[str]) -> list[Proposal]:
    """One per word; none when some path has no index."""
    asked = _indexes(model, paths)
    return [_proposal(asked, model, word) for word in fold(text).split()] if asked else []


def _indexes(model: Any, paths: Sequence[str]) -> list[tuple[str, words.Words]]:
    """The word indexes that cover the paths, each with the reference that leads there; empty for the model's own."""
    led: dict[str, list[str]] = {}
    for path in paths:
        reference, _, column = path.rpartition("__")
        led.setdefault(reference, []).append(column)
    found = [(by, words.of(model._meta.get_field(by).related_model if by else model, columns)) for by, columns in led.items()]
    return [(by, one) for by, one in found if one] if all(one for _, one in found) else []


def _proposal(asked: list[tuple[str, words.Words]], model: Any, word: str) -> Proposal:
    parts, params = [], []
    for reference, index in asked:
        sql, own = index.proposing(word)
        if reference:
            sql = f'SELECT id FROM "{model._meta.db_table}" WHERE "{model._meta.get_field(reference).column}" IN ({sql})'
        parts.append(sql)
        params += own
    return Proposal(" UNION ALL ".join(parts), tuple(params))


def rarest(found: Sequence[Proposal], limits: Sequence[int] = (FEW, COMMON)) -> tuple[Proposal | None, int]:
    """The proposal that names the fewest rows and how many, counted no further than needed."""
    for limit in limits:
        counts = [(one.at_most(limit), at) for at, one in enumerate(found)]
        if counts and min(counts)[0] <= limit:
            count, at = min(counts)
            return found[at], count
    return None, limits[-1] + 1


def proposed(rows: "QuerySet[Any]", text: str, paths: Sequence[str]) -> "QuerySet[Any]":
    """Rows of which the index says that they may fulfil the condition; all of them where reading those is no more work."""
    if not text.strip():
        return rows
    proposal, count = rarest(proposals(rows.model, text, paths))
    if proposal is None or (count > FEW and is_narrow(rows)):
        return rows
    return rows.filter(proposal.q)


def is_narrow(rows: "QuerySet[Any]") -> bool:
    """Whether reading all these rows is quick."""
    return rows.order_by().values("pk")[: NARROW + 1].count() <= NARROW


def best(rows: "QuerySet[Any]", text: str, paths: Sequence[str], *, among: int, whole: bool = False) -> list[int]:
    """Ids of rows that fulfil the condition, by name, out of which to show a handful: all of few, and of very many some.

    With `whole` the rows are those of a whole table, so that reading them through is not worth a thought.
    """
    decided = rows.filter(says(text, paths)).order_by().values_list("name_key", "pk")
    found = proposals(rows.model, text, paths)
    proposal, count = rarest(found, (FEW, COMMON) if len(found) > 1 else (FEW,))  # of one word it is enough that they are many
    if not found or (count > FEW and not whole and is_narrow(rows)):
        return [pk for _name, pk in sorted(decided[:among])]
    proposal = proposal or found[-1]
    return [pk for _name, pk in sorted(decided.filter(proposal.first(SAMPLE).q)[:among])]
