"""Hires the demo company: calendars, teams, people, rates, quotas and tools, all through the verbs."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from pacesetter.base import calendars, fields, rates, roles, settings, teams, users
from pacesetter.base.actor import Actor
from pacesetter.base.models import Calendar, RateSet, Team, User
from pacesetter.core import periods
from pacesetter.core.money import to_minor
from pacesetter.core.text import fold
from pacesetter.crm import campaigns, pipelines, products
from pacesetter.crm.models import LostReason, Product, Stage
from pacesetter.demo import cast
from pacesetter.demo.plan import Plan
from pacesetter.enablement import tools
from pacesetter.enablement.models import Tool
from pacesetter.planning import quotas

OFFICE_OF = {cast.SMB: "US", cast.MIDM: "ES", cast.ENT: "GB", cast.INBOUND: "ES", cast.OPS: "GB"}


@dataclass
class Crew:
    """Who and what the play needs to hand."""

    by: Actor
    people: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    stages: dict[str, Stage] = field(default_factory=dict)
    reasons: dict[str, LostReason] = field(default_factory=dict)
    products: list[Product] = field(default_factory=list)
    tools: list[Tool] = field(default_factory=list)


def hire(plan: Plan, by: Actor, password: str) -> Crew:
    """Everything that stands before the first deal."""
    crew = Crew(by)
    _company(plan, by)
    _teams(crew, _calendars(plan, by))
    _people(crew, plan)
    users.set_password_many([user for user in crew.people.values() if user.is_active], password, by=by)
    _catalogue(crew, plan)
    _quotas(crew, plan)
    return crew


def _company(plan: Plan, by: Actor) -> None:
    for key, value in (("company.name", cast.COMPANY), ("company.currency", "USD"), ("company.time_zone", "Europe/Madrid")):
        settings.put(key, value, by=by)
    sets = {row.key: row for row in RateSet.objects.all()}
    for place in {p.currency: p for p in cast.PLACES.values() if p.currency != "USD"}.values():
        for year in range(plan.since.year, plan.today.year + 2):
            rates.put(sets["plan"], currency=place.currency, on=dt.date(year, 1, 1), rate=Decimal(place.plan_rate), by=by)
        _market_rates(sets, place, plan, by)


def _market_rates(sets: dict[str, RateSet], place: cast.Place, plan: Plan, by: Actor) -> None:
    """Spot and month-average rates wander a few per cent around the plan, the same way every time."""
    month, step = plan.since, 0
    while month <= plan.today:
        drift = Decimal((step * 37) % 11 - 5) / 100
        for key in ("spot", "month_average"):
            rates.put(sets[key], currency=place.currency, on=month, rate=Decimal(place.plan_rate) * (1 + drift), by=by)
        month, step = periods.add_months(month, 1), step + 1


def _calendars(plan: Plan, by: Actor) -> dict[str, Calendar]:
    years = list(range(plan.since.year, plan.today.year + 2))
    made = {}
    for key, place in cast.PLACES.items():
        city = place.cities[0][0]
        made[key] = calendars.create(f"{city} office", time_zone=place.zone, country=key, region=place.region, by=by)
        calendars.fill_holidays(made[key], years=years, by=by)
    return made


def _teams(crew: Crew, offices: dict[str, Calendar]) -> None:
    sales = teams.create("Sales", by=crew.by)
    for name, office in OFFICE_OF.items():
        parent = None if name == cast.OPS else sales
        crew.teams[name] = teams.create(name, parent=parent, calendar_id=offices[office].pk, by=crew.by)


def _people(crew: Crew, plan: Plan) -> None:
    long_ago = periods.add_months(plan.today, -48)
    chief = _person(crew, *cast.VP_SALES)
    _person(crew, *cast.ADMINISTRATOR)
    for name, role, title in cast.OPS_TEAM:
        _seat(crew, _person(crew, name, role, title), cast.OPS, chief, long_ago)
    for team, name in cast.MANAGERS.items():
        _seat(crew, _person(crew, name, "sales_manager", f"Manager, {team}"), team, chief, long_ago)
    lead = crew.people[cast.MANAGERS[cast.SMB]]
    for name, _ in cast.SDRS:
        _seat(crew, _person(crew, name, "sdr", "SDR"), cast.INBOUND, lead, long_ago)
    for seat in cast.SEATS:
        _seller(crew, seat, plan, long_ago)
    _moves(crew, plan)


def _person(crew: Crew, name: str, role: str, title: str) -> User:
    email = f"{'.'.join(fold(name).split())}@meridian.example"
    user = users.create(name, email=email, role=roles.by_key(role), job_title=title, by=crew.by)
    crew.people[name] = user
    return user


def _seat(crew: Crew, user: User, team: str, manager: User, since: dt.date) -> None:
    teams.join(user, team=crew.teams[team], since=since, by=crew.by)
    teams.report_to(user, manager=manager, since=since, by=crew.by)
    teams.employ(user, since=since, by=crew.by)


def _seller(crew: Crew, seat: cast.Seat, plan: Plan, long_ago: dt.date) -> None:
    since = long_ago if seat.since is None else periods.add_months(plan.today, -seat.since)
    user = _person(crew, seat.name, "seller", f"Account executive, {seat.team}")
    _seat(crew, user, seat.team, crew.people[cast.MANAGERS[seat.team]], since)
    ramp = None if seat.since is None else periods.add_months(since, cast.SEGMENTS[seat.segment].ramp_months)
    until = periods.add_months(plan.today, -seat.until) if seat.until is not None else None
    if ramp or until:
        teams.employ(user, since=since, until=until or teams.FAR, ramp_until=ramp, by=crew.by)
    if until:
        teams.join(user, team=None, since=until, by=crew.by)
        teams.report_to(user, manager=None, since=until, by=crew.by)
        crew.people[seat.name] = users.edit(user, is_active=False, by=crew.by)


def _moves(crew: Crew, plan: Plan) -> None:
    """One change of team in mid-quarter, and one long leave."""
    moved = crew.people["Priya Nair"]
    day = periods.add_months(plan.today, -13)
    first = periods.add_months(plan.today, -48)
    teams.join(moved, team=crew.teams[cast.SMB], since=first, by=crew.by)
    teams.join(moved, team=crew.teams[cast.MIDM], since=day, by=crew.by)
    begin = periods.add_months(plan.today, -8)
    teams.away(crew.people["Hugo Marchetti"], since=begin, until=begin + dt.timedelta(40), kind="parental", by=crew.by)


def _catalogue(crew: Crew, plan: Plan) -> None:
    by = crew.by
    for name, labels in (
        ("account.segment", cast.SEGMENT_LABELS.values()),
        ("account.industry", (*cast.INDUSTRIES, cast.MISSPELT)),
        ("source", [label for _, label, _ in cast.SOURCES]),
        ("deal.competitor", cast.COMPETITORS),
    ):
        fields.add_options(name, [cast.in_words(label) for label in labels], by=by)
    crew.products = products.create_many(
        [{"name": n, "family": f, "price": str(p), "currency": "USD", "recurring_months": 12} for n, f, p in cast.PRODUCTS], by=by
    )
    for at, name in enumerate(cast.CAMPAIGNS):
        since = periods.add_months(plan.today, -3 * (at + 1))
        campaigns.create(name=name, kind="Event", since=since, until=since + dt.timedelta(14), budget="12000", currency="USD", by=by)
    first = next(iter(pipelines.first_stages().values()))
    crew.stages = {stage.key: stage for stage in Stage.objects.filter(pipeline=first.pipeline_id).select_related("pipeline")}
    crew.reasons = {reason.key: reason for reason in LostReason.objects.all()}
    _criteria(crew)


def _criteria(crew: Crew) -> None:
    """Exit criteria are shown, and not enforced, until a company says so."""
    words = {
        "qualification": (
            ("buyer", "Economic buyer identified", "Comprador identificado", "Decisore individuato"),
            ("success", "Success criteria written down", "Criterios de éxito escritos", "Criteri di successo scritti"),
        ),
        "proposal": (
            ("security", "Security review passed", "Revisión de seguridad superada", "Verifica di sicurezza superata"),
            ("plan", "Mutual plan agreed", "Plan conjunto acordado", "Piano condiviso"),
        ),
    }
    for key, items in words.items():
        criteria = [{"key": k, "label": {"en": en, "es": es, "it": it}, "required": False} for k, en, es, it in items]
        crew.stages[key] = pipelines.edit_stage(crew.stages[key], exit_criteria=criteria, by=crew.by)


def _quotas(crew: Crew, plan: Plan) -> None:
    rows = []
    quarter = periods.containing(plan.since, "quarter")
    while quarter.since <= periods.add_months(plan.today, 3):
        for seat in cast.SEATS:
            begin = plan.since if seat.since is None else periods.add_months(plan.today, -seat.since)
            end = None if seat.until is None else periods.add_months(plan.today, -seat.until)
            if quarter.until > begin and (end is None or quarter.since < end):
                amount = to_minor(str(cast.SEGMENTS[seat.segment].quota // 4), "USD")
                rows.append(
                    {"user": crew.people[seat.name], "since": quarter.since, "until": quarter.until, "amount": amount, "currency": "USD"}
                )
        quarter = quarter.shifted(1)
    quotas.put_many(rows, by=crew.by)


def equip(crew: Crew, plan: Plan, seed: int) -> None:
    """Register the tools and state who used them, week by week."""
    import random

    rng, users_of = random.Random(seed + 1), _users_by_week(crew, plan)
    for name, act, start, end in cast.TOOLS:
        tool = tools.create(name, core_act=cast.in_words(act), by=crew.by)
        holders = {user.pk: user for people in users_of.values() for user in people}
        tools.give(tool, users=holders.values(), since=plan.since, by=crew.by)
        weeks = sorted(users_of)
        rows = []
        for at, week in enumerate(weeks):
            share = start + (end - start) * at / max(len(weeks) - 1, 1)
            for user in users_of[week]:
                acts = rng.randint(1, 30) if rng.random() < share else 0
                rows.append((tool, user, week, acts > 0 or rng.random() < 0.5, acts))
        tools.note_use_many(rows, by=crew.by)
        crew.tools.append(tool)


def _users_by_week(crew: Crew, plan: Plan) -> dict[dt.date, list[User]]:
    sdrs = [crew.people[name] for name, _ in cast.SDRS]
    found: dict[dt.date, list[User]] = {}
    week = plan.since - dt.timedelta(plan.since.weekday())
    while week + dt.timedelta(7) <= plan.today:
        if week >= plan.since:
            found[week] = sdrs + [crew.people[seat.name] for seat in cast.SEATS if _works(seat, week, plan)]
        week += dt.timedelta(7)
    return found


def _works(seat: cast.Seat, week: dt.date, plan: Plan) -> bool:
    begun = seat.since is None or periods.add_months(plan.today, -seat.since) <= week
    return begun and (seat.until is None or week < periods.add_months(plan.today, -seat.until))
