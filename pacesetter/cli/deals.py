"""`pacesetter deals`: list deals with the same language as the web."""

import click

from pacesetter.cli.output import as_format, as_json, table


@click.command("deals")
@click.option(
    "--where", default="status = open", show_default=True, help="A condition such as 'amount >= 10000 and owner = \"Ines Navarro\"'."
)
@click.option("--search", default="", help="Words that the deal's or account's name contains.")
@click.option("--sort", default="", help="A column, with a minus sign for descending.")
@click.option("--limit", default=30, show_default=True)
@as_format
def command(where: str, search: str, sort: str, limit: int, form: str) -> None:
    """List deals."""
    from pacesetter.cli.prepare import ready

    ready()
    from pacesetter.base import counts
    from pacesetter.base.actor import Actor
    from pacesetter.base.listings import LISTINGS, Query, View

    view = View(LISTINGS["deal"], Query(where, search, sort, size=limit), Actor.local())
    rows = [_row(deal) for deal in view.page().rows]
    if form == "json":
        return as_json(rows)
    table(["Id", "Deal", "Account", "Amount", "", "Stage", "Close date", "Owner"], [tuple(row.values()) for row in rows], right=(0, 3))
    found = counts.of(view)
    when = f", as of {found.as_of:%Y-%m-%d %H:%M} UTC" if found.as_of else ""
    click.echo(f"{len(rows)} of {'more than ' if found.more else ''}{found.n} deals{when}")


def _row(deal) -> dict[str, object]:  # type: ignore[no-untyped-def]
    from pacesetter.core.labels import in_language
    from pacesetter.core.money import to_major

    return {
        "id": deal.pk,
        "name": deal.name,
        "account": deal.account and deal.account.name,
        "amount": None if deal.amount is None else to_major(deal.amount, deal.currency),
        "currency": deal.currency,
        "stage": in_language(deal.stage.label, "en"),
        "close_date": deal.closed_on or deal.close_date,
        "owner": deal.owner and deal.owner.name,
    }
