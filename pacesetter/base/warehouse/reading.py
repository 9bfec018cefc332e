"""What a refresh reads: the change feed, the records it reaches, and their rows from each source."""

from array import array
from collections import defaultdict
from dataclasses import dataclass, field

from pacesetter.base.models import Dirty
from pacesetter.base.warehouse import extract, parts
from pacesetter.base.warehouse.manifest import folder
from pacesetter.base.warehouse.parts import Table
from pacesetter.base.warehouse.sources import SOURCES, TOUCHES, Source, known_nouns


@dataclass
class Feed:
    """The dirty rows there are: their own ids, and per noun those of the records."""

    rows: "array[int]"
    records: "dict[str, array[int]]"

    @classmethod
    def read(cls) -> "Feed":
        """Eight bytes a number: after a large import there are millions."""
        found = cls(array("q"), defaultdict(lambda: array("q")))
        for pk, noun, record in Dirty.objects.order_by("id").values_list("id", "noun", "object_id").iterator(chunk_size=20_000):
            found.rows.append(pk)
            found.records[noun].append(record)
        return found

    def reach(self, old: dict[str, Table]) -> dict[str, list[int]]:
        """Per noun the records to read again: those that changed, and those that others touch or touched before."""
        found = {noun: set(ids) for noun, ids in self.records.items()}
        for key, find in TOUCHES.items():
            noun, records = key.split()
            for start in range(0, len(ids := self.records.get(noun, array("q"))), extract.IDS_PER_QUERY):
                found.setdefault(records, set()).update(find(ids[start : start + extract.IDS_PER_QUERY].tolist()))
        for source in SOURCES.values():
            if source.noun and source.child in self.records and source.name in old:
                earlier = parts.units_of(old[source.name], folder(), source.unit, self.records[source.child])
                found.setdefault(source.noun, set()).update(earlier)
        return {noun: sorted(ids) for noun, ids in found.items()}

    def touches(self, source: Source) -> bool:
        """Whether a source that is read whole must be read again."""
        return not source.after.isdisjoint(self.records) or not known_nouns().issuperset(self.records)


@dataclass
class Reading:
    """Reading the sources for one version, whose new files carry `name`; and what was read.

    `anew` are the tables of which any row may differ, `fresh` the files with just the rows of changed records, `ids` those with their ids.
    """

    old: dict[str, Table]
    feed: Feed
    name: str
    records: dict[str, list[int]] = field(init=False)
    anew: set[str] = field(default_factory=set)
    fresh: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.records = self.feed.reach(self.old)

    def tables(self) -> dict[str, Table]:
        """Every source's files in this version: as they were, with one more delta, or a new base."""
        whole = [source for source in SOURCES.values() if self._is_whole(source)]
        file = {source.name: f"{source.name}-{self.name}.parquet" for source in whole}
        rows = extract.write_whole({source.name: (source, folder() / file[source.name]) for source in whole})
        made = {source.name: self._taken(source, Table((file[source.name],), rows=rows[source.name])) for source in whole}
        return {source.name: made.get(source.name) or self._kept(source) for source in SOURCES.values()}

    def _is_whole(self, source: Source) -> bool:
        """Whether all rows are read: for the first time, because one of them may have changed, or because most of them did."""
        old = self.old.get(source.name)
        if not old:
            return True
        return old.is_worn(len(ids)) if (ids := self._changed(source)) else source.noun is None and self.feed.touches(source)

    def _changed(self, source: Source) -> list[int]:
        return self.records.get(source.noun, []) if source.noun else []

    def _taken(self, source: Source, new: Table) -> Table:
        """The new base, or the old one where it holds the same: most changes of a person do not touch each table of people."""
        old = self.old.get(source.name)
        if old and source.noun is None and _same(old, new):
            return old
        self.anew |= {source.name} if not old or source.noun is None else set()
        return new

    def _kept(self, source: Source) -> Table:
        old, ids = self.old[source.name], self._changed(source)
        if not ids or not source.noun:
            return old
        file = self.fresh[source.name] = f"{source.name}-{self.name}.parquet"
        extract.write(source, folder() / file, ids)
        return old.plus(file, self._file_of_ids(source.noun, ids), len(ids))

    def _file_of_ids(self, noun: str, ids: list[int]) -> str:
        if noun not in self.ids:
            self.ids[noun] = f"{noun}-{self.name}-ids.parquet"
            extract.write_ids(ids, folder() / self.ids[noun])
        return self.ids[noun]


def _same(old: Table, new: Table) -> bool:
    import pyarrow.parquet as pq

    return bool(pq.read_table(folder() / old.base[0]).equals(pq.read_table(folder() / new.base[0])))
