"""`pacesetter doctor`: what is broken, and mending it."""

import sys
from typing import TYPE_CHECKING

import click

from pacesetter.cli.output import as_format, as_json

if TYPE_CHECKING:
    from pacesetter.base.keeping.doctor import Finding

Found = dict[str, list["Finding"]]


@click.command("doctor")
@click.option("--fix", is_flag=True, help="Mend what has one right answer, after showing it.")
@click.option("--yes", is_flag=True, help="Mend without asking.")
@as_format
def command(fix: bool, yes: bool, form: str) -> None:
    """Look for what is broken. Ends with 0 when all is well, else with 1."""
    from pacesetter.cli.prepare import ready

    ready()
    from pacesetter.base.keeping import doctor

    found = doctor.examine()
    if fix and _mendable(found):
        _show(found, "table")
        if yes or click.confirm(f"Mend {len(_mendable(found))} of them?", err=True):
            for finding in _mendable(found):
                finding.mend()  # type: ignore[misc]
            found = doctor.examine()
    _show(found, form)
    sys.exit(1 if any(found.values()) else 0)


def _mendable(found: Found) -> "list[Finding]":
    return [finding for findings in found.values() for finding in findings if finding.mend]


def _show(found: Found, form: str) -> None:
    if form == "json":
        as_json([_plain(key, one) for key, findings in found.items() for one in findings])
        return
    for key, findings in found.items():
        if not findings:
            click.echo(f"  ok  {key}")
        for one in findings:
            click.secho(f"  {'+' if one.mend else '!'}   {key}: {one}", fg="yellow" if one.mend else "red")
    if _mendable(found):
        click.echo("`pacesetter doctor --fix` mends what is marked with +.")


def _plain(key: str, one: "Finding") -> dict[str, object]:
    return {"part": key, "code": one.code, "count": one.count, "examples": one.examples, "says": str(one), "mends": one.mend is not None}
