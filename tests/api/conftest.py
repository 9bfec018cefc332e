"""Callers of the API: each of the cast with a token of their own."""

import json

import pytest
from django.test import Client

from pacesetter.base import tokens
from pacesetter.base.actor import Actor


class Caller(Client):
    """A client with a bearer token that speaks JSON."""

    def __init__(self, secret: str = "") -> None:
        super().__init__(headers={"authorization": f"Bearer {secret}"} if secret else {})

    def call(self, method: str, path: str, body: object = None):
        answer = self.generic(method, f"/api/v1{path}", json.dumps(body or {}), content_type="application/json")
        return answer.status_code, (answer.json() if answer.content else None)


@pytest.fixture
def caller(cast):
    """`caller("ines")` calls as Ines, `caller("")` as nobody."""

    def make(name: str, capabilities: list[str] | None = None) -> Caller:
        if not name:
            return Caller()
        user = getattr(cast, name)
        _, secret = tokens.create(user, name="test", capabilities=capabilities, by=Actor.system())
        return Caller(secret)

    return make
