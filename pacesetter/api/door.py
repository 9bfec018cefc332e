"""The API object, and the routers of all nouns."""

from typing import Any

from ninja import NinjaAPI

from pacesetter.api import repeats
from pacesetter.api.auth import AUTH
from pacesetter.api.errors import handle
from pacesetter.api.pace import PACE


class Door(NinjaAPI):
    """The API, whose description says what holds for all operations."""

    def get_openapi_schema(self, *args: Any, **named: Any) -> Any:
        return repeats.told(super().get_openapi_schema(*args, **named))


api = Door(
    title="Pacesetter",
    version="1",
    description="Customer records, imports, numbers and the foundation under them. Money is in major units with its currency; shares are fractions.",
    auth=AUTH,
    throttle=[PACE],
    urls_namespace="api",
)
handle(api)
repeats.watch(api)


def _mount() -> None:
    from pacesetter.api import (
        activities,
        deals,
        exports,
        forecasts,
        foundation,
        history,
        imports,
        jobs,
        leads,
        market,
        metrics,
        people,
        planning,
        process,
        records,
        scenarios,
        territories,
        territory_drafts,
        tools,
        views,
    )

    for path, router in records.routers().items():
        api.add_router(path, router, tags=[path.strip("/")])
    for tag, router in {
        "deals": deals.router,
        "leads": leads.router,
        "activities": activities.router,
        "exports": exports.router,
        "forecasts": forecasts.router,
        "history": history.router,
        "imports": imports.router,
        "jobs": jobs.router,
        "market": market.router,
        "metrics": metrics.router,
        "people": people.router,
        "process": process.router,
        "foundation": foundation.router,
        "planning": planning.router,
        "scenarios": scenarios.router,
        "territories": territories.router,
        "territory-drafts": territory_drafts.router,
        "tools": tools.router,
        "views": views.router,
    }.items():
        api.add_router("", router, tags=[tag])


_mount()
