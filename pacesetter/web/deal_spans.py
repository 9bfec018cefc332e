"""Deals along time, the third layout of their list: a bar from the day a deal began to the day it closes."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Max, Min
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.core.periods import add_months, span
from pacesetter.crm import slips
from pacesetter.web import formats
from pacesetter.web.templatetags import ui

LONGEST = 24  # months on the axis
AHEAD = 12
CLOSE_LABELS = 13  # up to so many months each one is named, beyond it each quarter
BESIDE = (-10, 5)  # per cent around today's line in which its own word leaves no room for a month's


@dataclass(frozen=True)
class Axis:
    """Whole months `[since, until)`, and places on them in per cent."""

    since: dt.date
    until: dt.date
    today: dt.date

    @classmethod
    def of(cls, rows: Any, today: dt.date) -> "Axis":
        """The months that the rows span: at most twelve ahead, at most twenty-four in all."""
        found = rows.order_by().aggregate(first=Min("created_on"), due=Max("close_date"), closed=Max("closed_on"))
        last = min(max(filter(None, (found["due"], found["closed"], today))), add_months(today, AHEAD))
        until = add_months(last.replace(day=1), 1)
        first = min(found["first"] or today, add_months(until, -3))
        return cls(max(first.replace(day=1), add_months(until, -LONGEST)), until, today)

    @classmethod
    def longest(cls, today: dt.date) -> "Axis":
        """As many months as an axis has; very many rows span more."""
        until = add_months(today.replace(day=1), AHEAD + 1)
        return cls(add_months(until, -LONGEST), until, today)

    def at(self, day: dt.date) -> float:
        """A day's place; days beyond the ends stand at the end."""
        share = (day - self.since).days / (self.until - self.since).days
        return round(min(1.0, max(0.0, share)) * 100, 2)

    @cached_property
    def months(self) -> list[dt.date]:
        """The months that are named."""
        every = [part.since for part in span(self.since, self.until).parts("month")]
        return every if len(every) <= CLOSE_LABELS else [day for day in every if day.month % 3 == 1]

    @property
    def style(self) -> str:
        """A line where each named month begins, and today's."""
        lines = [f"linear-gradient(to right,#0000 {self.at(m)}%,var(--line) 0 calc({self.at(m)}% + 1px),#0000 0)" for m in self.months]
        return f"--lines:{','.join(lines)};--now:{self.at(self.today)}%"

    def head(self) -> SafeString:
        """The names of the months above their lines; January is called by its year."""
        now, (before, after) = self.at(self.today), BESIDE
        far = [day for day in self.months if not before < self.at(day) - now < after]
        names = [(self.at(day), str(day.year) if day.month == 1 else formats.month(day)) for day in far]
        said = format_html_join("", '<small style="--a:{}%">{}</small>', names)
        return format_html(
            '<span class="sr">{}</span><span class="tl" aria-hidden="true">{}<b>{}</b></span>', _("Timeline"), said, _("Today")
        )

    def bar(self, deal: Any, given_up: list[dt.date]) -> SafeString:
        """One deal: its bar, the days it is late by, and the close dates it left behind."""
        marks = format_html_join("", '<u style="--a:{}%"></u>', [(self.at(day),) for day in given_up])
        pieces = [(tone, self.at(since), round(max(0.0, self.at(until) - self.at(since)), 2)) for tone, since, until in self._pieces(deal)]
        drawn = format_html_join("", '<i class="{}" style="--a:{}%;--w:{}%"></i>', pieces)
        said = " · ".join(self._says(deal))
        return format_html('<span class="tl" title="{}"><span class="sr">{}</span>{}{}</span>', said, said, drawn, marks)

    def _pieces(self, deal: Any) -> Iterator[tuple[str, dt.date, dt.date]]:
        end = deal.closed_on or deal.close_date
        yield ui.stage_dot(deal.stage) if end else "loose", deal.created_on or end or self.today, end or self.today
        if self._is_late(deal):
            yield "late", deal.close_date, self.today

    def _is_late(self, deal: Any) -> bool:
        return deal.status == "open" and deal.close_date is not None and deal.close_date < self.today

    def _says(self, deal: Any) -> Iterator[str]:
        if deal.created_on:
            yield _("since %(day)s") % {"day": formats.day(deal.created_on, year=True)}
        if deal.closed_on:
            yield _("closed on %(day)s") % {"day": formats.day(deal.closed_on, year=True)}
        else:
            yield _("closes on %(day)s") % {"day": formats.day(deal.close_date, year=True)} if deal.close_date else _("no close date")
        if self._is_late(deal):
            late = (self.today - deal.close_date).days
            yield ngettext("%(count)s day late", "%(count)s days late", late) % {"count": formats.number(late)}
        if deal.slips:
            yield ui.slipped(deal.slips)


def draw(deals: list[Any], axis: Axis) -> None:
    """Give each deal of a page its bar."""
    given_up = slips.left_behind(deal.pk for deal in deals)
    for deal in deals:
        deal.span = axis.bar(deal, given_up.get(deal.pk, []))
