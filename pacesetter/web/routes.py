"""Addresses: every page asks for a sign-in unless it says that it is public."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path

View = Callable[..., HttpResponseBase]


def page(route: str, view: View, name: str, **extra: Any) -> URLPattern:
    """A page for people who are signed in."""
    return path(route, login_required(view), extra, name=name)


def public(route: str, view: View, name: str) -> URLPattern:
    """A page for everyone."""
    return path(route, view, name=name)
