"""Names for the keys that cells carry: what owner 12 or industry `tech` is called, and which id a typed name means."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pacesetter.core.errors import Invalid
from pacesetter.core.registry import Registry
from pacesetter.core.text import fold


@dataclass(frozen=True)
class Names:
    """Where a breakdown's names live. `value` is the attribute that cells carry; `folded` the column with the folded name, if there is one."""

    rows: Callable[[], Any]
    value: str
    label: Callable[[Any, str], str]
    folded: str | None


NAMES: Registry[Names] = Registry("breakdown with names")


def names(
    *dimensions: str, label: Callable[[Any, str], str], value: str = "pk", folded: str | None = None
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register the function that returns the QuerySet with the names of some breakdowns."""

    def add(rows: Callable[[], Any]) -> Callable[[], Any]:
        for dimension in dimensions:
            NAMES.add(dimension, Names(rows, value, label, folded))
        return rows

    return add


def labels(dimension: str, values: Iterable[Any], language: str = "en") -> dict[Any, str]:
    """What the values of a breakdown are called; values without a name are not in the answer."""
    wanted = {value for value in values if value is not None}
    if dimension not in NAMES or not wanted:
        return {}
    known = NAMES[dimension]
    return {getattr(row, known.value): known.label(row, language) for row in known.rows().filter(**{f"{known.value}__in": wanted})}


def find(dimension: str, text: Any) -> Any:
    """The value that a typed name means; a value itself is let through, an unknown name refused with what is known."""
    if dimension not in NAMES or (NAMES[dimension].value == "pk" and str(text).isdigit()):
        return text
    known, wanted = NAMES[dimension], fold(str(text))
    rows = known.rows().filter(**{known.folded: wanted}) if known.folded else known.rows()
    for row in rows:
        if wanted in {fold(known.label(row, language)) for language in ("en", "es", "it")} | {fold(str(getattr(row, "key", "")))}:
            return getattr(row, known.value)
    choices = sorted({known.label(row, "en") for row in known.rows()[:20]})
    raise Invalid("unknown_choice", field=dimension, value=text, known=", ".join(choices))
