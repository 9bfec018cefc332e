"""The board of open deals: a column per stage, moved by mouse, by keys or by menu."""

from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from pacesetter.base import keyset
from pacesetter.crm import choices, totals
from pacesetter.web import formats, lists
from pacesetter.web.cards import card
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request, wants
from pacesetter.web.templatetags import ui

CARDS = 25
SOME_ID, SOME_NAME = 987_654_321, "\ue000"


class Board(lists.ListPage):
    """The open deals of one pipeline that fulfil the address."""

    def __init__(self, request: Request, get: QueryDict | None = None) -> None:
        super().__init__(request, NOUNS["deal"])
        self.get = get if get is not None else request.GET
        self._menus: dict[int, str] = {}
        self.pipelines = choices.pipelines()
        asked = self.get.get("pipeline", "")
        self.pipeline = next((p for p in self.pipelines if str(p.pk) == asked), self.pipelines[0] if self.pipelines else None)
        self.stages = [s for s in choices.stages(self.pipeline) if s.type == "open"] if self.pipeline else []

    @cached_property
    def where(self) -> str:
        stages = ", ".join(str(stage.pk) for stage in self.stages)
        own = f"status = open and stage in ({stages or 0})"  # not the pipeline: its index leads to closed deals too
        return f"{super().where} and {own}" if super().where else own

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Head and cards of each open stage."""
        sums = totals.by_stage(self.view, formats.today())
        cards: dict[int, list[Any]] = {}
        for deal in self._first():
            cards.setdefault(deal.stage_id, []).append(self.card(deal))
        return [self._column(stage, self._sums(sums, stage, cards), cards.get(stage.pk, [])) for stage in self.stages]

    def _sums(self, sums: dict[int, totals.Totals] | None, stage: Any, cards: dict[int, list[Any]]) -> totals.Totals:
        if sums is None:
            return totals.Totals(len(cards.get(stage.pk, [])), more=True)
        return sums.get(stage.pk, totals.Totals())

    def _first(self) -> list[Any]:
        """The first cards of every column, close dates first."""
        ids = self._of_few() if self.view.few is not None else self._of_many()
        found = self.listing.model.objects.visible_to(self.request.actor).select_related("account", "owner").in_bulk(ids)
        stages = {stage.pk: stage for stage in self.stages}
        for deal in found.values():
            deal.stage = stages[deal.stage_id]
        return [found[pk] for pk in ids]

    def _of_few(self) -> list[int]:
        order = [F("close_date").asc(nulls_last=True), "pk"]
        numbered = self.view.brief.order_by().annotate(place=Window(RowNumber(), partition_by="stage_id", order_by=order))
        return list(numbered.filter(place__lte=CARDS).order_by("stage_id", "place").values_list("pk", flat=True))

    def _of_many(self) -> list[int]:
        """A query per column, each of which walks an index no further than its cards."""
        columns = (keyset.read(self.view.walked.filter(stage=stage), "close_date", size=CARDS) for stage in self.stages)
        return [pk for column in columns for pk, _day in column]

    def _column(self, stage: Any, sums: totals.Totals, cards: list[Any]) -> dict[str, Any]:
        money = self.request.company.currency
        return {
            "stage": stage, "count": formats.number(sums.count) + ("+" if sums.more else ""), "sum": "" if sums.more else formats.money(sums.total, money, compact=True), "cards": cards, "left": sums.count - len(cards),
            "as_of": formats.clock_time(sums.as_of) if sums.as_of else "",
            "weighted": "" if sums.more else formats.money(sums.weighted, money, compact=True), "probability": formats.percent(stage.probability / 100, 0),
            "all": f"{reverse('deals')}?view=open&stage={stage.pk}", "dot": ui.stage_dot(stage),
        }  # fmt: skip

    def card(self, deal: Any) -> SafeString:
        """One card."""
        may = self.noun.may_edit(deal, self.request.actor)
        return card(deal, self.looks.moment, menu=self.menu(deal) if may else "")

    def menu(self, deal: Any) -> SafeString:
        """Where a card may go. Made once per column and filled in for each card: the same forms a hundred times were half the page's work."""
        made = self._menus.get(deal.stage_id)
        if made is None:
            stands = {"pk": SOME_ID, "name": SOME_NAME, "stage_id": deal.stage_id}
            made = self._menus[deal.stage_id] = render_to_string("deals/card_menu.html", {"deal": stands, "list": self}, self.request)
        return mark_safe(made.replace(str(SOME_ID), str(deal.pk)).replace(SOME_NAME, escape(deal.name)))

    @property
    def tabs(self) -> list[dict[str, Any]]:  # type: ignore[override]
        """The views of open deals, as board."""
        here = self.preset.key if self.preset else ""
        return [
            {"text": _(p.label), "href": f"{reverse('deals_board')}?view={p.key}", "on": p.key == here}
            for p in self.listing.presets
            if "status = open" in p.where
        ]


def layouts(request: Request, here: str) -> list[dict[str, Any]]:
    """The switch between the layouts: table and timeline keep the whole address, the board its view."""
    kept = request.GET.copy()
    for name in ("cursor", "layout", "pipeline"):
        kept.pop(name, None)
    view = f"?view={kept['view']}" if kept.get("view") else ""
    table, line = kept.urlencode(), kept.copy()
    line["layout"] = "timeline"
    return [
        {"text": _("Table"), "href": f"{reverse('deals')}?{table}".rstrip("?"), "on": here == "table", "icon": "table"},
        {"text": _("Board"), "href": reverse("deals_board") + view, "on": here == "board", "icon": "kanban"},
        {"text": _("Timeline"), "href": f"{reverse('deals')}?{line.urlencode()}", "on": here == "timeline", "icon": "chart-gantt"},
    ]


def show(request: Request) -> HttpResponse:
    """The board as a page, or the part htmx asked for."""
    template = "deals/board_part.html" if wants(request, "board") else "deals/board.html"
    return render(request, template, {"list": Board(request), "layouts": layouts(request, "board")})


def answer(request: Request) -> HttpResponse | None:
    """The board again after something moved on it; None when another page asked."""
    came = urlsplit(request.headers.get("HX-Current-URL", ""))
    if not request.htmx or came.path != reverse("deals_board"):
        return None
    if request.htmx.target == "sheet":  # the lost dialog stands above the board
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "deals/board_part.html", {"list": Board(request, QueryDict(came.query))})
