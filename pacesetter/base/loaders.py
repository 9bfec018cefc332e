"""Import targets: what a file may be loaded into. Rooms register theirs; `intake` drives them all alike."""

import dataclasses
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pacesetter.base import fields as catalogue
from pacesetter.base import history
from pacesetter.base.models import HistoryEntry
from pacesetter.base.writes import Writes
from pacesetter.core.registry import Registry

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

Values = dict[str, Any]


@dataclass(frozen=True)
class Slot:
    """One field that a column may fill, under its catalogue key.

    `lookup` names what finds the record or choice a text stands for; `names` are header words of other systems;
    `strict` refuses a row whose text is not found, otherwise the field is left empty.
    """

    key: str
    label: str
    type: str = "text"
    lookup: str = ""
    names: tuple[str, ...] = ()
    required: bool = False
    strict: bool = False
    limit: int | None = None
    labels: tuple[tuple[str, str], ...] = ()


ID = "id"
DELETED = "deleted"  # whether the source deleted the row's record
MERGED = "merged_ids"  # ids of records that the source merged into the row's
BEFORE = "before_"  # what a field was before a told change


def slots(noun: str, names: Mapping[str, tuple[str, ...]], **changes: Mapping[str, Any]) -> list[Slot]:
    """Slots for the catalogue's fields in `names` and for the company's own; `changes` overrides per key."""
    known = catalogue.of(noun)
    chosen = [known[key] for key in names if key in known] + [one for one in known.values() if one.is_custom]
    return [_slot(one, names.get(one.key, (one.label,)), changes.get(one.key, {})) for one in chosen]


def _slot(one: catalogue.Field, names: tuple[str, ...], changes: Mapping[str, Any]) -> Slot:
    values: dict[str, Any] = {"type": one.type, "lookup": _lookup(one), "required": one.required, "limit": one.limit} | dict(changes)
    return Slot(one.key, one.label, names=names, labels=one.labels, **values)


def _lookup(one: catalogue.Field) -> str:
    if one.option:
        return f"option:{one.option}"
    if one.type == "choice":
        return f"choice:{one.noun}/{one.key}"
    return "user" if one.type == "user" else one.ref


@dataclass(frozen=True)
class Remark:
    """What a loader says about one row: a reason to refuse it, or only a finding."""

    code: str
    field: str = ""
    params: dict[str, Any] = dataclasses.field(default_factory=dict)
    refuse: bool = True


@dataclass
class Ready:
    """New records with everything that is written for them, which the call does; it may be sent to another process before."""

    ids: list[int]
    writes: Writes

    def __call__(self) -> list[int]:
        self.writes.store()
        return self.ids


class Loader:
    """One import target. `after` names the nouns that are loaded before it, `files` words of file names that give it away.

    `telling` are sets of fields any of which gives a file of this noun away; an id and a name are not enough.
    `links` are fields that point at rows of the same noun: they are filled once all rows are there.
    `pivot` says which field a row of a long table tells of, by the text in the slot `pivot_name`; `pivot_values` hold its value.
    `extensible` nouns may get company-made fields; of `single` ones no two rows may be told apart by their ids alone.
    """

    noun = ""
    label = ""
    capability = ""
    after: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    telling: tuple[frozenset[str], ...] = ()
    pivot: Mapping[str, str] = MappingProxyType({})
    pivot_name = ""
    pivot_values: tuple[str, ...] = ()
    extensible = False
    single = False

    def slots(self) -> list[Slot]:
        raise NotImplementedError

    def natural(self, values: Values) -> Hashable | None:
        """What tells a row apart when the file has no ids; None when nothing does."""
        return None

    def match(self, keys: Collection[Hashable]) -> dict[Hashable, int]:
        """Records by natural key."""
        return {}

    def tables(self) -> tuple[Any, ...]:
        """The models that a flood of new rows fills, their own first; where there are some, `prepare` gives something `Ready`."""
        return ()

    def count(self) -> int | None:
        """How many records of the noun there are; None where that tells nothing about `match` and `adopt`."""
        return None

    def names(self, values: Values) -> list[str]:
        """What other rows may call this one by."""
        return [values["name"]] if values.get("name") else []

    def hint(self, values: Values) -> str:
        """What rows that refer to this one need to know of it before it is there."""
        return ""

    def tally(self, values: Values) -> tuple[str, int | None, str] | None:
        """Outcome, amount and currency of a row for the control totals; None when the noun has none."""
        return None

    def settle(self, values: Values) -> None:
        """Fill in what follows from the given values."""

    def estimate(self, values: Values) -> tuple[str, Any] | None:
        """A field that the row lacks and the value our own records suggest; None as value while they are still to come."""
        return None

    def judge(self, values: Values) -> Iterable[Remark]:
        """Remarks about the values of one row together."""
        return ()

    def adopt(self, keys: Collection[str]) -> dict[str, int]:
        """Records that stand in for these ids of the source, until a file says who they are."""
        return {}

    def recognised(self, ids: dict[str, int], *, by: "Actor") -> None:
        """What to do once it is known which records these ids of the source stand for."""

    archivable = False

    def live(self, ids: Iterable[int]) -> dict[int, str]:
        """Which of these records are not archived, and what they are called."""
        return {}

    def archive(self, ids: Collection[int], *, by: "Actor") -> None:
        """Archive records that the source deleted."""
        raise NotImplementedError

    def marks(self, values: Values) -> dict[str, str]:
        """What rows may share that are one and the same, strongest first: e-mail, domain, name."""
        return {}

    def marked(self, kind: str, texts: Collection[str]) -> dict[str, tuple[int, str]]:
        """Records with one of these marks, and what they are called."""
        return {}

    def stored(self, ids: Collection[int]) -> dict[int, Values]:
        """The present values of records, in the form that `create` takes."""
        raise NotImplementedError

    def create(self, rows: list[Values], *, by: "Actor") -> list[int]:
        """Store new rows, stating facts; returns their ids in order."""
        raise NotImplementedError

    def update(self, changes: list[tuple[int, Values]], *, by: "Actor") -> None:
        """Change the given fields of existing records, stating facts."""
        raise NotImplementedError

    def prepare(self, rows: list[Values], *, by: "Actor") -> Callable[[], list[int]]:
        """`create` in two halves: nouns that come in floods do the slow one here, and return the one that only writes."""
        return partial(self.create, rows, by=by)

    def prepare_update(self, changes: list[tuple[int, Values]], *, by: "Actor") -> Callable[[], None]:
        """`update` in two halves; the second raises `Stale` where somebody changed a record in between."""
        return partial(self.update, changes, by=by)

    def undo(self, entry: HistoryEntry, *, by: "Actor") -> None:
        """Put back what one entry changed on a record that was there before; refused where others changed it since."""
        history.undo(entry, by=by)

    def remove(self, ids: Collection[int], *, by: "Actor") -> None:
        """Take created records away again, with what hangs on them."""
        raise NotImplementedError


@dataclass(frozen=True)
class Found:
    """A record or choice that a text may stand for."""

    id: Any
    label: str


class Lookup:
    """Finds what a text in a cell refers to. `creates` names the kind of repair that may add unknown values."""

    noun = ""
    nouns: tuple[str, ...] = ()  # what it may find besides
    creates = ""
    unknown = "unknown_value"

    def __init__(self, name: str = "") -> None:
        self.name = name

    def find(self, texts: Collection[str], source: str) -> dict[str, Any]:
        """Texts that are known, by name or external id, with what they stand for."""
        raise NotImplementedError

    def all(self) -> list[Found]:
        """Everything that may be suggested for an unknown text."""
        return []

    def propose(self, texts: list[str]) -> dict[str, Found]:
        """Suggestions that follow from knowledge of the trade rather than from spelling."""
        return {}

    def create(self, texts: list[str], *, by: "Actor") -> None:
        """Add the unknown values, so that they are found from now on."""
        raise NotImplementedError

    def prepare(self, texts: list[str], *, by: "Actor") -> Callable[[], Any]:
        """`create` in two halves, as loaders have it."""
        return partial(self.create, texts, by=by)


LOADERS: Registry[type[Loader]] = Registry("import target")
LOOKUPS: Registry[type[Lookup]] = Registry("lookup")
# Takes away what an import made besides its rows (choices, teams): `remover(ids, by=actor)`.
REMOVERS: Registry[Callable[..., None]] = Registry("removable noun")


def lookup(key: str) -> Lookup:
    """The lookup of a slot: "account", or with an argument "option:account.industry"."""
    kind, _, name = key.partition(":")
    return LOOKUPS[kind](name)
