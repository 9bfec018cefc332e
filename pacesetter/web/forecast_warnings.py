"""Early warnings: what is likely to go wrong, with the arithmetic, and how often such warnings were right."""

import datetime as dt
from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.core.periods import containing
from pacesetter.crm.models import Deal
from pacesetter.planning import forecasts, warnings
from pacesetter.planning.models import StandingWarning
from pacesetter.planning.warnings import Measured
from pacesetter.web import figures, formats
from pacesetter.web.request import Request
from pacesetter.web.routes import page

SHOWN, MOST = 20, 500
ICONS = {"quarter": "triangle-alert", "rep": "user", "deal": "calendar-x"}


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
            "icon": ICONS[kind],
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
        return str(self.deal) if self.deal else whose.name if whose else _("Company")

    @property
    def person(self) -> str:
        """Whose face stands beside it."""
        owner = self.deal.owner if self.deal else self.warning.user
        return owner.name if owner else ""

    @property
    def href(self) -> str:
        if self.warning.deal_id:
            return reverse("deal_record", args=[self.warning.deal_id])
        if self.warning.user_id:
            return f"{reverse('calls')}?open={self.warning.user_id}"
        return reverse("calls") + (f"?team={self.warning.team_id}" if self.warning.team_id else "")

    @property
    def chance(self) -> str:
        return formats.percent(self.facts["chance"], 0)

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
        return self._slip() if self.warning.kind == "deal" else self._plan()

    def _plan(self) -> str:
        return _("%(chance)s chance to reach the plan of %(plan)s; %(mean)s are expected, %(gap)s too little.") % {
            "chance": self.chance, "plan": self.money("plan"), "mean": self.money("mean"),
            "gap": self._money(self.facts["plan"] - self.facts["mean"]),
        }  # fmt: skip

    def _slip(self) -> str:
        return " ".join(SIGNS[sign["code"]](sign["value"], sign["usual"]) for sign in self.facts["signs"])

    @property
    def arithmetic(self) -> list[tuple[str, str]]:
        """The figures behind the sentence, in the order in which they lead to it."""
        return self._slip_sum() if self.warning.kind == "deal" else self._plan_sum()

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

    def money(self, key: str) -> str:
        """One of the amounts among the facts."""
        return self._money(self.facts[key])

    def _money(self, minor: int) -> str:
        return formats.money(minor, self.warning.currency, compact=True)


SIGNS = {
    "idle": lambda days, usual: _("Silent for %(days)s; nine in ten won deals were at most %(usual)s in its stage.") % {"days": formats.days(days), "usual": formats.days(usual)},
    "fell": lambda now, before: _("Its chance was %(before)s as it stood four weeks ago, and is %(now)s.") % {"before": formats.percent(before, 0), "now": formats.percent(now, 0)},
    "pushed": lambda times, _usual: _("Its close date was pushed out %(n)s times.") % {"n": formats.number(times)},
    "cut": lambda change, _usual: _("Its amount was cut by %(share)s.") % {"share": formats.percent(-change, 0)},
}  # fmt: skip


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
