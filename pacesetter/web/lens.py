"""What a page of numbers looks at: period, team, segment and comparison, all from its address."""

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.analytics import numbers
from pacesetter.base import fields, warehouse
from pacesetter.base.warehouse import plans
from pacesetter.core import metrics
from pacesetter.core.errors import Invalid
from pacesetter.core.metrics import METRICS, Cell
from pacesetter.core.metrics.tables import TIMES
from pacesetter.core.periods import Period, containing, span
from pacesetter.crm import choices
from pacesetter.planning import forecasts
from pacesetter.planning.models import ForecastRow
from pacesetter.web import figures, formats
from pacesetter.web.request import Request

PERIODS = ("this_month", "this_quarter", "last_quarter", "next_quarter", "this_year", "last_year")
NARROWINGS = ("team", "segment")
COMPARISONS = ("same_day", "full", "none")


class Lens:
    """One reader, one period, one comparison for all the numbers of a page."""

    def __init__(self, request: Request, query: QueryDict | None = None) -> None:
        self.request, self.actor = request, request.actor
        self.get: dict[str, str] = {name: str(value) for name, value in (request.GET if query is None else query).items()}
        self.reader = numbers.Reader(request.actor, _version(self.get.get("version", "")))
        self.period = self.reader.period(self.get.get("period") or "this_quarter")
        self.as_of = _day(self.get.get("as_of", ""))
        asked = self.get.get("compare", "same_day")
        self.variants = {name[2:]: option for name, option in self.get.items() if name.startswith("v.") and option}
        self.compare: Any = asked if asked in COMPARISONS else "same_day"

    @property
    def day(self) -> dt.date:
        return self.as_of or self.reader.today

    def where(self, key: str, variants: Mapping[str, str] | None = None) -> str:
        """The condition of the chosen team and segment, as far as the metric knows them."""
        asked = {name: self.get[name] for name in NARROWINGS if self.get.get(name)}
        known = metrics.dimensions(plans.columns(metrics.bare(key, variants or {}))) if asked else []
        return " and ".join(f'{name} = "{value.replace(chr(34), "")}"' for name, value in asked.items() if name in known)

    def measure(
        self,
        key: str,
        *,
        period: Period | str | None = None,
        dims: tuple[str, ...] = (),
        compare: bool = True,
        variants: Mapping[str, str] | None = None,
    ) -> list[Cell]:
        """Cells of a metric under this lens."""
        return numbers.measure(
            key, by=self.actor, period=period or self.period, dims=dims, where=self.where(key, variants), as_of=self.as_of,
            variants=variants, compare=self.compare if compare and self.compare != "none" else None, reader=self.reader,
        )  # fmt: skip

    def cell(self, key: str, **asked: Any) -> Cell:
        """The one number of a metric."""
        return self.measure(key, **asked)[0]

    def trend(self, key: str, *, grain: Any = "month", count: int = 8, variants: Mapping[str, str] | None = None) -> list[Cell]:
        """The metric over the last months."""
        return numbers.trend(
            key,
            by=self.actor,
            period=self.period,
            grain=grain,
            count=count,
            where=self.where(key, variants),
            variants=variants,
            reader=self.reader,
        )

    def records(
        self, key: str, *, cell: dict[str, Any], reason: str | None = None, variants: Mapping[str, str] | None = None
    ) -> list[numbers.Record]:
        """The rows behind a cell."""
        return numbers.records(
            key, by=self.actor, period=self.period, cell=cell, reason=reason, where=self.where(key, variants), as_of=self.as_of,
            variants=variants, reader=self.reader,
        )  # fmt: skip

    @cached_property
    def expected(self) -> ForecastRow | None:
        """What the model expects of this period for what is looked at now; it knows no segments, and past days have their own page."""
        if self.get.get("segment") or self.as_of or self.reader.today not in self.period:
            return None
        team = self.get.get("team", "")
        row = forecasts.whole(self.period, by=self.actor, team=int(team) if team.isdecimal() else None)
        return row if row and row.currency == self.reader.currency else None

    # addresses ----------------------------------------------------------------------------------
    @cached_property
    def asked(self) -> dict[str, str]:
        """The part of the address that all pages of numbers share."""
        return {name: self.get[name] for name in ("period", *NARROWINGS, "compare") if self.get.get(name)}

    def to(self, name: str, *args: Any, **more: str) -> str:
        """The address of a page of numbers under the same lens."""
        return _address(reverse(name, args=args), self.asked | more)

    def metric(self, key: str, **more: str) -> str:
        return self.to("metric", key, **more)

    def behind(self, cell: Cell, *, only: str = "", period: Period | None = None) -> str:
        """The records behind a cell: metric, period, day, cell, variants and the version of the extracts."""
        keys = {f"by.{name}": _key(value) for name, value in cell.key.items() if name not in TIMES}
        options = {f"v.{name}": option for name, option in chosen(cell).items()}
        time = next((name for name in cell.key if name in TIMES), None)
        part = self._part(cell, time) if time else period or self.period
        stamp = {"version": str(self.reader.version.version), "period": part.label, "as_of": (cell.as_of or self.day).isoformat()}
        return self.to("metric_records", cell.metric, **keys, **options, **stamp, **({"only": only} if only else {}))

    def _part(self, cell: Cell, grain: Any) -> Period:
        """The month, quarter or year that a cell stands for, as far as it was asked for."""
        whole = containing(cell.key[grain], grain, self.reader.fiscal_start)
        since, until = max(whole.since, cell.since or whole.since), min(whole.until, cell.until or whole.until)
        return whole if (since, until) == (whole.since, whole.until) else span(since, until)

    # chips --------------------------------------------------------------------------------------
    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """The row of choices above the numbers: each option is a link with the rest of the address kept."""
        shared = [] if self.actor.level == "own" else [self._teams()]
        return [self._periods(), *shared, self._segments(), self._comparisons()]

    def _periods(self) -> dict[str, Any]:
        options = [(text, figures.period(self.reader.period(text))) for text in PERIODS]
        return self._chip("period", "calendar", _("Period"), figures.period(self.period), options, self.get.get("period") or "this_quarter")

    def _teams(self) -> dict[str, Any]:
        teams = choices.LISTS["team"](self.actor, formats.locale().language)
        options = [("", _("All teams")), *((str(pk), name) for pk, name in teams)]
        return self._chip("team", "users", _("Team"), "", options, self.get.get("team", ""))

    def _segments(self) -> dict[str, Any]:
        listed = fields.choices(fields.of("account")["segment"], formats.locale().language, _)
        return self._chip("segment", "layers", _("Segment"), "", [("", _("All segments")), *listed], self.get.get("segment", ""))

    def _comparisons(self) -> dict[str, Any]:
        before = figures.period(self.period.previous())
        words = {
            "same_day": _("Same day of %(period)s") % {"period": before},
            "full": _("All of %(period)s") % {"period": before},
            "none": _("No comparison"),
        }
        return self._chip("compare", "git-compare-arrows", _("Compare"), "", list(words.items()), self.compare) | {
            "lit": self.compare != "none"
        }

    def _chip(self, name: str, icon: str, about: str, shown: str, options: list[tuple[str, str]], chosen: str) -> dict[str, Any]:
        items = [{"text": text, "href": self.with_(**{name: key}), "on": key == chosen} for key, text in options]
        current = shown or next((text for key, text in options if key == chosen), chosen)
        return {"name": name, "icon": icon, "about": about, "text": current, "items": items, "lit": name in NARROWINGS and bool(chosen)}

    def with_(self, **changes: str) -> str:
        """This page's address with some choices changed."""
        params = {key: value for key, value in self.get.items() if key not in changes and key not in ("w", "plain")}
        return _address(self.request.path, params | {name: value for name, value in changes.items() if value})

    # sentences ----------------------------------------------------------------------------------
    @property
    def where_we_are(self) -> str:
        """Quarter day 52 of 92."""
        day, whole = self.period.day_number(self.day), self.period.days
        if not 0 < day <= whole or self.day not in self.period:
            return ""
        words = {"quarter": _("Quarter day %(day)s of %(days)s."), "month": _("Day %(day)s of %(days)s of the month.")}
        return words.get(self.period.grain, _("Day %(day)s of %(days)s.")) % {"day": day, "days": whole}

    @property
    def compared(self) -> str:
        """What the difference is with, in words."""
        before = figures.period(self.period.previous())
        return (
            {"same_day": _("same day of %(period)s"), "full": _("all of %(period)s")}.get(self.compare, "") % {"period": before}
            if self.compare != "none"
            else ""
        )

    @property
    def before(self) -> str:
        """The period compared with, short."""
        return figures.period(self.period.previous())

    @property
    def fresh(self) -> dt.datetime:
        return self.reader.version.instant


def chosen(cell: Cell) -> dict[str, str]:
    """The options of a number that are not the default."""
    return {name: option for name, option in cell.variants.items() if option != _default(cell.metric, name)}


def _default(metric: str, name: str) -> str:
    general = {"rates": "plan", "teams": "then"}
    return general.get(name) or METRICS[metric].defaults.get(name, "")


def _key(value: Any) -> str:
    return "-" if value is None else value.isoformat() if isinstance(value, dt.date) else str(value)


def _address(path: str, params: dict[str, str]) -> str:
    return f"{path}?{urlencode(params)}" if params else path


def _version(text: str) -> warehouse.Manifest | None:
    """The version of the extracts that a link names, as long as it is kept."""
    return warehouse.kept(int(text)) if text.isdecimal() else None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("wrong_type", field="as_of", value=text, type="date") from None
