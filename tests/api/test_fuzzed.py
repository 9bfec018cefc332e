"""Our own OpenAPI, taken at its word by schemathesis: what fits it, and much that does not, is answered and never breaks us."""

import json
import os
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from pacesetter.base import tokens
from pacesetter.base.actor import Actor
from tests.scope import world

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("PACESETTER_FUZZ", "3"))  # of each operation and mode; the same ones every time
HURRIED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def operations() -> list[Any]:
    from pacesetter.api import api

    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(api.get_openapi_schema(), default=str)))
    return [found.ok() for found in schema.get_all_operations()]


class Hand:
    """Sends cases as the administrator, and takes back what they did."""

    def __init__(self, secret: str, there: dict[str, Any]) -> None:
        self.client = Client(headers={"authorization": f"Bearer {secret}"}, raise_request_exception=False)
        self.there, self.broken = there, []
        self.sent = 0

    def send(self, case: Any, **instead: Any) -> None:
        path = case.operation.path
        for name, value in {**(case.path_parameters or {}), **instead}.items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        query = "?" + urlencode(case.query or {}, doseq=True) if case.query else ""
        body = case.body if isinstance(case.body, (dict, list, str, int, float, bool, type(None))) else {}
        with transaction.atomic():
            answer = self.client.generic(
                case.method, path + query, json.dumps(body), content_type="application/json", headers=_headers(case.headers)
            )
            transaction.set_rollback(True)
        self.sent += 1
        if answer.status_code >= 500:
            self.broken.append(
                f"{case.method} {path}{query} {json.dumps(body)[:300]}: {answer.status_code} {answer.exc_info and answer.exc_info[1]!r}"
            )


def _headers(told: Any) -> dict[str, str]:
    return {
        name: value for name, value in (told or {}).items() if name.lower() == "idempotency-key" and value.isascii() and value.isprintable()
    }


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_request_breaks_us(cast, system, tmp_path, settings, mode):
    settings.PACESETTER_DATA = tmp_path
    there = world.records(cast.ines, system, "Heron", 1000)
    hand = Hand(tokens.create(cast.ada, name="fuzz", by=Actor.system())[1], there)
    for operation in operations():
        noun = operation.path.removeprefix("/api/v1/").split("/")[0]
        try:
            strategy = operation.as_strategy(generation_mode=mode)
            _tried(strategy, hand, {"pk": there[noun].pk} if noun in there else {"pk": 1})
        except Exception as error:  # an operation without parameters has nothing that could be wrong
            if "unsatisfiable" not in type(error).__name__.lower():
                raise
    assert not hand.broken, f"{len(hand.broken)} of {hand.sent}\n" + "\n".join(hand.broken)


def _tried(strategy: Any, hand: Hand, known: dict[str, Any]) -> None:
    @HURRIED
    @given(strategy)
    def each(case: Any) -> None:
        hand.send(case)
        if "{pk}" in case.operation.path:
            hand.send(case, **known)

    each()
