"""One's own number: won against quota this quarter, the usual pace, and the call that stands."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.analytics import pace
from pacesetter.core.metrics import Cell
from pacesetter.web import figures
from pacesetter.web.call_sheet import Calls, may_call
from pacesetter.web.request import Request


def of(request: Request) -> dict[str, Any] | None:
    """The card on Today, for those who submit calls; nothing for those with neither a quota nor a call."""
    user = request.actor.user
    if user is None or not user.is_active or not may_call(user):
        return None
    shown = Calls(request)
    cell, call = shown.reached.get(user.pk), shown.standing(user.pk)
    if call is None and (cell is None or cell.value is None):
        return None
    return {
        "period": figures.period(shown.period),
        "call": call,
        "update": reverse("calls"),
        "pace": None,
        **_reached(shown, cell),
        **_pace(shown, cell),
    }


def _reached(shown: Calls, cell: Cell | None) -> dict[str, Any]:
    if cell is None:
        return {"share": None}
    share = float(cell.value) if cell.value is not None else None
    said = {
        "won": figures.said("money", cell.num, cell.currency),
        "quota": figures.said("money", cell.den, cell.currency) if cell.den else "",
    }
    return {**said, "share": share, "href": shown.lens.behind(cell)}


def _pace(shown: Calls, cell: Cell | None) -> dict[str, Any]:
    """Where one's bookings usually stand on this day of a quarter."""
    if cell is None or not cell.den:
        return {}
    lens = shown.lens
    due = pace.of(lens.reader, lens.period, f"owner = {shown.actor.user_id}").due(cell.den, lens.period.day_number(lens.day))
    if due is None:
        return {}
    ahead = (cell.num or 0) - due
    money = figures.said("money", abs(ahead), cell.currency)
    said = (_("%(money)s ahead") if ahead >= 0 else _("%(money)s behind")) % {"money": money}
    text = _("Usual pace by today: %(due)s.") % {"due": figures.said("money", due, cell.currency)}
    return {"pace": float(due / cell.den), "pace_text": text, "ahead": said, "tone": "pos" if ahead >= 0 else "neg"}
