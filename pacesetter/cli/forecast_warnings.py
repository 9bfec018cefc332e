"""`pacesetter forecast warnings`: what is likely to go wrong, and how often such warnings were right."""

from typing import Any

import click

from pacesetter.cli.output import as_format, as_json, table


@click.command("warnings")
@as_format
def warnings(form: str) -> None:
    """List what the newest forecast warns of, and how right such warnings were."""
    from pacesetter.cli.prepare import ready

    ready()
    from pacesetter.base.actor import Actor
    from pacesetter.planning import warnings as asked

    by = Actor.local()
    rows, measured = list(asked.standing(by=by)), asked.measured()
    deals = asked.deals_of(rows, by=by)
    if form == "json":
        return as_json({"warnings": [_plain(row) for row in rows], "kinds": {kind: _shares(one) for kind, one in measured.items()}})
    if not rows:
        click.echo("Nothing to warn of.")
    else:
        table(["Kind", "What", "Chance", "At stake", "", "Why", "Since"], [_line(row, deals) for row in rows], right=(2, 3))
    for kind, one in measured.items():
        click.echo(f"{asked.KINDS[kind]}: {_says(one)}")
    return None


def _plain(row: Any) -> dict[str, Any]:
    from pacesetter.core.money import to_major

    one = row.warning
    whose = {"kind": one.kind, "user": one.user_id, "team": one.team_id, "deal": one.deal_id}
    return whose | {
        "since": one.since,
        "until": one.until,
        "raised_on": one.raised_on,
        "stake": to_major(row.stake, one.currency),
        "facts": row.facts,
    }


def _line(row: Any, deals: dict[int, Any]) -> list[str]:
    one, plain = row.warning, _plain(row)
    name = deals.get(one.deal_id) or (one.user or one.team or "Company")
    why = ", ".join(sign["code"] for sign in row.facts.get("signs", ())) or ("below plan" if "plan" in row.facts else "below usual")
    money = [f"{row.facts['chance']:.0%}", f"{plain['stake']:,.0f}", one.currency] if row.stake else ["", "", ""]
    return [one.kind, one.subject if one.subject.startswith("source:") else str(name), *money, why, str(one.raised_on)]


def _shares(one: Any) -> dict[str, Any]:
    record = one.record
    names = ("cases", "came", "raised", "right", "precision", "base", "recall")
    return {name: getattr(record, name) for name in names} | {"days_ahead": one.days}


def _says(one: Any) -> str:
    record = one.record
    if not record.is_measured:
        return f"not yet measured, {record.raised} came out so far."
    return (
        f"right {record.right:,} of {record.raised:,} times ({record.precision:.0%}; it came in {record.base:.0%} of all {record.cases:,} cases), "
        f"half of them at least {one.days} days ahead; {record.recall:.0%} of what came was warned of."
    )
