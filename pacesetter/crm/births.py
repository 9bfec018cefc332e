"""New records column by column: where rows come in floods, what many of them share is cleaned and encoded once.

Columns go by attribute name (`stage_id`), are all equally long, and carry the ids that are reserved for the records.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring_ascii as encode_text
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import connection
from django.db.models.base import ModelState

from pacesetter.base import clock
from pacesetter.base.fields import Field, Minor, canonical
from pacesetter.base.writes import Json, Writes, reserve
from pacesetter.core.errors import Invalid

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

Row = TypeVar("Row")
Columns = dict[str, list[Any]]
Raw = Sequence[Mapping[str, Any]]
_MISSING = object()
_PLAIN = (type(None), str, object)  # what is equal to nothing of another kind


class Prepared(Generic[Row]):
    """New records with everything that must be written for them."""

    def __init__(self, model: Any, columns: Columns, writes: Writes) -> None:
        self.model = model
        self.columns = columns
        self.writes = writes

    @property
    def ids(self) -> list[int]:
        return self.columns["id"]

    def store(self) -> list[Row]:
        """Write them, and return them."""
        self.writes.store()
        return instances(self.model, self.columns)


def born(model: Any, given: Mapping[str, Field], rows: Raw, by: "Actor") -> Columns:
    """The columns of new records, from dicts of raw values by the key of some `given` fields."""
    count = len(rows)
    columns: Columns = {name: [value] * count for name, value in _defaults(model)[0].items()}
    columns |= {"id": list(reserve(model, count)), **{name: [make() for _ in rows] for name, make in _defaults(model)[1]}}
    _stamp(columns, rows)
    currencies = [row.get("currency") or "" for row in rows] if "currency" in given else [""] * count
    for key, field in given.items():
        _fill(columns, field, [row.get(key, _MISSING) for row in rows], currencies)
    if "owner_id" in columns:
        columns["owner_id"] = [owner if "owner" in row else by.user_id for owner, row in zip(columns["owner_id"], rows, strict=True)]
    return columns


def _stamp(columns: Columns, rows: Raw) -> None:
    if "updated_at" in columns:
        now = clock.now()
        columns |= {"created_at": [row.get("created_at", now) for row in rows], "updated_at": [now] * len(rows)}


def _fill(columns: Columns, field: Field, values: list[Any], currencies: list[str]) -> None:
    if field.is_custom:
        for custom, value in zip(columns["custom"], _cleaned(field, values, currencies, None), strict=True):
            if value not in (None, ""):
                custom[field.slot] = canonical(value)
    elif columns[field.attribute]:
        columns[field.attribute] = _cleaned(field, values, currencies, columns[field.attribute][0])


def _cleaned(field: Field, values: list[Any], currencies: list[str], default: Any) -> list[Any]:
    if field.type != "money":
        return each(values, lambda value: default if value is _MISSING else field.clean(value))
    amounts = zip(values, currencies, strict=True)
    return [int(one) if type(one) is Minor else default if one is _MISSING else field.clean(one, currency) for one, currency in amounts]


def each(values: Sequence[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """`convert` of every value, asked only once for those that repeat."""
    if values and values[0] is values[-1] and values.count(values[0]) == len(values) and type(values[0]) in _PLAIN:
        return [convert(values[0])] * len(values)
    kinds = set(map(type, values))
    if not kinds.isdisjoint((list, dict)) or sum(issubclass(kind, (int, float, Decimal)) for kind in kinds) > 1:
        return [convert(value) for value in values]  # lists do not hash, and 1 is equal to True
    known = {value: convert(value) for value in dict.fromkeys(values)}
    return list(map(known.__getitem__, values))


def demand(columns: Columns, known: Mapping[str, Field]) -> None:
    """Refuse new records that lack a required field."""
    for field in known.values():
        if field.required and any(value in (None, "") for value in _read(columns, field)):
            raise Invalid("required", field=field.key)


def facts(columns: Columns, known: Mapping[str, Field]) -> list[Json]:
    """What is known of each new record, as the changes of its first history entry."""
    parts = [_told(key, _read(columns, field)) for key, field in known.items()]
    told = _joined([column for column in parts if any(column)])
    if not told:
        return [Json("{}")] * len(columns["id"])
    return [Json("{" + ", ".join(filter(None, texts)) + "}") for texts in zip(*told, strict=True)]


def _joined(told: list[list[str]]) -> list[list[str]]:
    """Neighbours that say the same of every record become one."""
    parts: list[list[str]] = []
    before = False
    for column in told:
        alike = column[0] == column[-1] and column.count(column[0]) == len(column)
        if alike and before:
            parts[-1] = [f"{parts[-1][0]}, {column[0]}"] * len(column)
        else:
            parts.append(column)
        before = alike
    return parts


def _told(key: str, values: Sequence[Any]) -> list[str]:
    head = f"{json.dumps(key)}: [null, "

    def tell(value: Any) -> str:
        if type(value) is str:
            return f"{head}{encode_text(value)}]" if value else ""
        if type(value) is int:
            return f"{head}{value}]" if value else ""
        if isinstance(value, date):
            return f"{head}{_moment(value)}]"
        return f"{head}{json.dumps(canonical(value))}]" if value or value not in (None, "", False) else ""

    return each(values, tell)


@lru_cache(maxsize=50_000)
def _moment(value: date) -> str:
    return json.dumps(canonical(value))


def _read(columns: Columns, field: Field) -> Sequence[Any]:
    return [custom.get(field.slot) for custom in columns["custom"]] if field.is_custom else columns[field.attribute]


def instances(model: Any, columns: Columns) -> list[Any]:
    """Stored columns as model instances."""
    made = []
    for values in zip(*columns.values(), strict=True):
        obj = model.__new__(model)
        obj.__dict__.update(zip(columns, values, strict=True))
        obj._state = ModelState()
        obj._state.adding, obj._state.db = False, connection.alias
        made.append(obj)
    return made


@lru_cache
def _defaults(model: Any) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """Default values by attribute, and those that every record needs one of its own of."""
    plain = [one for one in model._meta.concrete_fields if not one.primary_key]
    made = [(one.attname, one.default) for one in plain if one.has_default() and callable(one.default)]
    return {one.attname: one.get_default() for one in plain}, made


def pick(columns: Columns, places: Iterable[int]) -> Columns:
    """Some rows of columns."""
    chosen = list(places)
    return {name: [values[at] for at in chosen] for name, values in columns.items()}
