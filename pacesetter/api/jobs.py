"""Jobs: long work, its progress, its end."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from pacesetter.api.auth import actor_of
from pacesetter.base import jobs
from pacesetter.base.models import Job

router = Router()


def shown(job: Job) -> dict[str, Any]:
    """A job as JSON."""
    keys = (
        "id",
        "key",
        "state",
        "done",
        "total",
        "attempts",
        "step_code",
        "step_params",
        "error",
        "result",
        "created_at",
        "started_at",
        "finished_at",
    )
    return {key: getattr(job, key) for key in keys} | {"percent": job.percent, "href": f"/api/v1/jobs/{job.pk}"}


@router.get("/jobs", response=list[dict[str, Any]], summary="One's own jobs, or everyone's for those who may")
def listed(request: HttpRequest, state: str = "", size: int = 50) -> Any:
    rows = jobs.visible_to(actor_of(request))
    return [shown(job) for job in (rows.filter(state=state) if state else rows)[: max(1, min(size, 500))]]


@router.get("/jobs/{int:pk}", response=dict[str, Any], summary="Progress and result of a job")
def read(request: HttpRequest, pk: int) -> Any:
    return shown(jobs.by_id(pk, by=actor_of(request)))


@router.post("/jobs/{int:pk}/cancellation", response=dict[str, Any], summary="Ask it to stop after its current step")
def cancel(request: HttpRequest, pk: int) -> Any:
    by = actor_of(request)
    return shown(jobs.cancel(jobs.by_id(pk, by=by), by=by))


@router.post("/jobs/{int:pk}/attempts", response={202: dict[str, Any]}, summary="Run a failed or cancelled job again")
def retry(request: HttpRequest, pk: int) -> Any:
    by = actor_of(request)
    return Status(202, shown(jobs.retry(jobs.by_id(pk, by=by), by=by)))
