"""The two worlds, and everybody who asks."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from pacesetter.base import roles, tokens, users
from pacesetter.base.actor import Actor
from pacesetter.base.models import Role
from tests.scope import world

VOLATILE = re.compile(
    rb'csrfmiddlewaretoken" value="[^"]+"|data-csrf="[^"]+"|"request_id": "[^"]+"|X-CSRFToken&quot;: ?[^}]+|version=\w+|clip\d+|[0-9a-f]{12}(?=</)'
)


class Asking(Client):
    """Somebody at one of the doors."""

    def __init__(self, user: Any = None, secret: str = "") -> None:
        super().__init__(headers={"authorization": f"Bearer {secret}"} if secret else {})
        if user and not secret:
            self.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def read(self, path: str) -> tuple[int, bytes]:
        """What a path answers, without what differs every time."""
        return plain(self.get(path))


def plain(answer: Any) -> tuple[int, bytes]:
    """Status, place and body of an answer, without what differs every time."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in sorted(book.namelist()) if not name.startswith("docProps"))
    return answer.status_code, answer.headers.get("Location", "").encode() + VOLATILE.sub(b"", body)


@pytest.fixture
def folder(settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path / "data"
    settings.PACESETTER_DATA.mkdir()
    return tmp_path / "files"


@pytest.fixture
def his(cast, system, folder):
    """Hugo's world; numbers see it."""
    made = world.company(cast, system, folder)
    world.refreshed()
    return made


@pytest.fixture
def plant(cast, system, his, folder) -> Callable[[], world.Things]:
    """Plants what Ines has, when it is called."""

    def planted() -> world.Things:
        made = world.plant(cast, system, his, folder)
        world.refreshed()
        return made

    return planted


@pytest.fixture
def mei(cast, system):
    """The other team's manager with every capability, except those that show everything on purpose."""
    everything = sorted(set(roles.CAPABILITIES) - {"job.all"})
    role = Role.objects.create(key="almighty", label={"en": "Almighty"}, level="team", capabilities=everything)
    return users.edit(cast.mei, role=role, by=system)


def token_of(user: Any, capabilities: list[str] | None = None) -> Asking:
    """A program that calls with a token of somebody."""
    return Asking(user, tokens.create(user, name="scope", capabilities=capabilities, by=Actor.system())[1])
