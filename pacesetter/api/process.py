"""The process and the catalogue: pipelines, stages, lost reasons, lead statuses, products, campaigns, choices."""

from types import ModuleType
from typing import Any

from django.http import HttpRequest
from ninja import Body, Router, Schema, Status

from pacesetter.api.auth import actor_of
from pacesetter.api.shapes import show
from pacesetter.base import fields, find
from pacesetter.crm import campaigns, pipelines, products, statuses
from pacesetter.crm.models import Campaign, LeadStatus, LostReason, Pipeline, Product, Stage

router = Router()
STAGE = (
    "id",
    "key",
    "label",
    "position",
    "probability",
    "category",
    "type",
    "is_qualified",
    "rotting_days",
    "expected_days",
    "exit_criteria",
    "required_fields",
    "archived_on",
)


class LabelIn(Schema):
    label: dict[str, str]


class ReasonIn(Schema):
    label: dict[str, str]
    never_real: bool = False


class StatusIn(Schema):
    """A label in one or more languages, and one of the fixed types: new, working, nurture, qualified, converted, disqualified."""

    label: dict[str, str]
    type: str


class OptionsIn(Schema):
    labels: list[str]


def _stage(stage: Stage) -> dict[str, Any]:
    return {key: getattr(stage, key) for key in STAGE}


def _pipeline(pipeline: Pipeline) -> dict[str, Any]:
    keys = ("id", "key", "label", "allow_skip", "allow_back", "position", "archived_on")
    return {key: getattr(pipeline, key) for key in keys} | {"stages": [_stage(stage) for stage in pipeline.stages.all()]}


@router.get("/pipelines", response=list[dict[str, Any]], summary="Pipelines with their stages")
def all_pipelines(request: HttpRequest) -> Any:
    return [_pipeline(pipeline) for pipeline in find.every(Pipeline).prefetch_related("stages")]


@router.post("/pipelines", response={201: dict[str, Any]}, summary="Make a pipeline")
def create_pipeline(request: HttpRequest, body: LabelIn) -> Any:
    return Status(201, _pipeline(pipelines.create(body.label, by=actor_of(request))))


@router.patch("/pipelines/{int:pk}", response=dict[str, Any], summary="Change a pipeline")
def edit_pipeline(request: HttpRequest, pk: int, body: dict[str, Any] = Body(...)) -> Any:
    return _pipeline(pipelines.edit(find.one(Pipeline, pk), by=actor_of(request), **body))


@router.post("/pipelines/{int:pk}/stages", response={201: dict[str, Any]}, summary="Add a stage")
def add_stage(request: HttpRequest, pk: int, body: LabelIn) -> Any:
    return Status(201, _stage(pipelines.add_stage(find.one(Pipeline, pk), label=body.label, by=actor_of(request))))


@router.patch("/stages/{int:pk}", response=dict[str, Any], summary="Change a stage")
def edit_stage(request: HttpRequest, pk: int, body: dict[str, Any] = Body(...)) -> Any:
    return _stage(pipelines.edit_stage(find.one(Stage, pk), by=actor_of(request), **body))


def _reason(reason: LostReason) -> dict[str, Any]:
    return {key: getattr(reason, key) for key in ("id", "key", "label", "never_real", "position", "archived_on")}


@router.get("/lost-reasons", response=list[dict[str, Any]], summary="Why deals are lost")
def reasons(request: HttpRequest) -> Any:
    return [_reason(reason) for reason in find.every(LostReason)]


@router.post("/lost-reasons", response={201: dict[str, Any]}, summary="Add a reason")
def add_reason(request: HttpRequest, body: ReasonIn) -> Any:
    return Status(201, _reason(pipelines.add_reason(body.label, never_real=body.never_real, by=actor_of(request))))


@router.patch("/lost-reasons/{int:pk}", response=dict[str, Any], summary="Change a reason")
def edit_reason(request: HttpRequest, pk: int, body: dict[str, Any] = Body(...)) -> Any:
    return _reason(pipelines.edit_reason(find.one(LostReason, pk), by=actor_of(request), **body))


def _status(status: LeadStatus) -> dict[str, Any]:
    return {key: getattr(status, key) for key in ("id", "key", "label", "type", "position", "archived_on")}


@router.get("/lead-statuses", response=list[dict[str, Any]], summary="A company's labels over the fixed types")
def all_statuses(request: HttpRequest) -> Any:
    return [_status(status) for status in find.every(LeadStatus)]


@router.post("/lead-statuses", response={201: dict[str, Any]}, summary="Add a status of a fixed type")
def add_status(request: HttpRequest, body: StatusIn) -> Any:
    return Status(201, _status(statuses.create(body.label, type=body.type, by=actor_of(request))))


@router.patch("/lead-statuses/{int:pk}", response=dict[str, Any], summary="Change a status's label or place")
def edit_status(request: HttpRequest, pk: int, body: dict[str, Any] = Body(...)) -> Any:
    return _status(statuses.edit(find.one(LeadStatus, pk), by=actor_of(request), **body))


@router.post("/lead-statuses/{int:pk}/archival", response=dict[str, Any], summary="Take a status out of the choices")
def archive_status(request: HttpRequest, pk: int) -> Any:
    return _status(statuses.archive(find.one(LeadStatus, pk), by=actor_of(request)))


@router.get("/options/{name}", response=dict[str, str], summary="The choices of a picklist, such as account.industry")
def options(request: HttpRequest, name: str) -> Any:
    return fields.options(name)


@router.post("/options/{name}", response=dict[str, str], summary="Add choices; answers the key of every label")
def add_options(request: HttpRequest, name: str, body: OptionsIn) -> Any:
    return fields.add_options(name, body.labels, by=actor_of(request))


def _catalogue(path: str, noun: str, model: Any, verbs: ModuleType) -> None:
    """The same four endpoints for products and campaigns."""

    @router.get(path, response=list[dict[str, Any]], operation_id=f"list_{noun}s", summary=f"All {noun}s")
    def listed(request: HttpRequest, archived: bool = False) -> Any:
        known = fields.of(noun)
        return [show(row, known) for row in find.every(model, **({} if archived else {"archived_at": None}))]

    @router.post(path, response={201: dict[str, Any]}, operation_id=f"create_{noun}", summary=f"Add a {noun}")
    def create(request: HttpRequest, body: dict[str, Any] = Body(...)) -> Any:
        return Status(201, show(verbs.create(by=actor_of(request), **body), fields.of(noun)))

    @router.patch(path + "/{int:pk}", response=dict[str, Any], operation_id=f"edit_{noun}", summary=f"Change a {noun}")
    def edit(request: HttpRequest, pk: int, body: dict[str, Any] = Body(...)) -> Any:
        return show(verbs.edit(find.one(model, pk), by=actor_of(request), **body), fields.of(noun))

    @router.post(path + "/{int:pk}/archival", response=dict[str, Any], operation_id=f"archive_{noun}", summary=f"Archive a {noun}")
    def archive(request: HttpRequest, pk: int) -> Any:
        return show(verbs.archive_many([find.one(model, pk)], by=actor_of(request))[0], fields.of(noun))


_catalogue("/products", "product", Product, products)
_catalogue("/campaigns", "campaign", Campaign, campaigns)
