"""The verb that makes a forecast run: ask the models with what was known at the end of a day, and keep what they said for ever."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction

from pacesetter.base import clock, history, settings, warehouse
from pacesetter.base.models import Employment
from pacesetter.base.teams import members_on
from pacesetter.core.errors import Refused, add_sentences
from pacesetter.core.forecasting import deals
from pacesetter.core.forecasting.expectations import Span
from pacesetter.core.forecasting.histories import Array, Histories, day_number, day_of
from pacesetter.core.forecasting.ladder import Choice, block
from pacesetter.core.forecasting.outlook import Outlook, outlook
from pacesetter.core.labels import mark
from pacesetter.core.periods import Period
from pacesetter.planning import combined, expected, histories, reach, series, warning_keeping
from pacesetter.planning.histories import Booked
from pacesetter.planning.models import DEALS, DealOutlook, ForecastRow, ForecastRun
from pacesetter.planning.reach import DAY, MONTHLY, Reach
from pacesetter.planning.warning_shape import Seen

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

VERSION = "deals-4"  # of the method: numbers of two versions are not to be compared
CHUNK = 300  # rows written in one short transaction
add_sentences({"day_not_over": mark("{day} is not over; ask as of a day before today.")})


@dataclass(frozen=True)
class Ground:
    """What runs read: one version of the extracts, its deals and its bookings; made once for many past days."""

    deals: Histories
    booked: Booked
    choices: dict[int, Choice] = field(default_factory=dict)  # which model speaks, by the stretch of days for which it does

    @classmethod
    def now(cls) -> "Ground":
        version = warehouse.current() or warehouse.refresh()
        return cls(histories.of_company(version), histories.booked(version))


def make(as_of: dt.date | None = None, *, by: "Actor", ground: Ground | None = None) -> ForecastRun:
    """Ask with what was known at the end of `as_of` (by default of yesterday), for this and the next month and quarter.

    Refused where too few deals had closed by then.
    """
    by.require("target.set")
    as_of = as_of or clock.today() - DAY
    if as_of >= clock.today():
        raise Refused("day_not_over", day=as_of)
    ground = ground or Ground.now()
    t = histories.end_of(as_of)
    known = ground.deals.as_of(t)
    if not deals.is_enough(known):
        raise Refused("too_few_closed", count=int(np.isfinite(known.ended).sum()), day=as_of, needed=deals.NEEDED)
    asked = reach.reach(as_of)
    far = as_of.day <= MONTHLY or as_of >= clock.today() - DAY
    near = [*asked.board, *asked.windows, *(asked.months if far else ())]
    found = _ask(ground, known, t, near, _staying(known, as_of))
    run = ForecastRun(key=uuid.uuid4(), as_of=as_of, made_at=clock.now(), version=VERSION, card=_card(known, found))
    read = _Rows(run, ground, known, asked, t)
    rows = read.all(near, found)
    if far:
        rows += _far(read)
    is_newest = not ForecastRun.objects.filter(as_of__gt=as_of).exists()
    if is_newest:
        expected.store(run, expected.of_company(known, found.expected))
    _store(run, rows)
    warning_keeping.keep(Seen(run, ground, known, found, rows))
    if is_newest:
        _store_deals(run, known, found)
        expected.forget(keep=run)
    return run


def _ask(ground: Ground, known: Histories, t: float, periods: Sequence[Period], staying: Array, choice: Choice | None = None) -> Outlook:
    """What deals say of these periods, by the model of this stretch of days unless another one is named."""
    spans = [(max(day_number(period.since) - t, 0.0), day_number(period.until) - t) for period in periods]
    found = outlook(known, t, spans, staying, choice=choice or ground.choices.get(block(t)))
    if choice is None:
        ground.choices[block(t)] = found.fitted.choice
    return found


def _far(read: "_Rows") -> list[ForecastRow]:
    """What lies behind the next quarter: deals, by the table of stages and ages alone; series; and both combined."""
    far = read.asked.far
    found = _ask(read.ground, read.known, read.t, far, _staying(read.known, read.run.as_of), deals.TABLE)
    rows = [*read.all(far, found), *series.rows(read.run, read.ground.booked)]
    measured = {period: bool(span.measured) for period, span in zip(far, found.spans, strict=True)}
    return [*rows, *combined.rows(read.run, rows, measured)]


def _staying(known: Histories, as_of: dt.date) -> Array:
    """Who of the owners will bring new business: everybody but those whose employment is over."""
    over = set(Employment.objects.filter(until__lte=as_of + DAY).values_list("user_id", flat=True))
    over -= set(Employment.objects.on(as_of + DAY).values_list("user_id", flat=True))
    return np.asarray([int(owner) not in over for owner in known.words.get("owner", ())], dtype=bool)


def _card(known: Histories, found: Outlook) -> dict[str, Any]:
    """What the run learned from."""
    ended = np.isfinite(known.ended)
    return {
        "closed": int(ended.sum()),
        "won": int(known.won.sum()),
        "open": len(found.expected.ids),
        "since": str(day_of(float(known.created.min()))),
        "step": found.fitted.hazards.step,
        "choice": asdict(found.fitted.choice),
        "shock": round(found.spans[0].shock, 4),
        "measured": found.spans[0].measured,
    }


class _Rows:
    """The rows of periods: of the company, of teams with the teams below them, of people."""

    def __init__(self, run: ForecastRun, ground: Ground, known: Histories, asked: Reach, t: float) -> None:
        self.run, self.ground, self.known, self.asked, self.t = run, ground, known, asked, t
        self.people = [int(owner) for owner in known.words.get("owner", ())]
        self.place = {pk: at for at, pk in enumerate(self.people)}
        self.members = members_on(run.as_of + DAY)
        self.currency = settings.get("company.currency")

    def all(self, periods: Sequence[Period], found: Outlook) -> list[ForecastRow]:
        """As deep as each period is asked."""
        return [row for period, span in zip(periods, found.spans, strict=True) for row in self._of(period, span)]

    def _of(self, period: Period, span: Span) -> Iterator[ForecastRow]:
        yield self._row(period, span, np.arange(len(span.open)), np.ones(len(self.ground.booked.day), dtype=bool))
        teams = () if period in self.asked.windows else self._teams(period, span)
        people = self._persons(period, span) if period in self.asked.board else ()
        yield from (row for row in (*teams, *people) if row.mean or row.p90)

    def _teams(self, period: Period, span: Span) -> Iterator[ForecastRow]:
        for team, (teams, people) in self.members.items():
            yield self._row(period, span, self._places(people), np.isin(self.ground.booked.team, list(teams)), team_id=team)

    def _persons(self, period: Period, span: Span) -> Iterator[ForecastRow]:
        owners = self.ground.booked.owner
        for pk in sorted({*self.people, *owners.tolist()} - {0}):
            yield self._row(period, span, self._places([pk]), owners == pk, user_id=pk)

    def _places(self, people: Iterable[int]) -> Array:
        return np.asarray([self.place[pk] for pk in people if pk in self.place], dtype=np.int64)

    def _row(self, period: Period, span: Span, places: Array, mine: Array, **whose: int) -> ForecastRow:
        booked = self.ground.booked
        won = int(booked.amount[booked.inside(period, self.t) & mine].sum())
        opened, new = (int(np.rint(part[places]).sum()) for part in (span.open, span.new))
        p10, p50, p90 = (won + round(part) for part in span.quantiles(places))
        return ForecastRow(
            run_id=self.run.key, since=period.since, until=period.until, method=DEALS, currency=self.currency,
            mean=won + opened + new, p10=p10, p50=p50, p90=p90, won=won, open=opened, new=new, **whose,
        )  # fmt: skip


def _store(run: ForecastRun, rows: list[ForecastRow]) -> None:
    """First the rows, in short transactions, then the run that makes them count."""
    for start in range(0, len(rows), CHUNK):
        ForecastRow.objects.bulk_create(rows[start : start + CHUNK])
    with transaction.atomic():
        run.save(force_insert=True)
        history.mark_dirty("forecast_run", [run.pk])


def _store_deals(run: ForecastRun, known: Histories, found: Outlook) -> None:
    """How each open deal is seen now; what was seen before can be made anew."""
    quarter = found.spans[0]
    t = histories.end_of(run.as_of)
    late, ever = found.fitted.open_deals_by(known, t, [quarter.until, found.fitted.horizon])
    reasons = found.fitted.reasons(known, t)
    rows = [
        DealOutlook(
            deal_id=int(known.ids[place]), run=run, win=_millionths(late.win[at]), lose=_millionths(late.lose[at]),
            ever=_millionths(ever.win[at]), expected=round(late.win[at] * late.brings[at]), basis=late.basis[at],
            reasons=[asdict(one) for one in reasons[at]],
        )
        for at, place in enumerate(late.deals)
    ]  # fmt: skip
    for start in range(0, len(rows), CHUNK):
        DealOutlook.objects.bulk_create(
            rows[start : start + CHUNK],
            update_conflicts=True,
            unique_fields=["deal_id"],
            update_fields=["run", "win", "lose", "ever", "expected", "basis", "reasons"],
        )
    while gone := list(DealOutlook.objects.exclude(run=run).values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            DealOutlook.objects.filter(pk__in=gone).delete()


def _millionths(share: float) -> int:
    return round(1_000_000 * float(share))
