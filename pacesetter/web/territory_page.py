"""What the page of a territory plan shows: balance, territories, what moves, and the accounts of one of them."""

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pacesetter.base.models import HistoryEntry
from pacesetter.crm import choices
from pacesetter.planning import territory_accounts, territory_drafts, territory_figures, territory_plans
from pacesetter.planning.models import PlanAccount, PlanTerritory, TerritoryPlan
from pacesetter.planning.models.territories import APPROVED, DRAFT, PUBLISHED, SUBMITTED
from pacesetter.planning.territory_figures import Figures, Line, Move
from pacesetter.web import formats
from pacesetter.web.jobs import Shown
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import number
from pacesetter.web.territories import holds, state
from pacesetter.web.territory_map import Map, colour

BAND, REACH = 0.05, 0.5  # what is called balanced, and how far a bar reaches
ROWS, MOVES, CITIES, ENTRIES = 50, 12, 3, 8
LAYOUTS = ("table", "grid", "map")


class PlanPage:
    """One plan, as a request asks for it: a layout, a territory, those that move, a page of accounts, a plan beside."""

    def __init__(self, request: Request, plan: TerritoryPlan) -> None:
        self.request, self.actor, self.plan = request, request.actor, plan
        self.currency, self.state, self.holds = plan.currency, state(plan), holds(plan)
        asked = request.GET.get("layout", "")
        self.layout = asked if asked in LAYOUTS else LAYOUTS[0]
        self.moved = "moved" in request.GET
        self.here = reverse("territory_plan", args=[plan.pk])

    # what may be done ------------------------------------------------------------------------------
    @property
    def may_draw(self) -> bool:
        return self.plan.state == DRAFT and self.plan.made and self.may_plan

    @property
    def may_plan(self) -> bool:
        return self.actor.can("territory.plan")

    @property
    def may_approve(self) -> bool:
        return self.plan.state == SUBMITTED and self.actor.can("territory.publish")

    @property
    def may_publish(self) -> bool:
        """Publish an approved plan, or take a published one back."""
        return self.plan.state in (APPROVED, PUBLISHED) and self.actor.can("territory.publish") and self.actor.can("record.assign")

    @property
    def may_send_back(self) -> bool:
        mine = self.may_plan and self.plan.owner_id == self.actor.user_id
        return self.plan.state in (SUBMITTED, APPROVED) and (mine or self.actor.can("territory.publish"))

    @property
    def may_archive(self) -> bool:
        return self.may_plan and self.plan.state in (DRAFT, SUBMITTED, APPROVED)

    # its work --------------------------------------------------------------------------------------
    @cached_property
    def work(self) -> Shown | None:
        """The job that gathers, publishes or takes back, until it has ended well."""
        job = territory_plans.work_on(self.plan)
        return Shown(job) if job else None

    @property
    def may_open_work(self) -> bool:
        return bool(self.work and (self.work.job.user_id == self.actor.user_id or self.actor.can("job.all")))

    # its figures -----------------------------------------------------------------------------------
    @cached_property
    def figures(self) -> Figures:
        return Figures(self.plan, self.actor)

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        return [self._line(at, line) for at, line in enumerate(self._plain)]

    @cached_property
    def _plain(self) -> list[Line]:
        return self.figures.lines()

    def _line(self, at: int, line: Line) -> dict[str, Any]:
        sides = (line.now, line.plan)
        return {
            "line": line, "one": line.territory, "dot": f"d{colour(at)}", "href": self.at(territory=line.territory.pk), "on": line.territory == self.chosen,
            "accounts": [formats.number(side.accounts) for side in sides], "hours": [formats.number(side.workload, 0) for side in sides],
            "potential": [formats.money(side.potential, self.currency, compact=True) for side in sides], "km": [_km(side.km) for side in sides],
            "bars": [_bar(_("Workload"), line.now.workload_off, line.plan.workload_off), _bar(_("Potential"), line.now.potential_off, line.plan.potential_off)],
        }  # fmt: skip

    @property
    def total(self) -> dict[str, Any]:
        """The territories together."""
        sides = [[getattr(line, name) for line in self._plain] for name in ("now", "plan")]
        sums = [
            {key: sum(getattr(side, key) for side in column) for key in ("accounts", "workload", "potential", "km")} for column in sides
        ]
        return {"now": sums[0], "plan": sums[1], "moved": int(self.figures.moved.sum()), "km": [_km(column["km"]) for column in sums]}

    @property
    def spreads(self) -> list[tuple[str, str, str]]:
        """How far the heaviest territory lies above the lightest, by measure, now and in the plan, in points."""
        named = (("workload", _("Spread of workload")), ("potential", _("Spread of potential")))
        return [(name, *(self._spread(measure, side) for side in ("now", "plan"))) for measure, name in named]  # type: ignore[misc]

    def _spread(self, measure: str, side: str) -> str:
        share = territory_figures.spread([getattr(line, side) for line in self._plain], measure)
        return "–" if share is None else _("%(n)s pt") % {"n": formats.number(share * 100, 0)}

    @property
    def says(self) -> str:
        """How many accounts, and which."""
        count = len(self.figures.account)
        text = ngettext("%(n)s account", "%(n)s accounts", count) % {"n": formats.number(count)}
        return f"{text}, {self.plan.where}" if self.plan.where else text

    @property
    def moving(self) -> str:
        count, of = int(self.figures.moved.sum()), len(self.figures.account)
        return _("%(n)s of %(all)s accounts") % {"n": formats.number(count), "all": formats.number(of)}

    @cached_property
    def moves(self) -> list[dict[str, Any]]:
        return [self._move(one) for one in self.figures.moves()]

    @property
    def shown_moves(self) -> list[dict[str, Any]]:
        return self.moves[:MOVES]

    @property
    def more_moves(self) -> str:
        left = len(self.moves) - MOVES
        return ngettext("and %(n)s more move", "and %(n)s more moves", left) % {"n": formats.number(left)} if left > 0 else ""

    def _move(self, one: Move) -> dict[str, Any]:
        left = len(one.cities) - CITIES
        cities = [*one.cities[:CITIES], *([_("%(n)s more") % {"n": formats.number(left)}] if left > 0 else [])]
        count = ngettext("%(n)s account", "%(n)s accounts", len(one.accounts)) % {"n": formats.number(len(one.accounts))}
        facts = [count, _("%(n)s h") % {"n": formats.number(one.workload, 0)}, formats.money(one.potential, self.currency, compact=True)]
        deals = ngettext("%(n)s open deal, %(amount)s", "%(n)s open deals, %(amount)s", one.deals) % {
            "n": formats.number(one.deals),
            "amount": formats.money(one.pipeline, self.currency, compact=True),
        }
        return {
            "cities": formats.listed(cities), "before": self.end(one.before), "after": self.end(one.after),
            "facts": " · ".join(facts), "deals": deals if one.deals else "",
        }  # fmt: skip

    def end(self, one: PlanTerritory | None) -> dict[str, str]:
        """A territory as a dot and a name."""
        dots = {line["one"].pk: line["dot"] for line in self.lines}
        return {"name": one.name if one else _("No territory"), "dot": dots.get(one.pk, "") if one else ""}

    # layouts ---------------------------------------------------------------------------------------
    @property
    def layouts(self) -> list[dict[str, Any]]:
        named = {"table": (_("Table"), "table"), "grid": (_("Grid"), "layout-grid"), "map": (pgettext("territory", "Map"), "map")}
        return [{"text": text, "icon": icon, "href": self.at(layout=key), "on": key == self.layout} for key, (text, icon) in named.items()]

    @cached_property
    def map(self) -> Map:
        return Map(self.figures)

    def at(self, **changes: Any) -> str:
        """The page with something else chosen; what is not named stays, but for the page of accounts."""
        kept = {
            "layout": self.layout if self.layout != LAYOUTS[0] else "",
            "territory": self.request.GET.get("territory", ""),
            "moved": "1" if self.moved else "",
        }
        if changes.keys() & {"territory", "moved"}:
            kept |= {"territory": "", "moved": ""}
        query = "&".join(f"{key}={value}" for key, value in (kept | changes).items() if value != "")
        return f"{self.here}?{query}" if query else self.here

    # accounts --------------------------------------------------------------------------------------
    @cached_property
    def chosen(self) -> PlanTerritory | None:
        asked = number(self.request.GET.get("territory", ""))
        return self.figures.by_id.get(asked) if asked else None

    @property
    def nowhere(self) -> bool:
        return self.request.GET.get("territory") == str(territory_accounts.NOWHERE)

    @cached_property
    def rows(self) -> territory_accounts.Page:
        asked = territory_accounts.NOWHERE if self.nowhere else self.chosen.pk if self.chosen else None
        found = territory_accounts.of(self.plan, by=self.actor, territory=asked, moved=self.moved)
        return territory_accounts.page(found, cursor=self.request.GET.get("cursor", ""), size=ROWS)

    @property
    def accounts(self) -> list[dict[str, Any]]:
        return [self._account(row) for row in self.rows.rows]

    def _account(self, row: PlanAccount) -> dict[str, Any]:
        money = [formats.money(value, self.currency, compact=True) for value in (row.potential, row.potential_low, row.potential_high)]
        return {
            "row": row, "now": self.end(row.current), "plan": self.end(row.place), "moves": row.current_id != row.place_id, "potential": money[0],
            "range": _("%(share)s range: %(low)s to %(high)s") % {"share": formats.percent(0.8, 0), "low": money[1], "high": money[2]} if row.potential_source == "estimated" else _("stated"),
            "hours": formats.number(row.workload, 0),
        }  # fmt: skip

    @property
    def about(self) -> str:
        """What the table of accounts holds."""
        if self.nowhere:
            return _("Accounts in no territory")
        if self.moved:
            return _("Accounts that move")
        return _("Accounts of %(name)s") % {"name": self.chosen.name} if self.chosen else _("All accounts")

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Which accounts are listed: all, those that move, those in no territory."""
        homeless = bool((self.figures.place == territory_accounts.NOWHERE).any())
        found = [(_("All"), self.at(territory=""), not (self.moved or self.nowhere or self.chosen))]
        found += [(self.chosen.name, self.at(territory=self.chosen.pk), True)] if self.chosen else []
        found.append((_("Moved"), self.at(moved=1), self.moved))
        found += [(_("No territory"), self.at(territory=0), self.nowhere)] if homeless or self.nowhere else []
        return [{"text": text, "href": f"{href}#accounts", "on": on} for text, href, on in found]

    @property
    def more(self) -> str:
        return (
            self.at(territory=self.request.GET.get("territory", ""), moved="1" if self.moved else "", cursor=self.rows.next) + "#accounts"
            if self.rows.next
            else ""
        )

    # what was done, and another plan ---------------------------------------------------------------
    @cached_property
    def entries(self) -> list[dict[str, Any]]:
        rows = list(territory_drafts.entries(self.plan)[:ENTRIES])
        names = choices.names(row.user_id for row in rows if row.user_id)
        undone = {row.data.get("undone") for row in rows}
        return [
            {"row": row, "text": done(row), "who": names.get(row.user_id or 0, ""), "undo": self.undo(row) if self.may_draw and row.pk not in undone else ""}
            for row in rows
        ]  # fmt: skip

    def undo(self, row: HistoryEntry) -> str:
        """Where a click on Undo goes; nowhere for what is no move."""
        moves = row.kind == territory_drafts.MOVED and row.data.get("count") and not row.data.get("undone")
        return reverse("territory_undo", args=[self.plan.pk, row.pk]) if moves else ""

    @cached_property
    def others(self) -> list[TerritoryPlan]:
        return list(territory_plans.visible_to(self.actor).filter(made=True).exclude(pk=self.plan.pk)[:ROWS])

    @cached_property
    def beside(self) -> dict[str, Any] | None:
        """How another plan differs."""
        asked = number(self.request.GET.get("with", ""))
        other = next((one for one in self.others if one.pk == asked), None)
        if other is None:
            return None
        found = territory_figures.compare(self.plan, other)
        text = _("%(differ)s of %(all)s shared accounts lie elsewhere or with another owner; %(here)s are only here, %(there)s only there.")
        numbers = {"differ": len(found["differ"]), "all": found["accounts"], "here": found["only"][0], "there": found["only"][1]}
        return {"other": other, "text": text % {key: formats.number(value) for key, value in numbers.items()}}


def _bar(name: str, now: float | None, plan: float | None) -> dict[str, Any]:
    """A line of the balance: from −50 % to +50 % of what a territory's capacity asks for."""
    text = "–" if plan is None else formats.signed(formats.percent(plan, 1), plan > 0)
    off = plan is not None and abs(plan) > BAND
    return {"name": name, "now": _place(now), "plan": _place(plan), "text": text, "off": off, "low": _place(-BAND), "high": _place(BAND)}


def _km(value: float) -> str:
    return formats.number(round(value), compact=True)


def _place(off: float | None) -> str:
    return "" if off is None else f"{(max(-1.0, min(1.0, off / REACH)) + 1) * 50:.1f}%"


def done(row: HistoryEntry) -> str:
    """One entry of a plan in words."""
    kind, count = row.kind.rpartition(".")[2], int(row.data.get("count", 0))
    if row.kind == territory_drafts.MOVED:
        n = {"n": formats.number(count)}
        if row.data.get("undone"):
            return ngettext("%(n)s account put back", "%(n)s accounts put back", count) % n
        return ngettext("%(n)s account moved", "%(n)s accounts moved", count) % n
    if kind == "drawn":
        told = row.data.get("added") or row.data.get("removed") or row.data.get("name") or ""
        said = _("Territory added: %(name)s") if "added" in row.data else _("Territory removed: %(name)s") if "removed" in row.data else _("Territory changed: %(name)s")  # fmt: skip
        return said % {"name": told}
    known = {
        "created": pgettext("territory", "Begun"), "edited": _("Changed"), "pinned": _("Accounts pinned or let go"), "held": _("Accounts held or let go"),
        "draft": _("Sent back"), "submitted": _("Submitted"), "approved": _("Approved"), "published": _("Published"),
        "archived": _("Archived"), "withdrawn": _("Taken back"),
    }  # fmt: skip
    reason = row.data.get("reason", "")
    return f"{known.get(kind, kind)}: {reason}" if reason else known.get(kind, kind)
