"""Signs of life of the company's deals: calls, e-mails, meetings and tasks that were done, each from the moment when it happened."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from pacesetter.base import settings, warehouse
from pacesetter.core.forecasting.histories import Array, Steps
from pacesetter.core.metrics.tables import FLAG, INSTANT, INT, TEXT
from pacesetter.crm.models import Activity
from pacesetter.crm.models.activities import Activities

COLUMNS = {"id": INT, "deal_id": INT, "at": INSTANT, "sign": TEXT, "inbound": FLAG}
# Days since 1970 by the company's clocks, like all moments of its deals; what a customer wrote is another sign than what we wrote.
ASKED = """
    SELECT deal_id AS deal, epoch_us(company_time("at")) / 86400e6 AS "at", sign || CASE WHEN inbound THEN ' (in)' ELSE '' END AS sign
    FROM found ORDER BY deal_id, "at", id"""


@dataclass(frozen=True)
class Signs:
    """Signs of life by the deals' own ids and moment; `kind` are places in `words`, which are in the order of the alphabet."""

    deal: Array
    at: Array
    kind: Array
    words: list[str]

    def of(self, ids: Array, created: Array) -> Steps:
        """Those of the deals with these ascending ids; what happened before a deal began is known from its beginning."""
        if not len(ids):
            return Steps(ids, np.empty(0), np.empty(0))
        place = np.minimum(np.searchsorted(ids, self.deal), len(ids) - 1)
        there = ids[place] == self.deal
        place = place[there]
        return Steps(place, np.maximum(self.at[there], created[place]), self.kind[there])


def read(until: dt.datetime) -> Signs:
    """All of the company's until a moment, as the database has them now: one that is entered late counts from when it happened."""

    def rows() -> Activities:
        return Activity.objects.signs_of_life(until)

    found = warehouse.straight(rows, COLUMNS, ASKED, {"zone": settings.get("company.time_zone")})
    coded = found["sign"].combine_chunks().dictionary_encode()
    words = np.asarray(coded.dictionary.to_pylist(), dtype=object)
    order = np.argsort(words)
    places = np.empty(len(words))
    places[order] = np.arange(len(words))
    return Signs(found["deal"].to_numpy(), found["at"].to_numpy(), places[coded.indices.to_numpy()], words[order].tolist())
