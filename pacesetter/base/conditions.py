"""Conditions on database rows: the same semantics as `core.conditions`, as a Django Q."""

from typing import Any

from django.db.models import BigIntegerField, BooleanField, Case, CharField, DateField, F, Field, FloatField, Func, Q, TextField, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from pacesetter.core.conditions import Tree
from pacesetter.core.text import fold


class Fold(Func):
    """`core.text.fold` inside the database."""

    function = "pacesetter_fold"
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = r"btrim(regexp_replace(replace(lower(regexp_replace(normalize(%(expressions)s, NFKD), '[\u0300-\u036f]', '', 'g')), 'ß', 'ss'), '\s+', ' ', 'g'))"
        return self.as_sql(compiler, connection, template=template, **extra)


def to_q(tree: Tree, paths: dict[str, Any]) -> Q:
    """A Q for a typed tree; `paths` maps fields to ORM paths or expressions that stand on a queryset as annotations."""
    if "all" in tree:
        return _joined([to_q(part, paths) for part in tree["all"]], Q.AND)
    if "any" in tree:
        return _joined([to_q(part, paths) for part in tree["any"]], Q.OR) if tree["any"] else Q(pk__in=[])
    if "not" in tree:
        return ~(to_q(tree["not"], paths) & Q(pk__isnull=False))
    return _leaf(tree, paths[tree["field"]])


def _joined(parts: list[Q], how: str) -> Q:
    joined = Q()
    for part in parts:
        joined = joined | part if how == Q.OR else joined & part
    return joined


_LOOKUP = {"=": "exact", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "in": "in"}


def _leaf(tree: Tree, path: str) -> Q:
    kind, op = tree["type"], tree["op"]
    empty = Q(**{f"{path}__isnull": True}) | (Q(**{f"{path}__exact": ""}) if kind in ("text", "key") else Q())
    if op == "is empty":
        return empty
    if op == "is not empty":
        return ~empty
    return ~empty & _test(tree, path)


def _test(tree: Tree, path: str) -> Q:
    kind, op, wanted = tree["type"], tree["op"], tree["value"]
    if kind == "text":
        return _text(op, path, wanted)
    at = f"{path}__date" if kind == "instant" else path
    if op == "!=":
        return ~Q(**{at: wanted})
    if op == "within":
        return Q(**{f"{at}__gte": wanted[0], f"{at}__lt": wanted[1]})
    return Q(**{f"{at}__{_LOOKUP[op]}": wanted})


def _text(op: str, path: str, wanted: Any) -> Q:
    """Text is compared folded; `<path>_fold` is annotated by the list."""
    folded = [fold(w) for w in wanted] if op == "in" else fold(wanted)
    at = f"{path}_fold" if not path.endswith("_key") else path
    lookup = {"=": "exact", "!=": "exact", "in": "in", "contains": "contains", "starts": "startswith"}[op]
    found = Q(**{f"{at}__{lookup}": folded})
    return ~found if op == "!=" else found


def fold_of(path: str) -> Fold:
    """The folded value of an ORM path, for annotating a queryset."""
    return Fold(F(path))


def custom_value(slot: str, kind: str) -> Any:
    """The typed value of a company-made field inside the `custom` JSON."""
    if kind == "boolean":
        path = f"custom__{slot}"
        return Case(When(**{path: True}, then=True), When(**{path: False}, then=False), default=None, output_field=BooleanField(null=True))
    return Cast(KeyTextTransform(slot, "custom"), _STORED.get(kind, TextField()))


_STORED: "dict[str, Field[Any, Any]]" = {"number": FloatField(), "date": DateField(), "id": BigIntegerField()}
