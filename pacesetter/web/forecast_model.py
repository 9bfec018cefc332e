"""The model's card: what the newest run learned from, how sure it is, and the runs before it."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pacesetter.base import settings
from pacesetter.core.periods import containing
from pacesetter.planning import forecasts
from pacesetter.planning.models import ForecastRow
from pacesetter.web import figures, formats
from pacesetter.web.request import Request
from pacesetter.web.routes import page

SHOWN = 20


class Card:
    """The newest run in figures and words."""

    def __init__(self, request: Request) -> None:
        self.request, self.run = request, forecasts.newest()

    @property
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

    @property
    def runs(self) -> list[dict[str, Any]]:
        """The last runs with what they expected of the company."""
        found = forecasts.recent(SHOWN, by=self.request.actor)
        return [{"run": run, "row": row} | (self._of(row) if row else {}) for run, row in found]

    def _of(self, row: ForecastRow) -> dict[str, str]:
        quarter = containing(row.since, "quarter", int(settings.get("company.fiscal_start")))
        return {"range": f"{_money(row, row.p10)} – {_money(row, row.p90)}", "quarter": figures.period(quarter)}


def _money(row: ForecastRow, minor: int) -> str:
    return formats.money(minor, row.currency, compact=True)


def index(request: Request) -> HttpResponse:
    return render(request, "plan/model.html", {"card": Card(request)})


urls = [page("forecast/model", index, "forecast_model")]
