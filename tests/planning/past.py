"""A company with a past: forty-eight deals over a year, as an import would state them; too few for the dearer models."""

import datetime as dt

import numpy as np

from pacesetter.base import warehouse
from pacesetter.crm import accounts, deals
from pacesetter.crm.models import LostReason, Stage
from pacesetter.planning import runs

D = dt.date
TODAY = D(2026, 11, 20)


def live(cast, system, count=48, seed=7):
    """Ines and Hugo take turns; two of five are won, after 20 to 60 days; those that would end after today are open."""
    account = accounts.create(by=system, name="Delta Chemical")
    reason, dice = LostReason.objects.filter(never_real=False).first(), np.random.default_rng(seed)
    stages = {stage.type: stage for stage in Stage.objects.order_by("-position")}
    rows = []
    for number in range(count):
        created = TODAY - dt.timedelta(days=int(400 * (1 - number / count)))
        ends, won = created + dt.timedelta(days=int(dice.integers(20, 60))), number % 5 < 2
        closed = ends if ends <= TODAY else None
        kind = ("won" if won else "lost") if closed else "open"
        row = {
            "name": f"Deal {number}",
            "account": account.pk,
            "owner": (cast.ines, cast.hugo)[number % 2].pk,
            "amount": 1000 + 10 * number,
            "currency": "USD",
            "stage": stages[kind].pk,
            "created_on": created,
            "closed_on": closed,
            "close_date": ends,
        }
        rows.append(row | ({"lost_reason": reason.pk} if kind == "lost" else {}))
    deals.create_many(rows, by=system, facts=True)
    warehouse.refresh()


def asked(cast, system, settings, folder):
    """That company with a run of yesterday, in a data folder of its own."""
    settings.PACESETTER_DATA = folder
    live(cast, system)
    runs.make(by=system)
    return cast
