"""The six numbers on top of the overview: bookings against plan, then the trade's five."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from pacesetter.analytics import pace
from pacesetter.core.metrics import METRICS, Cell
from pacesetter.core.periods import Period, span
from pacesetter.web import figures, formats
from pacesetter.web.lens import Lens, chosen

QUARTERS = 4
KEYS = ("bookings", "win_rate", "sales_cycle", "lead_response", "forecast_accuracy", "tool_usage")


def all_of(lens: Lens, filling: pace.Pace) -> list[dict[str, Any]]:
    """The tiles in their order."""
    return [_bookings(lens, filling), *(_tile(lens, key) for key in KEYS[1:])]


def _bookings(lens: Lens, filling: pace.Pace) -> dict[str, Any]:
    cell = lens.cell("bookings")
    shown = _shown(lens, cell, "")
    if not cell.target:
        return shown | _trend(lens, cell)
    share = float(cell.value or 0) / float(cell.target)
    day = lens.period.day_number(lens.day)
    due = filling.due(cell.target, day)
    meta = _("%(share)s of plan") % {"share": formats.percent(share, 0)}
    if due is None:
        return shown | {"meta": meta, "share": share, "pace": 1.0, "pace_text": _("Plan %(plan)s") % {"plan": figures.target(cell)}}
    text = _("Pace at day %(day)s: %(share)s, %(due)s") % {
        "day": day,
        "share": formats.percent(due / cell.target, 0),
        "due": figures.said("money", due, cell.currency),
    }
    return shown | {"meta": meta, "share": share, "pace": float(due / cell.target), "pace_text": text}


def _tile(lens: Lens, key: str) -> dict[str, Any]:
    is_accuracy = key == "forecast_accuracy"
    cell = accuracy(lens) if is_accuracy else lens.cell(key)
    stat, meta = WORDS[key](cell)
    shown = _shown(lens, cell, stat) | _trend(lens, cell, "quarter" if is_accuracy else "month")
    aim = _("target %(target)s") % {"target": figures.target(cell)} if cell.target is not None else ""
    return shown | {
        "meta": ", ".join(word for word in (meta, aim) if word),
        "href": accuracy_page(lens, cell) if is_accuracy else lens.metric(key),
    }


def accuracy(lens: Lens) -> Cell:
    """How right calls were in the last quarters; where none was scored, how right the model was."""
    period = ended_quarters(lens)
    called = lens.cell("forecast_accuracy", period=period)
    if called.value is not None:
        return called
    said = lens.cell("forecast_accuracy", period=period, variants={"said": "model"})
    return said if said.value is not None else called


def accuracy_page(lens: Lens, cell: Cell) -> str:
    """The page of just this number."""
    return lens.metric(cell.metric, period=ended_quarters(lens).label, **{f"v.{name}": option for name, option in chosen(cell).items()})


def ended_quarters(lens: Lens) -> Period:
    """The last four quarters that are over: a call is only scored then."""
    return ended(lens.reader.period("this_quarter"))


def ended(quarter: Period) -> Period:
    return span(quarter.shifted(-QUARTERS).since, quarter.since)


def _shown(lens: Lens, cell: Cell, stat: str) -> dict[str, Any]:
    moved, good = figures.difference(cell)
    said = figures.value(cell) if cell.value is not None else ""
    return {
        "name": _(METRICS[cell.metric].label), "value": said, "stat": stat, "nothing": figures.says(cell) or _("Nothing here"), "delta": moved, "good": good,
        "href": lens.metric(cell.metric), "pace": None, "key": cell.metric,
    }  # fmt: skip


def _trend(lens: Lens, cell: Cell, grain: str = "month") -> dict[str, Any]:
    values = [float(one.value) if one.value is not None else None for one in lens.trend(cell.metric, grain=grain, variants=chosen(cell))]
    known = [value for value in values if value is not None]
    better = METRICS[cell.metric].higher_is_better
    good = None if len(known) < 2 or known[-1] == known[0] else (known[-1] > known[0]) == better
    return {"spark": values, "tone": "flat" if good is None else "pos" if good else "neg"}


def _fraction(cell: Cell) -> tuple[str, str]:
    return "", _("%(num)s of %(den)s") % {"num": figures.part(cell, "num"), "den": figures.part(cell, "den")} if cell.den else ""


def _cycle(cell: Cell) -> tuple[str, str]:
    words = {name: figures.short("days", cell.beside[name]) for name in ("median", "p80")}
    return _("mean"), _("median %(median)s, p80 %(p80)s") % words if cell.value is not None else ""


def _response(cell: Cell) -> tuple[str, str]:
    return _("median"), _("%(share)s never answered") % {"share": formats.percent(cell.beside["never"], 0)} if cell.n else ""


def _accuracy(cell: Cell) -> tuple[str, str]:
    bias = cell.beside["bias"]
    text = formats.signed(formats.percent(bias, 1), (bias or 0) > 0)
    stat = _("model, week %(week)s") if cell.variants["said"] == "model" else _("week %(week)s")
    return stat % {"week": cell.variants["week"]}, _("bias %(bias)s") % {"bias": text} if bias is not None else ""


WORDS: dict[str, Callable[[Cell], tuple[str, str]]] = {
    "win_rate": _fraction, "sales_cycle": _cycle, "lead_response": _response, "forecast_accuracy": _accuracy, "tool_usage": _fraction,
}  # fmt: skip
