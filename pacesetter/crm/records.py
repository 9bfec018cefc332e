"""What every verb on an owned record does: check, lock, change, keep one history entry. Nouns add their own rules."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection, transaction

from pacesetter.base import clock, fields, history, memory
from pacesetter.base.fields import canonical
from pacesetter.base.models import HistoryEntry, User
from pacesetter.base.writes import Writes
from pacesetter.core.errors import Conflict, Invalid, NotFound, Refused
from pacesetter.core.text import fold
from pacesetter.crm import births, references
from pacesetter.crm.births import Columns, Prepared

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

Row = TypeVar("Row")
Changes = dict[str, list[Any]]
Adjust = Callable[[Any, Mapping[str, fields.Field], dict[str, Any]], None]


@dataclass(frozen=True)
class Shelf:
    """What the shared verbs need to know of a noun: its model, capability, and what to do after rows changed."""

    noun: str
    model: type[Any]
    capability: str
    after: Callable[[Writes, Sequence[Any], Mapping[int, Changes]], None] | None = None
    related: tuple[str, ...] = field(default=())

    def prepare(
        self,
        rows: Iterable[Mapping[str, Any]],
        *,
        by: "Actor",
        batch: uuid.UUID | None = None,
        defaults: Callable[[Columns], None] | None = None,
        apart: frozenset[str] = frozenset(),
    ) -> Prepared[Any]:
        """New records from dicts of raw values by field key, checked and ready to be stored; `defaults` completes their columns.

        Keys `apart` are no fields; whoever calls sees to them.
        """
        rows, known = list(rows), fields.of(self.noun)
        given = [key for key in dict.fromkeys(chain.from_iterable(rows)) if key not in apart and key != "created_at"]
        for key in given:
            _field(known, key, self.noun)
        with memory.remembered():
            columns = births.born(self.model, {key: known[key] for key in given}, rows, by)
        if hasattr(self.model, "fold_name"):
            columns["name_key"] = [fold(name)[:200] for name in self.model.names(columns)]
        if defaults:
            defaults(columns)
        self._may_own(columns, by)
        references.demand_columns(columns, known, by=by)
        births.demand(columns, known)
        writes = Writes()
        writes.insert(self.model, columns)
        history.gather_columns(writes, self.noun, columns["id"], births.facts(columns, known), f"{self.noun}.created", by=by, batch=batch)
        return Prepared(self.model, columns, writes)

    def _may_own(self, columns: Columns, by: "Actor") -> None:
        by.require(self.capability)
        others = any(owner != by.user_id for owner in columns.get("owner_id", ()))
        if others and not (by.can("record.assign") or by.can("record.import")):
            by.require("record.assign")

    @transaction.atomic
    def edit_each(
        self,
        pairs: Sequence[tuple[Row, Mapping[str, Any]]],
        *,
        by: "Actor",
        version: int | None = None,
        batch: uuid.UUID | None = None,
        adjust: Adjust | None = None,
    ) -> list[Row]:
        """Change records, each in its own way; `adjust(fresh, known, wanted)` may add what follows from a change."""
        known = fields.of(self.noun)
        for key in {key for _, changes in pairs for key in changes}:
            if not _field(known, key, self.noun).editable:
                raise Invalid("read_only", field=key)
        fresh = self.locked([obj for obj, _ in pairs])
        by.require(self.capability, *fresh)
        self._refuse_archived(fresh)
        each: list[tuple[Any, dict[str, Any]]] = []
        for obj, (_, changes) in zip(fresh, pairs, strict=True):
            wanted = {key: known[key].clean(value, getattr(obj, "currency", "")) for key, value in changes.items()}
            if version is not None:
                self._refuse_stale(obj, version, wanted, known)
            if adjust:
                adjust(obj, known, wanted)
            each.append((obj, wanted))
        references.demand_changes(each, known, by=by)
        per_row = {obj.pk: put(obj, wanted, known) for obj, wanted in each}
        _check_required(fresh, known)
        return self.store(fresh, per_row, f"{self.noun}.edited", by=by, batch=batch)

    def edit_many(
        self,
        objects: Sequence[Row],
        *,
        by: "Actor",
        version: int | None = None,
        batch: uuid.UUID | None = None,
        adjust: Adjust | None = None,
        **changes: Any,
    ) -> list[Row]:
        """Change the same fields of many records."""
        return self.edit_each([(obj, changes) for obj in objects], by=by, version=version, batch=batch, adjust=adjust)

    def locked(self, objects: Sequence[Any]) -> list[Any]:
        """The records as they stand now, locked until the transaction ends, in the order given."""
        rows = self._lockable().in_bulk([obj.pk for obj in objects])
        if len(rows) < len({obj.pk for obj in objects}):
            raise NotFound("not_found", noun=self.noun, id=next(obj.pk for obj in objects if obj.pk not in rows))
        return [rows[obj.pk] for obj in objects]

    def _lockable(self) -> Any:
        rows = self.model.objects.select_for_update(of=("self",) if connection.features.has_select_for_update_of else ())
        return rows.select_related(*self.related) if self.related else rows

    def store(
        self,
        rows: Sequence[Any],
        per_row: Mapping[int, Changes],
        kind: str,
        *,
        by: "Actor",
        batch: uuid.UUID | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> list[Any]:
        """Write changed rows, their history and what follows from the change."""
        self.changed(rows, per_row, kind, by=by, batch=batch, data=data).store()
        return list(rows)

    def changed(
        self,
        rows: Sequence[Any],
        per_row: Mapping[int, Changes],
        kind: str,
        *,
        by: "Actor",
        batch: uuid.UUID | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> Writes:
        """What must be written for changed rows; storing it fails as `Stale` where others changed one in between."""
        writes, changed = Writes(), [obj for obj in rows if per_row[obj.pk]]
        if changed:
            writes.update(changed, self._moved_on(changed, per_row))
            single = {"version": changed[0].version} if len(changed) == 1 else {}
            entries = [(obj.pk, per_row[obj.pk], {**single, **(data or {})}) for obj in changed]
            history.gather(writes, self.noun, entries, kind, by=by, batch=batch)
            if self.after:
                self.after(writes, changed, per_row)
        return writes

    def _moved_on(self, changed: Sequence[Any], per_row: Mapping[int, Changes]) -> list[str]:
        """Raise versions, and name the columns that differ now."""
        now, known = clock.now(), fields.of(self.noun)
        columns = {"version", "updated_at"} if hasattr(self.model, "updated_at") else {"version"}
        for obj in changed:
            obj.version += 1
            obj.updated_at = now
            if hasattr(obj, "fold_name"):
                obj.fold_name()
                columns.add("name_key")
        columns |= {_column(known, key) for obj in changed for key in per_row[obj.pk]}
        return sorted(columns)

    def _refuse_archived(self, rows: Sequence[Any]) -> None:
        for obj in rows:
            if getattr(obj, "archived_at", None):
                raise Refused("archived", name=str(obj))

    def _refuse_stale(self, obj: Any, version: int, wanted: Mapping[str, Any], known: Mapping[str, fields.Field]) -> None:
        """The second editor of a field sees both values; edits of different fields do not collide."""
        if obj.version == version:
            return
        for entry in HistoryEntry.objects.filter(noun=self.noun, object_id=obj.pk).order_by("-id")[: obj.version - version]:
            for key in entry.changes.keys() & wanted.keys():
                theirs, yours = canonical(known[key].read(obj)), canonical(wanted[key])
                if theirs != yours:
                    who = User.objects.filter(pk=entry.user_id).values_list("name", flat=True).first() or entry.via
                    raise Conflict("conflict", field=key, name=str(obj), who=who, yours=yours, theirs=theirs, version=obj.version)

    @transaction.atomic
    def assign_many(
        self,
        objects: Sequence[Row],
        *,
        to: User | None,
        by: "Actor",
        batch: uuid.UUID | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> list[Row]:
        """Give records to another owner, or to the queue; `data` says why in their history."""
        fresh = self.locked(objects)
        by.require("record.assign", *fresh)
        self._refuse_archived(fresh)
        known = fields.of(self.noun)
        per_row = {obj.pk: put(obj, {"owner": to.pk if to else None}, known) for obj in fresh}
        return self.store(fresh, per_row, f"{self.noun}.assigned", by=by, batch=batch, data=data)

    @transaction.atomic
    def archive_many(self, objects: Sequence[Row], *, by: "Actor", batch: uuid.UUID | None = None) -> list[Row]:
        """Hide records from lists; numbers as of an earlier day keep them."""
        return self._set_archived(objects, clock.now(), "archived", by, batch)

    @transaction.atomic
    def restore_many(self, objects: Sequence[Row], *, by: "Actor", batch: uuid.UUID | None = None) -> list[Row]:
        """Bring archived records back."""
        return self._set_archived(objects, None, "restored", by, batch)

    def _set_archived(self, objects: Sequence[Any], at: Any, word: str, by: "Actor", batch: uuid.UUID | None) -> list[Any]:
        fresh = self.locked(objects)
        by.require("record.archive", *[obj for obj in fresh if hasattr(obj, "owner_id")])
        per_row: dict[int, Changes] = {}
        for obj in fresh:
            per_row[obj.pk] = {} if bool(obj.archived_at) == bool(at) else {"archived_at": [canonical(obj.archived_at), canonical(at)]}
            obj.archived_at = at
        return self.store(fresh, per_row, f"{self.noun}.{word}", by=by, batch=batch)

    @transaction.atomic
    def put_back(self, object_id: int, changes: Mapping[str, list[Any]], *, by: "Actor") -> Any:
        """Undo one history entry: restore the values from before, unless somebody changed them since."""
        obj = self.model.objects.select_for_update().filter(pk=object_id).first()
        if obj is None:
            raise NotFound("not_found", noun=self.noun, id=object_id)
        by.require(self.capability, obj)
        known, wanted = fields.of(self.noun), {}
        for key, (before, after) in changes.items():
            if _now(obj, key, known) != after:
                raise Conflict("undo_conflict", field=key)
            wanted[key] = before
        per_row = {obj.pk: _restore(obj, wanted, known)}
        return self.store([obj], per_row, f"{self.noun}.undone", by=by)[0]


def put(obj: Any, wanted: Mapping[str, Any], known: Mapping[str, fields.Field]) -> Changes:
    """Set values on a record; returns what really changed as {field: [before, after]} in canonical form."""
    changes: Changes = {}
    for key, value in wanted.items():
        before = _now(obj, key, known)
        if key in known:
            known[key].write(obj, value)
        else:
            setattr(obj, key, value)
        after = _now(obj, key, known)
        if before != after:
            changes[key] = [before, after]
    return changes


def _now(obj: Any, key: str, known: Mapping[str, fields.Field]) -> Any:
    return canonical(known[key].read(obj) if key in known else getattr(obj, key))


def _restore(obj: Any, wanted: Mapping[str, Any], known: Mapping[str, fields.Field]) -> Changes:
    """Canonical values from history become typed again through the model's own columns."""
    typed = {}
    for key, value in wanted.items():
        custom = key in known and known[key].is_custom
        typed[key] = value if custom else obj._meta.get_field(known[key].attribute if key in known else key).to_python(value)
    return put(obj, typed, known)


def _column(known: Mapping[str, fields.Field], key: str) -> str:
    return ("custom" if known[key].is_custom else known[key].attribute) if key in known else key


def _field(known: Mapping[str, fields.Field], key: str, noun: str) -> fields.Field:
    if key not in known:
        raise Invalid("unknown_field", field=key, noun=noun, known=", ".join(known))
    return known[key]


def _check_required(rows: Sequence[Any], known: Mapping[str, fields.Field]) -> None:
    needed = [one for one in known.values() if one.required]
    for obj in rows:
        for one in needed:
            if one.read(obj) in (None, ""):
                raise Invalid("required", field=one.key)


def refreshed(obj: Row, fresh: Row) -> Row:
    """Give the caller's own object the new values."""
    obj.__dict__.update(fresh.__dict__)
    return obj
