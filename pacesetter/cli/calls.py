"""`pacesetter calls`: what people say a period will bring, and what moved it."""

import datetime as dt
from typing import Any

import click

from pacesetter.cli.output import as_format, as_json, table

DAY = click.DateTime(["%Y-%m-%d"])
period_option = click.option("--period", default="this_quarter", show_default=True, help="2026-Q4, 2026-11, this_quarter, next_quarter …")


@click.group("calls")
def command() -> None:
    """Read and submit forecast calls, and see what moved them."""


def _period(text: str) -> Any:
    from pacesetter.base import clock, settings
    from pacesetter.core import periods

    return periods.parse(text, clock.today(), settings.get("company.fiscal_start"))


@command.command("list")
@period_option
@click.option("--all", "older", is_flag=True, help="Every submission, not only those that stand.")
@as_format
def listed(period: str, older: bool, form: str) -> None:
    """List the calls for a period, newest first."""
    from pacesetter.cli.prepare import ready

    ready()
    from pacesetter.base import find
    from pacesetter.planning.models import ForecastCall

    asked = _period(period)
    found = list(find.every(ForecastCall, since=asked.since, until=asked.until).select_related("user").order_by("-submitted_at", "-id"))
    standing = {(call.user_id, call.category): call for call in reversed(found)}
    rows = [_row(call) for call in found if older or standing[call.user_id, call.category] is call]
    if form == "json":
        return as_json(rows)
    table(["Who", "Category", "Amount", "", "Reason", "Note", "Submitted"], [tuple(row.values()) for row in rows], right=(2,))


def _row(call: Any) -> dict[str, Any]:
    from pacesetter.core.money import to_major

    return {
        "who": call.user.name if call.user else "company",
        "category": call.category,
        "amount": to_major(call.amount, call.currency),
        "currency": call.currency,
        "reason": call.reason,
        "note": call.note,
        "submitted_at": call.submitted_at,
    }


@command.command("submit")
@click.argument("amount")
@click.option("--of", "email", default="", help="E-mail address of the person whose call it is; without it, the company's call.")
@period_option
@click.option("--category", default="commit", show_default=True, help="commit, most_likely, best_case, pipeline or closed.")
@click.option("--reason", default="", help="deal, timing, amount, new_business, caution or other; needed far from the model.")
@click.option("--note", default="", help="What it rests on.")
def submit(amount: str, email: str, period: str, category: str, reason: str, note: str) -> None:
    """Submit a call of AMOUNT in the company's currency; older calls stay."""
    from pacesetter.cli.prepare import ready

    ready()
    from pacesetter.base import settings
    from pacesetter.base.actor import Actor
    from pacesetter.base.users import by_email
    from pacesetter.core.money import to_minor
    from pacesetter.planning import calls

    currency = settings.get("company.currency")
    call = calls.submit(
        period=_period(period), amount=to_minor(amount, currency), user=by_email(email) if email else None, company=not email,
        category=category, currency=currency, reason=reason, note=note, by=Actor.local(),
    )  # fmt: skip
    click.echo(f"Call {call.pk} submitted for {_period(period).label}")


@command.command("moved")
@click.option("--since", type=DAY, required=True, help="From the end of this day …")
@click.option("--until", type=DAY, help="… to the end of this one; by default until now.")
@period_option
@click.option("--measure", default="commit", show_default=True, help="closed, commit, most_likely, best_case, pipeline or all.")
@click.option("--rollup", default="cumulative", show_default=True, help="cumulative (with what is surer) or single.")
@as_format
def moved(since: dt.datetime, until: dt.datetime | None, period: str, measure: str, rollup: str, form: str) -> None:
    """Print what moved the forecast between two days, deal by deal in JSON; it adds up to the cent."""
    from pacesetter.cli.prepare import ready

    ready()
    from pacesetter.analytics import moves
    from pacesetter.analytics.numbers import Reader
    from pacesetter.base import warehouse
    from pacesetter.base.actor import Actor
    from pacesetter.core.forecasting.moves import Measure

    warehouse.refresh()
    reader = Reader(Actor.local())
    last = until.date() if until else reader.today
    found = moves.moved(reader, _period(period), since.date(), last, Measure.of(measure, rollup))
    _show(found, since.date(), last, reader.currency, form)


def _show(found: Any, first: dt.date, last: dt.date, currency: str, form: str) -> None:
    from pacesetter.core.forecasting.moves import KINDS
    from pacesetter.core.money import to_major

    start, end = (to_major(one, currency) for one in (found.start, found.end))
    if form == "json":
        steps = [{"deal": step.deal, "kind": step.kind, "amount": to_major(step.amount, currency)} for step in found.steps]
        return as_json({"since": first, "until": last, "currency": currency, "start": start, "end": end, "deals": steps})
    moved = [(KINDS[bar.kind], f"{to_major(bar.amount, currency):+,}", bar.deals) for bar in found.bars]
    table(["", currency, "Deals"], [(str(first), f"{start:,}", ""), *moved, (str(last), f"{end:,}", "")], right=(1, 2))
