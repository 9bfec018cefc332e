"""What moved the call: the waterfall as a chart and as a table, and the deals behind each of its bars."""

import datetime as dt
from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.analytics import moves
from pacesetter.base.scope import scope_of
from pacesetter.core import money
from pacesetter.core.errors import Invalid, NotFound
from pacesetter.core.forecasting.moves import KINDS, Bar, Measure, Step, Waterfall
from pacesetter.crm import choices
from pacesetter.crm.models import Deal
from pacesetter.web import figures, formats, waterfall
from pacesetter.web.charts import Chart
from pacesetter.web.lens import Lens

SHOWN = 200  # deals of a list; the rest is counted
MEASURES: dict[str, Callable[[], str]] = {
    "commit": lambda: _("Commit"),
    "best_case": lambda: _("Best case"),
    "all": lambda: _("All pipeline"),
}
NARROW = 420  # pixels
USUAL = ("won", "new", "increased", "pulled_in", "decreased", "pushed_out", "lost")


class Movement:
    """The movement of one measure of the lens's period, from the end of the day `since` to the lens's day."""

    def __init__(self, lens: Lens, since: dt.date, rollup: str) -> None:
        self.lens, self.reader, self.since, self.rollup = lens, lens.reader, since, rollup
        self.key = lens.get.get("measure", "commit")
        if self.key not in MEASURES:
            raise Invalid("unknown_choice", field="measure", value=self.key, known=", ".join(MEASURES))
        self.measure = Measure.of(self.key, rollup)

    @cached_property
    def found(self) -> Waterfall:
        return self.of(self.owners)

    def of(self, owners: list[int | None] | None) -> Waterfall:
        """The same for the deals of some people."""
        return moves.moved(self.reader, self.lens.period, self.since, self.lens.day, self.measure, owners)

    @cached_property
    def owners(self) -> list[int | None] | None:
        """The one person asked for; whoever is out of one's scope is not there."""
        asked = self.lens.get.get("owner", "")
        if not asked:
            return None
        if not asked.isdecimal() or not scope_of(self.lens.actor, "deal").allows(int(asked)):
            raise NotFound("not_found", noun="user", id=asked)
        return [int(asked)]

    # words --------------------------------------------------------------------------------------
    def said(self, minor: int, compact: bool = True) -> str:
        return figures.said("money", money.to_major(minor, self.reader.currency), self.reader.currency, compact=compact)

    def step(self, minor: int, compact: bool = True) -> str:
        return formats.signed(self.said(minor, compact), minor > 0)

    @property
    def measure_says(self) -> str:
        """What is added up."""
        name = MEASURES[self.key]()
        return _("%(category)s with what is won") % {"category": name} if self.measure.won else name

    def says(self, mark: tuple[float, str] | None) -> str:
        """What is shown, from where on, and what a click does."""
        base = waterfall.cut(self.bars, mark[0] if mark else None)
        parts = [_("%(measure)s, since %(day)s.") % {"measure": self.measure_says, "day": formats.day(self.since)}]
        if base > 0:
            parts.append(_("Scale starts at %(amount)s.") % {"amount": figures.said("money", base, self.reader.currency)})
        return " ".join([*parts, _("Click a bar for its deals.")] if self.found.steps else parts)

    @property
    def switch(self) -> list[dict[str, Any]]:
        return [{"text": text(), "href": self.lens.with_(measure=key), "on": key == self.key} for key, text in MEASURES.items()]

    # chart --------------------------------------------------------------------------------------
    @cached_property
    def bars(self) -> list[waterfall.Bar]:
        """From the first day's number to the last day's; what usually moves has its place although nothing did."""
        found, at = self.found, self.found.start
        bars = [self._total(_("%(measure)s on %(day)s"), self.since, found.start)]
        there = {bar.kind: bar for bar in found.bars}
        for bar in [there.get(kind, Bar(kind, 0, 0)) for kind in KINDS if kind in there or kind in USUAL]:
            bars.append(self._bar(bar, at))
            at += bar.amount
        now = _("%(measure)s now") if self.lens.day == self.reader.today else _("%(measure)s at the end of %(day)s")
        return [*bars, self._total(now, self.lens.day, found.end)]

    def _bar(self, bar: Bar, at: int) -> waterfall.Bar:
        name, ends = str(_(KINDS[bar.kind])), (self._major(at), self._major(at + bar.amount))
        if not bar.deals:
            return waterfall.Bar(name, *ends, "line-2", "–")
        said, count = self.step(bar.amount), deals(bar.deals)
        return waterfall.Bar(
            name, *ends, "pos" if bar.amount > 0 else "neg", said, count, f"{name}: {said}, {count}", self.list_of(bar.kind)
        )

    def _total(self, name: str, day: dt.date, amount: int) -> waterfall.Bar:
        words = {"measure": MEASURES[self.key](), "day": formats.day(day)}
        return waterfall.Bar(name % words, 0, self._major(amount), "c1", self.said(amount), is_total=True)

    def _major(self, minor: int) -> float:
        return float(money.to_major(minor, self.reader.currency))

    def list_of(self, kind: str = "", owner: int | None = None) -> str:
        """The address of the deals of a bar."""
        more = {"kind": kind, "owner": str(owner) if owner else self.lens.get.get("owner", ""), "since": self.since.isoformat()}
        more |= {name: self.lens.get.get(name, "") for name in ("as_of", "measure")}
        return self.lens.to("forecast_moves", **{name: value for name, value in more.items() if value})

    @property
    def source(self) -> str:
        asked = {name: value for name in ("as_of", "measure") if (value := self.lens.get.get(name, ""))}
        return self.lens.to("forecast_chart", since=self.since.isoformat(), **asked)

    def chart(self, mark: tuple[float, str] | None, narrow: bool = False) -> Chart:
        """The drawing and the same figures as a table; `mark` is where the plan stands, and its name."""
        mark = (mark[0], f"{mark[1]} {figures.said('money', mark[0], self.reader.currency)}") if mark else None
        rows = [[bar.name, bar.amount, bar.beside] for bar in self.bars]
        heads = [_("What moved"), _("Amount"), _("Deals")]
        return Chart(
            _("What moved the call"), waterfall.spec(self.bars, mark=mark, narrow=narrow), waterfall.height(self.bars), [], heads, rows
        )

    # deals --------------------------------------------------------------------------------------
    @property
    def kind(self) -> str:
        asked = self.lens.get.get("kind", "")
        if asked and asked not in KINDS:
            raise Invalid("unknown_choice", field="kind", value=asked, known=", ".join(KINDS))
        return asked

    @property
    def steps(self) -> list[Step]:
        """The steps of the bar asked for, the largest first."""
        return [step for step in self.largest(self.found) if not self.kind or step.kind == self.kind]

    @staticmethod
    def largest(found: Waterfall) -> list[Step]:
        """The steps, the largest first."""
        return sorted(found.steps, key=lambda step: (-abs(step.amount), step.deal))

    def lines(self, steps: list[Step]) -> list[dict[str, Any]]:
        """Some steps as a table shows them; a deal that is out of one's records counts but cannot be opened."""
        rows = Deal.objects.visible_to(self.lens.actor).select_related("account").in_bulk([step.deal for step in steps])
        owners = choices.names({deal.owner_id for deal in rows.values() if deal.owner_id})
        return [self._line(step, rows.get(step.deal), owners) for step in steps]

    def _line(self, step: Step, deal: Any, owners: dict[int, str]) -> dict[str, Any]:
        return {
            "name": str(deal.account or deal) if deal else _("%(noun)s outside your records") % {"noun": _("Deal")}, "deal": deal, "sub": str(deal) if deal and deal.account else "",
            "owner": owners.get(deal.owner_id, "") if deal else "", "kind": _(KINDS[step.kind]), "before": self.said(step.before, compact=False),
            "after": self.said(step.after, compact=False), "step": self.step(step.amount, compact=False), "good": step.amount > 0,
        }  # fmt: skip

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """The bars, each with its number of deals."""
        every = {"text": _("All deals that moved"), "href": self.lens.with_(kind=""), "on": not self.kind, "count": len(self.found.steps)}
        kinds = [
            {"text": _(KINDS[bar.kind]), "href": self.lens.with_(kind=bar.kind), "on": bar.kind == self.kind, "count": bar.deals}
            for bar in self.found.bars
        ]
        return [every, *kinds]


def deals(n: int) -> str:
    return ngettext("%(n)s deal", "%(n)s deals", n) % {"n": formats.number(n)}
