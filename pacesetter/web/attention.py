"""The findings of the overview in words, each with the records it opens."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.analytics import attention, numbers
from pacesetter.analytics.attention import Finding
from pacesetter.base.teams import members_on
from pacesetter.core.metrics import Cell
from pacesetter.core.periods import Period
from pacesetter.crm.models import Deal
from pacesetter.planning import warnings
from pacesetter.planning.models import StandingWarning
from pacesetter.web import figures, formats
from pacesetter.web.call_sheet import Calls
from pacesetter.web.forecast_warnings import Said
from pacesetter.web.lens import Lens

LOOKS = {
    "slipped": ("calendar-x", "neg"),
    "overdue": ("calendar-clock", "warn"),
    "unanswered": ("timer", "warn"),
    "coverage": ("trending-up", ""),
}


def of(lens: Lens, late: Cell, past: Period) -> list[dict[str, Any]]:
    """What needs attention, in words."""
    needed = numbers.needed_coverage(by=lens.actor, period=lens.period, reader=lens.reader)
    found = [attention.slipped(lens.cell), attention.overdue(late), attention.unanswered(lens.cell), attention.coverage(lens.cell, needed)]
    rows = [_row(lens, finding, past, needed) for finding in found if finding]
    return _warned(lens) + rows + _silent(lens) + _largest(lens)


def _row(lens: Lens, finding: Finding, past: Period, needed: Any) -> dict[str, Any]:
    icon, tone = LOOKS[finding.key]
    text, note = SAYS[finding.key](lens, finding, needed)
    period = past if finding.key == "overdue" else None
    href = lens.metric("coverage") if finding.key == "coverage" else lens.behind(finding.cell, only=finding.only, period=period)
    return {"icon": icon, "tone": tone, "text": text, "note": note, "href": href}


def _money(lens: Lens, finding: Finding) -> str:
    return figures.said("money", finding.amount, lens.reader.currency)


def _slipped(lens: Lens, finding: Finding, needed: Any) -> tuple[str, str]:
    words = {"n": formats.number(finding.count), "period": figures.period(lens.period)}
    text = ngettext("%(n)s deal slipped out of %(period)s", "%(n)s deals slipped out of %(period)s", finding.count) % words
    return text, _("%(amount)s, %(share)s of what was due") % {
        "amount": _money(lens, finding),
        "share": formats.percent(finding.cell.value, 0),
    }


def _overdue(lens: Lens, finding: Finding, needed: Any) -> tuple[str, str]:
    text = ngettext("%(n)s open deal is overdue", "%(n)s open deals are overdue", finding.count) % {"n": formats.number(finding.count)}
    return text, _("%(amount)s, not in the coverage") % {"amount": _money(lens, finding)}


def _unanswered(lens: Lens, finding: Finding, needed: Any) -> tuple[str, str]:
    text = ngettext("%(n)s lead is over the promise", "%(n)s leads are over the promise", finding.count) % {
        "n": formats.number(finding.count)
    }
    return text, _("of %(n)s that asked in %(period)s") % {"n": formats.number(finding.cell.n), "period": figures.period(lens.period)}


def _coverage(lens: Lens, finding: Finding, needed: Any) -> tuple[str, str]:
    text = _("Coverage is %(value)s") % {"value": figures.value(finding.cell)}
    return text, _("%(needed)s needed from this day on, %(amount)s short") % {
        "needed": figures.said("ratio", needed),
        "amount": _money(lens, finding),
    }


SAYS = {"slipped": _slipped, "overdue": _overdue, "unanswered": _unanswered, "coverage": _coverage}


def _warned(lens: Lens) -> list[dict[str, Any]]:
    """What the newest forecast warns of in its quarter: the plan of whoever is looked at, and deals likely to slip out of it."""
    if lens.get.get("segment") or lens.as_of or lens.reader.today not in lens.period:
        return []
    team = int(lens.get["team"]) if lens.get.get("team", "").isdecimal() else None
    rows = [
        row for row in warnings.standing(by=lens.actor) if (row.warning.since, row.warning.until) == (lens.period.since, lens.period.until)
    ]
    plans = [_plan(row) for row in rows if _is_looked_at(lens, row, team)]
    return plans + _slipping([row for row in rows if row.warning.deal_id], lens, team)


def _is_looked_at(lens: Lens, row: StandingWarning, team: int | None) -> bool:
    """The company for those who see all of it, teams for those who lead them, oneself; or the team that was asked for."""
    one = row.warning
    if one.deal_id is not None or team is not None:
        return one.team_id is not None and one.team_id == team
    if lens.actor.level == "all":
        return one.user_id is None and one.team_id is None
    return one.team_id is not None or one.user_id == lens.actor.user_id


def _plan(row: StandingWarning) -> dict[str, Any]:
    """A plan above what is likely to come: out of the range of 80 %, or within."""
    said = Said(row)
    out = row.facts["p90"] < row.facts["plan"]
    text = _("The plan of %(plan)s is out of likely reach") if out else _("The plan of %(plan)s is at risk")
    note = _("%(chance)s chance: %(mean)s expected, likely %(low)s – %(high)s") % {"chance": said.chance, "mean": said.money("mean"), "low": said.money("p10"), "high": said.money("p90")}  # fmt: skip
    whose = f"{said.name}: " if row.warning.team_id else ""
    return {
        "icon": "triangle-alert", "tone": "neg" if out else "warn", "text": text % {"plan": said.money("plan")}, "note": whose + note,
        "href": f"{reverse('forecast_warnings')}#{row.warning.kind}",
    }  # fmt: skip


def _slipping(rows: list[StandingWarning], lens: Lens, team: int | None) -> list[dict[str, Any]]:
    """Deals likely to slip, of the team that is looked at."""
    if team is not None:
        people = members_on(lens.reader.today).get(team, (set(), []))[1]
        mine = {pk for pk, deal in warnings.deals_of(rows, by=lens.actor).items() if deal.owner_id in people}
        rows = [row for row in rows if row.warning.deal_id in mine]
    if not rows:
        return []
    text = ngettext("%(n)s deal is likely to slip", "%(n)s deals are likely to slip", len(rows)) % {"n": formats.number(len(rows))}
    stake = formats.money(sum(row.stake for row in rows), rows[0].warning.currency, compact=True)
    note = _("%(amount)s at stake in %(period)s") % {"amount": stake, "period": figures.period(lens.period)}
    return [{"icon": "calendar-x", "tone": "warn", "text": text, "note": note, "href": f"{reverse('forecast_warnings')}#deal"}]


def _silent(lens: Lens) -> list[dict[str, Any]]:
    """People who are expected to call the period and have not done so this week."""
    if lens.day not in lens.period or lens.period.grain != "quarter":
        return []
    count = len(Calls(lens.request, lens).missing)
    words = {"n": formats.number(count)}
    text = ngettext("%(n)s person has no call this week", "%(n)s people have no call this week", count) % words
    row = {
        "icon": "bell",
        "tone": "",
        "text": text,
        "note": _("Forecast of %(period)s") % {"period": figures.period(lens.period)},
        "href": reverse("calls"),
    }
    return [row] if count else []


def _largest(lens: Lens) -> list[dict[str, Any]]:
    """Something to be glad about: the largest deal won in the period."""
    won = [row for row in lens.records("bookings", cell={}) if row.num]
    if not won:
        return []
    best = max(won, key=lambda row: row.num or 0)
    deal = Deal.objects.visible_to(lens.actor).select_related("account").filter(pk=best.id).first()
    if deal is None:
        return []
    text = _("%(name)s won, %(amount)s") % {"name": deal.account or deal, "amount": figures.said("money", best.num, lens.reader.currency)}
    return [
        {
            "icon": "trophy",
            "tone": "pos",
            "text": text,
            "note": _("the largest of %(period)s") % {"period": figures.period(lens.period)},
            "href": reverse("deal_record", args=[deal.pk]),
        }
    ]
