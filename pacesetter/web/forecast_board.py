"""The forecast board: a period's call, what moved it, and every person's figures beside their call, as of any day."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.analytics import moves, numbers
from pacesetter.base import clock, find, rates, settings, teams
from pacesetter.base.models import Team
from pacesetter.base.scope import scope_of
from pacesetter.core import money
from pacesetter.core.errors import Invalid
from pacesetter.planning import calls, forecasts
from pacesetter.planning.models import ForecastCall, ForecastRow
from pacesetter.web import call_tree, figures, formats
from pacesetter.web.call_sheet import Calls
from pacesetter.web.call_tree import Row
from pacesetter.web.forecast_moves import Movement
from pacesetter.web.lens import Lens
from pacesetter.web.request import Request

PERIODS = ("this_quarter", "next_quarter", "last_quarter", "this_month", "this_year")
THOUSANDS_FROM = 100_000  # a company that forecasts more reads its table in thousands
OPEN_ROWS = 60  # where there are more, teams are closed at first
PARTS = (("c2", "d2"), ("c1", "d1"), ("c1-2", "d1b"), ("c1-3", "d1c"))  # colour and class of each part of the bar


class Board:
    """Everything on the page; each part is worked out only when it is asked for."""

    def __init__(self, request: Request) -> None:
        self.request, self.actor = request, request.actor
        self.lens = Lens(request)
        self.reader, self.period = self.lens.reader, self.lens.period
        self.calls = Calls(request, self.lens)
        self.round = self.calls.round
        self.rollup = settings.get("forecast.rollup")
        self.currency = self.reader.currency

    # days ---------------------------------------------------------------------------------------
    @property
    def is_now(self) -> bool:
        return self.lens.day == self.reader.today

    @cached_property
    def since(self) -> dt.date:
        """The day compared with: the one asked for, else the last day of the call before today."""
        if asked := self.lens.get.get("since"):
            try:
                return min(dt.date.fromisoformat(asked), self.lens.day)
            except ValueError:
                raise Invalid("wrong_type", field="since", value=asked, type="date") from None
        return self.round.day if self.round.day < self.lens.day else self.round.day_before

    @cached_property
    def movement(self) -> Movement:
        """What moved since then."""
        return Movement(self.lens, self.since, self.rollup)

    # people -------------------------------------------------------------------------------------
    @cached_property
    def tree(self) -> list[Row]:
        """The rows below the first one."""
        amounts = self._amounts()
        people = [user for user in self.calls.callers if user.is_active or user.pk in amounts]
        self.places = teams.places_of(people, self.lens.day)
        named = {team.pk: team.name for team in find.every(Team, pk__in={team for team, _manager in self.places.values() if team})}
        top = call_tree.grow(people, self.places, named)
        for row in (one for first in top for one in first.walk()):
            row.own = amounts.pop(row.user.pk if row.user else None, {})
        whole = Row(None, kids=[*top, Row(None, is_rest=True, own=self._rest(amounts))])
        whole.prune(self._is_expected)
        return whole.kids

    def _rest(self, amounts: dict[int | None, call_tree.Amounts]) -> call_tree.Amounts:
        """What belongs to nobody who is listed; of the company's own forecast what nobody's forecast holds."""
        rest: call_tree.Amounts = {}
        for one in amounts.values():
            for name, amount in one.items():
                rest[name] = rest.get(name, 0) + amount
        if self.actor.level == "all" and None in self.models:
            everybody = sum(row.mean for pk, row in self.models.items() if pk is not None)
            rest["model"] = rest.get("model", 0) + self.models[None].mean - everybody
        return rest

    @cached_property
    def models(self) -> dict[int | None, ForecastRow]:
        """What the models expected as of the day, of everybody in the scope and, for those who see everything, of the company."""
        owners = scope_of(self.actor, ForecastRow.NOUN).owners
        found = forecasts.standing(self.period, None if self.is_now else self.lens.day)
        return {pk: row for pk, row in found.items() if (owners is None or pk in owners) and row.currency == self.currency}

    def _is_expected(self, row: Row) -> bool:
        return row.user is not None and self.calls.is_expected(row.user.pk)

    def _amounts(self) -> dict[int | None, call_tree.Amounts]:
        """Quota, forecast, bookings and open pipeline by owner, in minor units."""
        found: dict[int | None, call_tree.Amounts] = {pk: {"model": row.mean} for pk, row in self.models.items() if pk is not None}
        quotas = [(pk, "quota", Decimal(cell.den)) for pk, cell in self.calls.reached.items() if cell.den]
        for owner, name, amount in [*quotas, *moves.parts(self.reader, self.period, self.lens.day)]:
            mine = found.setdefault(owner, {})
            mine[name or "none"] = mine.get(name or "none", 0) + money.rounded_minor(amount, self.currency)
        return found

    @cached_property
    def top(self) -> Row:
        """The first row: the company, or whoever is the only one at the top of what one sees."""
        first = self.tree[0] if self.actor.level != "all" and len(self.tree) == 1 else Row(None, kids=self.tree)
        call_tree.deepen([first])
        call_tree.print_in(first, self.unit(first), self.rollup)
        return first

    def unit(self, top: Row) -> int:
        """Minor units in a unit of the table: thousands where the sums are large."""
        one = 10 ** money.exponent(self.currency)
        return one * 1000 if max(top.total("quota"), *top.parts) >= THOUSANDS_FROM * one else one

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The table's lines, without those that are folded away."""
        return [self._line(row) for row in self._unfolded(self.top)]

    def _unfolded(self, row: Row) -> Iterable[Row]:
        yield row
        if row is self.top or self.is_open(row):
            for kid in row.kids:
                yield from self._unfolded(kid)

    def is_open(self, row: Row) -> bool:
        """Whether the rows below are shown; the address names those that were turned over."""
        return self._is_short != (row.key in self._named("fold"))

    @cached_property
    def _is_short(self) -> bool:
        return sum(1 for _one in self.top.walk()) <= OPEN_ROWS

    @property
    def looked(self) -> list[str]:
        """The rows that are looked into."""
        return self._named("open")

    def _named(self, name: str) -> list[str]:
        return [key for key in self.lens.get.get(name, "").split(",") if key]

    def turned(self, name: str, key: str) -> str:
        """The address with one row turned over, folded or looked into."""
        now = self._named(name)
        return self.lens.with_(**{name: ",".join([one for one in now if one != key] if key in now else [*now, key])})

    def _line(self, row: Row) -> dict[str, Any]:
        unit, call = self.unit(self.top), self.standing(row)
        said = self.minor(call)
        gap = money.half_even(said, unit) - row.shown["quota"] if said is not None and row.shown["quota"] else None
        pk = row.user.pk if row.user else None
        return {
            "row": row, "name": self._name(row), "manager": row.user.name if row.user and row.kids and row.team else "", "is_sum": bool(row.kids) or row is self.top,
            "cells": [(name, formats.number(row.shown[name])) for name in self.columns], "bar": self._bar(row), "quota_at": self._quota_at(row),
            "call": None if said is None else formats.number(money.half_even(said, unit)), "at": call, "is_in": self.calls.is_in(pk) if call else False,
            "gap": "" if gap is None else formats.signed(formats.number(gap), gap > 0), "behind": bool(gap is not None and gap < 0), "ahead": bool(gap and gap > 0),
            **self._against_model(row, said), "edit": self.lens.with_(edit=row.key) if self.may_call(row) else "", "fold": self.turned("fold", row.key) if row.kids and row is not self.top else "",
            "open": self.is_open(row), "look": self.turned("open", row.key), "is_looked": row.key in self._named("open"), **self._state(row, call),
        }  # fmt: skip

    @property
    def columns(self) -> list[str]:
        """The figures of the table; without a forecast there is no column for it."""
        return [name for name in call_tree.COLUMNS if name != "model" or self.models]

    @property
    def width(self) -> int:
        """How many columns the table has."""
        return len(self.columns) + (6 if self.models else 5)

    def _against_model(self, row: Row, said: int | None) -> dict[str, Any]:
        """How far the call is from the model, and whether that is far."""
        model = row.total("model")
        if said is None or model <= 0:
            return {"off": "", "is_far": False}
        share = (said - model) / model
        return {"off": formats.signed(formats.percent(share, 0), share > 0), "is_far": calls.is_far(said, model)}

    def _name(self, row: Row) -> str:
        if row.is_rest:
            return _("Others")
        if row.user is None:
            return _("Company") if self.actor.level == "all" else _("All")
        return row.team if row.kids and row.team else row.user.name

    def _bar(self, row: Row) -> list[tuple[float, str]]:
        whole = max(sum(row.parts), row.total("quota"), 1)
        return [(max(part, 0) / whole, kind) for part, (_colour, kind) in zip(row.parts, PARTS, strict=True) if part > 0]

    def _quota_at(self, row: Row) -> float | None:
        quota = row.total("quota")
        return quota / max(sum(row.parts), quota) if quota else None

    @property
    def legend(self) -> list[tuple[str, str, str]]:
        words = (_("Won"), _("Commit"), _("Best case"), _("Pipeline"))
        return [(word, colour, "") for word, (colour, _kind) in zip(words, PARTS, strict=True)]

    @property
    def unit_says(self) -> str:
        """What an amount in the table is in."""
        thousands = self.unit(self.top) > 10 ** money.exponent(self.currency)
        return (_("Thousands of %(currency)s") if thousands else _("Amounts in %(currency)s")) % {"currency": self.currency}

    # calls --------------------------------------------------------------------------------------
    def may_call(self, row: Row) -> bool:
        """Whether one may submit a call for this row: now, for a period that is not over."""
        if not self.is_now or row.is_rest or self.period.until <= self.reader.today:
            return False
        if row.user is None:
            return self.actor.can("call.company") and self.actor.level == "all"
        return self.actor.can("call.submit") and scope_of(self.actor, ForecastCall.NOUN, to="edit").allows(row.user.pk)

    def standing(self, row: Row, day: dt.date | None = None) -> ForecastCall | None:
        """The call of a row, or the one that stood at the end of an earlier day."""
        if row.is_rest or (row.user is None and self.actor.level != "all"):
            return None
        return self.calls.standing(row.user.pk if row.user else None, day)

    @cached_property
    def _converter(self) -> rates.Converter:
        return rates.Converter("plan")

    def minor(self, call: ForecastCall | None) -> int | None:
        """A call in the company's currency; nothing without a call, or without a rate."""
        if call is None:
            return None
        return call.amount if call.currency == self.currency else self._converter.minor(call.amount, call.currency, self.period.since)

    def sellers_say(self, row: Row) -> int | None:
        """What the people below say themselves; of a team whose manager says nothing, what its people say."""
        said = [self._own(kid) for kid in row.kids]
        known = [one for one in said if one is not None]
        return sum(known) if known else None

    def _own(self, row: Row) -> int | None:
        call = self.calls.own(row.user.pk) if row.user else None
        return self.sellers_say(row) if call is None and row.kids else self.minor(call)

    def _state(self, row: Row, call: ForecastCall | None) -> dict[str, Any]:
        """The last column: what people below say, who is not in, why a call is what it is."""
        say = self.sellers_say(row) if row.kids else None
        missing = sum(1 for one in row.walk() if one is not row and one.user and self.calls.is_missing(one.user.pk))
        return {
            "say": ""
            if say is None
            else _("Sellers say %(amount)s") % {"amount": figures.said("money", money.to_major(say, self.currency), self.currency)},
            "missing": ngettext("%(n)s not in", "%(n)s not in", missing) % {"n": formats.number(missing)}
            if missing and self.is_now
            else "",
            "why": self.why(call) if call else "",
            "carried": not row.is_rest and not self.calls.is_in(row.user.pk if row.user else None),
            "silent": call is None and self._is_expected(row),
            "ahead_of": formats.day(self.round.next_day) if call and call.submitted_at > self.round.until else "",
        }

    def why(self, call: ForecastCall) -> str:
        """Reason and note; whose they are, where a manager spoke for a report."""
        said = ", ".join(word for word in (_(calls.REASONS[call.reason]) if call.reason else "", call.note) if word)
        if not call.adjusts:
            return said
        names = numbers.labels("owner", [call.submitted_by_id])
        return _("%(name)s: %(what)s") % {"name": names.get(call.submitted_by_id, ""), "what": said or _("adjusted")}

    # head ---------------------------------------------------------------------------------------
    @property
    def open_until(self) -> dict[str, Any]:
        """Until when a call counts for the week, in words."""
        until = self.round.until
        if self.round.is_open(clock.now()):
            return {"tone": "pos", "text": _("Open until %(time)s") % {"time": formats.moment(until)}}
        return {
            "tone": "",
            "text": _("Closed %(time)s. A call now counts for %(day)s")
            % {"time": formats.moment(until), "day": formats.day(self.round.next_day)},
        }

    @property
    def about(self) -> str:
        return _("%(period)s, call of %(day)s") % {"period": figures.period(self.period), "day": formats.day(self.round.day)}

    @property
    def kept(self) -> dict[str, str]:
        """What the address of another page of the board keeps."""
        return {name: value for name in ("since", "as_of", "measure") if (value := self.lens.get.get(name, ""))}

    @property
    def periods(self) -> list[dict[str, Any]]:
        found = [(text, self.reader.period(text)) for text in PERIODS]
        return [
            {"text": figures.period(one), "href": self.lens.with_(period=text, edit=""), "on": one == self.period} for text, one in found
        ]

    @property
    def new_call(self) -> str:
        """Where the button on top leads: to the call of the first row that one may call."""
        row = next((row for row in self.top.walk() if self.may_call(row)), None)
        return self.lens.with_(edit=row.key) if row else ""

    @property
    def new_call_says(self) -> str:
        return _("Submit company call") if self.actor.level == "all" else _("Submit call")

    @property
    def what_if(self) -> str:
        """Where one plays with the assumptions of this period; only of now, and where there is a forecast of it."""
        return f"{reverse('what_if')}?period={self.period.label}" if self.is_now and self.models else ""
