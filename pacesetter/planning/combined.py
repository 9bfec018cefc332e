"""Deals and series combined, where both speak: each counts by how wrong it was at that distance."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pacesetter.core.forecasting import combining
from pacesetter.core.forecasting.deals import Spread
from pacesetter.core.periods import Period
from pacesetter.planning.models import COMBINED, DEALS, SERIES, ForecastRow, ForecastRun


@dataclass(frozen=True)
class Pair:
    """What deals and series say of one period, of the company (`team` is None) or of a team."""

    period: Period
    team: int | None
    deals: ForecastRow
    series: ForecastRow

    @property
    def share(self) -> float:
        return combining.share(_spread(self.deals), _spread(self.series))

    def combined(self, share: float) -> Spread:
        return combining.combined(_spread(self.deals), _spread(self.series), share)


def rows(run: ForecastRun, told: Iterable[ForecastRow], periods: Mapping[Period, bool]) -> Iterator[ForecastRow]:
    """The rows that combine those that deals and series told of these periods; deals count where they were `measured` on past days.

    How much they count in a period is the company's, and the same for its teams, which therefore go on adding up; the run's card
    keeps it. A quarter is the sum of its months.
    """
    pairs = list(_pairs(told, periods))
    shares = {pair.period: pair.share if periods[pair.period] else 0.0 for pair in pairs if pair.team is None}
    run.card["deals_count"] = {period.label: round(share, 3) for period, share in shares.items()}
    said = {(pair.period, pair.team): pair.combined(shares[pair.period]) for pair in pairs if pair.period in shares}
    for pair in pairs:
        if (one := said.get((pair.period, pair.team))) is not None:
            months = [said.get((month, pair.team)) for month in pair.period.parts("month")]
            known = [round(month.mean) for month in months if month]
            yield _row(pair, one, shares[pair.period], sum(known) if len(known) == len(months) else round(one.mean))


def _pairs(told: Iterable[ForecastRow], periods: Iterable[Period]) -> Iterator[Pair]:
    """Of the company and the teams; people have no series."""
    found = {(row.method, row.since, row.until, row.team_id): row for row in told if row.user_id is None}
    teams = sorted({team for _method, _since, _until, team in found}, key=lambda team: team or 0)  # the company first
    for period in periods:
        for team in teams:
            deals, series = (found.get((method, period.since, period.until, team)) for method in (DEALS, SERIES))
            if deals and series:
                yield Pair(period, team, deals, series)


def _spread(row: ForecastRow) -> Spread:
    return Spread(row.mean, row.p10, row.p50, row.p90)


def _row(pair: Pair, said: Spread, share: float, mean: int) -> ForecastRow:
    """The band moves with a mean that is the sum of the months."""
    p10, p50, p90 = (max(round(part - said.mean) + mean, 0) for part in (said.p10, said.p50, said.p90))
    opened = min(round(share * pair.deals.open), mean)
    return ForecastRow(
        run_id=pair.deals.run_id, team_id=pair.team, since=pair.period.since, until=pair.period.until, method=COMBINED,
        currency=pair.deals.currency, mean=mean, p10=p10, p50=p50, p90=p90, won=0, open=opened, new=mean - opened,
    )  # fmt: skip
