"""The parts of the accuracy page about distance: by how far ahead forecasts looked, and for the days just after they were made."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.core.periods import Grain
from pacesetter.planning import distances
from pacesetter.planning.accuracy import Error
from pacesetter.planning.distances import STANDING, Looked
from pacesetter.planning.models import DEALS, SERIES
from pacesetter.web import figures, formats
from pacesetter.web.request import Request

SHOWN: dict[Grain, tuple[int, ...]] = {"month": (0, 1, 2, 3, 4, 5, 6, 9, 12, 15, 18, 21), "quarter": tuple(range(8))}  # periods ahead
CLOSE = 0.1  # of what came: a forecast within it counts as near


def by_distance(request: Request, grain: Grain) -> list[dict[str, Any]]:
    """One row for each distance that was scored: what stood with its bias and band, deals and series alone."""
    found = distances.looked(grain, by=request.actor)
    rows = (_row(grain, ahead, [one for one in found if one.ahead == ahead]) for ahead in SHOWN[grain])
    return [row for row in rows if row["n"]]


def _row(grain: Grain, ahead: int, found: list[Looked]) -> dict[str, Any]:
    stood, deals, series = (Error.of(one for one in found if one.method == method) for method in (STANDING, DEALS, SERIES))
    return _said(stood) | {
        "name": _distance(grain, ahead),
        "deals": figures.said("share", deals.wape),
        "series": figures.said("share", series.wape),
    }


def _distance(grain: Grain, ahead: int) -> str:
    if not ahead:
        return _("The quarter itself") if grain == "quarter" else _("The month itself")
    words = {"n": ahead}
    return (ngettext("%(n)s quarter ahead", "%(n)s quarters ahead", ahead) if grain == "quarter" else ngettext("%(n)s month ahead", "%(n)s months ahead", ahead)) % words  # fmt: skip


def windows(request: Request) -> list[dict[str, Any]]:
    """One row for each length of days after a run."""
    return [
        _said(error)
        | {
            "name": ngettext("The next %(n)s day", "The next %(n)s days", days) % {"n": days},
            "close": figures.said(
                "share", sum(abs(one.said - one.actual) <= CLOSE * one.actual for one in found if one.actual > 0) / error.n
            ),
            "apart": distances.apart(found),
        }
        for days, found in distances.windows(by=request.actor).items()
        if (error := Error.of(found)).n
    ]


def _said(error: Error) -> dict[str, Any]:
    bias = error.bias
    return {
        "n": error.n,
        "error": figures.said("share", error.wape),
        "bias": "" if bias is None else formats.signed(formats.percent(bias), bias > 0),
        "held": _("%(held)s of %(all)s") % {"held": error.held, "all": error.banded} if error.banded else "",
    }
