"""Every address of web and API, from the URLconf and from OpenAPI, with parameters that mean something."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.urls import get_resolver

from pacesetter.core.metrics import METRICS
from pacesetter.crm.choices import RECORDS
from pacesetter.web import overview
from tests.scope.world import WORD

UNKNOWN = 987_654_321
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\{(\w+)\}")
PLAIN = {
    "key": "name",
    "name": "source",
    "noun": "deal",
    "year": "2026",
    "entry": "1",
    "part": "1",
    "file": "1",
    "repair": "1",
    "refusal": "1",
}
# A parameter that is no id, by the first words of its address: each of its values is an address of its own.
CHOICES = {
    "metrics": ["bookings", "open_pipeline", "attainment", "lead_response"],  # all of them are asked of the API
    "options": list(RECORDS),
    "dashboards/overview/charts": list(overview.CHARTS),
    "api/v1/metrics": list(METRICS),
    "api/v1/fields": ["account", "contact", "lead", "deal"],
    "api/v1/options": ["source"],
}
# What is asked besides the bare address: words that only the hidden records hold, and every wider view of a list or number.
WEB = (f"view=all&q={WORD}", "view=all&layout=timeline&period=all&whose=team&format=xlsx")
API = {
    "where": [f'name contains "{WORD}"', "amount >= 40000000", 'city is "Quetzal City"'],
    "search": [WORD],
    "sort": ["-amount", "-last_activity_at"],
    "size": ["500"],
    "archived": ["true"],
    "format": ["xlsx", "parquet"],
    "columns": ["name,owner,account"],
    "state": ["queued"],
    "noun": ["deal"],
    "territory": ["0"],
    "moved": ["true"],
}
NUMBERS = [
    "period=2026-Q4&by=owner&compare=full&grain=quarter&as_of=2026-11-19&reason=no_amount",
    "period=2026-Q4&since=2026-09-30&until=2026-11-20&measure=all&rollup=single",
    f"period=2026-Q4&since=2026-09-30&owner={UNKNOWN}&team={UNKNOWN}&week=3&at=2026-11-19",
]
COMPANYS = ("/settings", "/door", "/me/", "/healthz")  # pages that ask for nothing
SAYS_NOTHING = {"cursor", "before", "count", "variant"}  # where a page begins and how a number is cut: the same rows as without
SOMEBODYS = (
    "accounts",
    "contacts",
    "leads",
    "deals",
    "activities",
    "imports",
    "jobs",
    "views",
    "history",
    "batches",
    "changes",
    "tokens",
    "quotas",
    "scenarios",
    "territory-plans",
)


@dataclass(frozen=True)
class Address:
    """One path of the program; `method` is what is asked there, `body` the JSON schema of what is sent."""

    path: str
    method: str = "GET"
    queries: tuple[str, ...] = ()
    body: Any = field(default=None, compare=False)

    @property
    def door(self) -> str:
        return "api" if self.path.startswith("/api/") else "web"

    @property
    def noun(self) -> str:
        """The first word of the path: whose id follows it."""
        return self.path.removeprefix("/api/v1").strip("/").split("/")[0]

    @property
    def names_a_record(self) -> bool:
        return bool(PARAMETER.search(self.path)) and (self.noun in SOMEBODYS or self.noun == "{noun}s")

    def filled(self, things: dict[str, Any], others: Any = None) -> str:
        """The path with ids of these things; parameters after the first one name what nobody has."""
        noun = "deals" if self.noun == "{noun}s" else self.noun
        thing = others or things.get(noun, UNKNOWN)
        value = getattr(thing, "pk", thing)
        return PARAMETER.sub(
            lambda found: str(value if found[0] in (self._id, "<uuid:batch>", "{batch}") else PLAIN.get(found[1] or found[2], UNKNOWN)),
            self.path,
        )

    @property
    def _id(self) -> str:
        return next((found[0] for found in PARAMETER.finditer(self.path) if (found[1] or found[2]) == "pk"), "")


def _walk(patterns: Any, before: str = "/") -> Iterator[str]:
    for one in patterns:
        here = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _walk(one.url_patterns, here)
        else:
            yield here.removesuffix("$")


def _chosen(path: str) -> list[str]:
    start = next((start for start in sorted(CHOICES, key=len, reverse=True) if re.match(rf"/{start}/[<{{]", path)), None)
    return [PARAMETER.sub(value, path, count=1) for value in CHOICES[start]] if start else [path]


@cache
def web() -> tuple[Address, ...]:
    """The pages; each may be asked and sent to."""
    paths = sorted(path for path in _walk(get_resolver().url_patterns) if not path.startswith("/api/"))
    return tuple(
        Address(one, queries=() if PARAMETER.search(path) or path.startswith(COMPANYS) else WEB) for path in paths for one in _chosen(path)
    )


@cache
def openapi() -> Any:
    """What the API says of itself."""
    from pacesetter.api import api as door

    return door.get_openapi_schema()


@cache
def api() -> tuple[Address, ...]:
    """The operations of OpenAPI."""
    found = []
    for path, operations in openapi()["paths"].items():
        for method, told in operations.items():
            asked = [one["name"] for one in told.get("parameters", []) if one["in"] == "query"]
            queries = NUMBERS if "period" in asked else [f"{name}={value}" for name in asked for value in API.get(name, [])]
            found += [Address(one, method.upper(), tuple(queries), told.get("requestBody")) for one in _chosen(path)]
    return tuple(found)


def reads() -> list[Address]:
    """The operations that change nothing."""
    return [one for one in api() if one.method == "GET"]


def writes() -> list[Address]:
    """Everything else: the other operations, and every page as the target of a form."""
    forms = [Address(one.path, "POST") for one in web()]
    return [one for one in api() if one.method != "GET"] + forms


def sample(schema: Any, refer: Any = UNKNOWN) -> Any:
    """A body that fits a JSON schema: what is required, and every reference, which names `refer`."""
    schema = _resolved(schema)
    if "properties" in schema:
        wanted = set(schema.get("required", ())) | (schema["properties"].keys() & REFERENCES.keys())
        known = {key: REFERENCES[key](refer) for key in wanted & REFERENCES.keys()}
        return {key: known[key] if key in known else sample(schema["properties"][key], refer) for key in sorted(wanted)}
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], refer)
    if schema.get("format") == "date":
        return "2026-12-01"
    return {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}.get(schema.get("type", ""), "Forged")


def _resolved(schema: Any) -> Any:
    schema = schema.get("content", {}).get("application/json", {}).get("schema", schema)
    if "$ref" not in schema:
        return schema
    return openapi()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]


REFERENCES = {name: lambda pk: pk for name in ("account", "contact", "deal", "lead")} | {"ids": lambda pk: [pk]}


def unknown(thing: Any) -> Any:
    """An id of the same kind that nobody has."""
    return uuid.UUID(int=7) if isinstance(thing, uuid.UUID) else UNKNOWN
