"""How right forecasts were: by week, by quarter with its reasons, by person; models beside calls."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from pacesetter.base import jobs
from pacesetter.core.metrics import METRICS
from pacesetter.core.periods import Period, span
from pacesetter.planning import accuracy
from pacesetter.planning.accuracy import ADJUSTED, CALL, MODEL, WEEK, WEEKS, Error, Score
from pacesetter.web import charts, figures, forecast_distances, formats, toasts
from pacesetter.web.charts import Chart, Line, Mark
from pacesetter.web.request import Request
from pacesetter.web.routes import page

PERIODS = {"quarter": 8, "month": 12}
HEIGHT = 220
PARTS = ("timing", "win_rate", "deal_size", "new", "corrected")


class Accuracy:
    """Everything the page shows for quarters or months, as forecasts stood at the end of a week."""

    def __init__(self, request: Request) -> None:
        self.request, self.actor, self.currency = request, request.actor, request.company.currency
        asked = request.GET.get("grain", "quarter")
        self.grain: Any = asked if asked in WEEKS else "quarter"
        self.last_week = WEEKS[self.grain]
        week = request.GET.get("week", "")
        self.week = min(max(int(week), 1), self.last_week) if week.isdecimal() else min(WEEK, self.last_week)
        self.periods = accuracy.closed(self.grain, PERIODS[self.grain])

    @cached_property
    def by_week(self) -> dict[int, list[Score]]:
        found: dict[int, list[Score]] = {week: [] for week in range(1, self.last_week + 1)}
        for score in accuracy.scores(self.periods, found, by=self.actor):
            found[score.week].append(score)
        return found

    @cached_property
    def scores(self) -> list[Score]:
        """Those of the chosen week."""
        return self.by_week[self.week]

    @property
    def whole(self) -> bool:
        """Whether the reader sees the company; others see their people, each counted on their own."""
        return any(one.user_id is None for one in self.scores) or self.actor.level == "all"

    def _of(self, method: str, scores: list[Score] | None = None) -> Error:
        rows = self.scores if scores is None else scores
        return Error.of(one for one in rows if one.method == method and (one.user_id is None) == self.whole)

    # head -----------------------------------------------------------------------------------------
    @property
    def says(self) -> str:
        model, call = self._of(MODEL), self._of(CALL)
        told = [
            (_("the model missed by %(error)s"), model.wape),
            (_("calls missed by %(error)s"), call.wape),
        ]
        parts = [text % {"error": formats.percent(wape)} for text, wape in told if wape is not None]
        if not parts:
            return ""
        return _("At the end of week %(week)s %(what)s.") % {"week": self.week, "what": formats.listed(parts)}

    @property
    def tiles(self) -> list[dict[str, Any]]:
        model, call = self._of(MODEL), self._of(CALL)
        gained, of = accuracy.value_added(one for one in self.scores if (one.user_id is None) == self.whole)
        return [
            self._tile(_("Model error"), model.wape, _bias(model), _counted(model), self.metric("model")),
            self._tile(_("Call error"), call.wape, _bias(call), _counted(call), self.metric("people")),
            self._tile(
                _("Range held"), model.coverage, "",
                _("%(held)s of %(all)s") % {"held": model.held, "all": model.banded} if model.banded else "",
            ),
            self._tile(
                _("Value added by calls"), gained / of if of else None, "",
                "" if not of else _("calls were nearer") if gained > 0 else _("the model was nearer") if gained < 0 else "", signed=True,
            ),
        ]  # fmt: skip

    def metric(self, said: str = "people") -> str:
        """The same number as a metric, which opens the records behind it; of months there is none."""
        if self.grain != "quarter":
            return self._below
        quarters = span(self.periods[-1].since, self.periods[0].until).label
        asked = {"period": quarters, "v.said": said, "v.week": self.week, "v.level": "company" if self.whole else "rep"}
        return f"{reverse('metric', args=['forecast_accuracy'])}?{urlencode(asked)}"

    @property
    def _below(self) -> str:
        return "#by-period" if self.whole else "#by-person"

    def _tile(self, name: str, share: float | None, stat: str, meta: str, href: str = "", *, signed: bool = False) -> dict[str, Any]:
        value = "" if share is None else formats.percent(share)
        if signed and share is not None:
            value = formats.signed(value, share > 0)
        return {
            "name": name,
            "value": value,
            "stat": stat,
            "nothing": _("nothing scored yet"),
            "meta": meta,
            "href": href or self._below,
        }

    # by week --------------------------------------------------------------------------------------
    @cached_property
    def chart(self) -> Chart | None:
        """Error by week of the period, model and calls; none while nothing has two weeks."""
        series = [self._line(MODEL, _("Model"), "c1"), self._line(CALL, _("Calls"), "c2")]
        shown = [line for line in series if len(line.marks) > 1]
        if not shown:
            return None
        names = {float(week): _("Week %(n)s") % {"n": week} for week in self.by_week}
        spec = charts.lines(shown, x_labels=names, y_label=lambda value: formats.percent(value, 0), height=HEIGHT, today=float(self.week))
        told = {line.name: {mark.x: formats.percent(mark.y) for mark in line.marks} for line in shown}
        rows = [[name, *(marks.get(week, "") for marks in told.values())] for week, name in names.items()]
        legend = [(line.name, line.colour, "solid") for line in shown]
        return Chart(_("Error by week"), spec, HEIGHT, legend, [_("Week"), *told], rows)

    def _line(self, method: str, name: str, colour: str) -> Line:
        errors = {week: self._of(method, scores).wape for week, scores in self.by_week.items()}
        marks = [
            Mark(week, wape, f"{_('Week %(n)s') % {'n': week}}: {formats.percent(wape)}, {name}", self.to(week=str(week)))
            for week, wape in errors.items()
            if wape is not None
        ]
        return Line(name, colour, marks, dots=True)

    # by period ------------------------------------------------------------------------------------
    @property
    def rows(self) -> list[dict[str, Any]]:
        """The company's periods, the newest first: actual, model with its band, call, who was nearer, why the model missed."""
        found = [self._row(period) for period in self.periods] if self.whole else []
        return [row for row in found if row["model"] or row["call"]]

    def _row(self, period: Period) -> dict[str, Any]:
        told = {one.method: one for one in self.scores if one.period == period and one.user_id is None}
        model, call, review = told.get(MODEL), told.get(CALL), self._reviews.get((period.since, period.until))
        actual = next((one.actual for one in told.values()), 0)
        return {
            "name": figures.period(period),
            "actual": self._money(actual),
            "model": model and self._money(model.said),
            "band": model and f"{self._money(model.low or 0)} – {self._money(model.high or 0)}",
            "held": model and (model.low or 0) <= actual <= (model.high or 0),
            "model_off": _off(model),
            "call": call and self._money(call.said),
            "call_off": _off(call),
            "nearer": _nearer(model, call),
            "why": review and self._why(review),
            "href": f"{reverse('metric_records', args=['bookings'])}?period={period.label}",
        }

    @cached_property
    def _reviews(self) -> dict[Any, Any]:
        return accuracy.reviews(self.week) if self.grain == "quarter" else {}

    def _why(self, review: Any) -> str:
        """What came more or less than the model said, by cause, the largest first; the causes add up to it."""
        words = {
            "timing": _("timing"), "win_rate": _("win rate"), "deal_size": _("amount"), "new": _("new business"), "corrected": _("corrections"),
        }  # fmt: skip
        parts = sorted(PARTS, key=lambda part: -abs(getattr(review, part)))
        said = [f"{words[part]} {self._signed(getattr(review, part))}" for part in parts if getattr(review, part)]
        return formats.listed(said)

    def _money(self, minor: int) -> str:
        return formats.money(minor, self.currency, compact=True)

    def _signed(self, minor: int) -> str:
        return formats.signed(self._money(minor), minor > 0)

    # by person ------------------------------------------------------------------------------------
    @property
    def people(self) -> list[dict[str, Any]]:
        """Everybody that was scored, those whose calls missed most first."""
        names = accuracy.people(self.scores)
        found = [self._person(user.name, [one for one in self.scores if one.user_id == pk]) for pk, user in names.items()]
        return sorted((row for row in found if row["n"]), key=lambda row: -(row["order"] or 0.0))

    def _person(self, name: str, scores: list[Score]) -> dict[str, Any]:
        model, call, adjusted = (Error.of(one for one in scores if one.method == method) for method in (MODEL, CALL, ADJUSTED))
        added, turned = accuracy.value_added(scores), accuracy.value_added(scores, ADJUSTED, CALL)
        return {
            "name": name, "n": max(model.n, call.n), "order": call.wape or model.wape,
            "model": _share(model.wape), "model_bias": _bias(model), "call": _share(call.wape), "call_bias": _bias(call),
            "adjusted": _share(adjusted.wape), "added": _gain(*added), "worse": added[0] < 0, "turned": _gain(*turned), "turned_worse": turned[0] < 0,
        }  # fmt: skip

    # by distance ----------------------------------------------------------------------------------
    @cached_property
    def distances(self) -> list[dict[str, Any]]:
        return forecast_distances.by_distance(self.request, self.grain)

    @cached_property
    def windows(self) -> list[dict[str, Any]]:
        return forecast_distances.windows(self.request)

    # choices --------------------------------------------------------------------------------------
    @property
    def grains(self) -> list[dict[str, Any]]:
        words = {"quarter": _("Quarters"), "month": _("Months")}
        return [{"text": text, "href": f"?grain={key}", "on": key == self.grain} for key, text in words.items()]

    @property
    def week_word(self) -> str:
        return _("Week %(n)s") % {"n": self.week}

    @property
    def weeks(self) -> list[dict[str, Any]]:
        return [
            {"text": _("Week %(n)s") % {"n": week}, "href": self.to(week=str(week)), "on": week == self.week}
            for week in range(1, self.last_week + 1)
        ]

    def to(self, **more: str) -> str:
        """This page with some choices changed."""
        params = {"grain": self.grain, "week": str(self.week)} | more
        return f"{reverse('forecast_accuracy')}?grain={params['grain']}&week={params['week']}"

    @property
    def may_ask(self) -> bool:
        return self.actor.can("target.set") and self.actor.level == "all"

    @property
    def question(self) -> str:
        return _(METRICS["forecast_accuracy"].question)


def _share(share: float | None) -> str:
    return "" if share is None else formats.percent(share)


def _gain(gained: int, of: int) -> str:
    return formats.signed(formats.percent(gained / of), gained > 0) if of else ""


def _bias(error: Error) -> str:
    return "" if error.bias is None else _("bias %(bias)s") % {"bias": formats.signed(formats.percent(error.bias), error.bias > 0)}


def _counted(error: Error) -> str:
    return ngettext("%(n)s forecast scored", "%(n)s forecasts scored", error.n) % {"n": error.n} if error.n else ""


def _off(score: Score | None) -> str:
    """How far above or below what came."""
    if score is None or not score.actual:
        return ""
    share = score.said / score.actual - 1
    return formats.signed(formats.percent(share), share > 0)


def _nearer(model: Score | None, call: Score | None) -> str:
    if model is None or call is None:
        return ""
    step = abs(model.said - model.actual) - abs(call.said - call.actual)
    return pgettext("forecast", "Call") if step > 0 else _("Model") if step < 0 else _("Equal")


def index(request: Request) -> HttpResponse:
    return render(request, "plan/accuracy.html", {"page": Accuracy(request)})


def chart(request: Request) -> HttpResponse:
    drawn = Accuracy(request).chart
    return charts.respond(request, drawn) if drawn else HttpResponse(status=204)


@require_POST
def ask(request: Request) -> HttpResponse:
    """Ask the models as of past weeks: a job."""
    request.actor.require("target.set")
    job = jobs.start("forecast.past", by=request.actor)
    toasts.add(request, _("The models are asked about past weeks"))
    return redirect("job", job.pk)


urls = [
    page("forecast/accuracy", index, "forecast_accuracy"),
    page("forecast/accuracy/chart.svg", chart, "forecast_accuracy_chart"),
    page("forecast/accuracy/past", ask, "forecast_past"),
]
