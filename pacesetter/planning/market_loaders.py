"""Market series from files: one row for each month of a series."""

import datetime as dt
from collections.abc import Collection, Hashable, Iterable
from typing import TYPE_CHECKING

from pacesetter.base import clock
from pacesetter.base.loaders import LOADERS, Loader, Remark, Slot, Values
from pacesetter.core import periods
from pacesetter.core.errors import Refused
from pacesetter.core.labels import mark
from pacesetter.core.text import fold
from pacesetter.planning import market
from pacesetter.planning.models import MarketValue

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor


class MarketLoader(Loader):
    noun = "market_value"
    label = mark("Market series")
    capability = "target.set"
    telling = (frozenset(("series", "value", "month")), frozenset(("series", "value", "on")))
    files = ("market", "mercado", "mercato", "covariate", "index", "indicator")

    def slots(self) -> list[Slot]:
        return [
            Slot("series", mark("Market series"), required=True, limit=80, names=("market series", "series name", "indicator", "index name", "serie", "indicador", "indicatore")),
            Slot("month", mark("Month in words"), names=("month", "time period", "mes", "mese")),
            Slot("on", mark("First or last day of the month"), type="date", names=("ds", "observation date", "fecha", "data")),
            Slot("value", mark("Value of the month"), type="decimal", required=True, names=("value", "observation value", "obs value", "valor", "valore")),
            Slot("unit", mark("Unit"), limit=40, names=("unit of measure", "unidad", "unità")),
            Slot("path", mark("Path"), names=("scenario", "escenario", "percorso")),
            Slot("known_on", mark("Known on"), type="date", names=("published on", "published", "release date", "conocido el", "noto il")),
        ]  # fmt: skip

    def names(self, values: Values) -> list[str]:
        return []

    def settle(self, values: Values) -> None:
        """A month in words becomes its first day; what is no month stays, to be refused."""
        values["path"] = fold(values.get("path", "")).strip()
        if first := _first(values.get("month", "")):
            values["on"] = first
            values.pop("month")
        if "value" in values:
            values["value"] = float(values["value"])

    def judge(self, values: Values) -> Iterable[Remark]:
        if "month" in values or not values.get("on"):
            yield Remark("not_a_month", "month", {"value": values.get("month", "")})
            return
        try:
            market.check(values["on"], values["path"], values.get("known_on"))
        except Refused as refused:
            yield Remark(refused.code, refused.field or "on", {key: str(one) for key, one in refused.params.items()})

    def natural(self, values: Values) -> Hashable | None:
        if "path" not in values or not values.get("on") or not values.get("series"):
            return None  # refused before
        month, path = values["on"].replace(day=1), values["path"]
        return fold(values["series"].strip())[:80], month, path, values.get("known_on") or market.known_by_default(month, path)

    def match(self, keys: Collection[Hashable]) -> dict[Hashable, int]:
        names = {key[0] for key in keys}  # type: ignore[index]
        rows = MarketValue.objects.filter(series__name_key__in=names).values_list("series__name_key", "month", "path", "known_on", "id")
        return {key: pk for *parts, pk in rows if (key := tuple(parts)) in keys}

    def stored(self, ids: Collection[int]) -> dict[int, Values]:
        rows = MarketValue.objects.select_related("series").in_bulk(list(ids)).values()
        return {
            row.pk: {"series": row.series.name, "unit": row.series.unit, "on": row.month, "value": row.value, "path": row.path, "known_on": row.known_on}
            for row in rows
        }  # fmt: skip

    def create(self, rows: list[Values], *, by: "Actor") -> list[int]:
        return [row.pk for row in market.put_many([_told(row) for row in rows], by=by)]

    def update(self, changes: list[tuple[int, Values]], *, by: "Actor") -> None:
        stored = self.stored([pk for pk, _ in changes])
        self.create([stored[pk] | values for pk, values in changes], by=by)


def _first(text: str) -> dt.date | None:
    """The first day of a month such as 2026-03; none where the text is no month."""
    try:
        period = periods.parse(text, clock.today())
    except Refused:
        return None
    return period.since if period.grain == "month" else None


def _told(values: Values) -> Values:
    keys = {"series": "series", "month": "on", "unit": "unit", "path": "path", "known_on": "known_on"}
    return {key: values[name] for key, name in keys.items() if values.get(name)} | {"value": values["value"]}


LOADERS.add("market_value", MarketLoader)
