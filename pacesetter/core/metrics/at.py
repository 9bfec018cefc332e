"""`at`: the facts as of a moment, inside the reader's scope, for one period, rate set and organisation."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

from pacesetter.core.metrics import engine
from pacesetter.core.metrics.tables import FACTS

Rates = Literal["plan", "spot", "month_average"]
Teams = Literal["then", "today"]
GENERAL: dict[str, tuple[str, ...]] = {"rates": get_args(Rates), "teams": get_args(Teams)}


@dataclass(frozen=True)
class At:
    """Switches that shape the SQL; dates, amounts of patience and the scope's rows stay outside it, as variables and a table."""

    rates: str = "plan"
    teams: str = "then"
    scoped: bool = False

    since = property(lambda self: engine.variable("since"))
    until = property(lambda self: engine.variable("until"))
    as_of = property(lambda self: engine.variable("as_of"))
    mark = property(lambda self: engine.variable("mark"))
    instant = property(lambda self: engine.variable("instant"))
    promise = property(lambda self: engine.variable("promise"))

    def fact(self, name: str, noun: str, on: str | None = None) -> Any:
        """A fact table inside the scope, without what was archived by then or is dated later than then."""
        t = self._scoped(_table(name), noun)
        t = t.filter(t.archived_on.isnull() | (t.archived_on > self.as_of))
        return t if on is None else t.filter(t[on] <= self.as_of)

    def _scoped(self, t: Any, noun: str) -> Any:
        if not self.scoped:
            return t
        scope = _named("scope", {"noun": "string", "scope_owner": "int64"})
        scope = scope.filter(scope.noun == noun)
        return t.semi_join(scope, t.seen == scope.scope_owner)

    def deals_on(self, day: Any) -> Any:
        """Every deal as it was at the end of `day`."""
        t = self.fact("deal_versions", "deal")
        return t.filter(t.since <= day, t.until > day)

    @cached_property
    def deals(self) -> Any:
        return self.deals_on(self.as_of)

    @property
    def opening(self) -> Any:
        """Every deal as it was when the period began."""
        return self.deals_on(self.before_period)

    @property
    def before_period(self) -> Any:
        return engine.days_later(self.since, -1)

    @property
    def bookings(self) -> Any:
        return self.fact("bookings", "deal", on="on")

    @property
    def credits(self) -> Any:
        return self.fact("booking_credits", "quota", on="on")

    @property
    def deal_stages(self) -> Any:
        t = self.fact("deal_stages", "deal", on="entered_on")
        stays = _table("stays").rename(stays_in="stage")
        return t.left_join(stays, t.stage == stays.stays_in).drop("stays_in")

    @property
    def leads(self) -> Any:
        t = self.fact("leads", "lead")
        return t.filter(t.received_at <= self.instant)

    @property
    def quota_pieces(self) -> Any:
        return self.fact("quota_pieces", "quota")

    @property
    def forecasts(self) -> Any:
        return self.fact("forecasts", "forecast_call", on="submitted_on")

    @property
    def model_forecasts(self) -> Any:
        return self.fact("model_forecasts", "forecast", on="known_on")

    @property
    def model_runs(self) -> Any:
        """Which runs spoke of which quarters: no amounts, and therefore without scope, so that a part is scored by the run that stands for the whole."""
        runs = _table("model_forecasts")
        return runs.filter(runs.known_on <= self.as_of).select("id", "since", "until", "known_on").distinct()

    @property
    def person_weeks(self) -> Any:
        return self.fact("person_weeks", "licence", on="week")

    @property
    def plans(self) -> Any:
        return _table("plans")

    @property
    def memberships(self) -> Any:
        return _table("memberships")

    @cached_property
    def clocks(self) -> Any:
        """Per calendar, the seconds worked up to this instant."""
        import ibis

        t = _table("clock")
        t = t.filter(t.starts <= self.instant)
        return t.group_by(clock_of=t.calendar).aggregate(worked_now=(t.before + ibis.least(self.instant, t.ends) - t.starts).max())

    def valued(self, t: Any, *columns: str, on: Any) -> Any:
        """`t` with each money column turned into the company currency at the rate of the day `on`, and `unrated` where none is known.

        Each row converts exactly, half-even; the sums come later.
        """
        import ibis

        rates = _table("rates").filter(lambda r: r.rate_set == self.rates).select("currency", "since", "scaled")
        rates = rates.rename(rate_currency="currency", rate_since="since", rate="scaled")
        dated = t.mutate(rate_day=on)
        joined = dated.asof_join(rates, on=dated.rate_day >= rates.rate_since, predicates=[dated.currency == rates.rate_currency])
        ours = joined.currency == engine.variable("company_currency")
        worth = {
            c: ibis.ifelse(
                ours, joined[c], engine.functions().worth(joined[c], joined.rate, joined.currency, engine.variable("company_exponent"))
            )
            for c in columns
        }
        return joined.mutate(unrated=~(ours | joined.rate.notnull()).fill_null(False), **worth).drop(
            "rate_day", "rate_currency", "rate_since", "rate"
        )


def _table(name: str) -> Any:
    return _named(name, FACTS[name])


def _named(name: str, columns: dict[str, str]) -> Any:
    import ibis

    return ibis.table(columns, name=name)
