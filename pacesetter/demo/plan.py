"""What happens in the demo company: pure, seeded, counted backwards from today. Nothing here touches a database."""

import datetime as dt
import math
import random
from dataclasses import dataclass, field

from pacesetter.core import periods
from pacesetter.demo import cast
from pacesetter.demo.cast import SEATS, SEGMENTS, Seat, Segment

MONTHS = 36
STAGES = ("discovery", "qualification", "solution_fit", "proposal", "negotiation")
LOST_AT = (0.28, 0.27, 0.20, 0.17, 0.08)
STAGE_SHARES = (0.18, 0.22, 0.24, 0.20, 0.16)
SIGMA_CYCLE = math.sqrt(2 * math.log(1.3))  # the mean cycle is 1.3 × the median
SIGMA_VALUE = 0.6
PUSHES = ((0, 0.30), (1, 0.50), (2, 0.08), (3, 0.12))
NEW_SHARE = 0.86  # of the yearly deals per rep; the rest are renewals and expansions
# planted drivers: odds of winning are multiplied by these
DRIVERS = {
    "several_contacts": 1.6,
    "answered_within_an_hour": 1.4,
    "three_or_more_pushes": 0.5,
    "referral": 1.3,
    "competitor": 0.75,
    "next_step_kept": 1.25,
}
PLACEBOS = (
    "created_on_a_tuesday",
    "name_begins_with_a_vowel",
    "even_postal_code",
    "long_deal_name",
    "contact_is_called_tom",
    "created_in_march",
)


@dataclass
class Company:
    """A customer to be: where it is, how big, and how many people we know there."""

    key: int
    name: str
    segment: Segment
    country: str
    owner: str
    since: dt.date
    industry: str
    employees: int
    city: tuple[str, str, str, float, float]
    people: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class PlannedDeal:
    """A deal with its whole life; what lies after today has not happened yet."""

    key: int
    company: Company
    seat: Seat
    type: str
    created: dt.date
    ends: dt.date
    value: int
    name: str
    source: str
    drivers: dict[str, bool]
    outcome: str = ""
    term: int = 12
    product: int = 0
    pushes: int = 0
    stages: list[tuple[dt.date, str]] = field(default_factory=list)
    dates: list[tuple[dt.date, dt.date]] = field(default_factory=list)
    touches: list[tuple[dt.date, str, bool]] = field(default_factory=list)
    reason: str = ""
    competitor: str = ""

    def closed_by(self, day: dt.date) -> bool:
        return self.ends <= day


@dataclass
class PlannedLead:
    """Somebody who asked: when, who answered after how many minutes, and the deal it became."""

    received: dt.datetime
    first: str
    last: str
    company: str
    country: str
    sdr: str
    source: str
    answered_after: int | None
    deal: PlannedDeal | None
    bounces: bool
    request: str


@dataclass
class Plan:
    """Everything that happens, for one seed and one day."""

    today: dt.date
    since: dt.date
    companies: list[Company]
    deals: list[PlannedDeal]
    leads: list[PlannedLead]
    intercepts: dict[str, float]


def make(today: dt.date, now: dt.datetime, seed: int, scale: int = 1) -> Plan:
    """The plan of a company that is `scale` times the small one."""
    return _Planner(today, now, random.Random(seed), scale).plan()


def tenure(seat: Seat, since: dt.date, today: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day on which a seat sells."""
    first = since if seat.since is None else periods.add_months(today, -seat.since)
    return first, today if seat.until is None else periods.add_months(today, -seat.until)


def rate(seat: Seat, first: dt.date, day: dt.date) -> float:
    """How many new deals a seat begins on a day, in the mean."""
    if day.weekday() >= 5:
        return 0.0
    summer = 0.6 if day.month == 8 and seat.country in ("ES", "IT") else 1.0
    winter = 0.8 if day.month == 12 and day.day > 18 else 1.0
    return SEGMENTS[seat.segment].per_rep * NEW_SHARE / 252 * summer * winter * _ramp(seat, first, day)


def _ramp(seat: Seat, first: dt.date, day: dt.date) -> float:
    if seat.since is None:
        return 1.0
    return min(1.0, 0.3 + 0.7 * (day - first).days / (30.4 * SEGMENTS[seat.segment].ramp_months))


def outline(today: dt.date) -> Plan:
    """The days alone, for a company that decides by itself what happens."""
    return Plan(today, periods.add_months(today.replace(day=1), -MONTHS), [], [], [], {})


class _Planner:
    def __init__(self, today: dt.date, now: dt.datetime, rng: random.Random, scale: int) -> None:
        self.today, self.now, self.rng, self.scale = today, now, rng, scale
        self.since = outline(today).since
        self.companies: list[Company] = []
        self.deals: list[PlannedDeal] = []
        self.names: set[str] = set()

    def plan(self) -> Plan:
        for seat in SEATS:
            self._sell(seat)
        intercepts = self._decide()
        self._follow_up()
        for deal in self.deals:
            self._live(deal)
        self.deals.sort(key=lambda deal: (deal.created, deal.key))
        return Plan(self.today, self.since, self.companies, self.deals, self._leads(), intercepts)

    # deals ------------------------------------------------------------------------------------
    def _sell(self, seat: Seat) -> None:
        """New business of one seat, day by day."""
        first, last = tenure(seat, self.since, self.today)
        day = first
        while day <= last:
            for _ in range(self._poisson(rate(seat, first, day) * self.scale)):
                self._new_deal(seat, day)
            day += dt.timedelta(1)

    def _poisson(self, rate: float) -> int:
        limit, count, product = math.exp(-rate), 0, self.rng.random()
        while product > limit:
            count += 1
            product *= self.rng.random()
        return count

    def _new_deal(self, seat: Seat, day: dt.date) -> None:
        segment = SEGMENTS[seat.segment]
        known = [c for c in self.companies[-400:] if c.owner == seat.name]
        company = self.rng.choice(known) if known and self.rng.random() < 0.22 else self._company(seat, segment, day)
        cycle = max(3, round(self.rng.lognormvariate(math.log(segment.median_cycle), SIGMA_CYCLE)))
        value = self._value(segment)
        source = self._weighted([(key, share) for key, _, share in cast.SOURCES])
        people = len(company.people)
        drivers = {
            "several_contacts": people >= (segment.contacts[0] + segment.contacts[1] + 1) // 2,
            "answered_within_an_hour": source == "inbound" and self.rng.random() < 0.45,
            "three_or_more_pushes": False,
            "referral": source == "referral",
            "competitor": self.rng.random() < 0.3,
            "next_step_kept": self.rng.random() < 0.8,
        }
        pushes = self._weighted(list(PUSHES))
        drivers["three_or_more_pushes"] = pushes >= 3
        product = self.rng.randrange(len(cast.PRODUCTS))
        self._add(company, seat, "new", day, day + dt.timedelta(cycle), value, source, drivers, product, pushes)

    def _add(
        self,
        company: Company,
        seat: Seat,
        kind: str,
        day: dt.date,
        ends: dt.date,
        value: int,
        source: str,
        drivers: dict[str, bool],
        product: int,
        pushes: int,
    ) -> PlannedDeal:
        name = {"renewal": "Renewal", "expansion": "Expansion"}.get(kind, cast.PRODUCTS[product][0])
        deal = PlannedDeal(
            len(self.deals) + 1, company, seat, kind, day, ends, value, name, source, drivers, product=product, pushes=pushes
        )
        deal.term = 12 if kind != "new" else self._weighted([(12, 0.7), (24, 0.15), (36, 0.15)])
        deal.competitor = self.rng.choice(cast.COMPETITORS) if drivers.get("competitor") else ""
        self.deals.append(deal)
        return deal

    def _value(self, segment: Segment) -> int:
        mean = math.log(segment.mean_value) - SIGMA_VALUE**2 / 2
        return max(500, round(self.rng.lognormvariate(mean, SIGMA_VALUE) / 500) * 500)

    def _company(self, seat: Seat, segment: Segment, day: dt.date) -> Company:
        rng = self.rng
        name = self._fresh_name(seat.country)
        industry = cast.MISSPELT if rng.random() < 0.03 else rng.choice(cast.INDUSTRIES)
        company = Company(
            len(self.companies) + 1,
            name,
            segment,
            seat.country,
            seat.name,
            day,
            industry,
            rng.randint(*segment.employees),
            rng.choice(cast.PLACES[seat.country].cities),
        )
        for _ in range(rng.randint(*segment.contacts)):
            company.people.append((rng.choice(cast.GIVEN[seat.country]), rng.choice(cast.FAMILY[seat.country]), rng.choice(cast.TITLES)))
        self.companies.append(company)
        return company

    def _fresh_name(self, country: str) -> str:
        while True:
            parts = [self.rng.choice(cast.FIRST), self.rng.choice(cast.SECOND)]
            if self.rng.random() < 0.75 or len(self.names) > 800:
                parts.append(self.rng.choice(cast.SUFFIX[country]))
            if len(self.names) > 2500:
                parts.insert(1, self.rng.choice(cast.FIRST))
            name = " ".join(parts)
            if name not in self.names:
                self.names.add(name)
                return name

    def _weighted(self, choices: "list[tuple[object, float]]"):  # type: ignore[no-untyped-def]
        return self.rng.choices([key for key, _ in choices], [weight for _, weight in choices])[0]

    # outcomes ---------------------------------------------------------------------------------
    def _decide(self) -> dict[str, float]:
        """Draw outcomes so that each segment's win rate is as planned and the drivers have their odds."""
        intercepts = {}
        for key, segment in SEGMENTS.items():
            deals = [deal for deal in self.deals if deal.company.segment is segment]
            scores = [self._score(deal) for deal in deals]
            intercepts[key] = _intercept(scores, segment.win_rate)
            for deal, score in zip(deals, scores, strict=True):
                deal.outcome = "won" if self.rng.random() < _logistic(intercepts[key] + score) else "lost"
        return intercepts

    def _score(self, deal: PlannedDeal) -> float:
        return math.log(deal.seat.skill) * 1.5 + sum(math.log(DRIVERS[key]) for key, on in deal.drivers.items() if on)

    def _follow_up(self) -> None:
        """Renewals of what was won, and expansions from the second year."""
        for won in [deal for deal in self.deals if deal.outcome == "won"]:
            due = periods.add_months(won.ends, won.term)
            begin = due - dt.timedelta(75)
            if begin <= self.today:
                ends = due + dt.timedelta(self.rng.randint(-12, 4))
                self._later(won, "renewal", begin, ends, round(won.value * 1.03, -2), 0.88)
            begin = won.ends + dt.timedelta(self.rng.randint(200, 420))
            if begin <= self.today and self.rng.random() < 0.30:
                ends = begin + dt.timedelta(max(5, round(self.rng.lognormvariate(math.log(won.company.segment.median_cycle * 0.7), 0.6))))
                self._later(won, "expansion", begin, ends, round(won.value * 0.45, -2), 0.42)

    def _later(self, won: PlannedDeal, kind: str, begin: dt.date, ends: dt.date, value: float, chance: float) -> None:
        deal = self._add(
            won.company, won.seat, kind, begin, ends, int(value), "referral", {}, won.product, self._weighted([(0, 0.7), (1, 0.3)])
        )
        deal.outcome = "won" if self.rng.random() < chance else "lost"

    # the life of a deal -----------------------------------------------------------------------
    def _live(self, deal: PlannedDeal) -> None:
        if deal.outcome == "won" and deal.type != "renewal" and self.rng.random() < 0.25:
            deal.ends = self._towards_quarter_end(deal)
        deal.ends = _workday(deal.ends)
        days = max(1, (deal.ends - deal.created).days)
        reached = len(STAGES) if deal.outcome == "won" else 1 + self.rng.choices(range(5), LOST_AT)[0]
        self._stages(deal, days, reached)
        self._dates(deal, days)
        self._touches(deal, days)
        if deal.outcome == "lost":
            deal.reason = self._weighted([(key, share) for key, share in cast.LOST])

    def _towards_quarter_end(self, deal: PlannedDeal) -> dt.date:
        quarter = periods.containing(deal.ends, "quarter")
        return max(deal.ends, quarter.last - dt.timedelta(self.rng.randint(0, 20)))

    def _stages(self, deal: PlannedDeal, days: int, reached: int) -> None:
        weights = [share * self.rng.uniform(0.5, 1.6) for share in STAGE_SHARES[:reached]]
        at, total = 0.0, sum(weights)
        for stage, weight in zip(STAGES[:reached], weights, strict=True):
            skipped = stage == "solution_fit" and self.rng.random() < 0.1
            if at > 0 and not skipped:
                deal.stages.append((_workday(deal.created + dt.timedelta(round(days * at / total))), stage))
            at += weight

    def _dates(self, deal: PlannedDeal, days: int) -> None:
        """The close dates people typed: each stands until it is nearly due, then it is pushed out."""
        count = deal.pushes + 1
        stands = deal.created
        for number in range(count):
            last = number == count - 1
            drift = self.rng.randint(-3, 6) if deal.outcome == "won" else self.rng.randint(0, 30)
            due = (
                deal.ends + dt.timedelta(drift)
                if last
                else deal.created + dt.timedelta(round(days * (number + 1) / count * self.rng.uniform(0.8, 1.0)))
            )
            deal.dates.append((stands, max(due, stands)))
            stands = _workday(max(stands + dt.timedelta(1), due - dt.timedelta(self.rng.randint(0, 5))))

    def _touches(self, deal: PlannedDeal, days: int) -> None:
        count = round(deal.company.segment.touches * (1.0 if deal.outcome == "won" else 0.5) * self.rng.uniform(0.6, 1.4))
        if deal.type == "renewal":
            count = 2
        for _ in range(count):
            day = _workday(deal.created + dt.timedelta(self.rng.randint(0, days)))
            kind = self._weighted([("email", 0.45), ("call", 0.3), ("meeting", 0.2), ("note", 0.05)])
            deal.touches.append((min(day, deal.ends), kind, kind == "email" and self.rng.random() < 0.4))
        deal.touches.sort()

    # leads ------------------------------------------------------------------------------------
    def _leads(self) -> list[PlannedLead]:
        """About 400 requests a month: those that became inbound deals, and the many that did not."""
        leads = [self._lead_of(deal) for deal in self.deals if deal.source == "inbound" and deal.type == "new"]
        wanted = 400 * MONTHS * self.scale
        span = (self.today - self.since).days
        while len(leads) < wanted:
            day = self.since + dt.timedelta(self.rng.randint(0, span))
            if self.rng.random() < (1.0 if day.weekday() < 5 else 0.35):
                leads.append(self._lead_on(day))
        leads = [lead for lead in leads if lead.received <= self.now]
        leads.sort(key=lambda lead: lead.received)
        return leads

    def _lead_of(self, deal: PlannedDeal) -> PlannedLead:
        minutes = self.rng.randint(3, 58) if deal.drivers["answered_within_an_hour"] else self.rng.randint(61, 2000)
        first, last, _ = deal.company.people[0]
        day = deal.created - dt.timedelta(self.rng.randint(2, 8))
        return PlannedLead(
            self._instant(max(day, self.since)),
            first,
            last,
            deal.company.name,
            deal.company.country,
            self._sdr(deal.company.country),
            "inbound",
            minutes,
            deal,
            False,
            "",
        )

    def _lead_on(self, day: dt.date) -> PlannedLead:
        rng, country = self.rng, self.rng.choice(("US", "US", "ES", "IT", "GB", "DE"))
        minutes = self._weighted([("hour", 0.43), ("day", 0.31), ("later", 0.12), ("never", 0.14)])
        after = {"hour": rng.randint(2, 59), "day": rng.randint(61, 1430), "later": rng.randint(1441, 9000), "never": None}[minutes]
        name = f"{rng.choice(cast.FIRST)} {rng.choice(cast.SECOND)} {rng.choice(cast.SUFFIX[country])}"
        source = self._weighted([("inbound", 0.8), ("event", 0.2)])
        request = rng.choice(("Demo request", "Pricing page", "Guide download", "Chat", "Partner form"))
        return PlannedLead(
            self._instant(day),
            rng.choice(cast.GIVEN[country]),
            rng.choice(cast.FAMILY[country]),
            name,
            country,
            self._sdr(country),
            source,
            after,
            None,
            rng.random() < 0.065,
            request,
        )

    def _instant(self, day: dt.date) -> dt.datetime:
        minute = round(min(max(self.rng.gauss(800, 220), 0), 1439))
        return dt.datetime.combine(day, dt.time(minute // 60, minute % 60), dt.UTC)

    def _sdr(self, country: str) -> str:
        by_country = {where: name for name, where in cast.SDRS}
        return by_country.get(country, cast.SDRS[3][0])


def _workday(day: dt.date) -> dt.date:
    return day + dt.timedelta((7 - day.weekday()) % 7 if day.weekday() >= 5 else 0)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _intercept(scores: list[float], rate: float) -> float:
    """The constant that makes the mean probability equal to `rate`, by bisection."""
    low, high = -8.0, 8.0
    for _ in range(50):
        middle = (low + high) / 2
        mean = sum(_logistic(middle + score) for score in scores) / max(len(scores), 1)
        low, high = (middle, high) if mean < rate else (low, middle)
    return low
