"""What all chapters of the large company look up: numbers of what is stored already, keys of choices, and the day."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pacesetter.base.models import Option
from pacesetter.crm.models import LeadStatus
from pacesetter.demo import cast
from pacesetter.demo.large.crowd import Crowd
from pacesetter.demo.large.sales import days_of
from pacesetter.demo.large.tables import Ids
from pacesetter.demo.people import Crew
from pacesetter.demo.plan import STAGES


@dataclass
class Book:
    """Filled chapter by chapter."""

    crew: Crew
    crowd: Crowd
    now: dt.datetime
    today: dt.date
    accounts: Ids = field(init=False)
    contacts: Ids = field(init=False)
    account_ids: Any = None
    account_names: list[str] = field(default_factory=list)
    first_contact: Any = None
    people: Any = None

    def __post_init__(self) -> None:
        self.day = int(days_of(self.today)[0])
        self.second = int(self.now.timestamp())
        self.stages = np.array([self.crew.stages[key].pk for key in (*STAGES, "won", "lost")])
        self.pipeline = self.crew.stages[STAGES[0]].pipeline_id
        self.reasons = np.array([self.crew.reasons[key].pk for key, _ in cast.LOST])
        self.products = np.array([product.pk for product in self.crew.products])
        keys = {(one.field, one.label["en"]): one.key for one in Option.objects.all()}
        self.segments = [keys["account.segment", label] for label in cast.SEGMENT_LABELS.values()]
        self.industries = [keys["account.industry", label] for label in (*cast.INDUSTRIES, cast.MISSPELT)]
        self.sources = [keys["source", label] for _, label, _ in cast.SOURCES]
        self.competitors = ["", *[keys["deal.competitor", label] for label in cast.COMPETITORS]]
        self.statuses = {status.type: status.pk for status in LeadStatus.objects.all()}

    def label(self, choices: Any, places: Any) -> list[str]:
        """The choice of each row."""
        return list(np.array(choices, dtype=object)[places])


def instants(days: Any, seconds: Any = 11 * 3600) -> Any:
    """Moments of days."""
    return (days * 86_400 + seconds).astype("datetime64[s]")


def dates(days: Any, known: Any = None) -> Any:
    """Days as dates; unknown ones are empty."""
    found = days.astype("datetime64[D]")
    return found if known is None else np.where(known, found, np.datetime64("NaT"))
