"""Verbs on scenarios: assumptions kept under a name, with what they gave then. What they give on today's run is asked anew."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q, QuerySet

from pacesetter.base import clock, history, settings
from pacesetter.base.models import HistoryEntry
from pacesetter.base.scope import scope_of
from pacesetter.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from pacesetter.core.forecasting.assumptions import Assumptions
from pacesetter.core.periods import MONTHS, Period, containing, span
from pacesetter.planning import what_if
from pacesetter.planning.models import ForecastRow, Scenario
from pacesetter.planning.what_if import Answer, Whose

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

EDITABLE = ("name", "shared")
KEPT = ("name", "shared", "owner_id", "user_id", "team_id", "run_id", "currency", "assumptions", "result")


def visible_to(by: "Actor") -> QuerySet[Scenario]:
    """One's own and the shared ones, of people and teams that one sees, and of the company for those who see everybody."""
    rows = Scenario.objects.filter(Q(owner_id=by.user_id) | Q(shared=True)).select_related("owner", "user", "team", "run")
    keep = scope_of(by, ForecastRow.NOUN).owners
    if keep is None:
        return rows
    return rows.filter(Q(user_id__in=keep) | Q(team_id__in=by.teams))


def find(pk: int, *, by: "Actor") -> Scenario:
    """One that the actor sees; others are not there."""
    row = visible_to(by).filter(pk=pk).first()
    if row is None:
        raise NotFound("not_found", noun=Scenario.NOUN, id=pk)
    return row


def save(name: str, *, period: Period, assumed: Assumptions, by: "Actor", whose: Whose | None = None, shared: bool = False) -> Scenario:
    """Keep assumptions under a name, with what they give now."""
    _check(name, shared, by)
    if by.user_id is None:
        raise NotAllowed("not_yours", noun=Scenario.NOUN)
    said = what_if.ask(period, assumed, by=by, whose=whose)
    with transaction.atomic():
        scenario = Scenario.objects.create(
            name=name.strip(), owner_id=by.user_id, shared=shared, user_id=said.whose.user, team_id=said.whose.team, since=period.since,
            until=period.until, assumptions=said.assumed.plain(), run=said.run, currency=said.row.currency, result=result(said), made_at=clock.now(),
        )  # fmt: skip
        history.record(scenario, "scenario.saved", by=by, data=_facts(scenario))
    return scenario


@transaction.atomic
def edit(scenario: Scenario, *, by: "Actor", **changes: Any) -> Scenario:
    """Rename or share one's own scenario."""
    _own(scenario, by)
    for key in changes.keys() - set(EDITABLE):
        raise Invalid("read_only", field=key)
    _check(changes.get("name", scenario.name), bool(changes.get("shared")) and not scenario.shared, by)
    pairs = {key: [getattr(scenario, key), value] for key, value in changes.items() if getattr(scenario, key) != value}
    for key, (_before, after) in pairs.items():
        setattr(scenario, key, after)
    if pairs:
        scenario.save(update_fields=list(pairs))
        history.record(scenario, "scenario.edited", by=by, changes=pairs)
    return scenario


@transaction.atomic
def remove(scenario: Scenario, *, by: "Actor") -> None:
    """Forget one's own scenario."""
    _own(scenario, by)
    history.record(scenario, "scenario.removed", by=by, changes={"name": [scenario.name, None]}, data=_facts(scenario))
    scenario.delete()


@transaction.atomic
def bring_back(entry: HistoryEntry, *, by: "Actor") -> Scenario:
    """Keep a scenario again that was removed, by whoever it was."""
    facts = dict(entry.data)
    if facts["owner_id"] != by.user_id:
        raise NotAllowed("not_yours", noun=Scenario.NOUN)
    days = {key: dt.date.fromisoformat(facts.pop(key)) for key in ("since", "until")}
    made_at = dt.datetime.fromisoformat(facts.pop("made_at"))
    scenario = Scenario.objects.create(**facts, **days, made_at=made_at)
    history.record(scenario, "scenario.saved", by=by, data=_facts(scenario))
    return scenario


def _put_back(object_id: int, changes: history.Changes, *, by: "Actor") -> None:
    """Undo of an edit, unless it was edited again since."""
    scenario = find(object_id, by=by)
    for key, (_before, after) in changes.items():
        if getattr(scenario, key) != after:
            raise Conflict("undo_conflict", field=key)
    edit(scenario, by=by, **{key: before for key, (before, _after) in changes.items()})


history.UNDO.add(Scenario.NOUN, _put_back)


def again(scenario: Scenario, *, by: "Actor") -> Answer | None:
    """What a scenario gives on the newest run; none where its period is not forecast any more, or not with its currency."""
    try:
        said = what_if.ask(period_of(scenario), assumed(scenario), by=by, whose=whose(scenario))
    except Refused:
        return None
    return said if said.row.currency == scenario.currency else None


def assumed(scenario: Scenario) -> Assumptions:
    """The assumptions of a scenario."""
    return Assumptions.of(scenario.assumptions)


def whose(scenario: Scenario) -> Whose:
    """The person or team that a scenario is about."""
    return Whose(scenario.user_id, scenario.team_id)


def period_of(scenario: Scenario) -> Period:
    """The month or quarter of a scenario by its name, as the company counts them now."""
    start = int(settings.get("company.fiscal_start"))
    named = (containing(scenario.since, grain, start) for grain in MONTHS)
    days = (scenario.since, scenario.until)
    return next((one for one in named if (one.since, one.until) == days), span(*days))


def result(said: Answer) -> dict[str, Any]:
    """An answer as it is kept, in minor units."""
    return {"before": said.before.plain(), "after": said.after.plain(), "effects": [list(one) for one in said.effects]}


def _check(name: str, shared: bool, by: "Actor") -> None:
    if not name.strip():
        raise Invalid("required", field="name")
    if len(name.strip()) > 80:
        raise Invalid("too_long", field="name", limit=80)
    if shared:
        by.require("view.share")


def _own(scenario: Scenario, by: "Actor") -> None:
    if scenario.owner_id != by.user_id:
        raise NotAllowed("not_yours", noun=Scenario.NOUN)


def _facts(scenario: Scenario) -> dict[str, Any]:
    """All of it as JSON holds it."""
    days = {key: getattr(scenario, key).isoformat() for key in ("since", "until", "made_at")}
    return {key: getattr(scenario, key) for key in KEPT} | days
