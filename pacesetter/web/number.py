"""One's own number: won against quota this quarter, the usual pace, and the call that stands."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.analytics import pace
from pacesetter.web import figures
from pacesetter.web.call_sheet import Calls, may_call
from pacesetter.web.request import Request


def of(request: Request) -> dict[str, Any] | None:
    """The card on Today, for those who submit calls."""
    user = request.actor.user
    return card(Calls(request), update=reverse("calls")) if user and may_call(user) else None


def card(shown: Calls, update: str = "") -> dict[str, Any] | None:
    """What the card shows of one's own line; nothing for those with neither a quota nor a call."""
    mine = shown.mine
    if not mine or not (mine["share"] is not None or mine["call"]):
        return None
    return {**mine, "period": figures.period(shown.period), "update": update, **_pace(shown)}


def _pace(shown: Calls) -> dict[str, Any]:
    """Where one's bookings usually stand on this day of a quarter."""
    lens, cell = shown.lens, shown.reached.get(shown.actor.user_id or 0)
    if cell is None or not cell.den:
        return {}
    due = pace.of(lens.reader, lens.period, f"owner = {shown.actor.user_id}").due(cell.den, lens.period.day_number(lens.day))
    if due is None:
        return {}
    ahead = (cell.num or 0) - due
    money = figures.said("money", abs(ahead), cell.currency)
    said = (_("%(money)s ahead") if ahead >= 0 else _("%(money)s behind")) % {"money": money}
    text = _("Usual pace by today: %(due)s.") % {"due": figures.said("money", due, cell.currency)}
    return {"pace": float(due / cell.den), "pace_text": text, "ahead": said, "tone": "pos" if ahead >= 0 else "neg"}
