"""How choices, teams and reasons that an import made are taken away again, unless somebody uses them by now."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.apps import apps

from pacesetter.base import fields
from pacesetter.base.loaders import REMOVERS
from pacesetter.base.models import CustomField, Option, Team
from pacesetter.core.errors import Refused
from pacesetter.crm.models import LostReason

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor


def _teams(ids: Collection[int], *, by: "Actor") -> None:
    Team.objects.filter(pk__in=ids).delete()


def _reasons(ids: Collection[int], *, by: "Actor") -> None:
    LostReason.objects.filter(pk__in=ids).delete()


def _options(ids: Collection[int], *, by: "Actor") -> None:
    for option in Option.objects.filter(pk__in=ids):
        used = _uses(option)
        if used:
            raise Refused("in_use", name=option.key, count=used)
        option.delete()


def _uses(option: Option) -> int:
    """How many records hold this choice; they store its key, which no foreign key guards."""
    holders = [(noun, one.key) for noun, known in fields.NOUNS.items() for one in known.values() if one.option == option.field]
    return sum(apps.get_model("crm", noun).objects.filter(**{key: option.key}).count() for noun, key in holders)


def _fields(ids: Collection[int], *, by: "Actor") -> None:
    for row in CustomField.objects.filter(pk__in=ids):
        used = apps.get_model("crm", row.noun).objects.filter(custom__has_key=f"f{row.pk}").count()
        if used:
            raise Refused("in_use", name=row.key, count=used)
        row.delete()


REMOVERS.add("team", _teams)
REMOVERS.add("field", _fields)
REMOVERS.add("lost_reason", _reasons)
REMOVERS.add("option", _options)
