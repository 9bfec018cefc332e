"""What a profile is made of, and how a file is recognised: by headers that give it away, more of them before fewer."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pacesetter.core.registry import Registry
from pacesetter.intake.headers import squash


def unchanged(text: str) -> str:
    """Ids that need no other form."""
    return text


def minted(noun: str, pk: int) -> str:
    """An id for a record that the system does not know yet: our own number."""
    return str(pk)


@dataclass(frozen=True)
class Layout:
    """One kind of file.

    `columns` says which field a header fills ("" for none); headers match without case, accents, blanks and signs.
    `marks` are sets of headers, any of which gives the file away; `files` are names it usually has, which suffice beside a sign
    of the system. Without either, all its columns give it away. `fixed` holds fields that every row has, `scale` columns in thousands or
    millions, `whole` says that such a file holds every record, so that what a newer one lacks was deleted.
    A file with `refused` is listed with that reason instead of being loaded; one with `joins` adds a field to another file's
    rows: (noun, key column, value column, field).
    """

    target: str
    columns: Mapping[str, str]
    marks: tuple[tuple[str, ...], ...] = ()
    files: tuple[str, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)
    scale: Mapping[str, int] = field(default_factory=dict)
    whole: bool = False
    refused: str = ""
    joins: tuple[str, str, str, str] | None = None

    def fits(self, names: frozenset[str]) -> bool:
        """Whether these headers, as they are written, are enough to know the file by."""
        marks = self.marks or (() if self.files else (tuple(self.columns),))
        return any(set(map(_written, some)) <= names or {name.upper() for name in some} <= names for some in marks)


def _written(header: str) -> str:
    """Labels are written with any capitals, API names with their own: `firstname` is another system's than `FirstName`."""
    return header if header.isidentifier() else header.casefold()


@dataclass(frozen=True)
class Profile:
    """A system: `source` names the external ids that come from it, `label` is its name for people.

    `prefix` is cut off its headers; `own` finds headers of company-made columns and their plain name, `own_is_asked` that it also finds others; `noise` are columns of
    mere bookkeeping; `signs` are headers that only this system has; `blanks` are texts that stand for nothing; `ids` brings
    ids into one form, `id_form` is what they look like; `other` is the reason given for files of the system that have no place here.
    On the way out, `own_written` is how the header of a company-made column is written, and `mints` makes ids for records it does not know yet.
    """

    source: str
    label: str
    files: tuple[Layout, ...]
    prefix: str = ""
    own: str = ""
    own_is_asked: bool = False
    noise: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    blanks: frozenset[str] = frozenset()
    blank_is_no: bool = False
    ids: Callable[[str], str] = unchanged
    id_form: str = ""
    other: str = ""
    own_written: str = ""
    mints: Callable[[str, int], str] = minted

    def plain(self, header: str) -> str:
        """A header without the system's prefix, squashed."""
        return squash(header.removeprefix(self.prefix) if self.prefix else header)

    def own_name(self, header: str) -> str:
        """The plain name of a company-made column; "" for any other."""
        match = re.fullmatch(self.own, header) if self.own else None
        return " ".join(match[1].replace("_", " ").split()) if match else ""

    def is_id(self, text: str) -> bool:
        """Whether a text is an id of this system rather than a name."""
        return bool(self.id_form and re.fullmatch(self.id_form, text))

    def is_noise(self, header: str) -> bool:
        return self.plain(header) in {squash(name) for name in self.noise}

    def layout_of(self, file_name: str, headers: Sequence[str]) -> tuple[Layout, float] | None:
        """The best of this system's layouts for a file, and how sure that is."""
        names = frozenset(map(self.plain, headers))
        written = frozenset(_written(header.removeprefix(self.prefix)) for header in headers)
        stem = squash(file_name.rsplit(".", 1)[0])
        signed = bool(names & {squash(sign) for sign in self.signs})
        named = [layout for layout in self.files if signed and stem in {squash(name) for name in layout.files}]
        fitting = [layout for layout in self.files if layout in named or layout.fits(written)]
        scored = [(self._known(layout, names) + (100 if layout in named else 0) + signed, layout) for layout in fitting]
        score, best = max(scored, key=lambda one: one[0], default=(0.0, None))
        if best is not None and score:
            return best, score
        return (Layout("", {}, refused=self.other), 1.0) if signed and self.other else None

    def _known(self, layout: Layout, names: frozenset[str]) -> float:
        return float(len(names & {squash(name) for name in layout.columns}))


@dataclass(frozen=True)
class Recognised:
    """A file's system, and which of its layouts it has."""

    key: str
    profile: Profile
    layout: Layout

    def field(self, header: str) -> str | None:
        """The field a header fills; None when the layout does not know it."""
        known = {squash(name): to for name, to in self.layout.columns.items()}
        return known.get(self.profile.plain(header))


PROFILES: Registry[Profile] = Registry("import profile")


def recognise(file_name: str, headers: Sequence[str]) -> Recognised | None:
    """Whose file this is; None when nobody knows it by heart."""
    best: tuple[float, Recognised] | None = None
    for key, profile in PROFILES.items():
        found = profile.layout_of(file_name, headers)
        if found and (best is None or found[1] > best[0]):
            best = found[1], Recognised(key, profile, found[0])
    return best[1] if best else None


def of_source(source: str) -> Profile | None:
    """The system whose external ids these are."""
    return next((profile for profile in PROFILES.values() if profile.source == source), None)
