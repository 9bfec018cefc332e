"""Run by the tests beside it in a process of its own: what the web and the API answer to a change, as JSON on one line per "go"."""

import json
import sys
from collections.abc import Callable
from typing import Any

import django

CHANGE = {"name": "Delta Chemical"}


def said(answer: Any) -> dict[str, Any]:
    return {"status": answer.status_code, "type": answer["Content-Type"], "text": answer.content.decode()}


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.core.files.base import ContentFile
    from django.test import Client

    from pacesetter.base import tokens
    from pacesetter.base.actor import Actor
    from pacesetter.base.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    user = User.objects.get(email="ada@example.com")
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    _, secret = tokens.create(user, name="test", by=Actor.local())
    bearer = Client(raise_request_exception=False, headers={"authorization": f"Bearer {secret}"})
    asks = {
        "page": lambda: client.post("/accounts/new", CHANGE),
        "part": lambda: client.post("/accounts/new", CHANGE, headers={"hx-request": "true"}),
        "api": lambda: bearer.post("/api/v1/accounts", json.dumps(CHANGE), content_type="application/json"),
        "upload": lambda: client.post("/imports", {"files": ContentFile(b"Deal Name,Amount\n" + b"Pump,12\n" * 5_000, name="deals.csv")}),
        "list": lambda: client.get("/accounts"),
        "today": lambda: client.get("/"),
    }
    tell("ready")
    for line in sys.stdin:  # the test makes the fault, asks, and may end it and ask again
        tell({name: said(served(asks[name])) for name in line.split()})


def served(ask: Callable[[], Any]) -> Any:
    """What a server does around each request, and Django's test client leaves out."""
    from django.db import close_old_connections

    close_old_connections()
    try:
        return ask()
    finally:
        close_old_connections()


def tell(words: Any) -> None:
    sys.stdout.write((words if isinstance(words, str) else json.dumps(words)) + "\n")
    sys.stdout.flush()


main()
