"""What a record names must be there, and inside the scope of the one who names it; the unknown and the hidden are refused alike.

An import names only what its lookups found, and is not asked again.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps

from pacesetter.base.fields import Field
from pacesetter.core.errors import Invalid

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

LIMIT = 900  # ids in one query
BIGGEST = 2**63 - 1  # what an id column holds


def demand(field: Field, ids: Iterable[int | None], *, by: "Actor") -> None:
    """Refuse the first id that this actor does not find."""
    if field.type not in ("user", "ref") or field.is_custom or by.via == "import":
        return
    wanted = sorted({pk for pk in ids if pk is not None})
    noun = field.ref or "user"
    rows = _tables()[noun]._default_manager.all()
    if hasattr(rows, "visible_to"):
        rows = rows.visible_to(by)
    for start in range(0, len(wanted), LIMIT):
        some = wanted[start : start + LIMIT]
        found = set(rows.filter(pk__in=[pk for pk in some if 0 < pk <= BIGGEST]).values_list("pk", flat=True))
        for pk in some:
            if pk not in found:
                raise Invalid("not_found", field.key, noun=noun, id=pk)


@cache
def _tables() -> dict[str, Any]:
    """The table behind the `ref` of a field."""
    return {getattr(model, "NOUN", "") or str(model._meta.model_name): model for model in apps.get_models()}


def demand_columns(columns: Mapping[str, Any], known: Mapping[str, Field], *, by: "Actor") -> None:
    """The same for new records, by column."""
    for field in known.values():
        if not field.is_custom and field.attribute in columns:
            demand(field, columns[field.attribute], by=by)


def demand_changes(pairs: Iterable[tuple[Any, Mapping[str, Any]]], known: Mapping[str, Field], *, by: "Actor") -> None:
    """The same for edits: a record may keep what it names already."""
    named: dict[str, set[int | None]] = {}
    for obj, wanted in pairs:
        for key, value in wanted.items():
            if key in known and known[key].type in ("user", "ref") and not known[key].is_custom and known[key].read(obj) != value:
                named.setdefault(key, set()).add(value)
    for key, ids in named.items():
        demand(known[key], ids, by=by)
