"""`pacesetter forecast market`: the market series that the company keeps. `pacesetter import` brings them."""

from typing import Any

import click

from pacesetter.cli.output import as_format, as_json, table


@click.command("market")
@as_format
def listed(form: str) -> None:
    """List the market series, and what the newest forecast took of them."""
    from pacesetter.cli.prepare import ready

    ready()
    from pacesetter.planning import market, market_effects

    told, tried = market.listed(), market_effects.newest()
    if form == "json":
        return as_json([{**one.plain(), "forecast": tried.get(one.series.pk)} for one in told])
    if not told:
        click.echo("No market series yet: pacesetter import FILE.csv with the columns series, month and value brings them.")
        return None
    rows = [(one.series.name, one.series.unit, _span(one), len(one.missing), _effect(tried.get(one.series.pk))) for one in told]
    return table(["Series", "Unit", "Months", "Missing", "Newest forecast"], rows, right=(3,))


def _span(one: Any) -> str:
    return f"{one.first:%Y-%m} to {one.last:%Y-%m}" if one.came else "expected only"


def _effect(tried: dict[str, Any] | None) -> str:
    if tried is None:
        return "not asked yet"
    if not tried["days"]:
        return "nothing clear"
    errors = f"error {tried['without']:.1%} without, {tried['beside']:.1%} with it"
    lag, elasticity = tried["effect"]["lag"], tried["effect"]["elasticity"]
    return f"taken: 1% is {elasticity:+.2f}% after {lag} month{'s' * (lag != 1)}, {errors}" if tried["taken"] else f"not taken: {errors}"
