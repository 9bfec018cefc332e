"""Early warnings: what is likely to go wrong, with the arithmetic, and how often such warnings were right."""

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.core.labels import mark
from pacesetter.core.periods import containing
from pacesetter.crm.models import Deal
from pacesetter.planning import forecasts, warnings
from pacesetter.planning.models import StandingWarning
from pacesetter.planning.warnings import Measured
from pacesetter.web import figures, formats
from pacesetter.web.request import Request
from pacesetter.web.routes import page

SHOWN, MOST = 20, 500
LEAST = 0.01  # a smaller chance is told as less than this: draws cannot say never
VALUED = ("quarter", "rep", "deal")  # kinds with a chance and money at stake


class Page:
    """The kinds, each with its measure and what stands."""

    def __init__(self, request: Request) -> None:
        self.request, self.actor = request, request.actor
        asked = request.GET.get("kind", "")
        self.only = asked if asked in warnings.KINDS else ""

    @cached_property
    def run(self) -> Any:
        return forecasts.newest()

    @cached_property
    def rows(self) -> list[StandingWarning]:
        return list(warnings.standing(by=self.actor))

    @cached_property
    def kinds(self) -> list[dict[str, Any]]:
        """Kinds with something to show, or with a measure that the reader may see."""
        measured = warnings.measured()
        found = [self._kind(kind, measured.get(kind)) for kind in warnings.KINDS if kind == self.only or not self.only]
        return [kind for kind in found if kind["rows"] or self.actor.level == "all"]

    def _kind(self, kind: str, measured: Measured | None) -> dict[str, Any]:
        mine = [row for row in self.rows if row.warning.kind == kind]
        shown = mine[: MOST if self.only else SHOWN]
        deals = warnings.deals_of(shown, by=self.actor)
        return {
            "key": kind,
            "name": _(warnings.KINDS[kind]),
            "valued": kind in VALUED,
            "rows": [Said(row, deals.get(row.warning.deal_id or 0)) for row in shown],
            "count": len(mine),
            "more": f"?kind={kind}" if len(mine) > len(shown) else "",
            "measure": says(measured, counted=self.actor.level == "all"),
        }

    @property
    def says(self) -> str:
        if not self.rows:
            return _("Nothing to warn of.") if self.run else ""
        text = ngettext("%(n)s warning stands.", "%(n)s warnings stand.", len(self.rows))
        return text % {"n": formats.number(len(self.rows))}


class Said:
    """One warning in words."""

    def __init__(self, row: StandingWarning, deal: Deal | None = None) -> None:
        self.row, self.warning, self.deal, self.facts = row, row.warning, deal, row.facts

    @property
    def name(self) -> str:
        whose = self.warning.user or self.warning.team
        if self.warning.subject.startswith("source:"):
            return figures.named("source", [self.warning.subject[7:]])[self.warning.subject[7:]]
        return str(self.deal) if self.deal else whose.name if whose else _("Company")

    @property
    def note(self) -> str:
        """Of a deal, which account's and whose it is."""
        return " · ".join(str(one) for one in (self.deal.account, self.deal.owner) if one) if self.deal else ""

    @property
    def href(self) -> str:
        if self.warning.deal_id:
            return reverse("deal_record", args=[self.warning.deal_id])
        if self.warning.user_id:
            return f"{reverse('calls')}?open={self.warning.user_id}"
        if self.warning.kind == "leads":
            source = self.warning.subject.partition(":")[2]
            return reverse("leads") + (f"?view=all&source={source}" if source else "?view=all")
        if self.warning.kind == "model":
            return reverse("forecast_accuracy") + "?grain=month"
        return reverse("calls") + (f"?team={self.warning.team_id}" if self.warning.team_id else "")

    @property
    def chance(self) -> str:
        return formats.percent(self.facts["chance"], 0) if self.facts["chance"] >= LEAST else f"<{formats.percent(LEAST, 0)}"

    @property
    def stake(self) -> str:
        return self._money(self.row.stake)

    @property
    def raised_on(self) -> dt.date:
        return self.warning.raised_on

    @property
    def period(self) -> str:
        return figures.period(containing(self.warning.since, "quarter"))

    @property
    def text(self) -> str:
        """The warning as one sentence."""
        if self.warning.kind == "leads":
            return _("%(count)s leads in four weeks; usual are %(usual)s.") % self._leads
        if self.warning.kind in ("deal", "model"):
            return " ".join(SIGNS[sign["code"]](sign) for sign in self.facts["signs"])
        return self._plan()

    def _plan(self) -> str:
        return _("%(chance)s chance to reach the plan of %(plan)s; %(mean)s are expected, %(gap)s too little.") % {
            "chance": self.chance, "plan": self.money("plan"), "mean": self.money("mean"),
            "gap": self._money(self.facts["plan"] - self.facts["mean"]),
        }  # fmt: skip

    @property
    def _leads(self) -> dict[str, str]:
        return {"count": formats.number(self.facts["count"]), "usual": formats.number(self.facts["usual"], 0)}

    @property
    def arithmetic(self) -> list[tuple[str, str]]:
        """The figures behind the sentence, in the order in which they lead to it."""
        sums = {"deal": self._slip_sum, "leads": self._leads_sum, "model": self._model_sum}
        return sums.get(self.warning.kind, self._plan_sum)()

    def _plan_sum(self) -> list[tuple[str, str]]:
        parts = [
            (_("Booked by %(day)s") % {"day": formats.day(self.row.run.as_of)}, "won"), (_("Expected from open deals"), "open"),
            (_("Expected from deals to come"), "new"), (_("Together"), "mean"), (_("Plan"), "plan"),
        ]  # fmt: skip
        rows = [(name, self.money(key)) for name, key in parts]
        return [
            *rows,
            (_("%(share)s range") % {"share": "80%"}, f"{self.money('p10')} – {self.money('p90')}"),
            (_("Chance to reach the plan"), self.chance),
        ]

    def _slip_sum(self) -> list[tuple[str, str]]:
        return [
            (_("Dated"), formats.day(dt.date.fromisoformat(self.facts["due"]))),
            (_("Chance to be won by %(day)s") % {"day": formats.day(self.warning.until - dt.timedelta(days=1))}, self.chance),
            (_("Brings if won"), self.money("amount")),
            (_("At stake: amount × (1 − chance)"), self.stake),
        ]

    def _leads_sum(self) -> list[tuple[str, str]]:
        return [
            (_("Leads in four weeks"), self._leads["count"]),
            (_("Usual: the 26 weeks before, at this time of the year"), self._leads["usual"]),
            (_("Chance of so few by accident"), formats.percent(self.facts["chance"])),
        ]

    def _model_sum(self) -> list[tuple[str, str]]:
        return [
            (_("Months looked at"), formats.number(self.facts["months"])),
            *((_(DRIFTS[sign["code"]]), _figure(sign)) for sign in self.facts["signs"]),
        ]

    def money(self, key: str) -> str:
        """One of the amounts among the facts."""
        return self._money(self.facts[key])

    def _money(self, minor: int) -> str:
        return formats.money(minor, self.warning.currency, compact=True)


# What each sign of a deal, and of a model, is in words. "Idle" is said of moves: the company's histories know no calls and mails yet.
SIGNS: dict[str, Callable[[dict[str, Any]], str]] = {
    "idle": lambda sign: _("Not moved for %(days)s; nine in ten won deals stood still for at most %(usual)s in its stage.") % {"days": formats.days(sign["value"]), "usual": formats.days(sign["usual"])},
    "fell": lambda sign: _("Its chance was %(before)s as it stood four weeks ago, and is %(now)s.") % {"before": formats.percent(sign["usual"], 0), "now": formats.percent(sign["value"], 0)},
    "pushed": lambda sign: _("Its close date was pushed out %(n)s times.") % {"n": formats.number(sign["value"])},
    "cut": lambda sign: _("Its amount was cut by %(share)s.") % {"share": formats.percent(-sign["value"], 0)},
    "one_sided": lambda sign: _("It said too much in most months.") if sign["over"] else _("It said too little in most months."),
    "missed": lambda sign: _("%(missed)s of %(n)s months came outside the range of 80%%.") % {"missed": formats.number(sign["value"]), "n": formats.number(sign["usual"])},
    "uncalibrated": lambda sign: _("Its chances do not come true as said."),
    "unlike": lambda sign: _("Open deals are unlike those of half a year ago."),
}  # fmt: skip
DRIFTS = {
    "one_sided": mark("Tracking signal |Σe| ÷ MAD, at most 4"),
    "missed": mark("Chance of so many missed ranges by accident"),
    "uncalibrated": mark("Calibration slope, 0.8 to 1.2"),
    "unlike": mark("Stability index (PSI), at most 0.2"),
}


def _figure(sign: dict[str, Any]) -> str:
    if sign["code"] == "missed":
        return formats.percent(sign["chance"])
    return formats.number(sign["value"], 2) + (f" ({sign['feature']})" if "feature" in sign else "")


def says(measured: Measured | None, *, counted: bool) -> str:
    """How right warnings of a kind were; those who do not see everybody are told shares and no counts."""
    if measured is None or measured.record.precision is None or measured.days is None:
        raised = measured.record.raised if measured else 0
        return _("Not yet measured: %(n)s warnings have come out so far.") % {"n": formats.number(raised)} if counted else _("Not yet measured")  # fmt: skip
    record = measured.record
    words = {
        "right": formats.number(record.right), "n": formats.number(record.raised), "share": formats.percent(record.precision, 0),
        "base": formats.percent(record.base, 0), "recall": formats.percent(record.recall, 0), "days": formats.days(measured.days),
    }  # fmt: skip
    if not counted:
        return _("Right in %(share)s of cases, half of them at least %(days)s ahead") % words
    return _("Right %(right)s of %(n)s times (%(share)s; it came in %(base)s of all cases), half of them at least %(days)s ahead; %(recall)s of what came was warned of.") % words  # fmt: skip


def index(request: Request) -> HttpResponse:
    return render(request, "plan/warnings.html", {"page": Page(request)})


urls = [page("forecast/warnings", index, "forecast_warnings")]
