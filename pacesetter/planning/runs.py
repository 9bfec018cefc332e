"""The verb that makes a forecast run: ask the models with what was known at the end of a day, and keep what they said for ever."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction

from pacesetter.base import clock, settings, warehouse
from pacesetter.base.models import Employment
from pacesetter.core.errors import Refused, add_sentences
from pacesetter.core.forecasting import deals
from pacesetter.core.forecasting.expectations import Span
from pacesetter.core.forecasting.histories import Array, Histories, day_number
from pacesetter.core.forecasting.ladder import Choice, block
from pacesetter.core.forecasting.outlook import Outlook, outlook
from pacesetter.core.labels import mark
from pacesetter.core.periods import Period, containing
from pacesetter.planning import ahead, expected, histories, warning_keeping
from pacesetter.planning.forecasts import METHOD, members_on
from pacesetter.planning.histories import Booked
from pacesetter.planning.models import DealOutlook, ForecastRow, ForecastRun
from pacesetter.planning.warning_shape import Seen

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

VERSION = "deals-2"  # of the method: numbers of two versions are not to be compared
CHUNK = 300  # rows written in one short transaction
MONTHLY = 7  # past weeks are asked on one day each: series, on the first of a month
DAY = dt.timedelta(days=1)
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
    periods = periods_of(as_of)
    spans = [(max(day_number(period.since) - t, 0.0), day_number(period.until) - t) for period in periods]
    found = outlook(known, t, spans, _staying(known, as_of), choice=ground.choices.get(block(t)))
    ground.choices[block(t)] = found.fitted.choice
    run = ForecastRun(key=uuid.uuid4(), as_of=as_of, made_at=clock.now(), version=VERSION, card=_card(known, found))
    rows = [row for period, span in zip(periods, found.spans, strict=True) for row in _Rows(run, ground, known, period, span, t)]
    if as_of.day <= MONTHLY or as_of >= clock.today() - DAY:  # series change by the month, and cost as much as all the rest
        rows += ahead.rows(run, ground.booked)
    is_newest = not ForecastRun.objects.filter(as_of__gt=as_of).exists()
    if is_newest:
        expected.store(run, expected.of_company(known, found.expected))
    _store(run, rows)
    warning_keeping.keep(Seen(run, ground, known, found, rows))
    if is_newest:
        _store_deals(run, known, found)
        expected.forget(keep=run)
    return run


def periods_of(as_of: dt.date) -> list[Period]:
    """The quarter and the month of the day after, and those that follow."""
    start = int(settings.get("company.fiscal_start"))
    current = [containing(as_of + DAY, grain, start) for grain in ("quarter", "month")]
    return [*current, *(period.shifted(1) for period in current)]


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
        "since": str(_day(float(known.created.min()))),
        "step": found.fitted.hazards.step,
        "choice": asdict(found.fitted.choice),
        "shock": round(found.spans[0].shock, 4),
        "measured": found.spans[0].measured,
    }


def _day(moment: float) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=int(moment))


class _Rows(Iterable[ForecastRow]):
    """The rows of one period: of people, of teams with the teams below them, of the company."""

    def __init__(self, run: ForecastRun, ground: Ground, known: Histories, period: Period, span: Span, t: float) -> None:
        self.run, self.ground, self.period, self.span, self.t = run, ground, period, span, t
        self.people = [int(owner) for owner in known.words.get("owner", ())]
        self.place = {pk: at for at, pk in enumerate(self.people)}
        self.currency = settings.get("company.currency")
        self.open, self.new = (np.rint(part).astype(np.int64) for part in (span.open, span.new))

    def __iter__(self) -> Any:
        booked = self.ground.booked
        yield self._row(np.arange(len(self.open)), np.ones(len(booked.day), dtype=bool))
        yield from (row for row in [*self._teams(), *self._people()] if row.mean or row.p90)

    def _teams(self) -> Iterator[ForecastRow]:
        for team, (teams, people) in members_on(self.run.as_of + DAY).items():
            yield self._row(self._places(people), np.isin(self.ground.booked.team, list(teams)), team_id=team)

    def _people(self) -> Iterator[ForecastRow]:
        owners = self.ground.booked.owner
        for pk in sorted({*self.people, *owners.tolist()} - {0}):
            yield self._row(self._places([pk]), owners == pk, user_id=pk)

    def _places(self, people: Iterable[int]) -> Array:
        return np.asarray([self.place[pk] for pk in people if pk in self.place], dtype=np.int64)

    def _row(self, places: Array, mine: Array, **whose: int) -> ForecastRow:
        booked = self.ground.booked
        won = int(booked.amount[booked.inside(self.period, self.t) & mine].sum())
        opened, new = int(self.open[places].sum()), int(self.new[places].sum())
        p10, p50, p90 = (won + round(part) for part in self.span.quantiles(places))
        return ForecastRow(
            run_id=self.run.key, since=self.period.since, until=self.period.until, method=METHOD, currency=self.currency,
            mean=won + opened + new, p10=p10, p50=p50, p90=p90, won=won, open=opened, new=new, **whose,
        )  # fmt: skip


def _store(run: ForecastRun, rows: list[ForecastRow]) -> None:
    """First the rows, in short transactions, then the run that makes them count."""
    for start in range(0, len(rows), CHUNK):
        ForecastRow.objects.bulk_create(rows[start : start + CHUNK])
    run.save(force_insert=True)


def _store_deals(run: ForecastRun, known: Histories, found: Outlook) -> None:
    """How each open deal is seen now; what was seen before can be made anew."""
    quarter = found.spans[0]
    late = found.fitted.open_deals(known, histories.end_of(run.as_of), quarter.until)
    ever = found.fitted.open_deals(known, histories.end_of(run.as_of))
    reasons = found.fitted.reasons(known, histories.end_of(run.as_of))
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
