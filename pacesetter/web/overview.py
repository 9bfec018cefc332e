"""The overview: how the period goes, in six numbers, two charts and three lists."""

from decimal import Decimal
from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pacesetter.analytics import numbers, pace
from pacesetter.core.errors import NotFound
from pacesetter.core.metrics import Cell
from pacesetter.core.periods import Period, add_months, span
from pacesetter.crm import choices
from pacesetter.web import attention, charts, figures, formats, forms, overview_charts, tiles
from pacesetter.web.lens import Lens
from pacesetter.web.request import Request
from pacesetter.web.routes import page

SELLERS = 7


class Overview:
    """Everything the overview shows; each part is worked out only when it is asked for."""

    def __init__(self, request: Request) -> None:
        self.lens = Lens(request)

    @cached_property
    def filling(self) -> pace.Pace:
        return pace.of(self.lens.reader, self.lens.period, self.lens.where("bookings"))

    @cached_property
    def booked(self) -> Cell:
        return self.lens.cell("bookings")

    @cached_property
    def tiles(self) -> list[dict[str, Any]]:
        return tiles.all_of(self.lens, self.filling)

    @property
    def state(self) -> str:
        """One sentence: where the period stands."""
        lens, cell = self.lens, self.booked
        words = {"value": figures.value(cell), "plan": figures.target(cell)}
        if not cell.target:
            return self._stands(_("Bookings are %(value)s.") % words)
        due = self.filling.due(cell.target, lens.period.day_number(lens.day))
        if due is None:
            return self._stands(_("Bookings are %(value)s of a %(plan)s plan.") % words)
        gap = Decimal(cell.value or 0) - due
        words["gap"] = figures.said("money", abs(gap), cell.currency)
        behind = _("Bookings are %(value)s of a %(plan)s plan, %(gap)s behind pace.") % words
        ahead = _("Bookings are %(value)s of a %(plan)s plan, %(gap)s ahead of pace.") % words
        return self._stands(behind if gap < 0 else ahead)

    def _stands(self, said: str) -> str:
        return f"{self.lens.where_we_are} {said}".strip()

    # charts -------------------------------------------------------------------------------------
    @cached_property
    def bookings(self) -> charts.Chart:
        return overview_charts.bookings(self.lens, self.filling, self.booked.target)

    @cached_property
    def late(self) -> Cell:
        return overview_charts.overdue(self.lens)

    @cached_property
    def pipeline(self) -> charts.Chart:
        return overview_charts.pipeline(self.lens, overview_charts.months(self.lens), self.late)

    @property
    def sources(self) -> dict[str, str]:
        return {name: self.lens.to("overview_chart", name) for name in CHARTS}

    # lists --------------------------------------------------------------------------------------
    @cached_property
    def attention(self) -> list[dict[str, Any]]:
        return attention.of(self.lens, self.late, overview_charts.past(self.lens))

    @cached_property
    def year(self) -> Period:
        """The twelve months up to the end of this one."""
        until = add_months(self.lens.day, 1)
        return span(add_months(until, -12), until)

    @cached_property
    def conversion(self) -> list[dict[str, Any]]:
        """Stage by stage, the share that went further; the last bar is from the first stage to Won."""
        cells = {
            cell.key["stage"]: cell for cell in self.lens.measure("stage_conversion", period=self.year, dims=("stage",), compare=False)
        }
        stages = [stage for stage in choices.stages() if stage.pk in cells and stage.type == "open"]
        rows = [self._bar(forms.in_words(stage.label), cells[stage.pk]) for stage in stages]
        if not stages:
            return []
        won = self.lens.measure("stage_conversion", period=self.year, dims=("stage",), compare=False, variants={"to": "won"})
        first = next((cell for cell in won if cell.key["stage"] == stages[0].pk), None)
        return rows + ([self._bar(_("Won in the end"), first) | {"tone": "pos"}] if first else [])

    def _bar(self, name: str, cell: Cell) -> dict[str, Any]:
        return {
            "name": name,
            "share": float(cell.value or 0),
            "text": figures.value(cell),
            "n": formats.number(cell.den),
            "href": self.lens.behind(cell, period=self.year),
            "tone": "",
        }

    @cached_property
    def attainment(self) -> list[dict[str, Any]]:
        """People with a quota, those nearest to it first."""
        cells = [cell for cell in self.lens.measure("attainment", dims=("owner",), compare=False) if cell.value is not None]
        names = numbers.labels("owner", [cell.key["owner"] for cell in cells])
        cells.sort(key=lambda cell: -float(cell.value or 0))
        return [
            {
                "name": names.get(cell.key["owner"], ""),
                "share": float(cell.value or 0),
                "text": formats.percent(cell.value, 0),
                "href": self.lens.behind(cell),
            }
            for cell in cells
        ]

    @property
    def sellers(self) -> list[dict[str, Any]]:
        return self.attainment[:SELLERS]

    @property
    def pace(self) -> float | None:
        """How much of a period is usually there by now."""
        day = self.lens.period.day_number(self.lens.day)
        return self.filling.shape[day - 1] if self.filling.shape and day else None

    @property
    def pace_text(self) -> str:
        return _("%(shown)s of %(all)s") % {"shown": len(self.sellers), "all": len(self.attainment)} + (
            " · " + _("pace %(share)s") % {"share": formats.percent(self.pace, 0)} if self.pace else ""
        )


CHARTS = {"bookings": lambda shown: shown.bookings, "pipeline": lambda shown: shown.pipeline}


def overview(request: Request) -> HttpResponse:
    """The page of those who lead."""
    shown = Overview(request)
    return render(request, "overview/index.html", {"overview": shown, "lens": shown.lens})


def chart(request: Request, name: str) -> HttpResponse:
    """One chart as SVG."""
    if name not in CHARTS:
        raise NotFound("not_found", noun="chart", id=name)
    return charts.respond(request, CHARTS[name](Overview(request)))


urls = [page("dashboards/overview", overview, "overview"), page("dashboards/overview/charts/<str:name>.svg", chart, "overview_chart")]
