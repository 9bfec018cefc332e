"""A metric by one dimension: parts, value, interval and change of every row, and of all."""

from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from pacesetter.core.metrics import Cell, Metric
from pacesetter.web import figures, formats
from pacesetter.web.figures import capital
from pacesetter.web.lens import Lens

ROWS = 12


class Breakdown:
    """The metric by one dimension: a row per value, then all of it."""

    def __init__(self, lens: Lens, shape: Metric, by: str, whole: Cell) -> None:
        self.lens, self.shape, self.by, self.whole = lens, shape, by, whole
        cells = lens.measure(shape.key, dims=(by,), variants=lens.variants)
        self.cells = sorted((cell for cell in cells if cell.n or cell.value is not None), key=_weight, reverse=True)
        self.names = figures.named(by, [cell.key[by] for cell in self.cells])

    @cached_property
    def scale(self) -> tuple[float, float]:
        """The stretch of shares that all intervals need."""
        edges = [edge for cell in [*self.cells[:ROWS], self.whole] for edge in (cell.interval or ())]
        return (min(edges), max(edges)) if edges else (0.0, 1.0)

    @property
    def has_intervals(self) -> bool:
        return any(cell.interval for cell in self.cells)

    @property
    def overlap(self) -> bool:
        """Whether the gaps between the rows can be chance: all intervals share a point."""
        found = [cell.interval for cell in self.cells if cell.interval]
        return len(found) > 1 and max(low for low, _high in found) <= min(high for _low, high in found)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [self._row(self.names[cell.key[self.by]], cell) for cell in self.cells[:ROWS]]

    @property
    def total(self) -> dict[str, Any]:
        return self._row(_("All"), self.whole)

    @property
    def more(self) -> int:
        return max(0, len(self.cells) - ROWS)

    @property
    def heads(self) -> list[str]:
        return [capital(_(word)) for word in self.shape.of] if self.shape.aggregate.divides else [_("Counted")]

    def _row(self, name: str, cell: Cell) -> dict[str, Any]:
        moved, good = figures.difference(cell)
        return {
            "name": name, "few": figures.few(cell), "parts": self._parts(cell), "value": figures.value(cell) if cell.value is not None else figures.says(cell) or "–", "range": self._range(cell),
            "interval": figures.interval(cell), "before": figures.value(cell.previous) if cell.previous else "–", "delta": moved, "good": good,
        }  # fmt: skip

    def _parts(self, cell: Cell) -> list[dict[str, str]]:
        if not self.shape.aggregate.divides:
            return [{"text": formats.number(cell.n), "href": self.lens.behind(cell)}]
        return [{"text": figures.part(cell, name), "href": self.lens.behind(cell, only=name)} for name in ("num", "den")]

    def _range(self, cell: Cell) -> str:
        """Where bar, dot and target stand, as CSS variables."""
        if not cell.interval or cell.value is None:
            return ""
        aim = self.whole.target
        spots = {"a": cell.interval[0], "b": cell.interval[1], "p": float(cell.value)} | ({"t": float(aim)} if aim is not None else {})
        return ";".join(f"--{name}:{self._spot(at):.1f}%" for name, at in spots.items())

    def _spot(self, at: float) -> float:
        low, high = self.scale
        return min(max((at - low) / ((high - low) or 1) * 100, 0), 100)


def _weight(cell: Cell) -> float:
    base = cell.den if cell.den is not None else cell.value if cell.unit == "money" else cell.n
    return float(base or 0)
