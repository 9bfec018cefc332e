"""The response clock in words and colour."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from pacesetter.base.actor import Actor
from pacesetter.crm import promises
from pacesetter.crm.leads import ResponseClock
from pacesetter.crm.models import Lead
from pacesetter.web import formats

SOON = 0.75  # of the promise used: amber


@dataclass(frozen=True)
class Shown:
    """What the clock bar shows."""

    share: float
    tone: str
    words: str


def waiting(actor: Actor) -> Any:
    """Requests inside the actor's scope that nobody has answered yet."""
    return promises.waiting(Lead.objects.visible_to(actor).live())


def shown(clock: ResponseClock | None, lead: Any) -> Shown | None:
    """The bar of one lead; nothing for leads that we found ourselves."""
    if clock is None:
        return None
    if clock.answered:
        tone = "neg" if clock.over else "pos"
        return Shown(clock.share, tone, _("answered in %(time)s") % {"time": formats.duration(clock.minutes)})
    over = clock.minutes - clock.promise
    if over > 0:
        return Shown(clock.share, "neg", _("%(time)s over") % {"time": formats.duration(over)})
    if clock.paused_until:
        return Shown(clock.share, "off", _("from %(when)s") % {"when": formats.moment(clock.paused_until)})
    return Shown(clock.share, "warn" if clock.share >= SOON else "pos", _("%(time)s left") % {"time": formats.duration(-over)})
