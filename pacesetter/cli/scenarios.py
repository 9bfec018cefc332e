"""`pacesetter forecast what-if` and `pacesetter forecast scenarios`: the forecast under other assumptions."""

from typing import Any

import click

from pacesetter.cli.output import as_format, as_json, table
from pacesetter.core.errors import Invalid
from pacesetter.core.forecasting.assumptions import Assumptions

DAY = click.DateTime(["%Y-%m-%d"])
FACTOR = {"type": float, "metavar": "FACTOR"}
MANY = {"multiple": True, "type": int, "metavar": "ID"}
PAIRS = {"multiple": True, "metavar": "ID=VALUE"}
FIGURES = (("won", "Won"), ("open", "Open"), ("new", "New"), ("mean", "Expected"), ("p10", "P10"), ("p50", "P50"), ("p90", "P90"))


@click.command("what-if")
@click.option("--period", default="this_quarter", show_default=True, help="This or the next month or quarter.")
@click.option("--team", default="", help="A team by name, with those below it; by default the company.")
@click.option("--of", "email", default="", help="E-mail address of a person; by default the company.")
@click.option("--win-rate", **FACTOR, help="Times the chance of every deal: 1.1 is ten per cent more.")
@click.option("--cycle", **FACTOR, help="Times the days that deals take.")
@click.option("--size", **FACTOR, help="Times what deals bring.")
@click.option("--price", **FACTOR, help="Times what new deals bring; open ones keep their quote.")
@click.option("--arrivals", **FACTOR, help="Times the new deals that begin.")
@click.option("--market", **FACTOR, help="Times the market series that the forecast follows.")
@click.option("--market-since", type=DAY, help="The month from which on; the first that is not known unless said.")
@click.option("--slip", **FACTOR, help="Share of the open deals that is won later.")
@click.option("--slip-days", type=int, help="By how many days; a quarter unless said.")
@click.option("--hires", type=int, help="New people.")
@click.option("--hired-on", type=DAY, help="The day on which they begin.")
@click.option("--ramp-days", type=int, help="Days until they sell in full.")
@click.option("--stage", "stages", **MANY, help="Win rate, cycle, slip and size hold for open deals in this stage alone.")
@click.option("--drop", "dropped", **MANY, help="A deal to leave out.")
@click.option("--move", "moved", **PAIRS, help="A deal and the day by which it is won or not at all.")
@click.option("--worth", **PAIRS, help="A deal and what it brings if won.")
@click.option("--save", "name", default="", help="Keep it under this name, for the person of --for.")
@click.option("--for", "owner", default="", help="E-mail address of the person who keeps it; it is asked as they see it.")
@as_format
def what_if(period: str, team: str, email: str, name: str, owner: str, form: str, **given: Any) -> None:
    """Say what the newest forecast would say under other assumptions."""
    from pacesetter.cli.prepare import ready

    ready()
    from pacesetter.base import clock, settings
    from pacesetter.base.actor import Actor
    from pacesetter.core import periods
    from pacesetter.planning import scenarios
    from pacesetter.planning import what_if as asked

    assumed, whose = _assumed(given, settings.get("company.currency")), _whose(team, email)
    span = periods.parse(period, clock.today(), int(settings.get("company.fiscal_start")))
    if not name:
        return _show(asked.ask(span, assumed, by=Actor.local(), whose=whose), form)
    if not owner:
        raise Invalid("required", field="for")
    by = Actor.of(_person(owner), via="cli")
    made = scenarios.save(name, period=span, assumed=assumed, by=by, whose=whose)
    if form == "table":
        click.echo(f"Kept as scenario {made.pk}, {made.name}.")
    return _show(asked.ask(span, assumed, by=by, whose=whose), form)


@click.command("scenarios")
@as_format
def listed(form: str) -> None:
    """List the scenarios that are shared, with what they said then and say on today's forecast."""
    from pacesetter.cli.prepare import ready

    ready()
    from pacesetter.base.actor import Actor
    from pacesetter.planning import scenarios

    by = Actor.local()
    rows = [_line(one, scenarios.again(one, by=by)) for one in scenarios.visible_to(by)]
    if form == "json":
        return as_json(rows)
    lines = [
        (row["name"], row["owner"], f"{row['since']} to {row['until']}", *(_amount(row[key]) for key in ("then", "now"))) for row in rows
    ]
    return table(["Name", "Whose", "Period", "Then", "Now"], lines, right=(3, 4))


def _line(one: Any, now: Any) -> dict[str, Any]:
    from pacesetter.core.money import to_major

    then = to_major(one.result["after"]["mean"], one.currency)
    said = to_major(now.after.mean, one.currency) if now else None
    return {"id": one.pk, "name": one.name, "owner": one.owner.name, "since": one.since, "until": one.until, "then": then, "now": said}


def _amount(value: Any) -> str:
    return "" if value is None else f"{value:,.0f}"


def _assumed(given: dict[str, Any], currency: str) -> Assumptions:
    from pacesetter.core.money import to_minor

    days = {name: day.date() for name in ("hired_on", "market_since") if (day := given.pop(name))}
    moved, worth = dict(map(_pair, given.pop("moved"))), dict(map(_pair, given.pop("worth")))
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in given.items() if value not in (None, ())}
    plain |= days
    plain |= {"moved": moved} if moved else {}
    return Assumptions.of(plain | ({"worth": {deal: to_minor(amount, currency) for deal, amount in worth.items()}} if worth else {}))


def _pair(text: str) -> tuple[str, str]:
    deal, _, value = text.partition("=")
    return deal, value


def _whose(team: str, email: str) -> Any:
    from pacesetter.base import find
    from pacesetter.base.models import Team
    from pacesetter.core.errors import NotFound
    from pacesetter.core.text import fold
    from pacesetter.planning.what_if import Whose

    if not team:
        return Whose(user=_person(email).pk) if email else None
    found = find.every(Team, name_key=fold(team)).first()
    if found is None:
        raise NotFound("not_found", noun="team", id=team)
    return Whose(team=found.pk)


def _person(email: str) -> Any:
    from pacesetter.base import find
    from pacesetter.base.models import User
    from pacesetter.core.errors import NotFound

    found = find.every(User, email__iexact=email).first()
    if found is None:
        raise NotFound("not_found", noun="user", id=email)
    return found


def _show(said: Any, form: str) -> None:
    from pacesetter.core.money import to_major

    major = {
        part: {name: to_major(minor, said.row.currency) for name, minor in getattr(said, part).plain().items()}
        for part in ("before", "after")
    }
    effects = [(name, to_major(amount, said.row.currency)) for name, amount in said.effects]
    if form == "json":
        told = {"as_of": said.run.as_of, "assumptions": said.assumed.plain(), "missing": said.missing}
        return as_json(told | major | {"effects": [{"assumption": name, "amount": amount} for name, amount in effects]})
    rows = [
        (label, *(f"{major[part][key]:,.0f}" for part in major), f"{major['after'][key] - major['before'][key]:+,.0f}")
        for key, label in FIGURES
    ]
    table(["", "As it is", "Then", "Change"], rows, right=(1, 2, 3))
    if effects:
        click.echo()
        table(["Assumption", "Adds"], [(name, f"{amount:+,.0f}") for name, amount in effects], right=(1,))
    if said.assumed.market != 1:
        click.echo(_market(said))
    missing = f" {said.missing} deals are not open in it and were left out." if said.missing else ""
    click.echo(
        f"{said.period.since} to {said.period.until} (exclusive), {said.row.currency}, as known at the end of {said.run.as_of}.{missing}"
    )


def _market(said: Any) -> str:
    """What the assumption on the market means here, or why it does nothing."""
    lever = said.market
    if lever.tried is None:
        return "No market series has earned its place in the forecast: --market does nothing."
    if lever.begins is None or lever.begins >= said.period.until:
        return f"Bookings follow {lever.tried['name']} {lever.tried['effect']['lag']} months later, after this period: --market does nothing here."
    return f"A change of {lever.tried['name']} is felt from {lever.begins} on."
