"""The two drawn charts of the overview: bookings against plan, and open pipeline by close month."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.analytics import pace
from pacesetter.core.metrics import Cell
from pacesetter.core.money import to_major
from pacesetter.core.periods import Period, containing, span
from pacesetter.crm.models.pipelines import CATEGORIES
from pacesetter.web import charts, figures, formats
from pacesetter.web.charts import Chart, Line, Mark, Part
from pacesetter.web.lens import Lens

MONTHS = 6
LONG_AGO, FAR_AHEAD = dt.date(1900, 1, 1), dt.date(2900, 1, 1)
STEPS = 14  # how many labels and points a period's axis carries
COLOURS = {"commit": "c1", "most_likely": "c6", "best_case": "c1-2", "pipeline": "c1-3", "omitted": "line-2"}


def bookings(lens: Lens, filling: pace.Pace, plan: Decimal | None) -> Chart:
    """What was won so far, the plan in the usual shape, and the previous period up to the same day."""
    day, whole = lens.period.day_number(lens.day), lens.period.days
    said = _said(lens)
    won = _marks(lens, filling.now[:day], said, _("won"))
    series = [Line(_("Won"), "c1", won, area=True, dots=False)]
    legend = [(_("Won"), "c1", "solid")]
    if plan and filling.shape:
        series.append(
            Line(_("Plan"), "fg-3", _marks(lens, [plan * Decimal(str(share)) for share in filling.shape], said, _("plan")), dash=(2, 3))
        )
        legend.append((_("Plan %(plan)s") % {"plan": said(plan)}, "fg-3", "dots"))
    if lens.compare != "none" and filling.before:
        before = filling.before[: day if lens.compare == "same_day" else whole][:whole]
        series.append(Line(_("Before"), "c2", _marks(lens, before, said, lens.compared)))
        legend.append((figures.capital(lens.compared), "c2", "solid"))
    running = 0 < day < whole
    if running and (model := ahead(lens, filling, day, said)):
        series.append(model)
        legend.append((model.name, "c1-2", "dots"))
    spec = charts.lines(
        [*series, Line("", "c1", won[-1:], dots=True)] if running else series, x_labels=_days(lens.period), y_label=lambda value: said(Decimal(str(value))),
        today=float(day) if running else None, today_label=_("Today, day %(day)s") % {"day": day}, height=258,
    )  # fmt: skip
    return Chart(_("Bookings against plan"), spec, 258, legend, _heads(series), _rows(lens, series, said))


def ahead(lens: Lens, filling: pace.Pace, day: int, said: Callable[[Any], str]) -> Line | None:
    """What the model expects from today on, with its range of 80 %, along the usual shape; none where it says nothing."""
    row = lens.expected
    if row is None:
        return None
    begun, ends = float(filling.now[day - 1]), [float(to_major(part, row.currency)) for part in (row.p10, row.mean, row.p90)]
    shape = filling.shape or [n / lens.period.days for n in range(1, lens.period.days + 1)]
    days = [*range(day, lens.period.days, max(1, round(lens.period.days / 30))), lens.period.days]
    paths = [[begun + (max(end, begun) - begun) * _gone(shape, day, n) for n in days] for end in ends]
    marks = [Mark(n, y, _label(lens, n, said(Decimal(str(round(y)))), _("expected"))) for n, y in zip(days, paths[1], strict=True)]
    band = [(float(n), low, high) for n, low, high in zip(days, paths[0], paths[2], strict=True)]
    return Line(_("Model %(amount)s") % {"amount": said(to_major(row.mean, row.currency))}, "c1-2", marks, dash=(4, 3), band=band)


def _gone(shape: list[float], day: int, n: int) -> float:
    """The share of what comes after a day that has come by a later one."""
    rest = 1 - shape[day - 1]
    return (shape[n - 1] - shape[day - 1]) / rest if rest > 0 else 1.0


def _marks(lens: Lens, sums: Sequence[Decimal], said: Callable[[Any], str], what: str) -> list[Mark]:
    """One mark every few days and at the end; day 0 is nothing yet."""
    step = max(1, round(lens.period.days / 30))
    days = [n for n in range(1, len(sums) + 1) if n % step == 0 or n == len(sums)]
    return [
        Mark(0, 0, ""),
        *(Mark(n, float(sums[n - 1]), _label(lens, n, said(sums[n - 1]), what), _until(lens, n) if what == _("won") else "") for n in days),
    ]


def _label(lens: Lens, n: int, amount: str, what: str) -> str:
    day = formats.day(lens.period.since + dt.timedelta(days=n - 1))
    return _("%(day)s: %(amount)s, %(what)s") % {"day": day, "amount": amount, "what": what}


def _until(lens: Lens, n: int) -> str:
    """The bookings from the start of the period to its n-th day."""
    part = span(lens.period.since, lens.period.since + dt.timedelta(days=n))
    return lens.to("metric_records", "bookings", period=part.label, version=str(lens.reader.version.version))


def _days(period: Period) -> dict[float, str]:
    step = max(1, round(period.days / 7 / 7) * 7) if period.days > 14 else 2
    return {float(n): formats.day(period.since + dt.timedelta(days=n)) for n in range(0, round(period.days - step * 0.6), step)} | {
        float(period.days): formats.day(period.last)
    }


def _heads(series: Sequence[Line]) -> list[str]:
    return [_("Day"), *(line.name for line in series)]


def _rows(lens: Lens, series: Sequence[Line], said: Callable[[Any], str]) -> list[list[str]]:
    """The same sums as a table, week by week."""
    known = [{mark.x: mark.y for mark in line.marks} for line in series]
    days = sorted({x for line in known for x in line if x})[:: max(1, len(known[-1]) // STEPS)]
    return [
        [
            formats.day(lens.period.since + dt.timedelta(days=int(x) - 1)),
            *(said(Decimal(str(line[x]))) if x in line else "–" for line in known),
        ]
        for x in days
    ]


def _said(lens: Lens) -> Callable[[Any], str]:
    """How an amount in the company currency reads."""
    return lambda amount: figures.said("money", amount, lens.reader.currency)


# open pipeline ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Column:
    """One column of the pipeline chart: a close month, what came after the last, or what is overdue."""

    name: str
    period: Period
    cells: Sequence[Cell]
    total: Decimal
    count: int


def months(lens: Lens) -> list[Column]:
    """Open pipeline by close month, in categories; the last column holds everything later."""
    first = containing(lens.day, "month")
    parts = [first.shifted(n) for n in range(MONTHS)]
    rest = span(parts[-1].until, FAR_AHEAD)
    names = [formats.month(part.since) for part in parts] + [_("%(month)s on") % {"month": formats.month(rest.since)}]
    return [_column(lens, name, part) for name, part in zip(names, [*parts, rest], strict=True)]


def _column(lens: Lens, name: str, period: Period) -> Column:
    cells = lens.measure("open_pipeline", period=period, dims=("category",), compare=False)
    return Column(name, period, cells, sum((Decimal(cell.value or 0) for cell in cells), Decimal(0)), sum(cell.n for cell in cells))


def overdue(lens: Lens) -> Cell:
    """Open deals whose close date has passed, however long ago."""
    return lens.cell("open_pipeline", period=past(lens), compare=False)


def past(lens: Lens) -> Period:
    """All days before the one asked for."""
    return span(LONG_AGO, lens.day)


def pipeline(lens: Lens, columns: Sequence[Column], late: Cell) -> Chart:
    """Stacked by category, overdue hatched and apart."""
    said = _said(lens)
    labels = {key: str(_(text)) for key, text in CATEGORIES}
    present = [key for key in COLOURS if any(cell.key["category"] == key for column in columns for cell in column.cells)]
    parts = [_part(lens, column, cell, labels, said) for column in columns for cell in column.cells if cell.value]
    name, amount = _("Overdue"), Decimal(late.beside["overdue"] or 0)
    count = late.left_out.get("overdue", 0)
    parts.append(
        Part(name, name, float(amount), f"{name}: {said(amount)}, {_deals(count)}", lens.behind(late, only="overdue", period=past(lens)))
    )
    sums = {column.name: column.total for column in columns} | {name: amount}
    totals = {column: _above(total, max(sums.values()), said) for column, total in sums.items() if total}
    series = [*((labels.get(key, key), COLOURS[key]) for key in present), (name, charts.HATCH)]
    spec = charts.columns(
        parts,
        categories=[name, *(column.name for column in columns)],
        series=series,
        y_label=lambda value: said(Decimal(str(value))),
        totals=totals,
        height=216,
    )
    rows = [[name, _deals(count), said(amount)], *([column.name, _deals(column.count), said(column.total)] for column in columns)]
    return Chart(
        _("Open pipeline by close month"),
        spec,
        216,
        [(labels.get(key, key), COLOURS[key], "") for key in present],
        [_("Month"), _("Deals"), _("Value")],
        rows,
    )


def _above(total: Decimal, most: Decimal, said: Callable[[Any], str]) -> str:
    """The figure on top of a column; beside an axis in millions the millions alone will do."""
    return formats.number(total / 1_000_000, 1) if most >= 1_000_000 else said(total)


def _part(lens: Lens, column: Column, cell: Cell, labels: dict[str, str], said: Callable[[Any], str]) -> Part:
    name = labels.get(cell.key["category"], cell.key["category"] or _("None"))
    return Part(
        column.name,
        name,
        float(cell.value or 0),
        f"{column.name}, {name}: {said(cell.value)}, {_deals(cell.n)}",
        lens.behind(cell, period=column.period),
    )


def _deals(n: int) -> str:
    return ngettext("%(n)s deal", "%(n)s deals", n) % {"n": formats.number(n)}
