"""Long work on territory plans: gathering accounts, searching, publishing."""

import time
from typing import Any

from pacesetter.base import clock, jobs, settings
from pacesetter.base.actor import Actor
from pacesetter.base.worker import chore
from pacesetter.core.labels import mark
from pacesetter.planning.models import TerritoryPlan
from pacesetter.planning.models.territories import PUBLISHED

LOOK_SECONDS = 60.0
_next_look = 0.0

settings.define(
    "territory.hours_per_activity",
    0.5,
    mark("Hours per activity"),
    mark("What a call, an e-mail, a meeting or a task costs on average, when the workload of accounts is estimated from them."),
)
settings.define(
    "territory.hours_per_visit",
    4.0,
    mark("Hours per visit"),
    mark("How many hours of an account's workload make one journey to it and back, when the travel of a territory plan is counted."),
)


@jobs.job("territory.gather", mark("Gather the accounts of a territory plan"))
def _gather(running: jobs.Running, plan: int) -> dict[str, Any]:
    from pacesetter.planning import territory_plans

    return {"plan": plan, "accounts": territory_plans.gather(TerritoryPlan.objects.get(pk=plan), running)}


@jobs.job("territory.publish", mark("Publish a territory plan"))
def _publish(running: jobs.Running, plan: int) -> dict[str, Any]:
    from pacesetter.planning import territory_publishing

    return territory_publishing.go_live(TerritoryPlan.objects.get(pk=plan), running)


@jobs.job("territory.withdraw", mark("Take a territory plan back"))
def _withdraw(running: jobs.Running, plan: int) -> dict[str, Any]:
    from pacesetter.planning import territory_publishing

    return territory_publishing.take_back(TerritoryPlan.objects.get(pk=plan), running)


@jobs.job("territory.due", mark("Move accounts and deals whose day has come"))
def _due(running: jobs.Running) -> dict[str, Any]:
    from pacesetter.planning import territory_publishing

    return {"moved": territory_publishing.come_due(running, clock.today())}


@chore
def daily() -> None:
    """The worker's chore: plans whose day has come go live, once a day what they left waiting is looked at."""
    global _next_look
    if time.monotonic() < _next_look:
        return
    _next_look = time.monotonic() + LOOK_SECONDS
    today = clock.today()
    published = TerritoryPlan.objects.filter(state=PUBLISHED)
    for plan in published.filter(live=False, effective_on__lte=today):
        jobs.once("territory.publish", by=Actor.system("job"), tick=f"territory.publish {plan.batch}", plan=plan.pk)
    if published.filter(live=True).exists():
        jobs.once("territory.due", by=Actor.system("job"), tick=f"territory.due {today}")
