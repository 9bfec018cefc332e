"""The catalogue of metrics, and one page per metric: value, variants, trend, breakdown, records, meaning."""

from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pacesetter.analytics import numbers
from pacesetter.core.metrics import METRICS, Cell
from pacesetter.web import charts, figures, formats, metric_chart, metric_records, targets, tiles
from pacesetter.web.figures import capital
from pacesetter.web.lens import Lens
from pacesetter.web.metric_breakdown import Breakdown
from pacesetter.web.metric_records import Behind
from pacesetter.web.request import Request
from pacesetter.web.routes import page

PREVIEW = 8
FIRST = ("segment", "owner", "source", "tool", "stage")  # what to break down by when nothing is asked


class MetricPage:
    """Everything the page of one metric shows under one lens."""

    def __init__(self, request: Request, key: str) -> None:
        self.lens, self.shape = Lens(request), METRICS[key]
        if key == "forecast_accuracy" and "period" not in request.GET:
            self.lens.period = tiles.ended_quarters(self.lens)

    @property
    def label(self) -> str:
        return _(self.shape.label)

    @cached_property
    def cell(self) -> Cell:
        return self.lens.cell(self.shape.key, variants=self.lens.variants)

    @property
    def value(self) -> str:
        return figures.value(self.cell) if self.cell.value is not None else ""

    @property
    def nothing(self) -> str:
        return figures.says(self.cell) or _("Nothing here")

    @property
    def moved(self) -> tuple[str, bool | None]:
        return figures.difference(self.cell)

    @property
    def state(self) -> str:
        """The sentence under the title."""
        return f"{_(self.shape.question)} {self.lens.where_we_are}".strip()

    @property
    def fraction(self) -> list[dict[str, str]]:
        """Numerator over denominator, or what was added up; each opens its records."""
        shape, cell, lens = self.shape, self.cell, self.lens
        if shape.aggregate.divides and cell.den is not None:
            pairs = zip(("num", "den"), shape.of, strict=True)
            return [{"text": f"{figures.part(cell, name)} {_(word)}", "href": lens.behind(cell, only=name)} for name, word in pairs]
        return [{"text": Behind(lens, shape.key).counted, "href": lens.behind(cell)}] if cell.n else []

    @property
    def facts(self) -> list[tuple[str, str, str]]:
        """What stands beside the number: comparison, target, interval, other figures."""
        cell, rows = self.cell, []
        if cell.previous is not None:
            rows.append((capital(self.lens.compared), figures.value(cell.previous), _of(cell.previous)))
        if cell.target is not None:
            on = figures.beside(self.shape.target_on) if self.shape.target_on != "value" else ""
            rows.append((_("Target"), figures.target(cell), ", ".join(word for word in (on, self._met) if word)))
        if cell.interval:
            rows.append((_("Interval (95%)"), figures.interval(cell), ""))
        rows += [
            (capital(figures.beside(name)), figures.value(cell, name), "")
            for name in self.shape.beside
            if cell.beside.get(name) is not None
        ]
        return rows

    @property
    def _met(self) -> str:
        met = figures.reached(self.cell)
        return "" if met is None else _("met") if met else _("not met")

    @cached_property
    def switches(self) -> list[dict[str, Any]]:
        """Every variant with the value of each of its options, all else at its default."""
        found: dict[str, list[dict[str, Any]]] = {}
        lens, where = self.lens, self.lens.where(self.shape.key)
        cells = numbers.alternatives(self.shape.key, by=lens.actor, period=lens.period, as_of=lens.as_of, where=where, reader=lens.reader)
        for name, option, cell in cells:
            found.setdefault(name, []).append(self._option(name, option, cell))
        return [{"name": figures.switch(name), "items": items} for name, items in found.items() if len(items) > 1]

    def _option(self, name: str, option: str, cell: Cell) -> dict[str, Any]:
        chosen = self.shape.defaults | self.lens.variants
        default = option == self.shape.defaults[name]
        href = self.lens.metric(self.shape.key, **({} if default else {f"v.{name}": option}), **self._kept)
        note = figures.value(cell) if cell.value is not None else figures.says(cell) or "–"
        return {"text": figures.option(name, option), "note": note, "href": href, "on": chosen[name] == option}

    @property
    def _kept(self) -> dict[str, str]:
        return {"by": self.lens.get["by"]} if self.lens.get.get("by") else {}

    @cached_property
    def trend(self) -> charts.Chart | None:
        return metric_chart.trend(self.lens, self.shape, self.cell)

    @property
    def trend_source(self) -> str:
        return self.lens.to("metric_chart", self.shape.key, **{f"v.{name}": option for name, option in self.lens.variants.items()})

    # breakdown ----------------------------------------------------------------------------------
    @cached_property
    def dimensions(self) -> list[str]:
        known = numbers.dimensions(self.shape.key, self.lens.variants)
        return [name for name in known if name not in figures.TIMES and name != "currency"]

    @cached_property
    def by(self) -> str:
        asked = self.lens.get.get("by", "")
        return asked if asked in self.dimensions else next((name for name in FIRST if name in self.dimensions), self.dimensions[0])

    @property
    def by_items(self) -> list[dict[str, Any]]:
        return [{"text": figures.dimension(name), "href": self.lens.with_(by=name), "on": name == self.by} for name in self.dimensions]

    @property
    def by_word(self) -> str:
        return figures.dimension(self.by)

    @cached_property
    def breakdown(self) -> Breakdown:
        return Breakdown(self.lens, self.shape, self.by, self.cell)

    # rail ---------------------------------------------------------------------------------------
    @property
    def formula(self) -> str:
        parts = [_(part) for part in self.shape.of]
        return " ÷ ".join(f"({part})" if len(parts) > 1 and set(part) & set("+−×") else part for part in parts)

    @property
    def meaning(self) -> list[tuple[str, str]]:
        means = self.shape.means
        return [
            (_("Population"), _(means.population)),
            (_("Date"), _(means.date)),
            (_("Currency"), _(means.currency)),
            (_("Nothing there"), _(means.nothing)),
        ]

    @property
    def care(self) -> list[dict[str, str]]:
        """What a careful reader should know about this number."""
        cell = self.cell
        rows = [
            {
                "icon": "circle-slash",
                "text": _("%(n)s left out: %(reason)s") % {"n": formats.number(n), "reason": figures.reason(key)},
                "href": self.lens.behind(cell, only=key),
            }
            for key, n in cell.left_out.items()
        ]
        if few := figures.few(cell):
            rows.append(
                {"icon": "triangle-alert", "text": _("Only %(n)s counted: chance weighs much") % {"n": few}, "href": self.lens.behind(cell)}
            )
        if cell.says and cell.value is not None:
            rows.append({"icon": "hourglass", "text": figures.says(cell), "href": ""})
        return rows

    @property
    def used(self) -> list[dict[str, str]]:
        return (
            [{"text": _("Sales operations overview"), "note": _("tile"), "href": self.lens.to("overview")}]
            if self.shape.key in tiles.KEYS
            else []
        )

    @cached_property
    def target(self) -> dict[str, Any]:
        return targets.shown(self.lens, self.shape.key, self.cell)

    # records ------------------------------------------------------------------------------------
    @cached_property
    def behind(self) -> Behind:
        first = "den" if self.shape.aggregate.divides else ""
        return Behind(self.lens, self.shape.key, self.lens.get.get("only", first))

    @property
    def preview(self) -> list[dict[str, Any]]:
        return self.behind.shown(size=PREVIEW)

    @property
    def tabs(self) -> list[dict[str, Any]]:
        return [
            {
                "text": tab["text"],
                "note": tab["n"],
                "href": self.lens.with_(only=tab["only"]) + "#records",
                "on": tab["only"] == self.behind.only,
            }
            for tab in metric_records.tabs(self.behind)
        ]

    @property
    def all_records(self) -> str:
        return self.lens.behind(self.cell, only=self.behind.only)


def _of(cell: Cell) -> str:
    return (
        _("%(num)s of %(den)s") % {"num": figures.part(cell, "num"), "den": figures.part(cell, "den")}
        if cell.unit == "share" and cell.den
        else ""
    )


def index(request: Request) -> HttpResponse:
    """All metrics with their question, value and target."""
    lens = Lens(request)
    return render(request, "metrics/index.html", {"lens": lens, "rows": [_listed(lens, key) for key in METRICS]})


def _listed(lens: Lens, key: str) -> dict[str, Any]:
    is_accuracy, shape = key == "forecast_accuracy", METRICS[key]
    cell = tiles.accuracy(lens) if is_accuracy else lens.cell(key)
    moved, good = figures.difference(cell)
    return {
        "label": _(shape.label), "question": _(shape.question), "href": tiles.accuracy_page(lens, cell) if is_accuracy else lens.metric(key), "value": figures.value(cell) if cell.value is not None else "", "nothing": figures.says(cell) or _("Nothing here"),
        "delta": moved, "good": good, "target": figures.target(cell) if cell.target is not None else "", "met": figures.reached(cell),
    }  # fmt: skip


def metric(request: Request, key: str) -> HttpResponse:
    """One metric."""
    return render(request, "metrics/page.html", {"metric": (shown := MetricPage(request, key)), "lens": shown.lens})


def chart(request: Request, key: str) -> HttpResponse:
    """The trend as SVG."""
    drawn = MetricPage(request, key).trend
    return charts.respond(request, drawn) if drawn else HttpResponse(status=204)


urls = [
    page("metrics", index, "metrics"),
    page("metrics/<str:key>", metric, "metric"),
    page("metrics/<str:key>/trend.svg", chart, "metric_chart"),
    page("metrics/<str:key>/records", metric_records.records, "metric_records"),
    *targets.urls,
]
