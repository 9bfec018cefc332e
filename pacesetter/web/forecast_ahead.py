"""The long view: bookings by month with what is expected, and by quarter beside the year before, company or team."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.core.errors import NotFound
from pacesetter.core.money import to_major
from pacesetter.core.periods import Period
from pacesetter.planning import ahead, market_effects
from pacesetter.planning.market_effects import Lever
from pacesetter.planning.models import COMBINED, DEALS, ForecastRow
from pacesetter.web import charts, figures, formats, market
from pacesetter.web.charts import Chart, Line, Mark
from pacesetter.web.request import Request
from pacesetter.web.routes import page
from pacesetter.web.what_if_form import Asked, Dial

BEFORE, HEIGHT = 24, 260
QUARTERS = 4


class Ahead:
    """Months and quarters ahead of the company, or of the team that was asked for."""

    def __init__(self, request: Request) -> None:
        self.request, self.actor, self.currency = request, request.actor, request.company.currency
        self.teams = ahead.teams(self.actor)
        asked = request.GET.get("team", "")
        self.team = int(asked) if asked.isdecimal() else None
        if self.team is None and self.actor.level != "all" and self.teams:
            self.team = self.teams[0].pk
        if self.team is not None and self.team not in {team.pk for team in self.teams}:
            raise NotFound("not_found", noun="team", id=asked)

    @cached_property
    def months(self) -> list[ForecastRow]:
        return [row for row in ahead.said("month", by=self.actor, team=self.team) if row.currency == self.currency]

    @cached_property
    def quarters(self) -> list[ForecastRow]:
        return [row for row in ahead.said("quarter", by=self.actor, team=self.team) if row.currency == self.currency]

    @property
    def says(self) -> str:
        if not self.months:
            return ""
        year = sum(row.mean for row in self.months[:12])
        before = sum(amount for _period, amount in self._before("month", 12))
        words = {"amount": self._money(year), "share": self._grown(year, before)}
        text = _("The next twelve months are expected to bring %(amount)s, %(share)s on the twelve before.") if before else _("The next twelve months are expected to bring %(amount)s.")  # fmt: skip
        return text % words

    @cached_property
    def lever(self) -> Asked:
        """What the address assumes of the market."""
        asked = QueryDict(mutable=True)
        asked.update({name: self.request.GET[name] for name in ("market", "market_since") if name in self.request.GET})
        return Asked(asked, self.currency)

    @property
    def dials(self) -> list[Dial]:
        return [one for one in (*self.lever.dials, *self.lever.numbers) if one.name in ("market", "market_since")]

    @cached_property
    def moved(self) -> Lever | None:
        """What that does; none where nothing is assumed."""
        return market_effects.lever(self.months[0].run, self.lever.assumed) if self.months and self.lever.assumed.market != 1 else None

    @property
    def market_says(self) -> str:
        return market.moves(self.moved) if self.moved else ""

    def under(self, row: ForecastRow) -> int:
        """What a month or quarter brings with the market that is assumed: what is booked stays."""
        if self.moved is None or self.moved.begins is None:
            return row.mean
        months = [one for one in self.months if row.since <= one.since and one.until <= row.until and one.since >= self.moved.begins]
        return row.mean + round(sum((one.mean - one.won) * (self.moved.factor - 1) for one in months))

    @property
    def has_lever(self) -> bool:
        """Whether there is something to move, or somebody asks as if there were."""
        return bool(self.follows) or "market" in self.request.GET

    @property
    def may_see_market(self) -> bool:
        return self.actor.level == "all" or self.actor.can("target.set")

    @cached_property
    def follows(self) -> str:
        """The market series that moves it: who sees a forecast may know what it follows."""
        tried = market_effects.followed(self.months[0].run) if self.months else None
        return f"{market.follows(tried)} {market.ahead(tried)}" if tried else ""

    def _before(self, grain: Any, count: int) -> list[tuple[Period, int]]:
        first = (self.months if grain == "month" else self.quarters)[0].since
        return ahead.booked_before(grain, count, first, team=self.team)

    @cached_property
    def chart(self) -> Chart | None:
        """Two years of bookings and what comes, with the range of 80 %; none where series say nothing."""
        if not self.months:
            return None
        past = [(period, amount) for period, amount in self._before("month", BEFORE)]
        came = [Mark(n, self._major(amount), self._label(period, amount, _("booked")), self._href(period)) for n, (period, amount) in enumerate(past)]  # fmt: skip
        spots = list(enumerate(self.months, len(past)))
        expected = [Mark(n, self._major(row.mean), self._label(_month(row), row.mean, _("expected"))) for n, row in spots]
        under = (
            [Mark(n, self._major(self.under(row)), self._label(_month(row), self.under(row), _("with the market"))) for n, row in spots]
            if self.moved
            else []
        )
        band = [(float(n), self._major(row.p10), self._major(row.p90)) for n, row in spots]
        names = {n: period for n, (period, _amount) in enumerate(past)} | {n: _month(row) for n, row in spots}
        spec = charts.lines(
            [Line(_("Booked"), "c1", came, dots=True), Line(_("Expected"), "c1-2", expected, dash=(4, 3), band=band), *([Line(_("With the market"), "c3", under)] if under else [])],
            x_labels={float(n): formats.month(one.since, year=one.since.month == 1) for n, one in names.items() if one.since.month % 3 == 1},
            y_label=lambda value: figures.said("money", round(value), self.currency), height=HEIGHT, today=float(len(past)) - 0.5,
        )  # fmt: skip
        rows = [[figures.period(one), self._money(amount), "", ""] for one, amount in past]
        rows += [[figures.period(_month(row)), "", self._money(row.mean), self._range(row)] for row in self.months]
        legend = [(_("Booked"), "c1", "solid"), (_("Expected"), "c1-2", "dots")]
        if under:
            legend.append((_("With the market"), "c3", "solid"))
        return Chart(_("Bookings by month"), spec, HEIGHT, legend, [_("Month"), _("Booked"), _("Expected"), self.range_word], rows)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Quarters that are over, then those ahead, each beside the same one of the year before."""
        if not self.quarters:
            return []
        past = self._before("quarter", 2 * QUARTERS)
        known = {period.since: amount for period, amount in past} | {row.since: row.mean for row in self.quarters}
        done = [{"name": figures.period(period), "booked": self._money(amount), "grown": self._year(known, period, amount), "href": self._href(period)} for period, amount in past[QUARTERS:]]  # fmt: skip
        return done + [
            {"name": figures.period(one), **self._booked(one), "expected": self._money(row.mean), "range": self._range(row), "under": self._money(self.under(row)) if self.moved else "", "grown": self._year(known, one, row.mean), "how": _how(row)}
            for row in self.quarters
            for one in [ahead.period_at(row.since, "quarter")]
        ]  # fmt: skip

    def _booked(self, period: Period) -> dict[str, str]:
        """What is booked by now in a quarter that has begun; the forecast of it stands since the end of yesterday."""
        if period.since > formats.today():
            return {}
        ((_period, amount),) = ahead.booked_before("quarter", 1, period.until, team=self.team)
        return {"booked": self._money(amount), "href": self._href(period)} if amount else {}

    def _year(self, known: dict[Any, int], period: Period, amount: int) -> str:
        before = known.get(period.shifted(-QUARTERS).since)
        return self._grown(amount, before) if before else ""

    def _grown(self, now: int, before: int) -> str:
        return formats.signed(formats.percent(now / before - 1), now > before) if before else ""

    @property
    def range_word(self) -> str:
        return _("%(share)s range") % {"share": "80%"}

    @property
    def chips(self) -> list[dict[str, Any]]:
        """Whose bookings: the company's, or those of a team."""
        whole = [{"text": _("Company"), "href": "?", "on": self.team is None}] if self.actor.level == "all" else []
        return whole + [{"text": team.name, "href": f"?team={team.pk}", "on": team.pk == self.team} for team in self.teams]

    @property
    def whose(self) -> str:
        return next((chip["text"] for chip in self.chips if chip["on"]), "")

    @property
    def source(self) -> str:
        asked = [(name, self.request.GET[name]) for name in ("team", "market", "market_since") if self.request.GET.get(name)]
        return reverse("forecast_ahead_chart") + (f"?{urlencode(asked)}" if asked else "")

    def _label(self, period: Period, amount: int, what: str) -> str:
        return f"{figures.period(period)}: {self._money(amount)}, {what}"

    def _href(self, period: Period) -> str:
        team = f"&team={self.team}" if self.team else ""
        return f"{reverse('metric_records', args=['bookings'])}?period={period.label}{team}"

    def _range(self, row: ForecastRow) -> str:
        return f"{self._money(row.p10)} – {self._money(row.p90)}"

    def _money(self, minor: int) -> str:
        return formats.money(minor, self.currency, compact=True)

    def _major(self, minor: int) -> float:
        return float(to_major(minor, self.currency))


def _how(row: ForecastRow) -> str:
    """Which models speak of a period, and of two how much each counts."""
    if row.method == COMBINED:
        share = row.run.card.get("deals_count", {}).get(ahead.period_at(row.since, "quarter").label, 0.0)
        return _("Deals %(deals)s, series %(series)s") % {"deals": formats.percent(share, 0), "series": formats.percent(1 - share, 0)}
    return _("Open deals and new business") if row.method == DEALS else _("Series")


def _month(row: ForecastRow) -> Period:
    return ahead.period_at(row.since, "month")


def index(request: Request) -> HttpResponse:
    return render(request, "plan/ahead.html", {"page": Ahead(request)})


def chart(request: Request) -> HttpResponse:
    drawn = Ahead(request).chart
    return charts.respond(request, drawn) if drawn else HttpResponse(status=204)


urls = [page("forecast/ahead", index, "forecast_ahead"), page("forecast/ahead/chart.svg", chart, "forecast_ahead_chart")]
