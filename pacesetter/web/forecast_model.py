"""The model's card: what the newest run learned from, how sure it is, and the runs before it."""

import datetime as dt
from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pacesetter.base import settings
from pacesetter.core.labels import mark
from pacesetter.core.periods import containing
from pacesetter.planning import forecasts
from pacesetter.planning.models import ForecastRow
from pacesetter.web import charts, figures, formats, market
from pacesetter.web.charts import Chart, Line, Mark
from pacesetter.web.request import Request
from pacesetter.web.routes import page

SHOWN, HEIGHT = 20, 220
RUNGS = {
    "base": mark("A rate per stage"),
    "stage_age": mark("A table of stages and ages"),
    "logistic": mark("The table and a logistic regression"),
    "boosting": mark("The table, a regression and boosted trees"),
}
WHYS = {
    "few_closed": mark("Fewer than fifty deals have closed, or fewer than ten of them were won: more would be guessing."),
    "few_tried": mark("Too few deals were open on past days to try more."),
    "not_better": mark("The next model up was tried on the company’s own past and was not better."),
    "better": mark("It was better than all below it on the company’s own past."),
    "not_loaded": mark("The library of the next model up could not be loaded here."),
}


class Card:
    """The newest run in figures and words."""

    def __init__(self, request: Request) -> None:
        self.request, self.run = request, forecasts.newest()

    @cached_property
    def facts(self) -> list[tuple[str, str]]:
        """What the run learned from, for those who see everybody."""
        if not self.run or self.request.actor.level != "all":
            return []
        card = self.run.card
        return [
            (_("Learned from"), _("%(n)s closed deals, %(won)s of them won") % {"n": formats.number(card["closed"]), "won": formats.number(card["won"])}),
            (_("First deal"), formats.day(dt.date.fromisoformat(card["since"]), year=True)),
            (_("Open deals"), formats.number(card["open"])),
            (_("Length of a step"), formats.days(card["step"])),
            (_("Common error"), self._shock(card)),
        ]  # fmt: skip

    def _shock(self, card: dict[str, Any]) -> str:
        share = formats.percent(card["shock"])
        if not card["measured"]:
            return _("%(share)s, assumed: too few past days tell") % {"share": share}
        return _("%(share)s, as measured on %(n)s past days") % {"share": share, "n": card["measured"]}

    @cached_property
    def choice(self) -> dict[str, Any] | None:
        """Which model speaks, how it was tried, and why it was chosen; none in runs that did not choose."""
        told = self.run.card.get("choice") if self.run and self.facts else None
        return told and {
            "rung": _(RUNGS[told["rung"]]),
            "why": _(WHYS[told["why"]]),
            "tried": [(_(RUNGS[one["rung"]]), formats.number(one["brier"], 4), formats.number(one["log_loss"], 3), one["rung"] == told["rung"]) for one in told["tried"]],
            "on": _("Tried on %(deals)s open deals of %(days)s past days, four weeks or two cycles ahead.") % {"deals": formats.number(told["deals"]), "days": told["days"]},
        }  # fmt: skip

    @property
    def market(self) -> list[tuple[str, str]]:
        """The market series that were tried, and what became of them."""
        tried = self.run.card.get("market", ()) if self.run and self.facts else ()
        return [(one["name"], market.effect(one)) for one in tried]

    @cached_property
    def chart(self) -> Chart | None:
        """Chances that were given against what came of them; none where nothing was tried."""
        bins = (self.run.card.get("choice") or {}).get("bins", ()) if self.run and self.facts else ()
        if len(bins) < 2:
            return None
        top = max(max(said, came) for said, came, _rows in bins)
        marks = [Mark(said, came, _words(said, came, rows)) for said, came, rows in bins]
        even = Line(_("As said"), "fg-3", [Mark(0, 0, ""), Mark(top, top, "")], dash=(2, 3))
        ticks = charts.nice_ticks(0, top)
        spec = charts.lines(
            [even, Line(_("As it came"), "c1", marks, dots=True)],
            x_labels={tick: formats.percent(tick, 0) for tick in ticks}, y_label=lambda value: formats.percent(value, 0), height=HEIGHT,
        )  # fmt: skip
        rows = [[formats.percent(said), formats.percent(came), formats.number(rows)] for said, came, rows in bins]
        legend = [(_("As said"), "fg-3", "dots"), (_("As it came"), "c1", "solid")]
        return Chart(_("Calibration"), spec, HEIGHT, legend, [_("Chance given"), _("Won"), _("Deals")], rows)

    @property
    def runs(self) -> list[dict[str, Any]]:
        """The last runs with what they expected of the company."""
        found = forecasts.recent(SHOWN, by=self.request.actor)
        return [{"run": run, "row": row} | (self._of(row) if row else {}) for run, row in found]

    def _of(self, row: ForecastRow) -> dict[str, str]:
        quarter = containing(row.since, "quarter", int(settings.get("company.fiscal_start")))
        return {"range": f"{_money(row, row.p10)} – {_money(row, row.p90)}", "quarter": figures.period(quarter)}


def _words(said: float, came: float, rows: int) -> str:
    return _("%(said)s given, %(came)s won of %(rows)s deals") % {
        "said": formats.percent(said),
        "came": formats.percent(came),
        "rows": rows,
    }


def _money(row: ForecastRow, minor: int) -> str:
    return formats.money(minor, row.currency, compact=True)


def index(request: Request) -> HttpResponse:
    return render(request, "plan/model.html", {"card": Card(request)})


def chart(request: Request) -> HttpResponse:
    drawn = Card(request).chart
    return charts.respond(request, drawn) if drawn else HttpResponse(status=204)


urls = [page("forecast/model", index, "forecast_model"), page("forecast/model/chart.svg", chart, "forecast_model_chart")]
