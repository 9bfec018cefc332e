"""The map of a territory plan as a spec: a circle per account in its territory's colour, and, of many accounts, a circle per square of land."""

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.planning.models import PlanTerritory
from pacesetter.planning.territory_figures import Figures
from pacesetter.web import charts, formats
from pacesetter.web.charts import Chart

MOST = 2000  # circles; of more accounts those of one square and territory are drawn as one
SQUARES = 48  # across the longer side of the land
LOW, HIGH, WIDE = 240, 460, 720  # pixels: how high the picture may be, and how wide it usually is
COLOURS = 7
GOLDEN = math.pi * (3 - math.sqrt(5))
NAMED = 14  # cities whose names are written
APART = 0.006  # of the land's longer side, between circles that would lie on one spot
MARGIN = 0.06  # of the land around the outermost accounts


def colour(at: int) -> int:
    """Which of the seven colours the territory at this place of the plan has."""
    return at % COLOURS + 1


class Map:
    """Where the accounts of a plan are, and whose they become."""

    def __init__(self, figures: Figures) -> None:
        self.figures, self.currency = figures, figures.plan.currency
        self.shown = [one for one in figures.territories if not one.overlay]
        self.at = {one.pk: at for at, one in enumerate(self.shown)}
        self.placed = np.flatnonzero(np.isfinite(figures.latitude))

    def chart(self) -> Chart:
        legend = [(one.name, f"c{colour(at)}", "") for at, one in enumerate(self.shown)]
        heads = [_("Territory"), _("Accounts"), _("On the map")]
        return Chart(_("Map of %(name)s") % {"name": self.figures.plan.name}, self.spec(), self.height, legend, heads, self._rows())

    def _rows(self) -> list[list[str]]:
        place = self.figures.place
        return [
            [one.name, formats.number(int((place == one.pk).sum())), formats.number(int((place[self.placed] == one.pk).sum()))]
            for one in self.shown
        ]

    @property
    def says(self) -> str:
        """What a circle is, and how many accounts are nowhere on the map."""
        text = _("Circle size is potential; a ring marks what moves, a square is the owner’s home.")
        missing = len(self.figures.place) - len(self.placed)
        more = ngettext("%(n)s account has no place.", "%(n)s accounts have no place.", missing) % {"n": formats.number(missing)}
        return f"{text} {more}" if missing else text

    def spec(self) -> dict[str, Any]:
        rows = _beside(self._squares() if len(self.placed) > MOST else self._accounts(), self._span * APART)
        range_ = [f"c{colour(at)}" for at in range(len(self.shown))] + ["fg-3"]
        domain = [one.name for one in self.shown] + [""]
        top = max((row["v"] for row in rows), default=1) or 1
        circles = {
            "data": {"values": sorted(rows, key=lambda row: -row["v"])},
            "mark": {"type": "circle", "opacity": 0.82, "strokeWidth": 1.4},
            "encoding": {
                **_where(),
                "size": {"field": "v", "type": "quantitative", "legend": None, "scale": {"domain": [0, top], "range": [16, 420]}},
                "color": {"field": "t", "type": "nominal", "legend": None, "scale": {"domain": domain, "range": range_}},
                "stroke": {"field": "m", "type": "nominal", "legend": None, "scale": {"domain": [False, True], "range": ["surface", "fg"]}},
                "href": {"field": "href"},
                "description": {"field": "d"},
            },
        }
        return charts.spec_of(
            self.height, projection={"type": "mercator"}, layer=[self._corners(), circles, self._cities(), *self._homes()]
        )

    @property
    def height(self) -> int:
        """As high as the land asks for at the usual width."""
        if not len(self.placed):
            return LOW
        latitude, longitude = self.figures.latitude[self.placed], self.figures.longitude[self.placed]
        wide = max(float(np.ptp(longitude)) * math.cos(math.radians(float(latitude.mean()))), 1e-6)
        return int(min(HIGH, max(LOW, WIDE * float(np.ptp(latitude)) / wide + 60)))

    @property
    def _span(self) -> float:
        """The longer side of the land in degrees."""
        return (
            max((float(np.ptp(line[self.placed])) for line in (self.figures.latitude, self.figures.longitude)), default=0.0)
            if len(self.placed)
            else 0.0
        )

    def _cities(self) -> dict[str, Any]:
        """The names of the cities with most potential, so that one knows where one is; of near ones the first."""
        figures, rows = self.figures, defaultdict(list)
        for at in self.placed:
            if figures.city[at]:
                rows[figures.city[at]].append(int(at))
        found: list[dict[str, Any]] = []
        for name, ats in sorted(rows.items(), key=lambda pair: -int(figures.potential[pair[1]].sum())):
            y, x = float(figures.latitude[ats].mean()), float(figures.longitude[ats].mean())
            if len(found) < NAMED and all(abs(one["y"] - y) + abs(one["x"] - x) / 3 > self._span / 30 for one in found):
                found.append({"y": y, "x": x, "n": name})
        text = {"type": "text", "dy": 18, "fontSize": 11, "font": charts.FONT, "color": "fg-2"}
        return {"data": {"values": found}, "mark": text, "encoding": {**_where(), "text": {"field": "n"}}}

    def _corners(self) -> dict[str, Any]:
        """Nothing to see at the corners of the land: they keep circles inside the picture, and one account on a scale."""
        latitude, longitude = self.figures.latitude[self.placed], self.figures.longitude[self.placed]
        if not len(latitude):
            latitude, longitude = np.array([0.0]), np.array([0.0])
        high, wide = (max(np.ptp(line) * MARGIN, 0.5) for line in (latitude, longitude))
        corners = [(latitude.min() - high, longitude.min() - wide), (latitude.max() + high, longitude.max() + wide)]
        values = [{"y": float(np.clip(y, -80, 84)), "x": float(np.clip(x, -180, 180))} for y, x in corners]
        return {"data": {"values": values}, "mark": {"type": "circle", "opacity": 0}, "encoding": _where()}

    def _accounts(self) -> list[dict[str, Any]]:
        return [self._account(int(at)) for at in self.placed]

    def _account(self, at: int) -> dict[str, Any]:
        figures = self.figures
        before, after = (figures.by_id.get(int(column[at])) for column in (figures.current, figures.place))
        where = f"{_name(before)} → {_name(after)}" if before != after else _name(after)
        potential = formats.money(int(figures.potential[at]), self.currency, compact=True)
        said = " · ".join(text for text in (figures.city[at], where, potential) if text)
        href = reverse("account_record", args=[int(figures.account[at])])
        return self._circle(figures.latitude[at], figures.longitude[at], int(figures.potential[at]), after, before != after, f"{figures.name[at]}\n{said}", href)  # fmt: skip

    def _circle(self, y: float, x: float, value: int, place: PlanTerritory | None, moves: bool, said: str, href: str) -> dict[str, Any]:
        name = place.name if place and place.pk in self.at else ""
        return {"y": float(y), "x": float(x), "v": max(value, 0), "t": name, "m": moves, "d": said, "href": href}

    def _squares(self) -> list[dict[str, Any]]:
        figures, placed = self.figures, self.placed
        latitude, longitude = figures.latitude[placed], figures.longitude[placed]
        side = self._span / SQUARES or 1.0
        keys = np.stack([latitude // side, longitude // side, figures.place[placed], figures.moved[placed]], axis=1)
        found, which = np.unique(keys, axis=0, return_inverse=True)
        groups: Sequence[Any] = np.split(np.argsort(which.ravel(), kind="stable"), np.cumsum(np.bincount(which.ravel()))[:-1])
        here = reverse("territory_plan", args=[figures.plan.pk])
        return [self._square(placed[rows], bool(key[3]), here) for key, rows in zip(found, groups, strict=True)]

    def _square(self, rows: Any, moves: bool, here: str) -> dict[str, Any]:
        figures = self.figures
        place, value = figures.by_id.get(int(figures.place[rows[0]])), int(figures.potential[rows].sum())
        count = ngettext("%(n)s account", "%(n)s accounts", len(rows)) % {"n": formats.number(len(rows))}
        said = f"{_name(place)}: {count} · {formats.money(value, self.currency, compact=True)}"
        href = f"{here}?layout=map&territory={place.pk if place else 0}"
        middle = self._middle(rows)
        return self._circle(*middle, value, place, moves, said, href)

    def _middle(self, rows: Any) -> tuple[float, float]:
        """The middle of a square, so that the territories in it lie side by side."""
        side = self._span / SQUARES or 1.0
        y, x = self.figures.latitude[rows[0]] // side, self.figures.longitude[rows[0]] // side
        return float((y + 0.5) * side), float((x + 0.5) * side)

    def _homes(self) -> list[dict[str, Any]]:
        """A square where an owner lives, with the territory's name; none where nobody said so."""
        said = [one for one in self.shown if one.latitude is not None and one.longitude is not None]
        if not said:
            return []
        data = {"values": [{"y": one.latitude, "x": one.longitude, "n": one.name} for one in said]}
        square = {"type": "square", "size": 90, "opacity": 1, "color": "fg", "stroke": "surface"}
        text = {
            "type": "text",
            "dy": -12,
            "fontSize": 11,
            "fontWeight": 600,
            "font": charts.FONT,
            "color": "fg",
            "stroke": "surface",
            "strokeWidth": 0,
        }
        return [
            {"data": data, "mark": square, "encoding": _where()},
            {"data": data, "mark": text, "encoding": {**_where(), "text": {"field": "n"}}},
        ]


def _beside(rows: list[dict[str, Any]], apart: float) -> list[dict[str, Any]]:
    """Circles of one spot are set out around it in a spiral, the largest in the middle."""
    taken: dict[tuple[float, float], int] = defaultdict(int)
    for row in sorted(rows, key=lambda row: -row["v"]):
        spot = round(row["y"], 2), round(row["x"], 2)
        n = taken[spot]
        taken[spot] += 1
        row["y"] += apart * math.sqrt(n) * math.sin(n * GOLDEN) * math.cos(math.radians(spot[0]))
        row["x"] += apart * math.sqrt(n) * math.cos(n * GOLDEN)
    return rows


def _where() -> dict[str, Any]:
    return {"latitude": {"field": "y", "type": "quantitative"}, "longitude": {"field": "x", "type": "quantitative"}}


def _name(place: PlanTerritory | None) -> str:
    return place.name if place else _("No territory")
