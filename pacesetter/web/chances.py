"""How the forecast sees one open deal, in words."""

from typing import Any

from django.utils.translation import gettext as _

from pacesetter.core.errors import Refused
from pacesetter.core.forecasting import reasons  # noqa: F401  brings its sentences
from pacesetter.crm.models import Deal
from pacesetter.planning import forecasts, warnings
from pacesetter.web import formats, words
from pacesetter.web.forecast_warnings import Said
from pacesetter.web.request import Request


def of(request: Request, deal: Deal) -> dict[str, Any] | None:
    """Chances, what moves them and the expected amount of a deal that was open when the models were asked last; none for any other."""
    seen = forecasts.outlook_of(deal.pk) if deal.status == "open" else None
    if seen is None:
        return None
    last, warned = forecasts.quarter_of(seen.run).last, warnings.of_deal(deal.pk)
    return {
        "warned": Said(warned, deal) if warned else None,
        "rows": [
            (_("Won by %(day)s") % {"day": formats.day(last)}, _share(seen.win)),
            (_("Lost by %(day)s") % {"day": formats.day(last)}, _share(seen.lose)),
            (_("Won within two quarters"), _share(seen.ever)),
            (_("Brings this quarter"), formats.money(seen.expected, request.company.currency, compact=True)),
        ],
        "reasons": [(_sentence(one["code"], one["params"]), one["raises"]) for one in seen.reasons],
        "as_of": seen.run.as_of,
    }


def _sentence(code: str, params: dict[str, str]) -> str:
    return words.refusal(Refused(code, **params))


def _share(millionths: int) -> str:
    return formats.percent(millionths / 1_000_000, 0)
