"""The waterfall of a forecast as a chart: bars from one day's number to another's, lying, with the deals behind each."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pacesetter.web.charts import FONT, axis, nice_ticks, spec_of

ROW, CUT_SHARE = 23, 0.5  # pixels per bar; the axis is cut where no bar comes below this share of the highest
ZIGZAG = "M-.35,-1L.35,-.5L-.35,0L.35,.5L-.35,1"


@dataclass(frozen=True)
class Bar:
    """One bar: from and to (equal starts for totals, which begin at the axis), what stands beside it, what it opens."""

    name: str
    low: float
    high: float
    colour: str
    amount: str
    beside: str = ""
    label: str = ""
    href: str = ""
    is_total: bool = False


def cut(bars: Sequence[Bar], mark: float | None) -> float:
    """Where the axis begins: at nothing, or below the lowest bar where all the bars are far above it."""
    edges = [edge for bar in bars for edge in ((bar.high,) if bar.is_total else (bar.low, bar.high))] + ([] if mark is None else [mark])
    low, high = min(edges), max(edges)
    if low < high * CUT_SHARE or low <= 0:
        return min(low, 0.0)
    step = nice_ticks(0, max(high - low, high * 0.02))[1]
    return max((low - (high - low) * 0.5) // step * step, 0.0)


def height(bars: Sequence[Bar]) -> int:
    return ROW * len(bars) + 26


def spec(bars: Sequence[Bar], *, mark: tuple[float, str] | None, narrow: bool = False) -> dict[str, Any]:
    """The chart; `mark` is a dotted line (the plan) with its words. A narrow one shortens names and says no counts."""
    names, base = [bar.name for bar in bars], cut(bars, mark[0] if mark else None)
    values = [edge for bar in bars for edge in (bar.low, bar.high)] + ([mark[0]] if mark else [])
    most = max(values)
    far = most + (most - base) * (0.5 if narrow else 0.42)  # room for the amounts and counts
    ends = {"domain": [base, far], "nice": False, "zero": False}
    lines = axis({tick: "" for tick in nice_ticks(base, most) if base <= tick <= most}) | {"labels": False}
    x = {"field": "low", "type": "quantitative", "scale": ends, "axis": lines}
    bold = {"test": f"indexof({[bar.name for bar in bars if bar.is_total]!r}, datum.value) >= 0", "value": "bold"}
    heads = {
        "title": None, "ticks": False, "domain": False, "labelPadding": 10, "labelLimit": 112 if narrow else 190, "labelFontSize": 12,
        "labelColor": "fg-2", "labelFontWeight": {"condition": bold, "value": "normal"},
    }  # fmt: skip
    y = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": names, "paddingInner": 0.35, "paddingOuter": 0.2},
        "axis": heads,
    }
    rows = [_row(bar, base) for bar in bars]
    texts = _texts(rows, x, y)
    layers = [*_mark(mark, x, base, far), _links(rows, x, y), _bars(rows, x, y), *(texts[:1] if narrow else texts)]
    return spec_of(height(bars), layer=[*layers, *([_zigzag(rows, x, y)] if base > 0 else []), _targets(rows, y)])


def _row(bar: Bar, base: float) -> dict[str, Any]:
    low = base if bar.is_total else min(bar.low, bar.high)
    shown = {"name": bar.name, "low": low, "high": max(bar.low, bar.high), "ends": bar.high, "colour": bar.colour}
    return shown | {"amount": bar.amount, "beside": bar.beside, "d": bar.label, "href": bar.href, "total": bar.is_total}


def _bars(rows: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    known = sorted({row["colour"] for row in rows})
    colour = {"field": "colour", "type": "nominal", "legend": None, "scale": {"domain": known, "range": known}}
    bar = {"type": "bar", "cornerRadius": 2}
    return {"data": {"values": rows}, "mark": bar, "encoding": {"x": x, "x2": {"field": "high"}, "y": y, "color": colour}}


def _targets(rows: list[dict[str, Any]], y: dict[str, Any]) -> dict[str, Any]:
    """The whole row opens the deals of its bar, which may be thinner than a finger."""
    across = {"x": {"value": 0}, "x2": {"value": "width"}, "y": y}
    linked = {"href": {"field": "href"}, "description": {"field": "d"}}
    found = {"values": [row for row in rows if row["href"]]}
    return {"data": found, "mark": {"type": "bar", "color": "fg", "opacity": 0}, "encoding": across | linked}


def _links(rows: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    """Thin lines from the end of each bar down to the next."""
    pairs = [{"name": name, "low": row["ends"]} for row, after in itertools.pairwise(rows) for name in (row["name"], after["name"])]
    paths = [pair | {"line": n // 2} for n, pair in enumerate(pairs)]
    mark = {"type": "line", "color": "line-2", "strokeWidth": 1}
    return {"data": {"values": paths}, "mark": mark, "encoding": {"x": x, "y": y, "detail": {"field": "line"}}}


def _texts(rows: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any]) -> list[dict[str, Any]]:
    """The amount right of each bar, and how many deals at the edge."""
    text = {"type": "text", "align": "left", "baseline": "middle", "dx": 7, "fontSize": 12, "fontWeight": 600, "font": FONT, "color": "fg"}
    count = text | {"align": "right", "dx": 0, "fontWeight": 400, "color": "fg-3"}
    return [
        {"data": {"values": rows}, "mark": text, "encoding": {"x": {**x, "field": "high"}, "y": y, "text": {"field": "amount"}}},
        {"data": {"values": rows}, "mark": count, "encoding": {"x": {"value": "width"}, "y": y, "text": {"field": "beside"}}},
    ]


def _mark(mark: tuple[float, str] | None, x: dict[str, Any], base: float, far: float) -> list[dict[str, Any]]:
    """The dotted line, its words on the side where there is room."""
    if mark is None:
        return []
    right = (mark[0] - base) < (far - base) * 0.55
    here = {"values": [{"low": mark[0]}]}
    rule = {"type": "rule", "color": "fg-2", "strokeDash": [2, 3], "strokeWidth": 1.5}
    text = {"type": "text", "text": mark[1], "fontSize": 12, "color": "fg-2", "font": FONT, "baseline": "bottom", "dy": 3}
    text |= {"align": "left", "dx": 6} if right else {"align": "right", "dx": -6}
    return [
        {"data": here, "mark": rule, "encoding": {"x": x}},
        {"data": here, "mark": text, "encoding": {"x": x, "y": {"value": 0}}},
    ]


def _zigzag(rows: list[dict[str, Any]], x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    """A break at the foot of the bars that do not begin at nothing."""
    totals = {"values": [row for row in rows if row["total"]]}
    mark = {
        "type": "point",
        "shape": ZIGZAG,
        "size": 220,
        "filled": False,
        "stroke": "surface",
        "strokeWidth": 2.5,
        "xOffset": 10,
        "opacity": 1,
    }
    return {"data": totals, "mark": mark, "encoding": {"x": x, "y": y}}
