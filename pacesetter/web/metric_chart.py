"""The trend of a metric: its values over time with interval and target, each point a link to its records."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from pacesetter.core.metrics import Cell, Metric
from pacesetter.core.periods import MONTHS, containing
from pacesetter.web import charts, figures, formats
from pacesetter.web.charts import Chart, Line, Mark
from pacesetter.web.lens import Lens

COUNTS = {"month": 14, "quarter": 8, "year": 4}
HEIGHT = 210


def grain(lens: Lens, shape: Metric) -> Any:
    """Flows by month; what is asked anew per period by the period's own length."""
    if shape.key == "forecast_accuracy":
        return "quarter"
    return "month" if shape.trend == "flow" or lens.period.grain not in MONTHS else lens.period.grain


def trend(lens: Lens, shape: Metric, now: Cell) -> Chart | None:
    """The chart; None while fewer than two points have a value."""
    step = grain(lens, shape)
    cells = lens.trend(shape.key, grain=step, count=COUNTS[step], variants=lens.variants)
    known = [(n, cell) for n, cell in enumerate(cells) if cell.value is not None]
    if len(known) < 2:
        return None
    names = [_name(lens, cell, step) for cell in cells]
    series = [_values(lens, shape, known, names), *_target(shape, now, len(cells))]
    said = lambda value: figures.said(shape.unit, Decimal(str(value)) if shape.unit == "money" else value, now.currency, digits=0)  # noqa: E731
    x_labels = {float(n): name for n, name in enumerate(names) if (len(names) - 1 - n) % (2 if len(names) > 10 else 1) == 0}
    spec = charts.lines(series, x_labels=x_labels, y_label=said, height=HEIGHT, zero=shape.unit != "share")
    rows = [[name, figures.value(cell), figures.interval(cell)] for name, cell in zip(names, cells, strict=True)]
    return Chart(_(shape.label), spec, HEIGHT, _legend(series), [_("Period"), _(shape.label), _("Interval (95%)")], rows)


def _values(lens: Lens, shape: Metric, known: list[tuple[int, Cell]], names: list[str]) -> Line:
    marks = [Mark(n, float(cell.value or 0), f"{names[n]}: {figures.value(cell)}{_fraction(cell)}", lens.behind(cell)) for n, cell in known]
    band = [(float(n), *cell.interval) for n, cell in known if cell.interval]
    return Line(_(shape.label), "c1", marks, dots=True, band=band if len(band) > 1 else ())


def _fraction(cell: Cell) -> str:
    words = {"num": figures.part(cell, "num"), "den": figures.part(cell, "den")}
    return f" ({_('%(num)s of %(den)s') % words})" if cell.unit == "share" and cell.den else ""


def _target(shape: Metric, now: Cell, count: int) -> list[Line]:
    if now.target is None or shape.target_on != "value" or shape.unit == "money":
        return []
    text = _("Target %(target)s") % {"target": figures.target(now)}
    return [Line(text, "fg-3", [Mark(0, float(now.target), ""), Mark(count - 1, float(now.target), "")], dash=(2, 3))]


def _legend(series: list[Line]) -> list[tuple[str, str, str]]:
    band = [(_("Interval (95%)"), "c1-3", "")] if series[0].band else []
    return [(line.name, line.colour, "dots" if line.dash else "solid") for line in series] + band


def _name(lens: Lens, cell: Cell, step: str) -> str:
    first = cell.key[step]
    if step == "quarter":
        return figures.period(containing(first, "quarter", lens.reader.fiscal_start))
    if step == "year":
        return str(first.year)
    name = formats.month(first, year=first.month == 1)
    running = containing(first, "month").last > lens.day
    return _("%(month)s, to %(day)s") % {"month": name, "day": lens.day.day} if running else name
