"""The forms of a territory plan's page: of the plan itself, of a new territory, of the chosen one, and its way through its states."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.core.errors import add_sentences
from pacesetter.core.labels import mark
from pacesetter.crm import choices
from pacesetter.planning import territory_drafts, territory_plans
from pacesetter.planning.models import PlanTerritory
from pacesetter.planning.models.territories import NOW, PERIOD_END, STAY
from pacesetter.web import formats, forms
from pacesetter.web.forms import Entry
from pacesetter.web.settings.frame import Act, Part, chosen, decimal, number, number_entry
from pacesetter.web.territory_page import PlanPage

add_sentences({"choose_territory": mark("Choose where these accounts go.")})


def follow() -> dict[str, str]:
    """When open deals follow their account, in words."""
    return {STAY: _("Stay with who has them"), NOW: _("Follow at once"), PERIOD_END: _("Follow when the quarter is over")}


class Forms:
    """What may be sent by this person in this state."""

    def __init__(self, page: PlanPage) -> None:
        self.page, self.plan, self.actor, self.data = page, page.plan, page.actor, page.request.POST
        self.parts: dict[str, Part] = {}
        if page.may_draw:
            self.parts = {"edit": self._edit_part(), "add": self._add_part()}
            if page.chosen:
                self.parts["alter"] = self._alter_part(page.chosen)

    @property
    def then(self) -> str:
        return self.page.here if self.data.get("form") == "remove" else self.page.at()

    @property
    def acts(self) -> Mapping[str, Act]:
        return {
            "edit": self._edit, "add": self._add, "alter": self._alter, "remove": self._remove, "sort": self._sort,
            "submit": self._submit, "approve": self._approve, "return": self._send_back, "archive": self._archive,
        }  # fmt: skip

    # the plan ------------------------------------------------------------------------------------
    def _edit_part(self) -> Part:
        deals = chosen("open_deals", _("Open deals"), list(follow().items()), self.plan.open_deals, required=True)
        return Part([Entry("name", _("Name"), value=self.plan.name, required=True), deals], key="edit", do=_("Save the plan"))

    def _edit(self) -> str:
        territory_plans.edit(self.plan, name=self.data.get("name", ""), open_deals=self.data.get("open_deals", ""), by=self.actor)
        return _("Plan saved")

    def _sort(self) -> str:
        count = int(territory_drafts.follow_rules(self.plan, by=self.actor).data["count"])
        return ngettext("%(n)s account follows a rule now", "%(n)s accounts follow a rule now", count) % {"n": formats.number(count)}

    def _submit(self) -> str:
        territory_plans.submit(self.plan, by=self.actor)
        return _("Plan submitted")

    def _approve(self) -> str:
        territory_plans.approve(self.plan, by=self.actor)
        return _("Plan approved")

    def _send_back(self) -> str:
        territory_plans.send_back(self.plan, reason=self.data.get("reason", "").strip(), by=self.actor)
        return _("Plan sent back")

    def _archive(self) -> str:
        territory_plans.archive(self.plan, by=self.actor)
        return _("Plan archived")

    # its territories -----------------------------------------------------------------------------
    def _owner(self, value: int | None = None) -> Entry:
        return forms.person(Entry("owner", _("Owner"), "choice", value), self.actor)

    def _add_part(self) -> Part:
        return Part(
            [Entry("new-name", _("Name"), required=True), forms.replace(self._owner(), name="new-owner")],
            key="add",
            do=_("Add the territory"),
        )

    def _alter_part(self, one: PlanTerritory) -> Part:
        entries = [
            Entry("name", _("Name"), value=one.name, required=True), self._owner(one.owner_id),
            Entry("where", _("Rule"), value=one.where, help=_("Accounts that fulfil it come here when the rules are followed.")),
            number_entry("capacity", _("Capacity, full-time people"), formats.number(one.capacity), required=True),
            number_entry("latitude", _("Latitude of the owner’s home"), _typed(one.latitude)),
            number_entry("longitude", _("Longitude of the owner’s home"), _typed(one.longitude)),
        ]  # fmt: skip
        return Part(entries, key="alter", do=_("Save the territory"))

    def _add(self) -> str:
        made = territory_drafts.add(self.plan, self.data.get("new-name", ""), owner=self._person("new-owner"), by=self.actor)
        return _("Territory %(name)s added") % {"name": made.name}

    def _alter(self) -> str:
        one, data = self._chosen(), self.data
        places: dict[str, Any] = {name: _float(decimal(data, name)) for name in ("latitude", "longitude")}
        values = {
            "name": data.get("name", ""),
            "where": data.get("where", "").strip(),
            "capacity": _float(decimal(data, "capacity", needed=True)),
        }
        territory_drafts.alter(one, owner=self._person("owner"), by=self.actor, **values, **places)
        return _("Territory %(name)s saved") % {"name": one.name}

    def _remove(self) -> str:
        one = self._chosen()
        territory_drafts.remove(one, by=self.actor)
        return _("Territory %(name)s removed") % {"name": one.name}

    def _chosen(self) -> PlanTerritory:
        return territory_drafts.one(self.plan, self.page.chosen.pk if self.page.chosen else 0)

    def _person(self, name: str) -> Any:
        """The person who was chosen, or typed where they are too many to choose from."""
        pk, typed = number(self.data.get(name, "")), self.data.get(f"{name}_text", "").strip()
        if pk is None and typed:
            pk = forms.named("user", typed, self.actor, name)
        return choices.person(pk, self.actor) if pk else None


def _typed(value: float | None) -> str:
    return "" if value is None else formats.number(value, 4)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
