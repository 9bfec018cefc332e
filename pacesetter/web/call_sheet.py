"""The calls of a quarter as pages show them: who said what, who has not said it this week, and the form to say it."""

import datetime as dt
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from pacesetter.base import clock, find
from pacesetter.base.models import User
from pacesetter.base.scope import scope_of
from pacesetter.core.labels import mark
from pacesetter.core.metrics import Cell
from pacesetter.core.money import to_major, to_minor
from pacesetter.planning import calls
from pacesetter.planning.models import ForecastCall
from pacesetter.web import figures, formats
from pacesetter.web.forms import Entry
from pacesetter.web.lens import Lens
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import Part, chosen, decimal, number

CATEGORIES = {"commit": mark("Commit"), "most_likely": mark("Most likely"), "best_case": mark("Best case"), "pipeline": mark("Pipeline")}
COMPANY, HISTORY = "company", 12
PERIODS = ("this_quarter", "next_quarter")


def may_call(user: User) -> bool:
    """Whether somebody is expected to submit a call of their own."""
    role = user.role
    return bool(user.is_active and role and role.level in ("own", "team") and "call.submit" in role.capabilities)


class Calls:
    """The calls of one quarter inside the actor's scope."""

    def __init__(self, request: Request, lens: Lens | None = None) -> None:
        self.request, self.actor = request, request.actor
        self.lens = lens or Lens(request)
        self.period = self.lens.period

    @cached_property
    def monday(self) -> dt.datetime:
        """The start of this week in the company's zone."""
        day = formats.today()
        return dt.datetime.combine(day - dt.timedelta(days=day.weekday()), dt.time(), clock.zone())

    @cached_property
    def rows(self) -> list[ForecastCall]:
        """Every call of the quarter, newest first."""
        found = find.within(ForecastCall, self.actor, since=self.period.since, until=self.period.until)
        return list(found.order_by("-submitted_at", "-id").select_related("user"))

    def of(self, user_id: int | None, category: str = "commit") -> list[ForecastCall]:
        return [call for call in self.rows if call.user_id == user_id and call.category == category]

    @cached_property
    def callers(self) -> list[User]:
        owners = scope_of(self.actor, "forecast_call").owners
        rows = find.every(User, is_active=True).select_related("role")
        return [user for user in (rows if owners is None else rows.filter(pk__in=owners)) if may_call(user)]

    @cached_property
    def reached(self) -> dict[int, Cell]:
        """Won and quota of each person."""
        return {cell.key["owner"]: cell for cell in self.lens.measure("attainment", dims=("owner",), compare=False)}

    @cached_property
    def people(self) -> list[dict[str, Any]]:
        """One line for each person but oneself who has a quota or a call, those without a call this week first."""
        expected = {call.user_id for call in self.rows} | {pk for pk, cell in self.reached.items() if cell.den}
        lines = [self._line(user) for user in self.callers if user.pk != self.actor.user_id and user.pk in expected]
        return sorted(lines, key=lambda line: (line["is_in"], line["user"].name_key))

    def _line(self, user: User) -> dict[str, Any]:
        history, cell = self.of(user.pk), self.reached.get(user.pk)
        quota, won = (cell.den, cell.num) if cell else (None, None)
        call = history[0] if history else None
        gap = (
            to_major(call.amount, call.currency) - Decimal(str(quota))
            if call and quota and cell and call.currency == cell.currency
            else None
        )
        return {
            "user": user, "call": call, "moved": _moved(history), "is_in": bool(call and call.submitted_at >= self.monday), "history": history,
            "won": self._money(won), "quota": self._money(quota), "gap": self._signed(gap), "behind": bool(gap is not None and gap < 0),
            "share": float(cell.value) if cell and cell.value is not None else None, "pace": None, "href": self.lens.behind(cell) if cell else "",
        }  # fmt: skip

    def _money(self, major: Any) -> str:
        return "" if major is None else figures.said("money", major, self.request.company.currency)

    def _signed(self, major: Decimal | None) -> str:
        return "" if major is None else formats.signed(self._money(major), major > 0)

    @cached_property
    def missing(self) -> list[dict[str, Any]]:
        return [line for line in self.people if not line["is_in"]]

    @cached_property
    def mine(self) -> dict[str, Any] | None:
        """One's own line, for those who call."""
        me = next((user for user in self.callers if user.pk == self.actor.user_id), None)
        return self._line(me) if me else None

    @cached_property
    def company(self) -> dict[str, Any] | None:
        """The company's call, for those who see it."""
        history = self.of(None)
        if not history and not self.actor.can("call.company"):
            return None
        return {"call": history[0] if history else None, "moved": _moved(history), "history": history[:HISTORY]}

    @property
    def says(self) -> str:
        here = self.lens.where_we_are
        if not self.people:
            return here
        done = _("%(done)s of %(all)s people have submitted this week.") % {
            "done": len(self.people) - len(self.missing),
            "all": len(self.people),
        }
        return f"{here} {done}".strip()

    @property
    def periods(self) -> list[dict[str, Any]]:
        found = [(text, self.lens.reader.period(text)) for text in PERIODS]
        return [{"text": figures.period(one), "href": f"?period={text}", "on": one.since == self.period.since} for text, one in found]

    # writing ------------------------------------------------------------------------------------
    def part(self) -> Part:
        """The form; the last call is its first proposal."""
        whose = self.whose()
        last = self.of(self.actor.user_id) if whose and whose[0][0] != COMPANY else self.of(None)
        text = formats.number(to_major(last[0].amount, last[0].currency)) if last else ""
        amount = _("Amount, %(currency)s") % {"currency": self.request.company.currency}
        entries = [
            *([chosen("who", _("Whose call"), whose, whose[0][0], required=True)] if len(whose) > 1 else []),
            Entry("amount", amount, value=text, inputmode="decimal", required=True),
            chosen("category", _("What it means"), [(key, _(word)) for key, word in CATEGORIES.items()], "commit", required=True),
            Entry("note", _("What moved it"), "text_area", ""),
        ]
        return Part(entries, key="call", do=_("Submit call"))

    def whose(self) -> list[tuple[Any, str]]:
        """Oneself, the company, one's people: as far as the role goes."""
        me = [(str(self.actor.user_id), _("Mine"))] if self.mine else []
        company = [(COMPANY, _("The company’s"))] if self.actor.can("call.company") else []
        others = [(str(line["user"].pk), line["user"].name) for line in self.people] if self.actor.can("call.submit") else []
        return me + company + others

    def submit(self) -> str:
        data, amount = self.request.POST, decimal(self.request.POST, "amount", needed=True)
        currency, whose = self.request.company.currency, self.whose()
        who = data.get("who", whose[0][0] if whose else "")
        user = None if who == COMPANY else find.one(User, number(who) or self.actor.user_id)
        calls.submit(
            period=self.period, amount=to_minor(str(amount), currency), user=user, company=who == COMPANY,
            category=data.get("category", "commit"), currency=currency, note=data.get("note", "").strip(), by=self.request.actor,
        )  # fmt: skip
        return _("Call for %(period)s submitted") % {"period": figures.period(self.period)}


def _moved(history: list[ForecastCall]) -> str:
    """How far the last call lies from the one before."""
    if len(history) < 2 or history[0].currency != history[1].currency:
        return ""
    step = history[0].amount - history[1].amount
    return formats.signed(formats.money(step, history[0].currency, compact=True), step > 0) if step else ""
