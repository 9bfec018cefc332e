"""What moves out with a company: rooms say, per noun, which rows there are and what each would tell another system.

The values are those of import slots, so that what leaves by one door can come in by the other.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pacesetter.base.loaders import MERGED, Values
from pacesetter.core.registry import Registry

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from pacesetter.base.actor import Actor


@dataclass(frozen=True)
class Leaving:
    """`rows(actor)` are the noun's rows within the actor's reach, `values(ids)` what each of them tells, by slot.

    `otherwise(values)` says the same once more in the words of systems that cut the world in another way; `others` are those words,
    each with the slots of ours that it says; `implied` are slots that follow from the rest. A row with no value but those `alone` names tells nothing and stays.
    """

    rows: Callable[["Actor"], "QuerySet[Any]"]
    values: Callable[[Collection[int]], dict[int, Values]]
    otherwise: Callable[[Values], Values] = lambda values: {}
    others: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {MERGED: ()})
    implied: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()


LEAVING: Registry[Leaving] = Registry("noun that moves out")
