"""Whether web, database and worker are well: for supervisors and load balancers."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from pacesetter.base import worker
from pacesetter.web.routes import public


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when all three are well, else 503 with what is not."""
    parts = {"web": True, "database": _database(), "worker": worker.is_alive()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
            return bool(cursor.fetchone())
    except DatabaseError:
        return False


urls = [public("healthz", healthz, "healthz")]
