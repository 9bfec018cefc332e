"""What the newest run would say under other assumptions: of the company, a team or a person, as far as one sees them."""

import datetime as dt
import uuid
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pacesetter.base import clock
from pacesetter.base.teams import members_on
from pacesetter.core.errors import NotFound, Refused, add_sentences
from pacesetter.core.forecasting import scenarios
from pacesetter.core.forecasting.assumptions import NEUTRAL, Assumptions
from pacesetter.core.forecasting.expectations import Expectations, Span
from pacesetter.core.forecasting.histories import Array, day_number
from pacesetter.core.labels import mark
from pacesetter.core.periods import Period
from pacesetter.crm.models import Deal
from pacesetter.planning import expected, forecasts, market_effects
from pacesetter.planning.market_effects import Lever
from pacesetter.planning.models import ForecastRow, ForecastRun

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences(
    {
        "no_what_if": mark(
            "Nothing is known of {period} that could be changed: what-if needs a forecast, of this or the next month or quarter."
        ),
    }
)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Whose:
    """The person or the team, with those below it, that is asked about; neither is the company."""

    user: int | None = None
    team: int | None = None


@dataclass(frozen=True)
class Figures:
    """What is expected, in minor units: won already, from open deals, from new business; and quantiles of all of it."""

    won: int
    open: int
    new: int
    p10: int
    p50: int
    p90: int

    @property
    def mean(self) -> int:
        return self.won + self.open + self.new

    def plain(self) -> dict[str, int]:
        """By name, with the mean."""
        return {"mean": self.mean, **asdict(self)}


@dataclass(frozen=True)
class Answer:
    """What a run says, and what it would say; `effects` are what each assumption adds, in order, and add up to the difference.

    `assumed` is what was applied: deals that are not open in one's scope are left out, `missing` of them.
    """

    row: ForecastRow
    period: Period
    assumed: Assumptions
    before: Figures
    after: Figures
    effects: list[tuple[str, int]]
    missing: int
    market: Lever

    @property
    def run(self) -> ForecastRun:
        return self.row.run

    @property
    def whose(self) -> Whose:
        return Whose(self.row.user_id, self.row.team_id)


@dataclass(frozen=True)
class Open:
    """An open deal as the run sees it: the chance to be won in the period, and what it brings then, in minor units."""

    deal: Deal
    chance: float
    brings: int


class Question:
    """What is asked about: a period, somebody in the actor's scope, and what the newest run expects of them.

    Refused where nothing was forecast of the period; what lies outside the scope is not there.
    """

    def __init__(self, period: Period, whose: Whose | None = None, *, by: "Actor") -> None:
        self.by, self.period = by, period
        self.rows = forecasts.visible(period, by=by)
        self.row = self._row(whose) if self.rows else None
        found = expected.load(self.row.run) if self.row and period.until > clock.today() else None
        if self.row is None or found is None:
            raise Refused("no_what_if", period=period.label)
        self.places = self._places(found, self.row)
        self.made: Expectations = found.made.of(np.asarray(self.places, dtype=np.int64))
        self.since, self.until = (day_number(day) - self.made.t for day in (period.since, period.until))
        if self.made.shock(self.since, self.until) is None:
            raise Refused("no_what_if", period=period.label)

    def _row(self, whose: Whose | None) -> ForecastRow | None:
        if whose is None:
            return forecasts.widest(self.rows, by=self.by)
        row = next((row for row in self.rows if (row.user_id, row.team_id) == (whose.user, whose.team)), None)
        if row is None and (whose.user or whose.team):
            raise NotFound("not_found", noun="team" if whose.team else "user", id=whose.team or whose.user)
        return row

    @staticmethod
    def _places(found: expected.Expected, row: ForecastRow) -> list[int]:
        if row.user_id:
            return found.places([row.user_id])
        if row.team_id:
            return found.places(members_on(row.run.as_of + DAY)[row.team_id][1])
        return found.everybody

    def ask(self, assumed: Assumptions) -> Answer:
        """What would be expected."""
        assumed, missing = self._known(assumed)
        before = self._before()
        lever = market_effects.lever(self.row.run, assumed)  # type: ignore[union-attr]
        market = 1 + (lever.factor - 1) * self._after(lever)
        found = scenarios.ask(self.made, self.since, self.until, self.places, assumed, market)
        at, effects = before.open + before.new, []
        for name, means in found.effects:
            total = int(np.rint(means).sum())
            effects.append((name, total - at))
            at = total
        after = self._figures(found.span) if effects else before
        return Answer(self.row, self.period, assumed, before, after, effects, missing, lever)  # type: ignore[arg-type]

    def _after(self, lever: Lever) -> float:
        """The share of what is still to come in the period that comes once the market's change has reached bookings."""
        if lever.begins is None or lever.begins >= self.period.until:
            return 0.0
        begins = max(day_number(lever.begins) - self.made.t, self.since, 0.0)
        late, whole = (
            self.made.opened(day, self.until).sum() + self.made.coming(day, self.until)[1] for day in (begins, max(self.since, 0.0))
        )
        return float(late / whole) if whole > 0 else 0.0

    def _before(self) -> Figures:
        """What the run says itself: drawn once, and then the same for every redrawing."""
        run, key = self.row.run.key, (self.row.pk, *self.places)  # type: ignore[union-attr]
        known = _DRAWN.get(run)
        if known is None:
            _DRAWN.clear()
            known = _DRAWN[run] = {}
        figures = known.get(key)
        if figures is None:
            figures = known[key] = self._figures(scenarios.ask(self.made, self.since, self.until, self.places, NEUTRAL).span)
        return figures

    def _known(self, assumed: Assumptions) -> tuple[Assumptions, int]:
        """The assumptions without deals that are not open here, or not in the actor's records, and how many those are."""
        if not assumed.deals:
            return assumed, 0
        here = assumed.deals.intersection(self.made.ids.tolist())
        here &= set(Deal.objects.visible_to(self.by).filter(pk__in=here).values_list("pk", flat=True))
        kept = replace(
            assumed,
            dropped=tuple(pk for pk in assumed.dropped if pk in here),
            moved={pk: day for pk, day in assumed.moved.items() if pk in here},
            worth={pk: amount for pk, amount in assumed.worth.items() if pk in here},
        )
        return kept, len(assumed.deals - here)

    def _figures(self, span: Span) -> Figures:
        won = self.row.won  # type: ignore[union-attr]
        places = [*self.places, *range(len(self.made.shares), len(span.open))]
        opened, new = (int(np.rint(part[places]).sum()) for part in (span.open, span.new))
        return Figures(won, opened, new, *(won + round(part) for part in span.quantiles(np.asarray(places, dtype=np.int64))))

    def deals(self, count: int, more: set[int] = frozenset()) -> list[Open]:  # type: ignore[assignment]
        """The open deals that weigh most in the period, or until its end, and some by id, as far as they are in one's records."""
        chance: Array = self.made.within(self.since, self.until)
        order = np.argsort(-chance * self.made.brings, kind="stable")
        first = [int(at) for at in order[:count]] + [int(at) for at in order[count:] if int(self.made.ids[at]) in more]
        rows = Deal.objects.visible_to(self.by).select_related("account", "owner").in_bulk([int(self.made.ids[at]) for at in first])
        return [
            Open(rows[pk], float(chance[at]), round(float(self.made.brings[at]))) for at in first if (pk := int(self.made.ids[at])) in rows
        ]


_DRAWN: dict[uuid.UUID, dict[tuple[int, ...], Figures]] = {}


def ask(period: Period, assumed: Assumptions, *, by: "Actor", whose: Whose | None = None) -> Answer:
    """What the newest run would say of a period; by default of everything that the actor sees."""
    return Question(period, whose, by=by).ask(assumed)
