"""Why a deal's chance is what it is: the two or three facts that move it most against the average open deal of its stage, in words.

What moves it is asked of the model that speaks: the coefficients of the regression, the contributions of the trees, or, where the
table speaks alone, the time in the stage.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from pacesetter.core.errors import add_sentences
from pacesetter.core.forecasting.features import AT, COUNTS, NAMES, SINCE
from pacesetter.core.forecasting.histories import Array
from pacesetter.core.labels import mark

MOST, FELT = 3, 0.1  # at most so many reasons, each of at least so much log-odds
add_sentences(
    {
        "deal_furthest": mark("It had been in a later stage before."),
        "deal_moves": mark("It changed stage {count} times."),
        "deal_days_in_stage": mark("It has been in its stage for {days} days; won deals usually take {usual}."),
        "deal_days_in_previous": mark("It took {days} days through the stage before."),
        "deal_age": mark("It is {days} days old."),
        "deal_idle": mark("The last sign of life was {days} days ago."),
        "deal_touches": mark("There were {count} signs of life in the last 30 days, {recent} of them in the last 7."),
        "deal_quiet": mark("There was no sign of life in the last 30 days."),
        "deal_kind": mark("Which kinds of activities it had, and when."),
        "deal_amount": mark("The size of its amount."),
        "deal_amount_change": mark("Its amount changed by {share}."),
        "deal_pushes": mark("Its close date was pushed out {count} times."),
        "deal_days_to_close": mark("Its close date is {days} days ahead."),
        "deal_overdue": mark("Its close date passed {days} days ago."),
        "deal_no_close_date": mark("It has no close date."),
        "deal_owners": mark("Owners it has had: {count}."),
        "deal_owner_rate": mark("Its owner won {share} of the deals closed before."),
    }
)
# Which features are one fact; the stage itself is what a deal is compared within, the weekday is nobody's doing.
FACTS: Mapping[str, tuple[str, ...]] = {
    "furthest": ("furthest",),
    "moves": ("moves",),
    "days_in_stage": ("days_in_stage", "pace"),
    "days_in_previous": ("days_in_previous",),
    "age": ("age",),
    "idle": ("idle",),
    "touches": ("touches_2", "touches_7", "touches_30", "touches_in_stage", "touches", "bustle"),
    "kind": ("kind", *SINCE, *COUNTS),
    "amount": ("amount",),
    "amount_change": ("amount_change",),
    "pushes": ("pushes",),
    "days_to_close": ("days_to_close",),
    "owners": ("owners",),
    "owner_rate": ("owner_rate",),
}


@dataclass(frozen=True)
class Reason:
    """The code of a sentence with its parameters, and whether that raises the chance or lowers it."""

    code: str
    params: dict[str, str]
    raises: bool


def explain(x: Array, contributions: Array) -> list[list[Reason]]:
    """Per deal its reasons, the strongest first.

    `x` (deals, NAMES) are features, `contributions` (deals, NAMES) what each adds to the log-odds of winning.
    """
    facts = list(FACTS)
    each = np.column_stack([contributions[:, [AT[name] for name in FACTS[fact]]].sum(axis=1) for fact in facts])
    if not x[:, AT["touches"]].any():  # where nobody tells of signs of life, idle days are those since the stage was entered
        idle, stayed = facts.index("idle"), facts.index("days_in_stage")
        each[:, stayed] += each[:, idle]
        each[:, idle] = 0.0
    for stage in np.unique(x[:, AT["stage"]]):
        inside = x[:, AT["stage"]] == stage
        each[inside] -= each[inside].mean(axis=0)
    order = np.argsort(-np.abs(each), axis=1, kind="stable")[:, :MOST]
    return [
        [_reason(facts[at], row, adds[at]) for at in best if abs(adds[at]) >= FELT] for row, adds, best in zip(x, each, order, strict=True)
    ]


def _reason(fact: str, row: Array, adds: float) -> Reason:
    told = {name: float(value) for name, value in zip(NAMES, row, strict=True)}
    code, params = f"deal_{fact}", TOLD[fact](told) if fact in TOLD else {}
    if fact == "days_to_close":
        code = "deal_no_close_date" if np.isnan(told[fact]) else "deal_overdue" if told[fact] < 0 else code
    if fact == "touches" and not told["touches_30"]:
        code, params = "deal_quiet", {}
    return Reason(code, params, bool(adds > 0))


def _days(value: float) -> str:
    return f"{abs(value):.0f}" if abs(value) >= 1 or not value else f"{abs(value):.1f}"


TOLD: Mapping[str, Callable[[dict[str, float]], dict[str, str]]] = {
    "moves": lambda told: {"count": f"{told['moves'] - 1:.0f}"},
    "days_in_stage": lambda told: {
        "days": _days(told["days_in_stage"]),
        "usual": _days(told["days_in_stage"] / told["pace"] if told["pace"] else 0.0),
    },
    "days_in_previous": lambda told: {"days": _days(told["days_in_previous"])},
    "age": lambda told: {"days": _days(told["age"])},
    "idle": lambda told: {"days": _days(told["idle"])},
    "touches": lambda told: {"count": f"{told['touches_30']:.0f}", "recent": f"{told['touches_7']:.0f}"},
    "amount_change": lambda told: {"share": f"{np.expm1(told['amount_change']):+.0%}"},
    "pushes": lambda told: {"count": f"{told['pushes']:.0f}"},
    "days_to_close": lambda told: {} if np.isnan(told["days_to_close"]) else {"days": _days(told["days_to_close"])},
    "owners": lambda told: {"count": f"{told['owners']:.0f}"},
    "owner_rate": lambda told: {"share": f"{told['owner_rate']:.0%}"},
}
