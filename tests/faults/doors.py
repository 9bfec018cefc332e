"""Run by test_locked.py in a process of its own: what the web and the API answer to a change, as JSON on one line."""

import json
import sys
from typing import Any

from pacesetter.cli.prepare import ready

ready()

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from pacesetter.base import tokens
from pacesetter.base.actor import Actor
from pacesetter.base.models import User

settings.ALLOWED_HOSTS = ["testserver"]
CHANGE = {"name": "Delta Chemical"}


def said(answer: HttpResponse) -> dict[str, Any]:
    return {"status": answer.status_code, "type": answer["Content-Type"], "text": answer.content.decode()}


def main() -> None:
    user = User.objects.get(email="ada@example.com")
    web, api = Client(raise_request_exception=False), Client(raise_request_exception=False)
    web.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    _, secret = tokens.create(user, name="test", by=Actor.local())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()  # the test locks the database now
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    answers = [
        web.post("/accounts/new", CHANGE),
        web.post("/accounts/new", CHANGE, HTTP_HX_REQUEST="true"),
        api.post("/api/v1/accounts", json.dumps(CHANGE), content_type="application/json", **bearer),
        web.get("/accounts"),
    ]
    sys.stdout.write(json.dumps([said(answer) for answer in answers]) + "\n")


main()
