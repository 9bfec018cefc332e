"""Scenarios beside each other: those that are saved, and a table of what each gives on today's run."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from pacesetter.core import money
from pacesetter.core.forecasting.assumptions import NEUTRAL, Assumptions
from pacesetter.planning import scenarios
from pacesetter.planning.models import Scenario
from pacesetter.planning.what_if import Figures
from pacesetter.web.what_if_form import LABELS, in_words
from pacesetter.web.what_if_page import WhatIf, then

MOST, SAVED = 4, 50  # scenarios beside each other, and in the list


@dataclass(frozen=True)
class Column:
    """What stands beside the others: a name, what it says, what it assumes, and a saved scenario's word of then."""

    name: str
    said: Figures
    assumed: Assumptions
    then: str = ""
    href: str = ""


class Beside:
    """What stands below the answer of a page that has one."""

    def __init__(self, page: WhatIf) -> None:
        self.page = page

    @cached_property
    def saved(self) -> list[Scenario]:
        """The scenarios that one sees of this period, and of the same people."""
        whose = self.page.answer.whose
        rows = scenarios.visible_to(self.page.actor).filter(since=self.page.period.since, until=self.page.period.until)
        return list(rows.filter(user=whose.user, team=whose.team)[:SAVED])

    @cached_property
    def chosen(self) -> list[Scenario]:
        asked = self.page.get.getlist("with")
        return [one for one in self.saved if str(one.pk) in asked][:MOST]

    @cached_property
    def columns(self) -> list[Column]:
        """As it is, as assumed, and the scenarios chosen, on today's run."""
        said = self.page.answer
        found = [Column(_("As it is"), said.before, NEUTRAL)]
        if said.effects:
            found.append(Column(_("With the assumptions"), said.after, said.assumed))
        for one in self.chosen:
            now = self.page.ground.ask(scenarios.assumed(one))  # type: ignore[union-attr]
            found.append(Column(one.name, now.after, now.assumed, then(one), self.open(one)))
        return found

    def open(self, one: Scenario) -> str:
        return f"{reverse('what_if')}?scenario={one.pk}"

    @property
    def table(self) -> list[tuple[str, list[str]]]:
        """The figures of every column, and what each assumes."""
        lines = [(label, [self.page.money(getattr(one.said, key)) for one in self.columns]) for key, label in _figures()]
        before = self.columns[0].said.mean
        lines.insert(1, (_("Change"), [self.page.step(one.said.mean - before) for one in self.columns]))
        for name, goal in ((_("To quota"), self.page.quota), (_("To the call"), self.page.call)):
            lines += [(name, [self.page.step(one.said.mean - goal) for one in self.columns])] if goal else []
        told = [dict(in_words(one.assumed)) for one in self.columns]
        labels = dict.fromkeys(label for one in told for label in one)
        return [*lines, *((label, [one.get(label, "") for one in told]) for label in labels)]

    def csv(self) -> Iterator[list[Any]]:
        """The comparison: a line for each figure and each assumption, amounts in whole units."""
        yield ["", *(one.name for one in self.columns)]
        for key, label in _figures():
            yield [label, *(money.to_major(getattr(one.said, key), self.page.currency) for one in self.columns)]
        plain = [one.assumed.plain() for one in self.columns]
        for name in dict.fromkeys(name for one in plain for name in one):
            yield [_(LABELS[name]), *(_cell(one.get(name)) for one in plain)]

    @property
    def list(self) -> list[dict[str, Any]]:
        return [
            {"one": one, "then": then(one), "open": self.open(one), "on": one in self.chosen, "mine": one.owner_id == self.page.actor.user_id, "says": in_words(scenarios.assumed(one))}
            for one in self.saved
        ]  # fmt: skip


def _figures() -> list[tuple[str, str]]:
    return [
        ("mean", _("Expected")),
        ("p10", "P10"),
        ("p50", "P50"),
        ("p90", "P90"),
        ("won", _("Won")),
        ("open", _("Open deals")),
        ("new", _("New business")),
    ]


def _cell(value: Any) -> Any:
    return (
        "; ".join(f"{pk} {one}" for pk, one in value.items())
        if isinstance(value, dict)
        else " ".join(map(str, value))
        if isinstance(value, list)
        else value
    )
