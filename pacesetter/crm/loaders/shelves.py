"""What the import targets of all customer records share."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pacesetter.base import fields, history
from pacesetter.base.loaders import DELETED, ID, MERGED, Loader, Ready, Slot, Values, slots
from pacesetter.base.models import Dirty, ExternalId, HistoryEntry
from pacesetter.base.writes import Writes
from pacesetter.core.labels import mark
from pacesetter.crm.alike import MARKS
from pacesetter.crm.births import Prepared
from pacesetter.crm.records import Changes, Shelf, put

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

ID_SLOT = Slot(ID, mark("Id in the other system"))
FATE = (
    Slot(DELETED, mark("Deleted in the other system"), "boolean", names=("isdeleted", "is deleted", "deleted", "eliminado", "eliminato")),
    Slot(MERGED, mark("Ids merged into it"), names=("merged ids", "merged record ids", "hs_merged_object_ids")),
)
OWNER = {"strict": True}
CURRENCY = {"lookup": "currency", "strict": True}


class ShelfLoader(Loader):
    """A noun with a shelf of verbs: `words` are header words by field, `changes` what differs from the catalogue."""

    shelf: ClassVar[Shelf]
    births: ClassVar[Callable[..., Prepared[Any]]]
    told: ClassVar[tuple[Any, ...]] = ()  # the models of its typed history and parts
    ids: ClassVar[tuple[str, ...]] = ()
    words: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    changes: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    def __init__(self) -> None:
        self.known = fields.of(self.noun)

    def slots(self) -> list[Slot]:
        return [Slot(ID, ID_SLOT.label, names=self.ids), *FATE, *slots(self.noun, self.words, **self.changes)]

    @property
    def extensible(self) -> bool:  # type: ignore[override]
        return hasattr(self.shelf.model, "custom")

    def tables(self) -> tuple[Any, ...]:
        return self.shelf.model, HistoryEntry, Dirty, ExternalId, *self.told

    def count(self) -> int | None:
        return int(self.shelf.model.objects.count())

    def stored(self, ids: Collection[int]) -> dict[int, Values]:
        rows = self.shelf.model.objects.in_bulk(list(ids))
        return {pk: {key: one.read(row) for key, one in self.known.items()} for pk, row in rows.items()}

    def create(self, rows: list[Values], *, by: "Actor") -> list[int]:
        return self.prepare(rows, by=by)()

    def prepare(self, rows: list[Values], *, by: "Actor") -> Ready:
        ownable = "owner" in self.known
        prepared = self.ready([{"owner": None, **row} if ownable and "owner" not in row else row for row in rows], by)
        return Ready(prepared.ids, prepared.writes)

    def ready(self, rows: list[Values], by: "Actor") -> Prepared[Any]:
        """New records with all that is written for them."""
        return type(self).births(rows, by=by, facts=True)

    def update(self, changes: list[tuple[int, Values]], *, by: "Actor") -> None:
        self.prepare_update(changes, by=by)()

    def prepare_update(self, changes: list[tuple[int, Values]], *, by: "Actor") -> Callable[[], None]:
        return self.changing(changes, by).store

    def changing(self, changes: list[tuple[int, Values]], by: "Actor") -> Writes:
        """What is written for changed records."""
        rows = self.shelf.model.objects.select_related(*self.shelf.related).in_bulk([pk for pk, _ in changes])
        fresh = [rows[pk] for pk, _ in changes]
        by.require(self.shelf.capability, *[obj for obj in fresh if hasattr(obj, "owner_id")])
        per_row = {obj.pk: self._put(obj, values) for obj, (_, values) in zip(fresh, changes, strict=True)}
        return self.shelf.changed(fresh, per_row, f"{self.noun}.updated", by=by)

    def _put(self, obj: Any, values: Values) -> Changes:
        currency = values.get("currency") or getattr(obj, "currency", "") or ""
        return put(obj, {key: self.known[key].clean(value, currency) for key, value in values.items() if key in self.known}, self.known)

    @property
    def archivable(self) -> bool:  # type: ignore[override]
        return hasattr(self.shelf.model, "archived_at")

    def live(self, ids: Iterable[int]) -> dict[int, str]:
        rows = {
            pk: row for some in chunks(list(ids)) for pk, row in self.shelf.model.objects.filter(archived_at=None).in_bulk(some).items()
        }
        return {pk: str(row) for pk, row in rows.items()}

    def archive(self, ids: Collection[int], *, by: "Actor") -> None:
        self.shelf.archive_many(list(self.shelf.model.objects.filter(pk__in=list(ids))), by=by)

    def marked(self, kind: str, texts: Collection[str]) -> dict[str, tuple[int, str]]:
        column = MARKS[kind]
        rows = [
            row
            for some in chunks(texts)
            for row in self.shelf.model.objects.filter(archived_at=None, **{f"{column}__in": some}).order_by("-id")
        ]
        return {getattr(row, column): (row.pk, str(row)) for row in rows}

    def remove(self, ids: Collection[int], *, by: "Actor") -> None:
        self.shelf.model.objects.filter(pk__in=ids).delete()
        history.mark_dirty(self.noun, ids)


def chunks(items: Collection[Any], size: int = 500) -> list[list[Any]]:
    """A long list in pieces that fit into one query."""
    rows = list(items)
    return [rows[start : start + size] for start in range(0, len(rows), size)]
