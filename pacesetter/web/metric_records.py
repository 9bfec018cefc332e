"""The records behind a number: exactly those that it counts, re-read in the viewer's scope, with what each adds."""

import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.analytics.numbers import Record
from pacesetter.base import warehouse
from pacesetter.core.errors import Invalid
from pacesetter.core.labels import mark
from pacesetter.core.metrics import METRICS, Cell
from pacesetter.core.metrics.tables import DAY, DIMENSIONS, INT
from pacesetter.crm import choices
from pacesetter.web import figures, formats
from pacesetter.web.lens import Lens
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request

PAGE = 50
LISTED = ("deal", "lead")
ONLY: dict[str, Callable[[Record], bool]] = {
    "": lambda row: row.num is not None or row.den is not None,
    "num": lambda row: bool(row.num),
    "den": lambda row: bool(row.den),
    "rest": lambda row: bool(row.den) and not row.num,
    "never": lambda row: isinstance(row.num, float) and math.isinf(row.num),
}
WORDS = {
    "quota": mark("Quota"), "forecast_call": mark("Forecast call"), "forecast": mark("Model's forecast"), "user": mark("Week"), "target": mark("Plan"), "deal": mark("Deal"), "lead": mark("Lead"),
}  # fmt: skip


COUNTED = ("win_rate", "tool_usage", "stage_conversion", "slip_rate")  # rates whose parts are rows, one each


class Behind:
    """The rows behind one cell, all or those of one kind: a part of the fraction, or left out for a reason."""

    def __init__(self, lens: Lens, key: str, only: str = "") -> None:
        self.lens, self.shape, self.only = lens, METRICS[key], only
        self.key = {name[3:]: _value(name[3:], text) for name, text in lens.get.items() if name.startswith("by.")}

    @cached_property
    def cell(self) -> Cell:
        """The number itself, measured anew."""
        found = self.lens.measure(self.shape.key, dims=tuple(self.key), compare=False, variants=self.lens.variants)
        return next((cell for cell in found if cell.key == self.key), Cell(self.shape.key, self.shape.unit, says="nothing_here"))

    @cached_property
    def rows(self) -> list[Record]:
        """The records, newest first."""
        reason = None if self.only in ONLY else self.only
        found = self.lens.records(self.shape.key, cell=self.key, reason=reason, variants=self.lens.variants)
        keep = ONLY.get(self.only)
        return sorted((row for row in found if keep is None or keep(row)), key=lambda row: (row.on or dt.date.min, row.id), reverse=True)

    def ids(self, noun: str) -> tuple[int, ...]:
        """The records of one noun among the rows."""
        return tuple(sorted({row.id for row in self.rows if row.noun == noun}))

    @property
    def lists(self) -> list[dict[str, str]]:
        """The full lists that can show the same records: to sort, to filter, to change."""
        asked = f"{self.shape.key}?{urlencode(self.lens.get)}"
        nouns = [noun for noun in LISTED if any(row.noun == noun for row in self.rows)]
        return [
            {
                "text": _("Open in %(list)s") % {"list": _(NOUNS[noun].title)},
                "href": f"{reverse(NOUNS[noun].plural)}?{urlencode({'behind': asked})}",
            }
            for noun in nouns
        ]

    @property
    def about(self) -> str:
        """Which number it is: Win rate, Q4 2026, Enterprise."""
        names = [figures.named(name, [value])[value] for name, value in self.key.items()]
        options = [figures.option(name, option) for name, option in self.lens.variants.items()]
        return ", ".join([_(self.shape.label), figures.period(self.lens.period), *names, *options])

    @property
    def headline(self) -> str:
        """The number, or the figure beside it that these rows explain."""
        name = self.only if self.cell.beside.get(self.only) is not None else "value"
        return (
            figures.value(self.cell, name)
            if name != "value" or self.cell.value is not None
            else figures.says(self.cell) or _("Nothing here")
        )

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def records(self) -> int:
        """How many different records the rows tell of."""
        return len({(row.noun, row.id) for row in self.rows})

    @property
    def counted(self) -> str:
        """37 deals; or 41 entries about 37 deals."""
        nouns = {row.noun for row in self.rows}
        about = WORD_OF[nouns.pop()](self.records) if len(nouns) == 1 else _entries(self.count)
        return (
            about
            if self.count == self.records or len({row.noun for row in self.rows}) != 1
            else _("%(entries)s about %(records)s") % {"entries": _entries(self.count), "records": about}
        )

    def sum(self, name: str) -> Any:
        """The sum of a part over the rows; None where it does not add up to anything."""
        values = [
            value for row in self.rows if (value := getattr(row, name)) is not None and not (isinstance(value, float) and math.isinf(value))
        ]
        return sum(values, Decimal(0)) if values and not isinstance(values[0], float) else None

    @property
    def sums(self) -> list[tuple[str, str]]:
        unit = self.cell.units
        heads = zip(("num", "den"), self.shape.of, strict=False)
        shown = [
            (_(word), figures.said(unit.get(name, "count"), total, self.cell.currency, compact=False))
            for name, word in heads
            if (total := self.sum(name)) is not None
        ]
        return shown if self.only in ("", "num", "den", "rest") and self.shape.unit != "minutes" else []

    @property
    def agrees(self) -> bool:
        """Whether the rows add up to the number; said on the page, never taken for granted."""
        cell, shape = self.cell, self.shape
        if self.only not in ONLY:
            return self.count == cell.left_out.get(self.only, -1)
        if self.only in ("rest", "never"):
            return self.count == (round((cell.beside.get("never") or 0) * cell.n) if self.only == "never" else _count(cell, "rest"))
        if shape.then or shape.aggregate.figure:  # ranked rows are counted; netted ones do not add up, so nothing is claimed
            return not shape.then and self.count == cell.n
        return all((self.sum(name) or 0) == (getattr(cell, name) or 0) for name in ("num", "den") if self.only in ("", name))

    # hydrated rows ------------------------------------------------------------------------------
    def shown(self, first: int = 0, size: int = PAGE) -> list[dict[str, Any]]:
        """Some of the rows as a table shows them."""
        part = self.rows[first : first + size]
        known = {noun: self._read(noun, [row.id for row in part if row.noun == noun]) for noun in ("deal", "lead")}
        owners = choices.names({row.owner for row in part if row.owner})
        return [self._row(row, known.get(row.noun, {}).get(row.id), owners) for row in part]

    def _read(self, noun: str, ids: list[int]) -> dict[int, Any]:
        kind = NOUNS[noun]
        return (
            {row.pk: row for row in kind.model.objects.visible_to(self.lens.actor).select_related(*kind.related).filter(pk__in=ids)}
            if ids
            else {}
        )

    def _row(self, row: Record, record: Any, owners: dict[int, str]) -> dict[str, Any]:
        later = bool(record and record.updated_at > self.lens.fresh)
        closed = row.noun not in NOUNS or record is None
        return {
            "name": self._name(row, record), "sub": str(record) if record and row.noun == "deal" and record.account else "",
            "href": "" if closed else NOUNS[row.noun].url("record", row.id), "on": row.on, "owner": owners.get(row.owner or 0, ""),
            "num": self._said(row, "num"), "den": self._said(row, "den"), "reason": figures.reason(row.reason) if row.reason else "", "later": later,
            "stage": record.stage if record and row.noun == "deal" else None,
        }  # fmt: skip

    def _said(self, row: Record, name: str) -> str:
        value = getattr(row, name)
        return "" if value is None else figures.said(self.cell.units.get(name, "count"), value, self.cell.currency, compact=False)

    def _name(self, row: Record, record: Any) -> str:
        if record is not None:
            return str((record.account or record) if row.noun == "deal" else record.name)
        word = _(WORDS[row.noun]) if row.noun in WORDS else row.noun
        return word if row.noun not in NOUNS else _("%(noun)s outside your records") % {"noun": word}

    @property
    def heads(self) -> list[tuple[str, str]]:
        """The columns of what each row adds."""
        units = [self.shape.of[0], *self.shape.of[1:2]]
        return [
            (name, figures.capital(_(word)))
            for name, word in zip(("num", "den"), units, strict=False)
            if name == "num" or self.shape.aggregate.divides
        ]


def _entries(n: int) -> str:
    return ngettext("%(n)s entry", "%(n)s entries", n) % {"n": formats.number(n)}


WORD_OF: dict[str, Callable[[int], str]] = {
    "deal": lambda n: ngettext("%(n)s deal", "%(n)s deals", n) % {"n": formats.number(n)},
    "lead": lambda n: ngettext("%(n)s lead", "%(n)s leads", n) % {"n": formats.number(n)},
    "quota": lambda n: ngettext("%(n)s quota", "%(n)s quotas", n) % {"n": formats.number(n)},
    "forecast_call": lambda n: ngettext("%(n)s call", "%(n)s calls", n) % {"n": formats.number(n)},
    "forecast": lambda n: ngettext("%(n)s forecast", "%(n)s forecasts", n) % {"n": formats.number(n)},
    "user": lambda n: ngettext("%(n)s person", "%(n)s people", n) % {"n": formats.number(n)},
    "target": lambda n: ngettext("%(n)s plan", "%(n)s plans", n) % {"n": formats.number(n)},
}


def _value(name: str, text: str) -> Any:
    """A key of a breakdown, read back from the address."""
    if text == "-":
        return None
    try:
        kind = DIMENSIONS.get(name, DAY)
        return int(text) if kind == INT else dt.date.fromisoformat(text) if kind == DAY else text
    except ValueError:
        raise Invalid("unknown_choice", field=name, value=text, known="–") from None


def named(request: Request, asked: str) -> Behind:
    """The number that an address names: the key of a metric, then the query of its records."""
    key, _mark, query = asked.partition("?")
    lens = Lens(request, QueryDict(query))
    return Behind(lens, key, lens.get.get("only", ""))


def tabs(behind: Behind) -> list[dict[str, Any]]:
    """The kinds of rows behind a number, each with its count."""
    cell, shape = behind.cell, behind.shape
    counts: list[tuple[str, str, int | None]] = [("", _("Counted"), None)]
    if shape.aggregate.divides:
        counts = [("den", _(shape.of[1]), None), ("num", _(shape.of[0]), None)]
    counts += (
        [("rest", _("the rest"), None)]
        if shape.unit == "share" and cell.units.get("den") == "count" and len(shape.of) == 2 and not shape.then
        else []
    )
    counts += [("never", figures.beside("never"), None)] if "never" in shape.beside else []
    counts = [(only, text, _count(cell, only) if n is None else n) for only, text, n in counts]
    left = [(key, figures.reason(key), n) for key, n in cell.left_out.items()]
    return [{"only": only, "text": figures.capital(text), "n": n} for only, text, n in [*counts, *left]]


def _count(cell: Cell, only: str) -> int | None:
    """How many rows of a kind there are, where the cell itself says so."""
    if cell.units.get("den") != "count" or cell.metric not in COUNTED or cell.den is None:
        return cell.n if only == "" else None
    return {"num": int(cell.num or 0), "den": int(cell.den), "rest": int(cell.den) - int(cell.num or 0)}.get(only)


def records(request: Request, key: str) -> HttpResponse:
    """All records behind a cell."""
    lens = Lens(request)
    behind = Behind(lens, key, request.GET.get("only", ""))
    at = int(page) if (page := request.GET.get("page", "1")).isdigit() and page != "0" else 1
    items = [
        {"text": tab["text"], "href": lens.with_(only=tab["only"], page=""), "on": tab["only"] == behind.only, "count": tab["n"]}
        for tab in tabs(behind)
    ]
    if behind.only not in {tab["only"] for tab in tabs(behind)}:
        items.insert(0, {"text": _("Counted"), "href": lens.with_(), "on": True})
    shown = {
        "behind": behind, "lens": lens, "label": _(behind.shape.label), "rows": behind.shown((at - 1) * PAGE), "tabs": items, 
        "next": lens.with_(page=str(at + 1)) if at * PAGE < behind.count else "", "previous": lens.with_(page=str(at - 1)) if at > 1 else "",
        "stale": _stale(lens), "now": lens.with_(version="", page=""), "first": (at - 1) * PAGE + 1, "last": min(at * PAGE, behind.count), "back": lens.metric(key, **_kept(lens)),
    }  # fmt: skip
    return render(request, "metrics/records.html", shown)


def _kept(lens: Lens) -> dict[str, str]:
    return {f"v.{name}": option for name, option in lens.variants.items()}


def _stale(lens: Lens) -> str:
    """What to say when records changed since the number was shown: it is kept as it was, or was too long ago and is measured anew."""
    asked, now = lens.get.get("version", ""), warehouse.current()
    if not asked.isdecimal() or now is None or int(asked) == now.version:
        return ""
    said = (
        _("As it was at %(at)s. Records changed since.")
        if lens.reader.version.version == int(asked)
        else _("Records changed since the number was shown. This list and the number above it are from %(at)s.")
    )
    return said % {"at": formats.exact(lens.fresh)}
