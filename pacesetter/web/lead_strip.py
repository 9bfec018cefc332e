"""The strip above the leads that wait: how many, and how the requests of the last 30 days were answered."""

import datetime as dt
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from pacesetter.core.metrics import Cell
from pacesetter.core.periods import span
from pacesetter.web import figures, formats
from pacesetter.web.lens import Lens
from pacesetter.web.request import Request

DAYS = 30


class Strip:
    """Asked only by the page that shows it; the parts that htmx fetches leave it alone."""

    def __init__(self, request: Request) -> None:
        self.lens = Lens(request, QueryDict(""))
        today = self.lens.reader.today
        self.period = span(today - dt.timedelta(days=DAYS - 1), today + dt.timedelta(days=1))

    @cached_property
    def cell(self) -> Cell:
        """The metric without its target, which is set for whole quarters."""
        reader = self.lens.reader
        return reader.cells(reader.ask("lead_response", (), None, None), self.period, None)[0]

    @property
    def median(self) -> str:
        return figures.says(self.cell) or figures.value(self.cell)

    @property
    def median_href(self) -> str:
        return self.lens.behind(self.cell, period=self.period)

    @cached_property
    def parts(self) -> list[dict[str, Any]]:
        """Within the promise, later, never: three shares that add up to one."""
        within, never = (float(self.cell.beside[name] or 0) for name in ("within", "never"))
        shares = (
            (within, "dpos", _("within the promise")),
            (max(0.0, 1 - within - never), "d3", _("later")),
            (never, "dneg", _("not answered")),
        )
        return [{"share": share, "dot": dot, "text": text, "said": formats.percent(share, 0)} for share, dot, text in shares]

    @property
    def bar(self) -> list[tuple[float, str]]:
        return [(part["share"], part["dot"]) for part in self.parts]
