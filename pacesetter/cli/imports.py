"""`pacesetter import`: check a file or a folder of related files, and load it."""

from pathlib import Path
from typing import Any

import click

from pacesetter.cli.output import as_format, as_json, table, with_bar

SHOWN = 10


@click.command("import")
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--yes", is_flag=True, help="Accept what the check proposes and load without asking.")
@click.option("--check", "dry", is_flag=True, help="Only say what would happen; nothing is changed.")
@click.option("--as", "target", help="What a file holds where its columns do not tell: account, contact, lead, deal, product …")
@click.option("--duplicates", type=click.Choice(["update", "skip", "create"]), help="What becomes of every group of possible duplicates.")
@click.option("--revert", "number", type=int, help="Take the import with this number back.")
@as_format
def command(path: Path | None, yes: bool, dry: bool, target: str | None, duplicates: str | None, number: int | None, form: str) -> None:
    """Load a file (CSV, XLSX) or a folder of related files."""
    if (path is None) == (number is None):
        raise click.UsageError("Name a file or folder, or --revert and the number of an import.")
    from pacesetter.cli.prepare import ready

    ready()
    found = _load(path, yes, dry, target, duplicates, form) if path else _revert(number or 0)
    if form == "json":
        as_json(found)
    elif found["state"] == "done":
        click.echo(
            f"Loaded: {found['new']:,} new, {found['updates']:,} updated, {found['refused']:,} refused. To take it back: pacesetter import --revert {found['id']}"
        )
    elif found["state"] == "reverted":
        click.echo(f"Reverted. Kept because others changed or use them: {len(found['kept']):,}.")
    elif not _changes(found):
        click.echo("Nothing to load: every row is there already or refused.")


def _load(path: Path, yes: bool, dry: bool, target: str | None, duplicates: str | None, form: str) -> dict[str, Any]:
    from pacesetter.base.actor import Actor
    from pacesetter.intake import imports
    from pacesetter.intake.report import describe

    by = Actor.local()
    batch = imports.start(path, by=by)
    try:
        for file in batch.files.filter(target="") if target else []:
            imports.set_target(file, target=target or "", by=by)
        with_bar("Checking", lambda watch: imports.check_now(batch, by=by, watch=watch))
        if duplicates and imports.choose_all(batch, duplicates, by=by):
            with_bar("Checking", lambda watch: imports.check_now(batch, by=by, watch=watch))
        found = describe(batch)
        if form == "table":
            _show(found)
        if dry or not _wanted(found, yes):
            return found
        imports.accept_all(batch, by=by)
        job = imports.run(batch, by=by)
    finally:
        if batch.changeable:  # checked only, declined, or refused: leave nothing behind
            imports.discard(batch, by=by)
    with_bar("Loading", lambda watch: imports.run_now(job, batch, watch))
    _refuse_unfinished(job)
    return describe(batch)


def _revert(number: int) -> dict[str, Any]:
    from pacesetter.base.actor import Actor
    from pacesetter.intake import imports
    from pacesetter.intake.report import describe

    batch = imports.by_id(number, by=Actor.local())
    job = imports.revert(batch, by=Actor.local())
    with_bar("Reverting", lambda watch: imports.run_now(job, batch, watch))
    _refuse_unfinished(job)
    return describe(batch)


def _changes(found: dict[str, Any]) -> int:
    """What a load would do: records new, changed and archived, and ids learned of records that are here."""
    return sum(found[what] for what in ("new", "updates", "archives", "named"))


def _wanted(found: dict[str, Any], yes: bool) -> bool:
    """Whether there is something to load, and somebody wants it."""
    return bool(_changes(found)) and (yes or click.confirm("Accept these proposals and load?", err=True))


def _refuse_unfinished(job: Any) -> None:
    from pacesetter.core.errors import Refused

    job.refresh_from_db()
    if job.state != "done":
        error = job.error or {}
        raise Refused(error.get("code", "load_stopped"), **error.get("params", {}))


def _show(found: dict[str, Any]) -> None:
    heads = ["File", "Holds", "Rows", "New", "Updates", "Same", "Refused", ""]
    table(heads, [_line(file) for file in found["files"]], right=(2, 3, 4, 5, 6))
    alike = [(file["file"], one) for file in found["files"] for one in file["repairs"] if one["kind"] == "alike"]
    repairs = [(file["file"], one) for file in found["files"] for one in file["repairs"] if one["kind"] != "alike"]
    if repairs:
        table(["File", "Column", "In the file → becomes", "Rows", "Why"], [_repair(*one) for one in repairs], right=(3,))
    if alike:
        lines = [(name, one["rows"], one["reason"], one["decision"] or one["usual"]) for name, one in alike[:SHOWN]]
        table(["File", "Rows", "Possible duplicates", "Becomes"], lines, right=(1,))
        click.echo(f"{len(alike):,} groups; --duplicates update, skip or create decides for all, the web for each.")
    findings = [(file["file"], one) for file in found["files"] for one in file["findings"]]
    if findings:
        table(["File", "Rows", "Worth knowing"], [(name, one["rows"], one["reason"]) for name, one in findings], right=(1,))
    _show_refused(found)
    if found["not_taken"]:
        table(["Not taken", "Rows", "Why"], [(one["file"], one["rows"], one["reason"]) for one in found["not_taken"]], right=(1,))
    _show_totals(found["totals"])


def _line(file: dict[str, Any]) -> tuple[Any, ...]:
    return (
        file["file"],
        file["target"] or "–",
        *(file[key] for key in ("rows", "new", "updates", "same")),
        len(file["refused"]),
        file["ignored"],
    )


def _repair(file: str, one: dict[str, Any]) -> tuple[Any, ...]:
    values = one["values"]
    shown = (
        f"{values[0]['from']} → {values[0]['to']}"
        if len(values) == 1
        else f"{len(values)} values: {', '.join(v['from'] for v in values[:3])} …"
    )
    return (file, one["column"], shown, one["rows"], one["reason"])


def _show_refused(found: dict[str, Any]) -> None:
    refused = [(file["file"], one) for file in found["files"] for one in file["refused"]]
    if refused:
        table(
            ["File", "Line", "Column", "Value", "Why it is refused"],
            [(name, one["line"], one["column"], one["value"], one["reason"]) for name, one in refused[:SHOWN]],
            right=(1,),
        )
        if len(refused) > SHOWN:
            click.echo(f"… and {len(refused) - SHOWN:,} more; --format json lists them all.")


def _show_totals(totals: dict[str, Any]) -> None:
    if not totals:
        return
    rows = [
        (outcome, totals[outcome]["count"], ", ".join(f"{amount:,.2f} {currency}" for currency, amount in totals[outcome]["sums"].items()))
        for outcome in ("won", "lost", "open")
    ]
    table(["Deals", "Count", "Amount"], rows, right=(1, 2))
    if totals["win_rate"] is not None:
        click.echo(f"Win rate {totals['win_rate']:.2%}: {totals['won']['count']:,} won of {totals['closed']:,} closed.")
