"""What customer records, their people and their histories tell another system."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from pacesetter.base import clock
from pacesetter.base.find import every, tables
from pacesetter.base.leaving import LEAVING, Leaving
from pacesetter.base.loaders import DELETED, LOADERS, MERGED, Found, Values
from pacesetter.base.models import User
from pacesetter.core.labels import in_language
from pacesetter.crm.models import Activity, CampaignMember, Contact, Deal, DealChange, DealContact, Lead, Pipeline, Stage

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

ACTIVITY = {
    MERGED: (),
    "who": ("contact", "lead"),
    "what": ("deal",),
    "day": ("due_on",),
    "done": ("done_at",),
    "direction": ("inbound",),
    "seconds": ("minutes",),
    "milliseconds": ("minutes",),
    "ended_at": (),
    "entered_at": ("happened_at",),
}
LONG = {MERGED: (), **dict.fromkeys(("property", "value", "value_before"), ())}  # a table with a row for each field
FIELDS = {"stage": "stage_id", "amount": "amount", "close_date": "close_date", "owner": "owner_id", "category": "category"}


def _stored(noun: str) -> Callable[[Collection[int]], dict[int, Values]]:
    return lambda ids: LOADERS[noun]().stored(ids)


def _records(
    noun: str, otherwise: Callable[[Values], Values] = lambda values: {}, implied: frozenset[str] = frozenset(), **others: tuple[str, ...]
) -> None:
    """Records with a scope leave within it, the others belong to the company; the archived ones leave as deleted."""

    def rows(by: "Actor") -> Any:
        model = tables()[noun]
        return model.objects.visible_to(by) if hasattr(model.objects, "visible_to") else every(model)  # type: ignore[attr-defined]

    def values(ids: Collection[int]) -> dict[int, Values]:
        gone = set(every(tables()[noun], pk__in=list(ids), archived_at__isnull=False).values_list("pk", flat=True))
        return {pk: {**row, DELETED: pk in gone} for pk, row in _stored(noun)(ids).items()}

    LEAVING.add(noun, Leaving(rows, values, otherwise, {MERGED: (), **others}, implied))


def _user(values: Values) -> Values:
    """For systems that ask for two names."""
    first, _, last = values["name"].rpartition(" ")
    return {"first_name": first, "last_name": last}


def _deal(values: Values) -> Values:
    """For systems with one date: of a closed deal, the day it closed."""
    return {"close_date": values["closed_on"] or values["close_date"]}


def _activity(values: Values) -> Values:
    """For systems that know a person and a matter, a day, and whether it is done."""
    about = {noun: Found(values[noun], noun) for noun in ("contact", "lead", "deal", "account") if values.get(noun)}
    minutes = values.get("minutes") or 0
    return {
        "who": about.get("contact") or about.get("lead"),
        "what": about.get("deal") or about.get("account"),
        "day": values["due_on"] if values["kind"] == "task" else clock.day_of(values["happened_at"]),
        "entered_at": values["happened_at"],
        "done": bool(values["done_at"]) or values["kind"] != "task",
        "seconds": minutes * 60,
        "milliseconds": minutes * 60_000,
        "direction": ("Inbound" if values["inbound"] else "Outbound") if values["kind"] in ("call", "email") else "",
    }


def _pipelines(ids: Collection[int]) -> dict[int, Values]:
    return {pk: {"name": in_language(row.label, "en"), "position": row.position} for pk, row in Pipeline.objects.in_bulk(list(ids)).items()}


def _stages(ids: Collection[int]) -> dict[int, Values]:
    return {
        pk: {
            "name": in_language(row.label, "en"),
            "pipeline": row.pipeline_id,
            "position": row.position,
            "share": row.probability / 100,
            "won": row.type == "won",
            "closed": row.type != "open",
        }
        for pk, row in Stage.objects.in_bulk(list(ids)).items()
    }


def _histories(ids: Collection[int]) -> dict[int, Values]:
    """What each change of a deal made of the fields that other systems know."""
    rows = list(DealChange.objects.filter(pk__in=list(ids)))
    currency = dict(every(Deal, pk__in={row.deal_id for row in rows}).values_list("pk", "currency"))
    return {
        row.pk: {"deal": row.deal_id, "at": row.occurred_at, "currency": row.currency or currency[row.deal_id], **_known(row)}
        for row in rows
    }


def _known(row: DealChange) -> Values:
    return {key: getattr(row, column) for key, column in FIELDS.items() if key in row.fields}


def _roles(ids: Collection[int]) -> dict[int, Values]:
    rows = DealContact.objects.filter(pk__in=list(ids))
    return {row.pk: {"deal": row.deal_id, "contact": row.contact_id, "role": row.role} for row in rows}


def _members(by: "Actor") -> Any:
    """Whom a campaign reached, as far as the actor may see them."""
    return every(CampaignMember).filter(Q(lead__in=Lead.objects.visible_to(by)) | Q(contact__in=Contact.objects.visible_to(by)))


LEAVING.add("user", Leaving(lambda by: every(User), _stored("user"), _user, {"first_name": (), "last_name": ("name",)}))
for _noun in ("product", "campaign"):
    _records(_noun)
_records("account", address=())
LEAVING.add("pipeline", Leaving(lambda by: every(Pipeline, archived_on__isnull=True), _pipelines))
LEAVING.add("stage", Leaving(lambda by: every(Stage, archived_on__isnull=True, pipeline__archived_on__isnull=True), _stages))
_records("contact", full_name=())
_records("deal", _deal, frozenset({"closed_on"}))
_records("lead", full_name=())
LEAVING.add("activity", Leaving(lambda by: Activity.objects.visible_to(by), _stored("activity"), _activity, ACTIVITY))
LEAVING.add("campaign_member", Leaving(_members, _stored("campaign_member")))
LEAVING.add("deal_contact", Leaving(lambda by: every(DealContact, deal__in=Deal.objects.visible_to(by)), _roles))


def _changes(by: "Actor") -> Any:
    """What happened here or was told; what an import concluded follows from the deals themselves."""
    return every(DealChange, deal_id__in=Deal.objects.visible_to(by).values("pk"), archived=False).exclude(origin="frame")


LEAVING.add(
    "deal_history", Leaving(_changes, _histories, others=LONG, implied=frozenset({"currency"}), alone=frozenset({"deal", "at", "currency"}))
)
