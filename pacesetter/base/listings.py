"""Lists: one `Listing` per noun names its columns, search and sums; web table, API, command line, export and saved views use it."""

import base64
import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet

from pacesetter.base import clock, fields, settings
from pacesetter.base.conditions import custom_value, fold_of, to_q
from pacesetter.base.models import User
from pacesetter.core import conditions
from pacesetter.core.errors import Invalid
from pacesetter.core.registry import Registry
from pacesetter.core.text import fold

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

PAGE = 50
KIND = {
    **dict.fromkeys(("text", "long_text", "email", "phone", "url"), "text"),
    **dict.fromkeys(("number", "decimal", "percent", "money"), "number"),
    **dict.fromkeys(("choice", "option"), "key"),
    **dict.fromkeys(("user", "ref"), "id"),
    "date": "date",
    "instant": "instant",
    "boolean": "boolean",
}


@dataclass(frozen=True)
class Column:
    """A field as a list shows it: `path` is what the database sorts by, `read` what a row shows."""

    field: fields.Field
    path: str
    read: Callable[[Any], Any]
    sortable: bool = True

    @property
    def key(self) -> str:
        return self.field.key

    @property
    def kind(self) -> str:
        return KIND[self.field.type]


@dataclass(frozen=True)
class Preset:
    """A view that every company starts with; `rows` narrows it by what no condition on fields can say."""

    key: str
    label: str
    where: str = ""
    sort: str = ""
    rows: "Callable[[QuerySet[Any]], QuerySet[Any]] | None" = None


@dataclass(frozen=True)
class Listing:
    """How one noun is listed. `paths` maps field keys to sort paths where they differ, `sums` names money columns to add up."""

    noun: str
    model: type[Any]
    columns: tuple[str, ...]
    sort: str
    search: tuple[str, ...] = ("name_key",)
    related: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    paths: Mapping[str, str] = field(default_factory=dict)
    presets: tuple[Preset, ...] = ()

    def all_columns(self) -> dict[str, Column]:
        """Every field of the noun as a column, company-made ones included."""
        return {key: self._column(known) for key, known in fields.of(self.noun).items()}

    def _column(self, known: fields.Field) -> Column:
        if known.is_custom:
            return Column(known, f"custom_{known.slot}", known.read)
        path = self.paths.get(known.key, known.attribute)
        return Column(known, path, known.read)


LISTINGS: Registry[Listing] = Registry("list")


def listing(one: Listing) -> Listing:
    """Register a noun's list."""
    return LISTINGS.add(one.noun, one)


@dataclass
class Query:
    """What a person asks of a list; everything is in the URL."""

    where: str = ""
    search: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    archived: bool = False
    ids: tuple[int, ...] | None = None
    cursor: str = ""
    size: int = PAGE
    preset: str = ""


@dataclass
class Page:
    """One page of rows, and the link to the next one."""

    rows: list[Any]
    next: str | None


class View:
    """A listing, asked by somebody: the rows inside their scope that fulfil the query."""

    def __init__(self, listing: Listing, query: Query, actor: "Actor") -> None:
        self.listing, self.query, self.actor = listing, query, actor

    @cached_property
    def columns(self) -> dict[str, Column]:
        return self.listing.all_columns()

    @cached_property
    def shown(self) -> list[Column]:
        wanted = self.query.columns or self.listing.columns
        return [self.columns[key] for key in wanted if key in self.columns]

    @cached_property
    def tree(self) -> conditions.Tree:
        """The typed condition of the query."""
        types = {key: column.kind for key, column in self.columns.items()}
        return conditions.typed(conditions.parse(self.query.where), types, self._known, self._clean)

    @cached_property
    def _known(self) -> conditions.Known:
        return conditions.Known(clock.today(), self.actor.user_id, settings.get("company.fiscal_start"))

    def _clean(self, key: str, value: Any) -> Any:
        """Labels become keys, names of people become ids, money becomes minor units."""
        column = self.columns[key].field
        if column.type in ("choice", "option", "money"):
            return column.clean(value)
        if column.type in ("user", "ref") and not str(value).isdigit():
            return _named(self.listing.model, column, str(value), self._labels)
        return value

    @cached_property
    def _labels(self) -> dict[str, dict[str, int]]:
        return {}

    @cached_property
    def queryset(self) -> QuerySet[Any]:
        """All rows that fulfil the query, without order."""
        rows = self._narrowed(self.listing.model.objects.visible_to(self.actor))
        rows = _annotated(rows, self.tree, self.columns)
        paths = {key: column.path for key, column in self.columns.items()}
        rows = rows.filter(to_q(self.tree, paths), _search(self.query.search, self.listing.search))
        if self.query.ids is not None:
            return rows.filter(pk__in=self.query.ids)
        return rows if self.query.archived or not _has(self.listing.model, "archived_at") else rows.filter(archived_at__isnull=True)

    def _narrowed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        preset = next((one for one in self.listing.presets if one.key == self.query.preset), None)
        return preset.rows(rows) if preset and preset.rows else rows

    @cached_property
    def sort(self) -> tuple[Column, bool]:
        """The column to sort by, and whether descending."""
        text = self.query.sort or self.listing.sort
        key, descending = text.lstrip("-"), text.startswith("-")
        if key not in self.columns:
            raise Invalid("unknown_field", noun=self.listing.noun, field=key, known=", ".join(self.columns))
        return self.columns[key], descending

    def page(self) -> Page:
        """The page after the query's cursor; ids first, names second."""
        column, descending = self.sort
        rows = self.queryset
        if column.field.is_custom:
            rows = _with_custom(rows, column)
        rows = rows.order_by(*_order(column.path, descending))
        if self.query.cursor:
            rows = rows.filter(_after(_decode(self.query.cursor), column.path, descending))
        found = list(rows.values_list("pk", column.path)[: self.query.size + 1])
        ids = [pk for pk, _ in found[: self.query.size]]
        more = len(found) > self.query.size
        return Page(self._load(ids), _encode(found[self.query.size - 1]) if more else None)

    def _load(self, ids: list[int]) -> list[Any]:
        rows = self.listing.model.objects.select_related(*self.listing.related).in_bulk(ids)
        return [rows[pk] for pk in ids if pk in rows]

    def count(self) -> int:
        return self.queryset.count()


def _named(model: type[Any], column: fields.Field, name: str, known: dict[str, dict[str, int]]) -> int:
    """The id of the one referred to by name; -1, which nothing has, when there is none. `known` keeps labels once read."""
    target: Any = User if column.type == "user" else model._meta.get_field(column.key).related_model
    if _has(target, "name_key"):
        found = target.objects.filter(name_key=fold(name)).values_list("pk", flat=True).first()
    else:
        if column.key not in known:
            known[column.key] = _labelled(target)
        found = known[column.key].get(fold(name))
    return -1 if found is None else int(found)


def _labelled(target: Any) -> dict[str, int]:
    """Ids by folded key and by folded label in every language; keys win."""
    rows = list(target.objects.all())
    labels = {fold(label): row.pk for row in reversed(rows) for label in row.label.values()}
    return labels | {fold(row.key): row.pk for row in reversed(rows)}


def _has(model: type[Any], name: str) -> bool:
    return any(column.name == name for column in model._meta.get_fields())


def _fields_in(tree: conditions.Tree) -> set[tuple[str, str]]:
    parts = tree.get("all") or tree.get("any") or ([tree["not"]] if "not" in tree else [])
    here = {(tree["field"], tree["op"])} if "field" in tree else set()
    return here.union(*[_fields_in(part) for part in parts])


def _annotated(rows: QuerySet[Any], tree: conditions.Tree, columns: Mapping[str, Column]) -> QuerySet[Any]:
    """Add what the condition compares: folded text, and values inside the custom JSON."""
    for key, _ in sorted(_fields_in(tree)):
        column = columns[key]
        if column.field.is_custom:
            rows = _with_custom(rows, column)
        if column.kind == "text" and not column.path.endswith("_key"):
            rows = rows.alias(**{f"{column.path}_fold": fold_of(column.path)})
    return rows


def _with_custom(rows: QuerySet[Any], column: Column) -> QuerySet[Any]:
    return rows.annotate(**{column.path: custom_value(column.field.slot, column.kind)})


def _search(text: str, paths: tuple[str, ...]) -> Q:
    """Every word must begin a word of one of the folded search paths."""
    found = Q()
    for word in fold(text).split():
        either = Q()
        for path in paths:
            either |= Q(**{f"{path}__startswith": word}) | Q(**{f"{path}__contains": f" {word}"})
        found &= either
    return found


# keyset paging: null-safe, empty values last in either direction ---------------------------------
def _order(path: str, descending: bool) -> list[Any]:
    by = F(path).desc(nulls_last=True) if descending else F(path).asc(nulls_last=True)
    return [by, "-pk" if descending else "pk"]


def _after(last: tuple[Any, int], path: str, descending: bool) -> Q:
    value, pk = last
    beyond, later = ("lt", Q(pk__lt=pk)) if descending else ("gt", Q(pk__gt=pk))
    empty = Q(**{f"{path}__isnull": True})
    if value is None:
        return empty & later
    return Q(**{f"{path}__{beyond}": value}) | (Q(**{path: value}) & later) | empty


def _encode(found: tuple[int, Any]) -> str:
    pk, value = found
    text = json.dumps([value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else value, pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[Any, int]:
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return value, int(pk)
    except (ValueError, TypeError):
        raise Invalid("bad_cursor") from None
