"""Lists: one `Listing` per noun names its columns, search and sums; web table, API, command line, export and saved views use it."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet

from pacesetter.base import clock, counts, fields, history, keyset, search, settings
from pacesetter.base.conditions import custom_value, fold_of, to_q
from pacesetter.base.models import HistoryEntry, User
from pacesetter.base.scope import scope_of
from pacesetter.core import conditions
from pacesetter.core.errors import Invalid, Refused
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
    fact: counts.Fact | None = None

    def all_columns(self) -> dict[str, Column]:
        """Every field of the noun as a column, company-made ones included."""
        return {key: self._column(known) for key, known in fields.of(self.noun).items()}

    def _column(self, known: fields.Field) -> Column:
        if known.is_custom:
            return Column(known, f"custom_{known.slot}", known.read)
        path = self.paths.get(known.key, known.attribute)
        return Column(known, path, known.read)


LISTINGS: Registry[Listing] = Registry("list")


def sees(noun: str, pk: int, by: "Actor") -> bool:
    """Whether a record is there for this actor."""
    return noun in LISTINGS and LISTINGS[noun].model.objects.visible_to(by).filter(pk=pk).exists()


def undo_batch(batch: uuid.UUID, *, by: "Actor") -> tuple[int, list[tuple[HistoryEntry, Refused]]]:
    """Undo every entry of a bulk change; returns how many were undone and those that were not, with the reason."""
    return undo_each(HistoryEntry.objects.filter(batch=batch).order_by("-id"), by=by)


def undo_each(entries: Iterable[HistoryEntry], *, by: "Actor") -> tuple[int, list[tuple[HistoryEntry, Refused]]]:
    """Undo entries in the order given, the newest first; of records that the actor cannot see nothing is said."""
    done, left = 0, []
    for entry in entries:
        if not sees(entry.noun, entry.object_id, by):
            continue
        try:
            history.undo(entry, by=by)
            done += 1
        except Refused as refusal:
            left.append((entry, refusal))
    return done, left


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
        """All rows that fulfil the query, without order, found in the way that suits few of them."""
        rows = self._rows(self.listing.model.objects.visible_to(self.actor))
        return search.proposed(rows, self.query.search, self.listing.search).filter(self._searched)

    @cached_property
    def walked(self) -> QuerySet[Any]:
        """The same rows, found by walking the index of the order: of many, the next fifty are never far."""
        rows = self.listing.model.objects
        if not _has(self.listing.model, "owner"):
            return self._rows(rows.visible_to(self.actor)).filter(self._searched)
        aside = rows.alias(somebody=keyset.Aside(F("owner_id")))
        return self._rows(scope_of(self.actor, self.listing.noun).queryset(aside, "somebody"), aside=True).filter(self._searched)

    def _rows(self, rows: QuerySet[Any], *, aside: bool = False) -> QuerySet[Any]:
        rows = self.preset_rows(rows) if self.preset_rows else rows
        rows, paths = _annotated(rows, self.tree, self.columns), {key: column.path for key, column in self.columns.items()}
        if aside:
            beside = {key: f"beside_{key}" for key in conditions.fields_in(self.tree) if self._goes_aside(self.columns[key])}
            rows, paths = rows.alias(**{name: keyset.Aside(F(paths[key])) for key, name in beside.items()}), paths | beside
        rows = rows.filter(to_q(self.tree, paths))
        if self.query.ids is not None:
            return rows.filter(pk__in=self.query.ids)
        return rows if self.query.archived or not _has(self.listing.model, "archived_at") else rows.filter(archived_at__isnull=True)

    def following(self, cursor: str) -> "View":
        """The same rows from a place on; how many there are is known."""
        view = View(self.listing, replace(self.query, cursor=cursor), self.actor)
        view.few = self.few
        return view

    def _goes_aside(self, column: Column) -> bool:
        """Whether an index on this column would lead away from the one that is to be walked."""
        partial = {name for index in self.listing.model._meta.indexes for name in _compared(index.condition)}
        return not (column.field.is_custom or column.kind in ("text", "instant") or column.path in {self.sort[0].path, *partial})

    @property
    def _searched(self) -> Q:
        return search.says(self.query.search, self.listing.search)

    @cached_property
    def preset_rows(self) -> "Callable[[QuerySet[Any]], QuerySet[Any]] | None":
        """What narrows the query beyond its condition."""
        preset = next((one for one in self.listing.presets if one.key == self.query.preset), None)
        return preset.rows if preset else None

    @cached_property
    def few(self) -> list[int] | None:
        """The ids of all rows while those are few; None beyond."""
        found = list(self.queryset.order_by().values_list("pk", flat=True)[: self.cap + 1])
        return found if len(found) <= self.cap else None

    @property
    def cap(self) -> int:
        """How many rows are few."""
        return counts.SEARCHED if self.query.search.strip() else counts.CAP

    @property
    def brief(self) -> QuerySet[Any]:
        """The rows for whatever reads all of them: by their ids where those are few and known."""
        return self.queryset if self.few is None else self.listing.model.objects.filter(pk__in=self.few)

    @cached_property
    def sort(self) -> tuple[Column, bool]:
        """The column to sort by, and whether descending."""
        text = self.query.sort or self.listing.sort
        key, descending = text.lstrip("-"), text.startswith("-")
        if key not in self.columns:
            raise Invalid("unknown_field", noun=self.listing.noun, field=key, known=", ".join(self.columns))
        return self.columns[key], descending

    def page(self) -> Page:
        """The page after the query's cursor; ids first, names second. Few rows are sorted, of many the order's index is walked."""
        (column, descending), size = self.sort, self.query.size
        after = keyset.decode(self.query.cursor) if self.query.cursor else None
        rows, path = _in_order(self.walked if self.few is None else self.brief, column, walks=self.few is None)
        found = (keyset.read if self.few is None else keyset.sort)(rows, path, size=size + 1, descending=descending, after=after)
        ids = [pk for pk, _ in found[:size]]
        return Page(self._load(ids), keyset.encode(found[size - 1]) if len(found) > size else None)

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


def _compared(condition: Q | None) -> set[str]:
    """The columns of a partial index's condition."""
    return {child[0] for child in condition.children if isinstance(child, tuple)} if condition else set()


def _has(model: type[Any], name: str) -> bool:
    return any(column.name == name for column in model._meta.get_fields())


def _annotated(rows: QuerySet[Any], tree: conditions.Tree, columns: Mapping[str, Column]) -> QuerySet[Any]:
    """Add what the condition compares: folded text, and values inside the custom JSON."""
    for key in sorted(conditions.fields_in(tree)):
        column = columns[key]
        if column.field.is_custom:
            rows = _with_custom(rows, column)
        if column.kind == "text" and not column.path.endswith("_key"):
            rows = rows.alias(**{f"{column.path}_fold": fold_of(column.path)})
    return rows


def _in_order(rows: QuerySet[Any], column: Column, walks: bool) -> tuple[QuerySet[Any], str]:
    """Rows with what to sort them by; the index of an order is of use to those only who walk it."""
    if column.field.is_custom:
        return _with_custom(rows, column), column.path
    return (rows, column.path) if walks else (rows.annotate(sorted_by=keyset.Loose(F(column.path))), "sorted_by")


def _with_custom(rows: QuerySet[Any], column: Column) -> QuerySet[Any]:
    return rows.annotate(**{column.path: custom_value(column.field.slot, column.kind)})
