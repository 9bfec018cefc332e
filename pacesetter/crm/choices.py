"""What may be chosen for a reference: people, stages, statuses, reasons; and suggestions where there are too many to list."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from pacesetter.base import search as words
from pacesetter.base.fields import Field
from pacesetter.base.memory import once
from pacesetter.base.models import Team, User
from pacesetter.base.scope import scope_of
from pacesetter.core.errors import NotFound
from pacesetter.core.labels import in_language
from pacesetter.crm.models import Account, Campaign, Contact, Deal, Lead, LeadStatus, LostReason, Pipeline, Product, Stage

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from pacesetter.base.actor import Actor

Choices = list[tuple[int, str]]
RECORDS: dict[str, Any] = {"account": Account, "contact": Contact, "deal": Deal, "lead": Lead}
SEARCHED = {"deal": ("name_key", "account__name_key"), "contact": ("name_key", "email"), "lead": ("name_key", "email")}
SUGGESTIONS = 8
AMONG = 500  # where more records match, the first of so many are suggested
MANY = 200  # people; one searches among more: a page with thousands of names in it is slow to make, to send and to read


def people(by: "Actor") -> Choices:
    """The people whose records this actor may see, those who sign in first."""
    return list(_people(by).values_list("pk", "name"))


def few_people(by: "Actor") -> Choices | None:
    """The same people; None where they are too many to list."""
    found = once(("people", by.user_id, by.level), lambda: list(_people(by).values_list("pk", "name")[: MANY + 1]))
    return found if len(found) <= MANY else None


def _people(by: "Actor") -> "QuerySet[User]":
    owners = scope_of(by).owners
    rows = User.objects.all() if owners is None else User.objects.filter(pk__in=owners)
    return rows.order_by("-is_active", "name_key")


def pipelines() -> list[Pipeline]:
    """Pipelines in use, in order."""
    return list(Pipeline.objects.filter(archived_on__isnull=True))


def stages(pipeline: Pipeline | None = None) -> list[Stage]:
    """Stages in use, in order."""
    return [stage for stage in once("stages", _stages) if pipeline is None or stage.pipeline_id == pipeline.pk]


def _stages() -> list[Stage]:
    rows = Stage.objects.filter(archived_on__isnull=True, pipeline__archived_on__isnull=True)
    return list(rows.order_by("pipeline__position", "pipeline_id", "position"))


def lost_reasons() -> list[LostReason]:
    """Reasons in use, in order."""
    return list(LostReason.objects.filter(archived_on__isnull=True))


def lead_statuses() -> list[LeadStatus]:
    """Statuses in use, in order."""
    return list(LeadStatus.objects.filter(archived_on__isnull=True))


def _labelled(rows: Callable[[], list[Any]]) -> Callable[["Actor", str], Choices]:
    return lambda by, language: [(row.pk, in_language(row.label, language)) for row in rows()]


def _named(model: Any) -> Callable[["Actor", str], Choices]:
    return lambda by, language: list(model.objects.order_by("name_key").values_list("pk", "name"))


LISTS: dict[str, Callable[["Actor", str], Choices]] = {
    "stage": _labelled(stages),
    "pipeline": _labelled(pipelines),
    "lostreason": _labelled(lost_reasons),
    "leadstatus": _labelled(lead_statuses),
    "campaign": _named(Campaign),
    "product": _named(Product),
    "team": _named(Team),
}


def of(field: Field, by: "Actor", language: str) -> Choices | None:
    """The choices of a reference field; None where one searches instead."""
    if field.type == "user":
        return few_people(by)
    return once(("choices", field.ref, language), lambda: LISTS[field.ref](by, language)) if field.ref in LISTS else None


def search(noun: str, text: str, by: "Actor", limit: int = SUGGESTIONS) -> list[Any]:
    """The records of a noun whose name has a word that begins with every word of `text`; open deals and those who sign in come first."""
    if noun == "user":
        return list(_people(by).filter(words.says(text, ("name_key",)))[:limit])
    rows = RECORDS[noun].objects.visible_to(by).live()
    found: list[Any] = []
    for part in (rows.filter(status="open"), rows.exclude(status="open")) if noun == "deal" else (rows,):
        found += _best(noun, part, text, limit - len(found), scope_of(by, noun).everything) if len(found) < limit else []
    return found


def _best(noun: str, rows: Any, text: str, limit: int, whole: bool) -> list[Any]:
    ids = words.best(rows, text, SEARCHED.get(noun, ("name_key",)), among=AMONG, whole=whole)
    related = {"deal": ("account", "stage"), "contact": ("account",), "lead": ("status",)}.get(noun, ())
    found = RECORDS[noun].objects.select_related(*related).in_bulk(ids[:limit]) if ids else {}
    return [found[pk] for pk in ids[:limit] if pk in found]


def person(pk: int, by: "Actor") -> User:
    """Somebody this actor may choose; unknown and hidden look the same."""
    owners = scope_of(by).owners
    found: User | None = User.objects.filter(pk=pk).first() if owners is None or pk in owners else None
    if found is None:
        raise NotFound("not_found", noun="user", id=pk)
    return found


def names(ids: Iterable[int]) -> dict[int, str]:
    """The names of people who did something the actor may see."""
    return dict(User.objects.filter(pk__in=set(ids)).values_list("pk", "name"))
