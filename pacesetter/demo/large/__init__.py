"""The large demo company: a million deals written straight into the tables, in the shape of the small one.

The cast is hired by the verbs, then every seat is filled many times over. `sales.py` and `lives.py` decide (pure, seeded, in
NumPy columns), the other files write what was decided. Nobody else may be in the company while this runs.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from pacesetter.base import clock
from pacesetter.base.models import Employment, HistoryEntry, Reporting, TeamMembership, User
from pacesetter.core.labels import mark
from pacesetter.crm.models import Account, Activity, Contact, Credit, Deal, DealChange, DealContact, Lead, LeadChange, LineItem
from pacesetter.demo import targets
from pacesetter.demo.large import accounts, activities, deals, leads, lives, sales, truth, weeks
from pacesetter.demo.large.book import Book
from pacesetter.demo.large.crowd import gather
from pacesetter.demo.large.tables import Columns, bare
from pacesetter.demo.people import Crew
from pacesetter.demo.plan import Plan
from pacesetter.enablement.models import Licence, ToolUse
from pacesetter.planning.models import ForecastCall, Quota

__all__ = ["DEALS", "make"]

DEALS = 1_000_000
PER_COPY = 3_900  # deals of the cast in 36 months
ACTIVITIES_PER_DEAL = 10
FLOODED = [
    User, TeamMembership, Reporting, Employment, HistoryEntry, Account, Contact, Deal, DealChange, LineItem, DealContact, Credit,
    Activity, Lead, LeadChange, Quota, ForecastCall, Licence, ToolUse,
]  # fmt: skip
Step = Callable[[int, int, str], None]


def make(script: Plan, crew: Crew, now: Any, seed: int, step: Step, count: int = DEALS) -> None:
    """Fill the company whose cast was hired; `count` is for tests of the same shape at a smaller size."""
    _Making(script, crew, now, seed, step, count).perform()


class _Making:
    def __init__(self, script: Plan, crew: Crew, now: Any, seed: int, step: Step, count: int) -> None:
        self.script, self.crew, self.count, self.step = script, crew, count, step
        self.rng, self.seed = np.random.default_rng(seed), seed
        self.now = now.replace(microsecond=0)
        self.copies = max(2, round(count / PER_COPY))

    def perform(self) -> None:
        with clock.set_to(self.now):
            self._say(0, mark("Hiring"))
            with bare(FLOODED):
                self._fill()
                self._say(100, mark("Building indexes"))

    def _fill(self) -> None:
        crowd = gather(self.crew, self.copies, self.rng, self.script.today)
        book = Book(self.crew, crowd, self.now, self.script.today)
        sold, planned = self._decide(book)
        self._say(6, mark("Meeting customers"))
        accounts.store(sold.market, book, self.rng)
        numbers = self._sell(planned, book)
        self._say(86, mark("Answering leads"))
        leads.store(self.asked, planned, numbers, book, self.rng)
        self._say(94, mark("Calling the quarter"))
        self._afterwards(planned, book)
        truth.write(self.seed, sold, planned, numbers, book)

    def _decide(self, book: Book) -> tuple[sales.Sales, Columns]:
        self._say(2, mark("Deciding"))
        since, today = self.script.since, self.script.today
        sold = sales.draw(self.count, self.copies, book.crowd.skill, since, today, self.rng)
        planned = lives.prepare(deals.seated(sold.deals, book), self.rng)
        self.asked = leads.draw(planned, since, today, book.second, self.rng)
        return sold, planned

    def _sell(self, planned: Columns, book: Book) -> Any:
        wanted = self.count * ACTIVITIES_PER_DEAL - int(leads.answers(self.asked, book.second).sum())
        still_open = int((planned["ends"] > book.day).sum())
        touches = activities.plan(planned, wanted - round(still_open * deals.NEXT_STEPS), book.day, self.rng)
        return deals.store(planned, touches, book, self.rng, lambda done: self._say(12 + 74 * done / self.count, mark("Selling")))

    def _afterwards(self, planned: Columns, book: Book) -> None:
        weeks.quotas(book, self.script)
        weeks.call(planned, book, self.script, self.rng)
        weeks.equip(book, self.script, self.rng)
        targets.set_all(self.script, self.crew, self.copies)

    def _say(self, percent: float, text: str) -> None:
        self.step(math.floor(percent), 130, text)
