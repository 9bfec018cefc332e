"""Deals: the table, the record, its stage and its closure."""

from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pacesetter.base import clock
from pacesetter.base.counts import Count
from pacesetter.core import conditions
from pacesetter.core.errors import Invalid, Refused
from pacesetter.core.labels import mark
from pacesetter.crm import choices, deals, health, totals
from pacesetter.crm.deal_parts import set_role
from pacesetter.crm.models.deals import CREDIT_KINDS, ROLES
from pacesetter.crm.models.pipelines import CATEGORIES
from pacesetter.web import board, chances, deal_parts, deal_spans, edits, formats, forms, lists, rails, records, timeline, toasts, words
from pacesetter.web.cells import SPECIAL
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request
from pacesetter.web.routes import page

DEAL = NOUNS["deal"]
RAIL = (
    "owner",
    "stage",
    "close_date",
    "amount",
    "annual_amount",
    "term_months",
    "type",
    "category",
    "competitor",
    "source",
    "sourced_by",
    "next_step",
    "next_step_on",
    "campaign",
)
CLOSED = ("name", "amount", "stage", "closed_on", "owner", "type", "lost_reason", "source")
LATE_STAGE = 60  # from this probability on the first button closes the deal
TABS = (
    ("timeline", mark("Timeline")),
    ("tasks", mark("Tasks")),
    ("people", mark("People")),
    ("lines", mark("Line items")),
    ("changes", mark("Changes")),
)


def _closed(tree: conditions.Tree) -> bool:
    if "all" in tree:
        return any(map(_closed, tree["all"]))
    value = tree.get("value", ())
    values = set(value) if isinstance(value, list) else {value}
    return tree.get("field") == "status" and tree.get("op") in ("=", "in") and values <= {"won", "lost"}


class DealList(lists.ListPage):
    """The table of deals with its sum bar; where only closed ones are asked for, it goes by the day on which they closed."""

    @cached_property
    def is_closed(self) -> bool:
        """Whether the condition lets nothing through but won or lost deals."""
        try:
            tree = conditions.parse(self.where)
        except Refused:  # the list itself says so
            return False
        return _closed(tree)

    @property
    def usual_sort(self) -> str:
        return "-closed_on" if self.is_closed else ""

    @property
    def usual_keys(self) -> tuple[str, ...]:
        return CLOSED if self.is_closed else super().usual_keys

    @cached_property
    def totals(self) -> totals.Totals:
        return totals.of_view(self.view, formats.today())

    @cached_property
    def count(self) -> Count:
        return Count(self.totals.count, self.totals.more, self.totals.as_of)

    @cached_property
    def sums(self) -> list[tuple[str, str, str]]:
        if self.totals.more:
            return []
        money = self.request.company.currency
        rows = [(_("Total"), self.totals.total), (_("Weighted"), self.totals.weighted), (_("Average"), self.totals.average)]
        shown = [(name, formats.money(value, money, compact=True), "") for name, value in rows]
        return [*shown, (_("Without rate"), formats.number(self.totals.unconverted), "")] if self.totals.unconverted else shown


class Timeline(DealList):
    """The same deals with a bar each along the months."""

    kept = "&layout=timeline"
    column_choices = ()

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return "name", "stage", "amount", "closed_on" if self.is_closed else "close_date", "span"

    @cached_property
    def axis(self) -> deal_spans.Axis:
        few = self.view.few is not None
        return deal_spans.Axis.of(self.view.brief, formats.today()) if few else deal_spans.Axis.longest(formats.today())

    @cached_property
    def heads(self) -> list[dict[str, Any]]:
        return [head | {"label": self.axis.head()} if head["key"] == "span" else head for head in super().heads]

    @cached_property
    def rows(self) -> list[SafeString]:
        deal_spans.draw(self.page.rows, self.axis)
        return super().rows


SPECIAL["deal", "span"] = lambda deal, looks: deal.span


def index(request: Request) -> HttpResponse:
    """The deals as a table, or along time."""
    kind, here = (Timeline, "timeline") if request.GET.get("layout") == "timeline" else (DealList, "table")
    return lists.index(request, "deal", kind, layouts=board.layouts(request, here))


def record(request: Request, pk: int) -> HttpResponse:
    """One deal: what happened, what is known, who takes part."""
    deal = DEAL.find(pk, request.actor)
    tab = request.GET.get("tab", "timeline")
    story = timeline.Timeline(request, DEAL, deal)
    tasks = timeline.tasks(request, "deal", deal)
    people = list(deal.people.select_related("contact"))
    state, good, against = health.of(deal, clock.now(), formats.today())
    shown = {
        "deal": deal, "may": DEAL.may_edit(deal, request.actor), "stages": _stages(deal), "story": story, "tab": tab, "tasks": tasks, "people": people,
        "tabs": _tabs(request, tab, {"tasks": len(tasks), "people": len(people)}), "rail": rails.facts(request, DEAL, deal, RAIL), "state": state,
        "good": [_(health.REASONS[k]) for k in good], "against": [_(health.REASONS[k]) for k in against], "criteria": _criteria(deal),
        "category": words.choice(CATEGORIES, deal.effective_category), "stage_category": words.choice(CATEGORIES, deal.stage.category),
        "first_closes": deal.stage.probability >= LATE_STAGE, "roles": [(key, _(label)) for key, label in ROLES],
        **_parts(request, deal, tab), "credits": _credits(deal), "seen": chances.of(request, deal), "noun": DEAL, "record": deal,
        "days_here": max(0, (clock.now() - deal.stage_since).days), "chance": formats.percent(deal.stage.probability / 100, 0),
    }  # fmt: skip
    return render(request, "deals/record.html", shown)


def _tabs(request: Request, here: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [{"text": _(label), "href": f"?tab={key}", "on": key == here, "count": counts.get(key) or None} for key, label in TABS]


def _stages(deal: Any) -> list[dict[str, Any]]:
    """The stepper: open stages in order, then the one that wins."""
    every = [stage for stage in choices.stages(deal.pipeline) if stage.type != "lost"]
    return [{"stage": s, "past": s.position < deal.stage.position and deal.status != "lost", "here": s.pk == deal.stage_id} for s in every]


def _criteria(deal: Any) -> list[dict[str, Any]]:
    """Exit criteria of the stage, each ticked or not."""
    return [
        {"key": one["key"], "label": forms.in_words(one["label"]), "met": one["key"] in deal.criteria_met}
        for one in deal.stage.exit_criteria
    ]


def _parts(request: Request, deal: Any, tab: str) -> dict[str, Any]:
    """Lines and credits, with their forms for those who may edit."""
    may = DEAL.may_edit(deal, request.actor)
    lines = list(deal.lines.select_related("product")) if tab == "lines" else []
    return {
        "lines": lines,
        "line_form": deal_parts.line_form(request, deal, lines) if may and tab == "lines" else None,
        "credit_form": deal_parts.credit_form(request, list(deal.credits.all())) if may else None,
    }


def _credits(deal: Any) -> list[dict[str, str]]:
    rows = deal.credits.select_related("user")
    return [{"name": c.user.name, "kind": words.choice(CREDIT_KINDS, c.kind), "share": formats.percent(c.share / 10000, 0)} for c in rows]


@require_POST
def stage(request: Request, pk: int) -> HttpResponse:
    """Move to another stage, from the stepper or the board."""
    deal = DEAL.find(pk, request.actor)
    to = edits.stage(request.POST.get("stage"))
    try:
        deals.move_stage(deal, to=to, by=request.actor)
        said = _("%(name)s moved to %(stage)s") % {"name": deal, "stage": forms.in_words(to.label)}
        toasts.add(request, said, undo=edits.undo_address(DEAL, pk))
    except Refused as refused:
        toasts.warn(request, words.refusal(refused))
    return board.answer(request) or redirect(edits.back(request, DEAL.url("record", pk)))


def closure(request: Request, pk: int) -> HttpResponse:
    """GET: ask for date and reason; POST: close the deal as won or lost."""
    deal = DEAL.find(pk, request.actor)
    request.actor.require("deal.close", deal)
    data = request.POST if request.method == "POST" else request.GET
    lost = data.get("result") == "lost"
    problem = None
    if request.method == "POST":
        try:
            _close(request, deal, lost)
            toasts.add(
                request,
                (_("%(name)s marked lost") if lost else _("%(name)s marked won")) % {"name": deal},
                undo=edits.undo_address(DEAL, pk),
            )
            return board.answer(request) or _leave(request, pk)
        except Refused as refused:
            problem = refused
            if request.htmx and request.htmx.target == "board":
                toasts.warn(request, words.refusal(refused))
                return board.answer(request) or _leave(request, pk)
    form = _closing_form(request, deal, lost)
    if problem:
        form.keep(request.POST).refuse(problem)
    shown = {"deal": deal, "lost": lost, "form": form, "part": "deals/closure.html"}
    return render(request, "deals/closure.html" if request.htmx else "sheet.html", shown, status=problem.status if problem else 200)


def _closing_form(request: Request, deal: Any, lost: bool) -> forms.Form:
    entries = [forms.Entry("on", _("Closed on"), "date", formats.today().isoformat(), required=True)]
    if lost:
        reasons = [(str(r.pk), forms.in_words(r.label)) for r in choices.lost_reasons()]
        entries.insert(0, forms.Entry("reason", _("Reason"), "choice", "", choices=reasons, autofocus=True, empty=_("Choose a reason")))
        entries.append(forms.Entry("note", _("What happened"), "text_area", ""))
    return forms.Form(entries)


def _close(request: Request, deal: Any, lost: bool) -> None:
    text = request.POST.get("on") or formats.today().isoformat()
    try:
        on = formats.date.fromisoformat(text)
    except ValueError:
        raise Invalid("wrong_type", field="on", value=text, type=_("date")) from None
    if not lost:
        deals.close_won(deal, on=on, by=request.actor)
        return
    reason = next((r for r in choices.lost_reasons() if str(r.pk) == request.POST.get("reason")), None)
    deals.close_lost(deal, reason=reason, on=on, note=request.POST.get("note", ""), by=request.actor)


def _leave(request: Request, pk: int) -> HttpResponse:
    return HttpResponse(headers={"HX-Refresh": "true"}) if request.htmx else redirect(DEAL.url("record", pk))


@require_POST
def reopening(request: Request, pk: int) -> HttpResponse:
    """Open a closed deal again."""
    deal = deals.reopen(DEAL.find(pk, request.actor), by=request.actor)
    toasts.add(request, _("%(name)s is open again") % {"name": deal}, undo=edits.undo_address(DEAL, pk))
    return redirect(DEAL.url("record", pk))


@require_POST
def criterion(request: Request, pk: int, key: str) -> HttpResponse:
    """Tick an exit criterion, or untick it."""
    deals.tick_criterion(DEAL.find(pk, request.actor), key=key, met=request.POST.get("met") == "on", by=request.actor)
    return redirect(DEAL.url("record", pk))


@require_POST
def role(request: Request, pk: int) -> HttpResponse:
    """Give a contact a role in the deal, or take them off."""
    contact = NOUNS["contact"].find(_contact(request), request.actor)
    set_role(DEAL.find(pk, request.actor), contact=contact, role=request.POST.get("role") or None, by=request.actor)
    toasts.add(request, _("People of the deal changed"))
    return redirect(DEAL.url("record", pk) + "?tab=people")


def _contact(request: Request) -> int:
    picked = request.POST.get("contact", "")
    if picked.isdigit():
        return int(picked)
    found = choices.search("contact", request.POST.get("contact_text", ""), request.actor, 1)
    if not found:
        raise Invalid("unknown_name", noun=words.noun("contact"), name=request.POST.get("contact_text", ""))
    return int(found[0].pk)


urls = [
    page("deals", index, "deals"),
    page("deals/board", board.show, "deals_board"),
    *records.urls_of("deal"),
    page("deals/<int:pk>", record, "deal_record"),
    page("deals/<int:pk>/stage", stage, "deal_stage"),
    page("deals/<int:pk>/closure", closure, "deal_closure"),
    page("deals/<int:pk>/reopening", reopening, "deal_reopening"),
    page("deals/<int:pk>/criteria/<str:key>", criterion, "deal_criterion"),
    *deal_parts.urls,
    page("deals/<int:pk>/contacts", role, "deal_contacts"),
]
