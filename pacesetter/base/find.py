"""How doors find rows that belong to the company as a whole, or to a person, without touching the tables themselves."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.apps import apps
from django.db.models import Model, QuerySet

from pacesetter.base.scope import scope_of
from pacesetter.core.errors import NotFound

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

Row = TypeVar("Row", bound=Model)


def one(model: type[Row], pk: Any) -> Row:
    """The row of a company-wide table, or the refusal that names it."""
    row = model._default_manager.filter(pk=pk).first()
    if row is None:
        raise NotFound("not_found", noun=noun_of(model), id=pk)
    return row


def many(model: type[Row], pks: list[int]) -> dict[int, Row]:
    """Rows by id; refused when one is missing."""
    found: dict[int, Row] = model._default_manager.in_bulk(pks)
    missing = next((pk for pk in pks if pk not in found), None)
    if missing is not None:
        raise NotFound("not_found", noun=noun_of(model), id=missing)
    return found


def every(model: type[Row], **conditions: Any) -> "QuerySet[Row]":
    """All rows of a company-wide table that fulfil plain conditions."""
    return model._default_manager.filter(**conditions)


def within(model: type[Row], by: "Actor", **conditions: Any) -> "QuerySet[Row]":
    """The rows of people inside the actor's scope, for tables with a `user`."""
    return scope_of(by, noun_of(model)).queryset(every(model, **conditions), "user_id")


def tables() -> dict[str, type[Model]]:
    """The table of every noun."""
    return {noun: model for model in apps.get_models() if (noun := getattr(model, "NOUN", ""))}


def noun_of(model: type[Model]) -> str:
    """What a row of the table is called in a refusal."""
    return getattr(model, "NOUN", "") or str(model._meta.verbose_name)
