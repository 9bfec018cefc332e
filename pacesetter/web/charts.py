"""Charts as Vega-Lite specs, drawn on the server to SVG: token colours for the web, hex colours for documents.

Every word and number on a chart is written here in Python, so the drawing needs no locale; marks carry the link to their records.
"""

import html
import json
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FONT = "Inter, system-ui, sans-serif"
LIGHT = {
    "c1": "#3b5bdb", "c1-2": "#8ea2ee", "c1-3": "#cdd6f8", "c2": "#0d9488", "c3": "#d97706", "c4": "#c026a8", "c5": "#7c3aed",
    "c6": "#0284c7", "c7": "#4f8a0b", "fg": "#16181d", "fg-2": "#4b515e", "fg-3": "#666c7a", "line": "#e8e9ed", "line-2": "#d9dbe1",
    "surface": "#ffffff", "pos": "#0a7d55", "neg": "#c72a39", "warn": "#9a5300",
}  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """One thing a reader can point at: where, how much, what it says, what it opens."""

    x: float
    y: float
    label: str
    href: str = ""


@dataclass(frozen=True)
class Line:
    """A series of a line chart; `dash` is a Vega stroke pattern, `band` holds (x, low, high)."""

    name: str
    colour: str
    marks: Sequence[Mark]
    dash: tuple[int, ...] = ()
    area: bool = False
    dots: bool = False
    band: Sequence[tuple[float, float, float]] = ()


@dataclass(frozen=True)
class Part:
    """One part of a column: category, series, amount, what it says, what it opens."""

    category: str
    series: str
    value: float
    label: str
    href: str = ""


@dataclass(frozen=True)
class Chart:
    """A spec with its name, height, legend of (text, colour, kind) and the same figures as a table."""

    title: str
    spec: dict[str, Any]
    height: int
    legend: Sequence[tuple[str, str, str]] = ()
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = field(default_factory=list)


def lines(
    series: Sequence[Line],
    *,
    x_labels: dict[float, str],
    y_label: Callable[[float], str],
    height: int = 250,
    today: float | None = None,
    today_label: str = "",
    zero: bool = True,
) -> dict[str, Any]:
    """Lines, areas and bands over a numbered axis; `x_labels` names some of its positions."""
    spots = [m for s in series for m in s.marks]
    values = [m.y for m in spots] + [edge for s in series for _x, *edges in s.band for edge in edges]
    ticks = nice_ticks(0 if zero else min(values, default=0), max(values, default=1))
    far = max([m.x for m in spots] + list(x_labels), default=1)
    x = {"field": "x", "type": "quantitative", "scale": {"domain": [0, far], "nice": False}, "axis": axis(x_labels, grid=False)}
    y = {"field": "y", "type": "quantitative", "scale": {"domain": [ticks[0], ticks[-1]]}, "axis": axis({t: y_label(t) for t in ticks})}
    layers = [layer for s in series for layer in _line_layers(s, x, y)]
    if today is not None:
        here = {"values": [{"x": today, "y": ticks[-1]}]}
        text = {"type": "text", "text": today_label, "align": "right", "dx": -6, "dy": 8, "color": "fg-2", "fontSize": 11, "font": FONT}
        layers.insert(0, {"data": here, "mark": {"type": "rule", "color": "line-2"}, "encoding": {"x": x}})
        layers += [{"data": here, "mark": text, "encoding": {"x": x, "y": y}}] if today_label else []
    return spec_of(height, layer=layers)


def _line_layers(s: Line, x: dict[str, Any], y: dict[str, Any]) -> list[dict[str, Any]]:
    points = {"values": [{"x": m.x, "y": m.y, "d": m.label, "href": m.href} for m in s.marks]}
    layers: list[dict[str, Any]] = []
    if s.band:
        band = {"values": [{"x": at, "y": low, "top": high} for at, low, high in s.band]}
        layers.append(
            {
                "data": band,
                "mark": {"type": "area", "color": s.colour, "opacity": 0.13},
                "encoding": {"x": x, "y": y, "y2": {"field": "top"}},
            }
        )
    if s.area:
        layers.append({"data": points, "mark": {"type": "area", "color": s.colour, "opacity": 0.13}, "encoding": {"x": x, "y": y}})
    stroke = {"type": "line", "color": s.colour, "strokeWidth": 2 if not s.dash else 1.8, "strokeDash": list(s.dash), "strokeJoin": "round"}
    layers.append({"data": points, "mark": stroke, "encoding": {"x": x, "y": y}})
    if s.dots:
        layers.append(
            {
                "data": points,
                "mark": {"type": "point", "filled": True, "size": 34, "color": s.colour, "opacity": 1},
                "encoding": {"x": x, "y": y},
            }
        )
    if any(m.href for m in s.marks):  # an invisible layer big enough to point at
        target = {"type": "point", "filled": True, "size": 420, "color": s.colour, "opacity": 0}
        layers.append(
            {"data": points, "mark": target, "encoding": {"x": x, "y": y, "href": {"field": "href"}, "description": {"field": "d"}}}
        )
    return layers


def columns(
    parts: Sequence[Part],
    *,
    categories: Sequence[str],
    series: Sequence[tuple[str, str]],
    y_label: Callable[[float], str],
    totals: dict[str, str] | None = None,
    height: int = 210,
) -> dict[str, Any]:
    """Stacked columns; `series` is (name, colour) from the bottom up, `totals` the text above a column."""
    sums = {c: sum(p.value for p in parts if p.category == c) for c in categories}
    ticks = nice_ticks(0, max(sums.values(), default=1) * (1.06 if totals else 1))
    order = {name: i for i, (name, _colour) in enumerate(series)}
    rows = [{"c": p.category, "s": p.series, "v": p.value, "d": p.label, "href": p.href, "o": order[p.series]} for p in parts if p.value]
    x = {
        "field": "c",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": list(categories), "paddingInner": 0.42, "paddingOuter": 0.25},
        "axis": _labels_axis(),
    }
    y = {
        "field": "v",
        "type": "quantitative",
        "stack": "zero",
        "scale": {"domain": [0, ticks[-1]]},
        "axis": axis({t: y_label(t) for t in ticks}),
    }
    colour = {"field": "s", "type": "nominal", "legend": None, "scale": {"domain": [n for n, _ in series], "range": [c for _, c in series]}}
    bars = {
        "data": {"values": rows},
        "mark": {"type": "bar", "cornerRadius": 2, "stroke": "surface", "strokeWidth": 1},
        "encoding": {"x": x, "y": y, "color": colour, "order": {"field": "o"}, "href": {"field": "href"}, "description": {"field": "d"}},
    }
    above = {
        "data": {"values": [{"c": c, "v": sums[c], "t": (totals or {}).get(c, "")} for c in categories]},
        "mark": {"type": "text", "dy": -7, "color": "fg-2", "fontSize": 11, "font": FONT},
        "encoding": {"x": x, "y": {**y, "stack": None}, "text": {"field": "t"}},
    }
    return spec_of(height, layer=[bars, above] if totals else [bars])


def nice_ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round axis values that include `low` and `high`."""
    span = (high - low) or 1.0
    power = 10.0 ** int(f"{span / count:e}".split("e")[1])
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m * count >= span * 0.999)
    first = int(low // step)
    ticks = [first * step]
    while ticks[-1] < high * 0.999:
        ticks.append(round((first + len(ticks)) * step, 10))
    return ticks if len(ticks) > 1 else [*ticks, ticks[0] + step]


def axis(labels: dict[float, str], *, grid: bool = True) -> dict[str, Any]:
    names = json.dumps({_key(at): text for at, text in labels.items()}, ensure_ascii=False)
    said = f"({names})['v' + datum.value]"
    return {
        "values": sorted(labels),
        "labelExpr": said,
        "grid": grid,
        "title": None,
        "ticks": False,
        "domain": False,
        "labelPadding": 8,
        "labelOverlap": True,
    }


def _key(value: float) -> str:
    """The name a number has in JavaScript: no trailing .0."""
    return f"v{int(value)}" if value == int(value) else f"v{value!r}"


def _labels_axis() -> dict[str, Any]:
    return {"labelOverlap": True, "title": None, "ticks": False, "domain": False, "labelAngle": 0, "labelPadding": 8}


def spec_of(height: int, **content: Any) -> dict[str, Any]:
    config = {
        "font": FONT,
        "view": {"stroke": None},
        "axis": {"labelColor": "fg-3", "labelFontSize": 11, "gridColor": "line", "labelFont": FONT},
    }
    sized = {"autosize": {"type": "fit", "contains": "padding"}, "padding": {"left": 0, "right": 14, "top": 6, "bottom": 2}}
    return {"$schema": SCHEMA, "background": "transparent", "height": height, **sized, "config": config, **content}


HATCH = "url(#hatch)"


def _hatch(colour: str) -> str:
    """The pattern of what is overdue; the same on every chart of a page, so its id may repeat."""
    line = f'<path d="M0 0V6" stroke="{colour}" stroke-width="4"/>'
    return f'<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">{line}</pattern></defs>'


def draw(spec: dict[str, Any], *, width: int, title: str, plain: bool = False) -> str:
    """The SVG of a spec; `plain` writes hex colours for documents."""
    svg = _svg(json.dumps({**coloured(spec, plain), "width": width}, ensure_ascii=False))
    if HATCH in svg:  # Vega-Lite knows no patterns
        svg = svg.replace("<g", _hatch(LIGHT["c3"] if plain else "var(--c3)") + "<g", 1)
    return svg.replace("<svg ", f'<svg role="group" aria-label="{html.escape(title)}" ', 1)


@lru_cache(maxsize=256)
def _svg(text: str) -> str:
    import vl_convert  # slow to load, and pages without charts never need it

    with _RENDERER:  # its threads do not run in parallel anyway
        return _cleaned(vl_convert.vegalite_to_svg(text, vl_version="6.4", allowed_base_urls=[]))


_RENDERER = threading.Lock()


def coloured(node: Any, plain: bool, key: str = "") -> Any:
    """Token names under colour keys become CSS variables, or the light theme's hex values."""
    if isinstance(node, dict):
        return {name: value if name == "values" else coloured(value, plain, name) for name, value in node.items()}
    if isinstance(node, list):
        return [coloured(item, plain, key) for item in node]
    if key in ("color", "stroke", "fill", "labelColor", "gridColor", "range") and node in LIGHT:
        return LIGHT[node] if plain else f"var(--{node})"
    return node


def _cleaned(svg: str) -> str:
    """Undo what the converter does to relative links; leave one named link per mark and hide the rest from assistive technology."""
    svg = svg.replace("https://vega.github.io/vega-datasets//", "/").replace("https://vega.github.io/vega-datasets/", "")
    svg = re.sub(
        r'<a xlink:href="([^"]*)"><path aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="[^"]*"',
        r'<a role="link" href="\1" aria-label="\2"><path',
        svg,
    )
    svg = re.sub(r'role="graphics-symbol" aria-roledescription="[^"]*"( aria-label="[^"]*")?', 'aria-hidden="true"', svg)
    return re.sub(r' role="graphics-object" aria-roledescription="[^"]*"|(?<= )xmlns:xlink="[^"]*" ', "", svg)


def respond(request: HttpRequest, chart: Chart) -> HttpResponse:
    """The chart at the asked width, in 20-pixel steps."""
    asked = request.GET.get("w", "640")
    width = min(1600, max(240, int(asked) // 20 * 20)) if asked.isdigit() else 640
    svg = draw(chart.spec, width=width, title=chart.title, plain="plain" in request.GET)
    return HttpResponse(svg, content_type="image/svg+xml", headers={"Cache-Control": "private, max-age=60"})


def warm_up() -> None:
    """Load the renderer, so that the first chart does not wait for it."""
    spec = lines([Line("", "c1", [Mark(0, 0, ""), Mark(1, 1, "")])], x_labels={}, y_label=str)
    draw(spec, width=240, title="")
