"""What if, as a page shows it: whom it asks about, what is assumed, what that gives, and the deals inside."""

import datetime as dt
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.base import settings, teams
from pacesetter.base.teams import members_on
from pacesetter.core import money
from pacesetter.core.errors import NotFound, Refused
from pacesetter.core.forecasting.assumptions import Assumptions
from pacesetter.core.periods import Period
from pacesetter.crm import choices
from pacesetter.planning import scenarios
from pacesetter.planning.models import ForecastRow, Scenario
from pacesetter.planning.what_if import Answer, Open, Question, Whose
from pacesetter.web import figures, formats, market, waterfall, words
from pacesetter.web.call_sheet import Calls
from pacesetter.web.charts import Chart
from pacesetter.web.forms import in_words
from pacesetter.web.lens import Lens
from pacesetter.web.request import Request
from pacesetter.web.what_if_form import FACTORS, LABELS, Asked, query_of

PERIODS = ("this_quarter", "next_quarter", "this_month", "next_month")
LISTED = 25  # deals of the list
KEPT = ("period", "whose", "scenario", "with", "w", "l", "plain")  # parts of the address that are no assumption


class WhatIf:
    """Everything on the page; each part is worked out only when it is asked for. `ground` is none where nothing can be asked."""

    def __init__(self, request: Request) -> None:
        self.request, self.actor = request, request.actor
        self.lens = Lens(request)
        self.get = request.GET
        self.opened = self._opened()
        if self.opened:
            self.lens.period = scenarios.period_of(self.opened)
        self.period: Period = self.lens.period
        self.currency = settings.get("company.currency")
        self.asked = Asked(self.get, self.currency)
        self.refused = ""

    def _opened(self) -> Scenario | None:
        pk = self.get.get("scenario", "")
        return scenarios.find(int(pk), by=self.actor) if pk.isdecimal() and len(pk) < 19 else None

    @cached_property
    def assumed(self) -> Assumptions:
        """What the address says; of a scenario that is only named, what it says."""
        bare = not any(name not in KEPT for name in self.get)
        return scenarios.assumed(self.opened) if self.opened and bare else self.asked.assumed

    @cached_property
    def ground(self) -> Question | None:
        try:
            ground = Question(self.period, self._whose(), by=self.actor)
        except NotFound:
            raise
        except Refused as refused:
            self.refused = words.refusal(refused)
            return None
        return ground if ground.row and ground.row.currency == self.currency else None

    def _whose(self) -> Whose | None:
        if self.opened:
            return scenarios.whose(self.opened)
        kind, _sep, pk = self.get.get("whose", "").partition("-")
        if kind == "company":
            return Whose()
        if kind in ("user", "team") and pk.isdecimal() and len(pk) < 19:
            return Whose(**{kind: int(pk)})
        return None

    @cached_property
    def answer(self) -> Answer:
        return self.ground.ask(self.assumed)  # type: ignore[union-attr]

    # address ------------------------------------------------------------------------------------
    @property
    def query(self) -> list[tuple[str, str]]:
        """What the address keeps of the period and of whom one asks about."""
        whose = key_of(self.answer.whose)
        return [
            ("period", self.period.label),
            ("whose", whose),
            *((name, pk) for name, pk in (("scenario", self.get.get("scenario", "")),) if pk),
        ]

    @property
    def address(self) -> str:
        """The address that carries the assumptions."""
        beside = [("with", pk) for pk in self.get.getlist("with")]
        assumed = query_of(self.answer.assumed, self.currency)
        if self.opened and not assumed:
            assumed = [(name, "0") for name in FACTORS[:1]]  # or the address would say what the scenario says
        return urlencode([*self.query, *assumed, *beside])

    def at(self, name: str) -> str:
        return f"{reverse(name)}?{self.address}"

    @property
    def here(self) -> str:
        return self.at("what_if")

    @property
    def link(self) -> str:
        """The whole address, to be copied."""
        return self.request.build_absolute_uri(self.here)

    @property
    def source(self) -> str:
        """The address of the waterfall."""
        return self.at("what_if_chart")

    @property
    def file(self) -> str:
        """The address of the table as a file."""
        return self.at("what_if_table")

    @property
    def plain(self) -> str:
        """The address without assumptions."""
        return f"{reverse('what_if')}?{urlencode([one for one in self.query if one[0] != 'scenario'])}"

    @property
    def said_then(self) -> str:
        """What the opened scenario said when it was saved."""
        return then(self.opened) if self.opened else ""

    # what is chosen -----------------------------------------------------------------------------
    @property
    def periods(self) -> list[tuple[str, str]]:
        found = [self.lens.reader.period(text) for text in PERIODS]
        known = [(one.label, figures.period(one)) for one in found]
        return known if self.period.label in dict(known) else [(self.period.label, figures.period(self.period)), *known]

    @property
    def people(self) -> list[tuple[str, str]]:
        """Whom one may ask about: the company, teams, people."""
        rows = self.ground.rows if self.ground else []
        return [(key_of(Whose(row.user_id, row.team_id)), name_of(row)) for row in rows]

    @property
    def whose(self) -> str:
        return key_of(self.answer.whose)

    @property
    def name(self) -> str:
        return name_of(self.answer.row)

    @property
    def stages(self) -> list[tuple[str, str, bool]]:
        """The stages that rates may be held to, and whether they are."""
        known = [stage for stage in choices.stages() if stage.type == "open"]
        return [(str(stage.pk), in_words(stage.label), stage.pk in self.assumed.stages) for stage in known]

    @property
    def dials(self) -> Asked:
        """The form, beginning with what is assumed."""
        if self.assumed is self.asked.assumed:
            return self.asked
        return Asked(QueryDict(urlencode(query_of(self.assumed, self.currency))), self.currency)

    # what it says -------------------------------------------------------------------------------
    def money(self, minor: int, compact: bool = True) -> str:
        return figures.said("money", money.to_major(minor, self.currency), self.currency, compact=compact)

    def step(self, minor: int, compact: bool = True) -> str:
        return formats.signed(self.money(minor, compact), minor > 0) if minor else "±0"

    @property
    def cards(self) -> list[dict[str, Any]]:
        """Expected, its range, and how far from quota and call; each with what it is without assumptions."""
        before, after = self.answer.before, self.answer.after
        found: list[dict[str, Any]] = [
            {"name": _("Expected"), "value": self.money(after.mean), "step": self.step(after.mean - before.mean), "good": good(after.mean - before.mean),
             "text": _("without: %(amount)s") % {"amount": self.money(before.mean)}},
            {"name": _("%(share)s range") % {"share": formats.percent(0.8, 0)}, "value": f"{self.money(after.p10)} – {self.money(after.p90)}",
             "text": _("without: %(amount)s") % {"amount": f"{self.money(before.p10)} – {self.money(before.p90)}"}},
        ]  # fmt: skip
        for name, goal in (("quota", self.quota), ("call", self.call)):
            if goal:
                gap = after.mean - goal
                titles = {"quota": _("To quota"), "call": _("To the call")}
                found.append({"name": titles[name], "value": self.step(gap), "good": good(gap), "text": _("%(share)s of %(amount)s") % {"share": formats.percent(after.mean / goal, 0), "amount": self.money(goal)}})  # fmt: skip
        return found

    @cached_property
    def members(self) -> list[int] | None:
        """The people asked about; none is everybody."""
        row = self.answer.row
        if row.user_id:
            return [row.user_id]
        return members_on(self.lens.reader.today)[row.team_id][1] if row.team_id else None

    @cached_property
    def calls(self) -> Calls:
        return Calls(self.request, self.lens)

    @cached_property
    def quota(self) -> int:
        cells = self.calls.reached
        known = [cell for pk, cell in cells.items() if self.members is None or pk in self.members]
        return sum(money.rounded_minor(Decimal(cell.den), self.currency) for cell in known if cell.den)

    @cached_property
    def call(self) -> int:
        """The commit that stands for just these people: the company's, a team's by its manager, or a seller's own."""
        if self.members is None:
            head: int | None = None
        else:
            users = [user for user in self.calls.callers if user.pk in self.members]
            places = teams.places_of(users)
            heads = [pk for pk, (_team, manager) in places.items() if manager not in self.members]
            leads = [pk for pk in self.members if teams.everyone_under(pk)] if len(self.members) == 1 else []
            if len(heads) != 1 or leads:
                return 0
            head = heads[0]
        said = self.calls.standing(head)
        return said.amount if said and said.currency == self.currency else 0

    # waterfall ----------------------------------------------------------------------------------
    @cached_property
    def bars(self) -> list[waterfall.Bar]:
        """From what is expected to what would be, one bar for each assumption."""
        said = self.answer
        at, bars = said.before.mean, [self._total(_("As it is"), said.before.mean)]
        for name, amount in said.effects:
            label, text = _(LABELS[name]), self.step(amount)
            ends = self._major(at), self._major(at + amount)
            bars.append(waterfall.Bar(label, *ends, "pos" if amount > 0 else "neg" if amount else "line-2", text, label=f"{label}: {text}"))
            at += amount
        return [*bars, self._total(_("With the assumptions"), said.after.mean)]

    def _total(self, name: str, amount: int) -> waterfall.Bar:
        return waterfall.Bar(name, 0, self._major(amount), "c1", self.money(amount), is_total=True)

    def _major(self, minor: int) -> float:
        return float(money.to_major(minor, self.currency))

    def chart(self, narrow: bool = False) -> Chart:
        """The waterfall and the same figures as a table."""
        mark = (self._major(self.quota), f"{_('Quota')} {self.money(self.quota)}") if self.quota else None
        rows = [[bar.name, bar.amount] for bar in self.bars]
        spec = waterfall.spec(self.bars, mark=mark, narrow=narrow)
        return Chart(_("What each assumption adds"), spec, waterfall.height(self.bars), [], [_("Assumption"), _("Amount")], rows)

    # deals --------------------------------------------------------------------------------------
    @cached_property
    def deals(self) -> list[dict[str, Any]]:
        """The open deals that weigh most, and those that are changed."""
        return [self._deal(one) for one in self.ground.deals(LISTED, self.answer.assumed.deals)]  # type: ignore[union-attr]

    def _deal(self, one: Open) -> dict[str, Any]:
        assumed, deal = self.answer.assumed, one.deal
        moved, worth = assumed.moved.get(deal.pk), assumed.worth.get(deal.pk)
        other = [(moved, formats.day(moved, year=True))] if moved and moved not in dict(self.days) else []
        return {
            "deal": deal, "name": str(deal.account or deal), "sub": str(deal) if deal.account else "", "chance": formats.percent(one.chance, 0),
            "brings": self.money(one.brings), "dropped": deal.pk in assumed.dropped, "worth": "" if worth is None else f"{money.to_major(round(worth), self.currency):f}",
            "days": [(day.isoformat(), text, day == moved) for day, text in [*self.days, *other]],
        }  # fmt: skip

    @cached_property
    def days(self) -> list[tuple[dt.date, str]]:
        """Where a deal may be moved to: the end of this or the next quarter, or later."""
        now, after = self.lens.reader.period("this_quarter"), self.lens.reader.period("next_quarter")
        return [(now.last, figures.period(now)), (after.last, figures.period(after)), (after.until + dt.timedelta(days=365), _("Later"))]

    @property
    def missing(self) -> str:
        count = self.answer.missing
        said = ngettext(
            "%(n)s deal is not open here any more and was left out.", "%(n)s deals are not open here any more and were left out.", count
        )
        return said % {"n": formats.number(count)} if count else ""

    @property
    def market(self) -> str:
        """What the assumption on the market means here, or why it does nothing; empty where there is none."""
        said = self.answer.market
        if self.answer.assumed.market == 1:
            return ""
        if said.tried and (said.begins is None or said.begins >= self.period.until):
            return f"{market.follows(said.tried)} " + _("A change from now on is felt after this period: it does nothing here.")
        return market.moves(said)

    @property
    def back(self) -> str:
        return f"{reverse('calls')}?period={self.period.label}"

    @property
    def about(self) -> str:
        return _("%(whose)s, %(period)s, as known at the end of %(day)s") % {"whose": self.name, "period": figures.period(self.period), "day": formats.day(self.answer.run.as_of)}  # fmt: skip


def then(one: Scenario) -> str:
    """What a scenario said when it was saved."""
    said = {"amount": formats.money(one.result["after"]["mean"], one.currency, compact=True), "day": formats.day(one.run.as_of)}
    return _("%(amount)s on %(day)s") % said


def good(step: int) -> bool | None:
    """Whether a step is good; none where nothing moved."""
    return step > 0 if step else None


def key_of(whose: Whose) -> str:
    """Whom one asks about as the address says it."""
    return f"user-{whose.user}" if whose.user else f"team-{whose.team}" if whose.team else "company"


def name_of(row: ForecastRow) -> str:
    """Whom a forecast is about."""
    return row.user.name if row.user else row.team.name if row.team else _("Company")
