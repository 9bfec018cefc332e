"""`pacesetter forecast`: what will be won, by the company, or from files of one's own."""

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pacesetter.cli import forecast_warnings, market, scenarios, series, tables
from pacesetter.cli.output import as_format, as_json, table, with_bar
from pacesetter.core.errors import Refused

SHOWN = 20
FIGURES = ("mean", "p10", "p50", "p90", "won", "open", "new")
DAY = click.DateTime(["%Y-%m-%d"])


@click.group("forecast", invoke_without_command=True)
@click.option("--period", default="this_quarter", show_default=True, help="A month or quarter: this_quarter, next_month, 2026-Q4 …")
@click.option("--at", type=DAY, help="What was said on that day; by default now.")
@as_format
@click.pass_context
def command(context: click.Context, period: str, at: dt.datetime | None, form: str) -> None:
    """Say what will be won, and how sure that is: by the company, its teams and people, or from files."""
    if context.invoked_subcommand is None:
        _of_company(period, at and at.date(), form)


def _of_company(text: str, at: dt.date | None, form: str) -> None:
    from pacesetter.cli.prepare import ready

    ready()
    from pacesetter.base import clock, settings
    from pacesetter.base.actor import Actor
    from pacesetter.core import periods
    from pacesetter.planning import forecasts

    period = periods.parse(text, clock.today(), int(settings.get("company.fiscal_start")))
    rows = forecasts.visible(period, by=Actor.local(), at=at)
    if form == "json":
        return as_json([_said(row) for row in rows])
    if not rows:
        return click.echo(f"Nothing was forecast for {period.label} yet: pacesetter forecast run")
    heads = ["", "Expected", "80 % band", "Won", "Open", "New"]
    table(heads, [_line(row) for row in rows], right=range(1, len(heads)))
    return click.echo(f"{period.since} to {period.until} (exclusive), {rows[0].currency}, as known at the end of {rows[0].run.as_of}.")


def _line(row: Any) -> list[str]:
    said = {name: f"{value:,.0f}" for name, value in _said(row).items() if name in FIGURES}
    return [_who(row), said["mean"], f"{said['p10']} - {said['p90']}", said["won"], said["open"], said["new"]]


def _who(row: Any) -> str:
    return row.user.name if row.user else row.team.name if row.team else "Company"


def _said(row: Any) -> dict[str, Any]:
    from pacesetter.core.money import to_major

    money = {name: to_major(getattr(row, name), row.currency) for name in FIGURES}
    return {"user": row.user_id, "team": row.team_id, **money, "as_of": row.run.as_of}


@command.command("run")
@click.option("--as-of", type=DAY, help="The last day that is known; by default yesterday.")
@click.option("--weeks", type=click.IntRange(1, 520), help="Ask as of so many past weeks instead, those that have no answer yet.")
def run(as_of: dt.datetime | None, weeks: int | None) -> None:
    """Ask the models about the company, and keep what they say."""
    from pacesetter.cli.prepare import ready

    ready()
    from pacesetter.base import clock, jobs, warehouse
    from pacesetter.base.actor import Actor

    warehouse.refresh()
    day = as_of.date() if as_of else clock.today() - dt.timedelta(days=1)
    arguments: dict[str, Any] = {"weeks": weeks} if weeks else {"as_of": day.isoformat()}
    job = jobs.start("forecast.past" if weeks else "forecast", by=Actor.local(), **arguments)
    told = _ended(with_bar("Asking", lambda step: jobs.run_inline(job, step)))
    click.echo("Forecast as of {as_of} made.".format(**told) if "run" in told else "{runs:,} forecasts made.".format(**told))


def _ended(job: Any) -> dict[str, Any]:
    """What the job answered, or its refusal."""
    answer = job.result or {}
    if job.state != "done" or "refused" in answer:
        error = job.error or {"code": answer.pop("refused", "job_broke"), "params": answer}
        raise Refused(error["code"], **error["params"])
    return dict(answer)


command.add_command(series.forecast)
command.add_command(forecast_warnings.warnings)
command.add_command(market.listed)
command.add_command(scenarios.what_if)
command.add_command(scenarios.listed)


@command.command("deals")
@click.argument("history", type=tables.TABLE)
@click.option("--as-of", type=DAY, required=True, help="The last day that is known; whatever happened later is not looked at.")
@click.option("--until", type=DAY, required=True, help="The last day of what is forecast.")
@click.option("--seed", default=7, show_default=True, help="Of the draws behind the spread.")
@as_format
def deals(history: Path, as_of: dt.datetime, until: dt.datetime, seed: int, form: str) -> None:
    """What the deals of HISTORY bring after one day and up to another.

    HISTORY is a CSV or Parquet file with the columns deal_id, occurred_at, field and value; fields are stage, amount, owner,
    close_date and outcome (won, lost, or open again). All amounts are in one currency.
    """
    from pacesetter.core.forecasting import deals as engine
    from pacesetter.core.forecasting import histories

    found = engine.forecast(histories.read(tables.read(history)), as_of=as_of.date(), until=until.date(), seed=seed)
    as_json(_plain(found)) if form == "json" else _show(found)


def _plain(found: Any) -> dict[str, Any]:
    from pacesetter.core.forecasting import deals as engine

    spreads = {"total": found.total, "open_deals": found.open, "new_business": found.new}
    return {
        "as_of": found.as_of,
        "until": found.until,
        **{name: {part: round(getattr(one, part), 2) for part in ("mean", "p10", "p50", "p90")} for name, one in spreads.items()},
        "new_deals": round(found.new_deals, 2),
        "closed_deals_learned_from": found.closed,
        "common_error": round(found.shock, 4),
        "common_error_measured_on": found.measured,
        "model": asdict(found.choice),
        "deals": engine.rows(found),
    }


def _show(found: Any) -> None:
    plain = _plain(found)
    click.echo(f"Won after {found.as_of} and up to {found.until}:")
    parts = (("Open deals", "open_deals"), ("New business", "new_business"), ("Total", "total"))
    money = [[label, *(f"{plain[key][part]:,.0f}" for part in ("mean", "p10", "p50", "p90"))] for label, key in parts]
    table(["", "Mean", "P10", "P50", "P90"], money, right=range(1, 5))
    shown = [
        [r["deal_id"], f"{r['p_win']:.1%}", f"{r['amount']:,.0f}", f"{r['expected_amount']:,.0f}", r["basis"].replace("_", " and ")]
        for r in plain["deals"][:SHOWN]
    ]
    table(["Deal", "Chance", "Amount", "Expected", "Judged by"], shown, right=range(1, 4))
    more = len(plain["deals"]) - len(shown)
    told = f"measured on {found.measured} past days" if found.measured else "assumed: too few past days"
    click.echo(
        f"{f'{more:,} more deals. ' if more > 0 else ''}{_spoke(found.choice)} Learned from {found.closed:,} closed deals; common error {found.shock:.0%}, {told}."
    )


WHY = {
    "few_closed": "too few deals have closed for more",
    "few_tried": "too few past days to try more on",
    "better": "better on past days than what is simpler",
    "not_better": "what is more was not better on past days",
    "not_loaded": "LightGBM, which the next one needs, cannot be loaded",
}


def _spoke(choice: Any) -> str:
    scores = ", ".join(f"{one.rung.replace('_', ' ')} {one.brier:.4f}" for one in choice.tried)
    return f"{choice.rung.replace('_', ' ')} speaks: {WHY[choice.why]}{f' (Brier scores: {scores})' if scores else ''}."
