"""The calls of a period as pages show them: who said what, and who has not said it in this week's round."""

import datetime as dt
from functools import cached_property

from pacesetter.base import clock, find
from pacesetter.base.models import User
from pacesetter.base.scope import scope_of
from pacesetter.core.labels import mark
from pacesetter.core.metrics import Cell
from pacesetter.planning import rounds
from pacesetter.planning.models import ForecastCall
from pacesetter.web.lens import Lens
from pacesetter.web.request import Request

DAY = dt.timedelta(days=1)
CATEGORIES = {
    "commit": mark("Commit"),
    "most_likely": mark("Most likely"),
    "best_case": mark("Best case"),
    "pipeline": mark("Pipeline"),
    "closed": mark("Closed"),
}


def may_call(user: User) -> bool:
    """Whether somebody is expected to submit a call of their own."""
    role = user.role
    return bool(role and role.level in ("own", "team") and "call.submit" in role.capabilities)


class Calls:
    """The calls of one period inside the actor's scope, as they stood at the end of the lens's day."""

    def __init__(self, request: Request, lens: Lens | None = None) -> None:
        self.request, self.actor = request, request.actor
        self.lens = lens or Lens(request)
        self.period = self.lens.period

    @cached_property
    def round(self) -> rounds.Round:
        return rounds.on(self.lens.day)

    @cached_property
    def rows(self) -> list[ForecastCall]:
        """Every call of the period that was known, newest first."""
        found = find.within(
            ForecastCall, self.actor, since=self.period.since, until=self.period.until, submitted_at__lt=_end(self.lens.day)
        )
        return list(found.order_by("-submitted_at", "-id"))

    @cached_property
    def _said(self) -> dict[tuple[int | None, str], list[ForecastCall]]:
        found: dict[tuple[int | None, str], list[ForecastCall]] = {}
        for call in self.rows:
            found.setdefault((call.user_id, call.category), []).append(call)
        return found

    def of(self, user_id: int | None, category: str = "commit") -> list[ForecastCall]:
        """One person's calls, or the company's, newest first."""
        return self._said.get((user_id, category), [])

    def standing(self, user_id: int | None, day: dt.date | None = None) -> ForecastCall | None:
        """The call that stands, or that stood at the end of a day."""
        end = _end(day) if day else None
        return next((call for call in self.of(user_id) if end is None or call.submitted_at < end), None)

    def own(self, user_id: int) -> ForecastCall | None:
        """What somebody said of their own number, whatever their manager made of it."""
        said = self.of(user_id)
        return next((call for call in said if call.submitted_by_id == user_id), said[0] if said else None)

    def is_in(self, user_id: int | None) -> bool:
        """Whether a call was submitted for the round or for the next one."""
        call = self.standing(user_id)
        return bool(call and call.submitted_at > self.round.since)

    @cached_property
    def callers(self) -> list[User]:
        """Those who may call, and those who no longer work here but did."""
        owners = scope_of(self.actor, "forecast_call").owners
        rows = find.every(User).select_related("role")
        said = {call.user_id for call in self.rows}
        known = rows if owners is None else rows.filter(pk__in=owners)
        return [user for user in known if may_call(user) and (user.is_active or user.pk in said)]

    @cached_property
    def reached(self) -> dict[int, Cell]:
        """Bookings credited to each person, and their quota."""
        return {cell.key["owner"]: cell for cell in self.lens.measure("attainment", dims=("owner",), compare=False)}

    @cached_property
    def expected(self) -> list[User]:
        """Those with a quota or a call in the period, by name."""
        known = {call.user_id for call in self.rows} | {pk for pk, cell in self.reached.items() if cell.den}
        return sorted((user for user in self.callers if user.pk in known and user.is_active), key=lambda user: user.name_key)

    def is_expected(self, user_id: int | None) -> bool:
        """Whether somebody should say something about the period."""
        return user_id in self._expected

    @cached_property
    def _expected(self) -> set[int]:
        return {user.pk for user in self.expected}

    def is_missing(self, user_id: int | None) -> bool:
        """Whether the round has no call of somebody who should say something."""
        return self.is_expected(user_id) and not self.is_in(user_id)

    @cached_property
    def missing(self) -> list[User]:
        """Those of whom the round has no call."""
        return [user for user in self.expected if not self.is_in(user.pk)]


def _end(day: dt.date) -> dt.datetime:
    """The first instant after a day of the company."""
    return dt.datetime.combine(day + DAY, dt.time(), clock.zone())
