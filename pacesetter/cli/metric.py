"""`pacesetter metric`: what a number is, with its numerator, denominator and what was left out."""

import datetime as dt
from typing import Any

import click

from pacesetter.cli.output import as_format, as_json, table


@click.command("metric")
@click.argument("key", required=False)
@click.option("--period", default="this_quarter", show_default=True, help="all, 2017, 2017-Q1, 2017-03, this_quarter, last_month …")
@click.option(
    "--by", "dims", multiple=True, help="Break down by owner, team, segment, industry, product, source, type, month …; repeat for several."
)
@click.option("--where", default="", help="A condition such as 'segment = Enterprise and type = new'.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The number as it was known on that day.")
@click.option(
    "--variant", "variants", multiple=True, metavar="NAME=VALUE", help="A variant of the metric, such as weigh=amount; repeat for several."
)
@as_format
def command(
    key: str | None, period: str, dims: tuple[str, ...], where: str, as_of: dt.datetime | None, variants: tuple[str, ...], form: str
) -> None:
    """Answer what KEY is; without KEY list all metrics."""
    from pacesetter.cli.prepare import ready

    ready()
    if key is None:
        return _list(form)
    from pacesetter.analytics import numbers
    from pacesetter.base import warehouse
    from pacesetter.base.actor import Actor

    warehouse.refresh()
    chosen = dict(variant.partition("=")[::2] for variant in variants)
    day = as_of.date() if as_of else None
    cells = numbers.measure(key, by=Actor.local(), period=period, dims=dims, where=where or None, as_of=day, variants=chosen)
    rows = [row(cell) for cell in cells]
    return as_json(rows) if form == "json" else _show(key, rows, dims)


def row(cell: Any) -> dict[str, Any]:
    """A cell for scripts: the keys of its breakdown with their labels, then the number and what it is made of."""
    from pacesetter.analytics import numbers

    found: dict[str, Any] = {}
    for name, value in cell.key.items():
        found[name] = numbers.labels(name, [value]).get(value, value)
        found[f"{name}_key"] = value
    return found | {
        "value": cell.value,
        "num": cell.num,
        "den": cell.den,
        "n": cell.n,
        "left_out": cell.out,
        "left_out_reasons": cell.left_out,
        "says": cell.says,
        "unit": cell.unit,
        "currency": cell.currency,
        "as_of": cell.as_of,
        "since": cell.since,
        "until": cell.until,
        "beside": cell.beside,
        "target": cell.target,
    }


def _list(form: str) -> None:
    from pacesetter.core.metrics import METRICS

    rows = [{"key": m.key, "label": m.label, "question": m.question, "unit": m.unit, "variants": m.variants} for m in METRICS.values()]
    if form == "json":
        return as_json(rows)
    variants = [", ".join(f"{name}={'|'.join(map(str, options))}" for name, options in r["variants"].items()) for r in rows]
    table(["Metric", "Means", "Unit", "Variants"], [(r["key"], r["label"], r["unit"], v) for r, v in zip(rows, variants, strict=True)])


def _show(key: str, rows: list[dict[str, Any]], dims: tuple[str, ...]) -> None:
    from pacesetter.core.metrics import METRICS

    click.echo(f"{METRICS[key].label}: {METRICS[key].question}")
    heads = [*dims, METRICS[key].label, "Num", "Den", "n", "Left out"]
    shown = [[*(r[d] for d in dims), _text(r["value"], r), _plain(r["num"]), _plain(r["den"]), r["n"], r["left_out"]] for r in rows]
    table(heads, shown, right=range(len(dims), len(heads)))
    if rows:
        beside = ", ".join(f"{name} {_plain(value)}" for name, value in rows[0]["beside"].items() if value is not None)
        click.echo(
            f"{rows[0]['since']} to {rows[0]['until']} (exclusive), as of {rows[0]['as_of']}"
            + (f"; {beside}" if beside and not dims else "")
        )


def _text(value: Any, r: dict[str, Any]) -> str:
    if value is None:
        return (r["says"] or "nothing here").replace("_", " ")
    if r["unit"] == "share":
        return f"{100 * value:.2f} %"
    return f"{_plain(value)} {r['currency'] if r['unit'] == 'money' else ''}".strip()


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) or value == int(value) else f"{value:,.2f}"
