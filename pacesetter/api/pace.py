"""How many calls a person may make in a minute: counted in the web process, said in headers, refused with the seconds to wait."""

import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja.throttling import BaseThrottle

WINDOW = 60
CALLERS = 10_000  # more than this many at once: those of past minutes are forgotten


class Pace(BaseThrottle):
    """Calls per person in fixed windows of a minute. (ninja's own keeps its state on an instance that all threads share.)"""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now, self.lock = now, threading.Lock()
        self.calls: dict[object, tuple[int, int]] = {}

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the call; the request remembers what is left."""
        window, rest = divmod(self.now(), WINDOW)
        limit, caller = settings.API_RATE, request.auth.user_id  # type: ignore[attr-defined]
        with self.lock:
            began, count = self.calls.get(caller, (0, 0))
            count = count + 1 if began == window else 1
            self.calls[caller] = int(window), count
            if len(self.calls) > CALLERS:
                self.calls = {who: seen for who, seen in self.calls.items() if seen[0] == window}
        request.pace = (limit, max(limit - count, 0), round(WINDOW - rest) or 1)  # type: ignore[attr-defined]
        return bool(count <= limit)


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
