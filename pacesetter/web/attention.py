"""The findings of the overview in words, each with the records it opens."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.analytics import attention, numbers
from pacesetter.analytics.attention import Finding
from pacesetter.core.metrics import Cell
from pacesetter.core.money import to_major
from pacesetter.core.periods import Period
from pacesetter.crm.models import Deal
from pacesetter.web import figures, formats
from pacesetter.web.call_sheet import Calls
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
    return _at_risk(lens) + rows + _silent(lens) + _largest(lens)


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


def _at_risk(lens: Lens) -> list[dict[str, Any]]:
    """The company's plan lies above what the model expects: out of its likely range, or within."""
    row, plan = lens.expected, lens.cell("bookings").target
    if row is None or row.user_id or row.team_id or plan is None or to_major(row.mean, row.currency) >= plan:
        return []
    low, mean, high, aim = (
        figures.said("money", amount, row.currency) for amount in (*(to_major(part, row.currency) for part in (row.p10, row.mean, row.p90)), plan)
    )  # fmt: skip
    out = to_major(row.p90, row.currency) < plan
    text = _("The plan of %(plan)s is out of likely reach") if out else _("The plan of %(plan)s is at risk")
    note = _("the model expects %(mean)s, likely %(low)s – %(high)s") % {"mean": mean, "low": low, "high": high}
    return [
        {
            "icon": "triangle-alert",
            "tone": "neg" if out else "warn",
            "text": text % {"plan": aim},
            "note": note,
            "href": reverse("forecast_model"),
        }
    ]


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
