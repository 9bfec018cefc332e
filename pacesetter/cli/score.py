"""`pacesetter score`: how likely an outcome is, row by row, from files of one's own."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pacesetter.cli import tables
from pacesetter.cli.output import as_format, as_json, table
from pacesetter.core.errors import SENTENCES


@click.command("score")
@click.argument("file", type=tables.TABLE)
@click.option("--outcome", required=True, help="The column that says whether it came: yes or no, won or lost, 1 or 0; empty while open.")
@click.option("--at", required=True, help="The column of dates or numbers that puts the rows in order of time.")
@click.option("--id", "key", help="The column that names a row; it is not learned from.")
@click.option("--leave-out", multiple=True, help="A column that is not to be learned from; may be given again.")
@click.option("--keep", multiple=True, help="A column to learn from although it looks as if it was filled in late.")
@click.option("--out", type=tables.OUT, required=True, help="Where the scores go: .csv or .parquet.")
@as_format
def command(
    file: Path, outcome: str, at: str, key: str | None, leave_out: tuple[str, ...], keep: tuple[str, ...], out: Path, form: str
) -> None:
    """Learn the outcome of the rows of FILE in order of time, and score those that are open.

    Where the model is not better than the plain rate there are no scores, and that is said.
    """
    from pacesetter.core.scoring import scores

    rows = tables.read(file)
    found = scores.fit(rows, outcome, at, leave_out=[*leave_out, *([key] if key else [])], keep=keep)
    if found.scores:
        tables.write(_table(found.scores, rows[key].to_pylist() if key else None), out)
    card = _card(found.card)
    as_json(card) if form == "json" else _show(card, len(found.scores), out)


def _table(found: Any, names: list[Any] | None) -> Any:
    import pyarrow as pa

    return pa.table(
        {
            "row": [one.row + 1 for one in found],
            **({"id": [str(names[one.row]) for one in found]} if names else {}),
            "chance": [round(one.chance, 6) for one in found],
            "band": [one.band for one in found],
            "reasons": [" ".join(_said(*reason) for reason in one.reasons) for one in found],
        }
    )


def _said(code: str, params: dict[str, Any]) -> str:
    return SENTENCES[code].format(**params)


def _card(card: Any) -> dict[str, Any]:
    from pacesetter.core.scoring.scores import FEWEST

    plain = {name: round(value, 5) if isinstance(value, float) else value for name, value in asdict(card).items()}
    plain |= {name: None for name, value in plain.items() if value != value}  # not a number is no JSON
    plain["skill"] = round(card.skill, 5) if card.skill == card.skill else None
    plain["left_out"] = [{"column": one.column, "why": _said(one.code, one.params)} for one in card.left_out]
    said = {
        "no_skill": {"base": f"{card.base:.0%}"},
        "few_outcomes": {"came": card.came, "not_came": card.rows - card.came, "needed": FEWEST},
    }
    return plain | ({"says": _said(card.verdict, said[card.verdict])} if card.verdict in said else {})


def _show(card: dict[str, Any], count: int, out: Path) -> None:
    for one in card["left_out"]:
        click.echo(f"Left out: {one['why']}")
    if card["judged"]:
        measures = ("brier", "brier_base", "skill", "auc", "calibration_error", "slope", "lift")
        table([name.replace("_", " ") for name in measures], [[card[name] for name in measures]], right=range(len(measures)))
        click.echo(f"Judged on the last {card['judged']:,} of {card['rows']:,} rows, {card['since']} to {card['until']}.")
    click.echo(card.get("says", f"{count:,} scores written to {out.name}."))
