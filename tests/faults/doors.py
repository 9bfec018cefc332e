"""Run by test_locked.py in a process of its own: what the web and the API answer to a change, as JSON on one line."""

import json
import sys
from typing import Any

import django

CHANGE = {"name": "Delta Chemical"}


def said(answer: Any) -> dict[str, Any]:
    return {"status": answer.status_code, "type": answer["Content-Type"], "text": answer.content.decode()}


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.test import Client

    from pacesetter.base import tokens
    from pacesetter.base.actor import Actor
    from pacesetter.base.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    user = User.objects.get(email="ada@example.com")
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    _, secret = tokens.create(user, name="test", by=Actor.local())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()  # the test locks the database now
    bearer = Client(raise_request_exception=False, headers={"authorization": f"Bearer {secret}"})
    answers = [
        client.post("/accounts/new", CHANGE),
        client.post("/accounts/new", CHANGE, headers={"hx-request": "true"}),
        bearer.post("/api/v1/accounts", json.dumps(CHANGE), content_type="application/json"),
        client.get("/accounts"),
    ]
    sys.stdout.write(json.dumps([said(answer) for answer in answers]) + "\n")


main()
