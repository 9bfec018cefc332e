"""How many calls a person may make in a minute: counted for all web processes together, said in headers, refused with the seconds to wait."""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import Error
from django.http import HttpRequest, HttpResponse
from ninja.throttling import BaseThrottle

from pacesetter.base import clock

WINDOW = 60


class Pace(BaseThrottle):
    """Calls per person in fixed windows of a minute. (ninja's own keeps its state on an instance that all threads share.)"""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the call; the request remembers what is left."""
        window, rest = divmod(clock.now().timestamp(), WINDOW)
        limit, caller = settings.API_RATE, request.auth.user_id  # type: ignore[attr-defined]
        count = _counted(f"calls:{caller}:{window:.0f}")
        request.pace = (limit, max(limit - count, 0), round(WINDOW - rest) or 1)  # type: ignore[attr-defined]
        return count <= limit


def _counted(key: str) -> int:
    """A disk that takes nothing more refuses no reader: then nobody is counted."""
    try:
        return int(cache.count(key, 2 * WINDOW))  # type: ignore[attr-defined]
    except Error:
        return 0


PACE = Pace()


def say_pace(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: every counted answer says the limit, what is left of it and the seconds until it is whole again."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if pace := getattr(request, "pace", None):
            limit, left, seconds = pace
            response["RateLimit-Policy"] = f'"calls";q={limit};w={WINDOW}'
            response["RateLimit"] = f'"calls";r={left};t={seconds}'
            if response.status_code == 429:
                response["Retry-After"] = str(seconds)
        return response

    return answer
