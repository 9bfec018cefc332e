"""What if: the forecast under other assumptions, and scenarios kept under a name."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from pacesetter.api.auth import actor_of
from pacesetter.api.shapes import major
from pacesetter.base import clock, settings
from pacesetter.core import periods
from pacesetter.core.errors import Invalid
from pacesetter.core.forecasting.assumptions import Assumptions
from pacesetter.core.money import to_major, to_minor
from pacesetter.core.periods import Period
from pacesetter.planning import scenarios, what_if
from pacesetter.planning.models import Scenario
from pacesetter.planning.what_if import Answer, Whose

router = Router()


class WhatIfIn(Schema):
    """A month or quarter, whose (by default all that one sees), and assumptions by name; those that are not named stay as they are.

    `win_rate`, `cycle`, `size`, `price` (of new deals) and `arrivals` are factors: 1.1 is ten per cent more. `slip` is the share of open
    deals that is won `slip_days` later. `market` multiplies the market series that the forecast follows, from
    `market_since` on. `hires` people begin on `hired_on` and are in full after `ramp_days`. `stages`: win rate,
    cycle, slip and size hold for open deals in these stages alone. `dropped` lists deals, `moved` gives deals the day by which they
    are won or not at all, `worth` what they bring if won.
    """

    period: str = "this_quarter"
    user: int | None = None
    team: int | None = None
    company: bool = False
    assumptions: dict[str, Any] = {}


class ScenarioIn(WhatIfIn):
    name: str
    shared: bool = False


class ScenarioEdit(Schema):
    name: str | None = None
    shared: bool | None = None


@router.post(
    "/forecast/what-if", response=dict[str, Any], summary="What the newest forecast would say under other assumptions; changes nothing"
)
def ask(request: HttpRequest, body: WhatIfIn) -> Any:
    return _answer(what_if.ask(_period(body), _assumed(body), by=actor_of(request), whose=_whose(body)))


@router.get("/scenarios", response=list[dict[str, Any]], summary="One's own scenarios and the shared ones, with what they said then")
def listed(request: HttpRequest) -> Any:
    return [_shown(one) for one in scenarios.visible_to(actor_of(request))]


@router.post("/scenarios", response={201: dict[str, Any]}, summary="Keep assumptions under a name, with what they say now")
def save(request: HttpRequest, body: ScenarioIn) -> Any:
    made = scenarios.save(
        body.name, period=_period(body), assumed=_assumed(body), by=actor_of(request), whose=_whose(body), shared=body.shared
    )
    return Status(201, _shown(made))


@router.get("/scenarios/{int:pk}", response=dict[str, Any], summary="A scenario: what it said then, and what it says on today's forecast")
def one(request: HttpRequest, pk: int) -> Any:
    by = actor_of(request)
    found = scenarios.find(pk, by=by)
    now = scenarios.again(found, by=by)
    return _shown(found) | {"now": _answer(now) if now else None}


@router.patch("/scenarios/{int:pk}", response=dict[str, Any], summary="Rename or share one's own scenario")
def edit(request: HttpRequest, pk: int, body: ScenarioEdit) -> Any:
    by = actor_of(request)
    changes = {name: value for name, value in body.dict(exclude_unset=True).items() if value is not None}
    return _shown(scenarios.edit(scenarios.find(pk, by=by), by=by, **changes))


@router.delete("/scenarios/{int:pk}", response={204: None}, summary="Forget one's own scenario")
def remove(request: HttpRequest, pk: int) -> Any:
    by = actor_of(request)
    scenarios.remove(scenarios.find(pk, by=by), by=by)
    return Status(204, None)


def _period(body: WhatIfIn) -> Period:
    return periods.parse(body.period, clock.today(), int(settings.get("company.fiscal_start")))


def _whose(body: WhatIfIn) -> Whose | None:
    if body.user is not None and body.team is not None:
        raise Invalid("read_only", field="team")
    return Whose(body.user, body.team) if body.company or body.user is not None or body.team is not None else None


def _assumed(body: WhatIfIn) -> Assumptions:
    """Amounts are sent in whole units of the company's currency."""
    currency = settings.get("company.currency")
    return Assumptions.of(_with_worth(body.assumptions, lambda amount: to_minor(str(amount), currency)))


def _with_worth(plain: Mapping[str, Any], turned: Callable[[Any], Any]) -> dict[str, Any]:
    worth = plain.get("worth")
    if not isinstance(worth, dict):
        return dict(plain)
    return dict(plain) | {"worth": {deal: turned(amount) if _is_number(amount) else amount for deal, amount in worth.items()}}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _answer(said: Answer) -> dict[str, Any]:
    currency = said.row.currency
    return {
        "period": said.period.label, "user": said.row.user_id, "team": said.row.team_id, "as_of": said.run.as_of, "currency": currency,
        "assumptions": _plain(said.assumed, currency), "before": _major(said.before.plain(), currency), "after": _major(said.after.plain(), currency),
        "effects": _effects(said.effects, currency), "missing": said.missing, "market": _lever(said),
    }  # fmt: skip


def _lever(said: Answer) -> dict[str, Any] | None:
    """The market series that the forecast follows, and from when on a change of it is felt; none where it follows none."""
    tried = said.market.tried
    return tried and {"series": tried["series"], "name": tried["name"], **tried["effect"], "felt_from": said.market.begins}


def _shown(one: Scenario) -> dict[str, Any]:
    keys = ("id", "name", "shared", "since", "until", "currency", "made_at")
    then = {part: _major(one.result[part], one.currency) for part in ("before", "after")}
    return {key: getattr(one, key) for key in keys} | {
        "owner": one.owner_id, "user": one.user_id, "team": one.team_id, "as_of": one.run.as_of, "assumptions": _plain(scenarios.assumed(one), one.currency),
        **then, "effects": _effects(one.result["effects"], one.currency),
    }  # fmt: skip


def _plain(assumed: Assumptions, currency: str) -> dict[str, Any]:
    return _with_worth(assumed.plain(), lambda amount: float(to_major(round(amount), currency)))


def _major(money: Mapping[str, int], currency: str) -> dict[str, Any]:
    return {name: major(minor, currency) for name, minor in money.items()}


def _effects(effects: list[Any], currency: str) -> list[dict[str, Any]]:
    return [{"assumption": name, "amount": major(amount, currency)} for name, amount in effects]
