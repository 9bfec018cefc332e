"""How the command line prints: tables that fit the terminal, or JSON for scripts."""

import datetime as dt
import json
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import click

Made = TypeVar("Made")

as_format = click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", help="A table to read, or JSON for scripts."
)


def as_json(value: Any) -> None:
    """Print JSON; dates as ISO text, decimals as numbers."""
    click.echo(json.dumps(value, default=_plain, ensure_ascii=False, indent=2))


def _plain(value: Any) -> Any:
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]], right: Sequence[int] = ()) -> None:
    """Print rows under heads, shortened to the width of the terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for at, head in enumerate(heads):
        last = at == len(heads) - 1 and at not in right
        whole = max((len(str(row[at])) for row in rows), default=0) if at in right else None  # a cut figure is a wrong figure
        overflow = "fold" if last else "ellipsis"
        shown.add_column(head, justify="right" if at in right else "left", overflow=overflow, no_wrap=not last, min_width=whole)
    for row in rows:
        shown.add_row(*["" if cell is None else str(cell) for cell in row])
    Console(file=sys.stdout).print(shown)


def with_bar(text: str, work: Callable[[Callable[..., None]], Made]) -> Made:
    """Do `work` under a progress bar on standard error, so that the output stays clean; it reports (done, total) and may say at what it is."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(text, total=None)
        return work(lambda done, total, at=text: progress.update(task, completed=done, total=total, description=at))
