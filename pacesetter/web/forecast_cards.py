"""The cards of the forecast board and its sentence: call, model, plan, and whether there is pipeline enough for this period and the next."""

from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from pacesetter.analytics import numbers
from pacesetter.core import money
from pacesetter.core.metrics import Cell
from pacesetter.core.periods import MONTHS, Period
from pacesetter.planning import forecasts
from pacesetter.planning.models import ForecastRow
from pacesetter.web import figures, formats
from pacesetter.web.forecast_board import Board


class Cards:
    """What stands above the table."""

    def __init__(self, board: Board) -> None:
        self.board, self.lens, self.currency = board, board.lens, board.currency
        self.sees_all = board.actor.level == "all"

    def said(self, major: Any) -> str:
        return figures.said("money", major, self.currency)

    @cached_property
    def booked(self) -> Cell:
        return self.lens.cell("bookings", compare=False)

    @property
    def goal_is_plan(self) -> bool:
        return self.sees_all and bool(self.booked.target)

    @cached_property
    def goal(self) -> Decimal | None:
        """The company's plan for those who see everything, else the quota of whom one sees."""
        if self.goal_is_plan:
            return Decimal(self.booked.target)
        quota = self.board.top.total("quota")
        return money.to_major(quota, self.currency) if quota else None

    @property
    def mark(self) -> tuple[float, str] | None:
        """Where the waterfall draws plan or quota, and which it is."""
        return (float(self.goal), self.goal_name) if self.goal else None

    @property
    def goal_name(self) -> str:
        return _("Plan") if self.goal_is_plan else _("Quota")

    @property
    def state(self) -> str:
        """One sentence: where the period stands, and who has submitted."""
        won, parts, calls = self.said(self.booked.value or 0), [self.lens.where_we_are], self.board.calls
        if self.goal:
            share = formats.percent(Decimal(self.booked.value or 0) / self.goal, 0)
            of_goal = _("%(won)s won, %(share)s of plan.") if self.goal_is_plan else _("%(won)s won, %(share)s of quota.")
            parts.append(of_goal % {"won": won, "share": share})
        else:
            parts.append(_("%(won)s won.") % {"won": won})
        everybody = len(calls.expected)
        if everybody > 1 and self.board.is_now:
            words = {"done": formats.number(everybody - len(calls.missing)), "all": formats.number(everybody)}
            parts.append(_("%(done)s of %(all)s sellers have submitted.") % words)
        return " ".join(part for part in parts if part)

    @cached_property
    def call(self) -> dict[str, Any]:
        """The call at the top, how far it moved, and what those below say."""
        board, row = self.board, self.board.top
        now = board.minor(board.standing(row))
        then = board.minor(board.standing(row, board.since))
        step = now - then if now is not None and then is not None else None
        say = board.sellers_say(row) if row.kids else None
        names = {"all": _("Company call"), "team": _("Team call")}
        return {
            "name": names.get(board.actor.level, _("My call")), "value": "" if now is None else self._minor(now), "minor": now,
            "step": "" if step is None else formats.signed(self._minor(step), step > 0), "good": None if not step else step > 0,
            "below": "" if say is None else _("sellers say %(amount)s") % {"amount": self._minor(say)},
        }  # fmt: skip

    def _minor(self, minor: int) -> str:
        return self.said(money.to_major(minor, self.currency))

    @cached_property
    def model(self) -> dict[str, Any] | None:
        """What the model expects of the first row, and within which range in four of five cases; of several people it tells no range."""
        if not self.board.models:
            return None
        row = self._model_row()
        shown: dict[str, Any] = {"value": self._minor(row.mean if row else self.board.top.total("model"))}
        if row:
            shown["text"] = _("%(share)s range %(low)s – %(high)s") % {
                "share": formats.percent(0.8, 0),
                "low": self._minor(row.p10),
                "high": self._minor(row.p90),
            }
        return shown

    def _model_row(self) -> ForecastRow | None:
        top = self.board.top
        if top.user and top.kids:
            teams = forecasts.of_teams(self.board.period, None if self.board.is_now else self.lens.day)
            return teams.get(self.board.places[top.user.pk][0] or 0)
        return self.board.models.get(top.user.pk if top.user else None)

    @property
    def plan(self) -> dict[str, Any]:
        """Plan or quota, and how far the call is from it."""
        now, goal = self.call["minor"], self.goal
        shown: dict[str, Any] = {"name": self.goal_name, "value": self.said(goal) if goal else ""}
        if now is not None and goal:
            said = money.to_major(now, self.currency)
            words = {"share": formats.percent(said / goal, 1)}
            shown |= {
                "gap": formats.signed(self.said(said - goal), said > goal),
                "good": said >= goal,
                "text": _("call is %(share)s of it") % words,
            }
        return shown

    # coverage -----------------------------------------------------------------------------------
    @cached_property
    def coverage(self) -> dict[str, Any]:
        """Whether what is open covers what is missing."""
        need = numbers.needed_coverage(by=self.board.actor, period=self.board.period, reader=self.lens.reader)
        return self._covered(self.lens.cell("coverage", compare=False), need, self.board.period)

    @cached_property
    def next(self) -> dict[str, Any] | None:
        """The next period's coverage, in all and by team, against what was needed so long before earlier ones."""
        board = self.board
        if board.period.grain not in MONTHS or not board.is_now or self.lens.day not in board.period:
            return None
        period = board.period.shifted(1)
        need = numbers.needed_coverage(by=board.actor, period=period, reader=self.lens.reader)
        cell = self.lens.cell("coverage", period=period, compare=False)
        missing = need * Decimal(cell.den) - Decimal(cell.num or 0) if need and cell.den else Decimal(0)
        words = {"amount": self.said(missing), "day": formats.day(period.since)}
        lacks = _("%(amount)s to create or pull in by %(day)s") % words if missing > 0 else ""
        shown = {"period": figures.period(period), "missing": lacks, "teams": self._teams(period, need)}
        return shown | self._covered(cell, need, period)

    def _covered(self, cell: Cell, need: Decimal | None, period: Period) -> dict[str, Any]:
        return {
            "value": figures.value(cell) if cell.value is not None else figures.says(cell), "href": self.lens.behind(cell, period=period),
            "need": _("need %(ratio)s") % {"ratio": figures.said("ratio", need)} if need else "",
            "short": cell.value is not None and need is not None and cell.value < need,
            "text": f"{self.said(cell.num or 0)} ÷ {self.said(cell.den)}" if cell.den and cell.den > 0 else "",
        }  # fmt: skip

    def _teams(self, period: Period, need: Decimal | None) -> list[dict[str, Any]]:
        cells = self.lens.measure("coverage", period=period, dims=("team",), compare=False)
        known = [cell for cell in cells if cell.value is not None and cell.key["team"] is not None]
        names = numbers.labels("team", [cell.key["team"] for cell in known])
        far = max([*(float(cell.value or 0) for cell in known), float(need or 0) * 1.25, 0.1])
        lines = [
            {
                "name": names.get(cell.key["team"], ""), "share": float(cell.value or 0) / far, "at": float(need) / far if need else None,
                "text": figures.value(cell), "href": self.lens.behind(cell, period=period),
            }
            for cell in known
        ]  # fmt: skip
        return sorted(lines, key=lambda line: line["name"]) if len(lines) > 1 else []
