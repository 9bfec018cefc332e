"""`pacesetter export`: take a list, or the whole company, along."""

from pathlib import Path

import click


@click.command("export")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="The whole company, into the new folder TARGET.")
@click.option("--list", "noun", help="One list, into the file TARGET (.csv, .xlsx or .parquet): account, contact, lead or deal.")
@click.option("--where", default="", help="Only rows of the list that fulfil this condition.")
@click.option(
    "--format", "form", type=click.Choice(["csv", "xlsx", "parquet"]), default="csv", show_default=True, help="Kind of the folder's files."
)
@click.option("--like", type=click.Choice(["salesforce", "hubspot"]), help="Write the folder as this system would.")
def command(target: Path, everything: bool, noun: str | None, where: str, form: str, like: str | None) -> None:
    """Write a list into a file, or the whole company into a folder that an import reads back."""
    if everything == bool(noun):
        raise click.UsageError("Say --all for the whole company, or --list and the name of a list.")
    from pacesetter.cli.prepare import ready

    ready()
    _list(target, noun, where) if noun else _company(target, form, like or "")


def _company(folder: Path, form: str, like: str) -> None:
    from pacesetter.base.actor import Actor
    from pacesetter.cli.output import table, with_bar
    from pacesetter.intake import moving_out

    report = with_bar("Writing", lambda step: moving_out.write(folder, by=Actor.local(), form=form, like=like, step=step))
    table(["File", "Rows"], [(f"{name}.{form}", f"{count:,}") for name, count in report.rows.items()], right=(1,))
    if report.lost:
        click.echo(f"This form has no place for {len(report.lost)} fields and kinds of records: {folder / moving_out.NOTE} lists them.")


def _list(file: Path, noun: str, where: str) -> None:
    from pacesetter.base import exports
    from pacesetter.base.actor import Actor
    from pacesetter.base.listings import Query
    from pacesetter.cli.output import with_bar

    made = exports.prepare(noun, Query(where=where), file.suffix.removeprefix("."), by=Actor.local())
    with_bar("Writing", lambda step: made.write(file, step))
    click.echo(f"{file}: {made.count:,} rows.")
