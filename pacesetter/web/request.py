"""The request as views see it: with an actor, the company and htmx."""

from dataclasses import dataclass

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from pacesetter.base.actor import Actor


@dataclass(frozen=True)
class Company:
    """The settings that every page needs, read once per request."""

    name: str
    currency: str
    time_zone: str
    language: str


class Request(HttpRequest):
    """What the middleware adds; for type checkers."""

    actor: Actor
    company: Company
    htmx: HtmxDetails


def wants(request: HttpRequest, part: str) -> bool:
    """Whether htmx asked for the part of the page with this id (its target)."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and htmx.target == part
