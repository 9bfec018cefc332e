"""What the import targets of all customer records share."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import transaction

from pacesetter.base import fields, history
from pacesetter.base.loaders import ID, Loader, Slot, Values, slots
from pacesetter.core.labels import mark
from pacesetter.crm.records import Changes, Shelf, put

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

ID_SLOT = Slot(ID, mark("Id in the other system"))
OWNER = {"strict": True}
CURRENCY = {"lookup": "currency", "strict": True}


class ShelfLoader(Loader):
    """A noun with a shelf of verbs: `words` are header words by field, `changes` what differs from the catalogue."""

    shelf: ClassVar[Shelf]
    store: ClassVar[Callable[..., list[Any]]]
    ids: ClassVar[tuple[str, ...]] = ()
    words: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    changes: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    def __init__(self) -> None:
        self.known = fields.of(self.noun)

    def slots(self) -> list[Slot]:
        return [Slot(ID, ID_SLOT.label, names=self.ids), *slots(self.noun, self.words, **self.changes)]

    def stored(self, ids: Collection[int]) -> dict[int, Values]:
        rows = self.shelf.model.objects.in_bulk(list(ids))
        return {pk: {key: one.read(row) for key, one in self.known.items()} for pk, row in rows.items()}

    def create(self, rows: list[Values], *, by: "Actor") -> list[int]:
        made = type(self).store([{"owner": None, **row} if "owner" in self.known else row for row in rows], by=by, facts=True)
        return [obj.pk for obj in made]

    @transaction.atomic
    def update(self, changes: list[tuple[int, Values]], *, by: "Actor") -> None:
        fresh = self.shelf.locked([self.shelf.model(pk=pk) for pk, _ in changes])
        by.require(self.shelf.capability, *[obj for obj in fresh if hasattr(obj, "owner_id")])
        per_row = {obj.pk: self._put(obj, values) for obj, (_, values) in zip(fresh, changes, strict=True)}
        self.write(fresh, per_row, by)

    def _put(self, obj: Any, values: Values) -> Changes:
        currency = values.get("currency") or getattr(obj, "currency", "") or ""
        return put(obj, {key: self.known[key].clean(value, currency) for key, value in values.items() if key in self.known}, self.known)

    def write(self, fresh: list[Any], per_row: Mapping[int, Changes], by: "Actor") -> None:
        """Store changed records with their history."""
        self.shelf.store(fresh, per_row, f"{self.noun}.updated", by=by)

    def remove(self, ids: Collection[int], *, by: "Actor") -> None:
        self.shelf.model.objects.filter(pk__in=ids).delete()
        history.mark_dirty(self.noun, ids)


def chunks(items: Collection[Any], size: int = 500) -> list[list[Any]]:
    """A long list in pieces that fit into one query."""
    rows = list(items)
    return [rows[start : start + size] for start in range(0, len(rows), size)]
