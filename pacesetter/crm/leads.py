"""Verbs on leads."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q, prefetch_related_objects

from pacesetter.base import calendars, clock, ensure, fields, history, settings
from pacesetter.base.models import Calendar, TeamMembership, User
from pacesetter.base.writes import Writes
from pacesetter.core.errors import Invalid, Refused, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.text import fold
from pacesetter.crm import accounts, contacts, deal_parts, deals
from pacesetter.crm import changes as typed
from pacesetter.crm.accounts import domain_of
from pacesetter.crm.births import Columns, Prepared, pick
from pacesetter.crm.models import Account, Activity, Contact, Deal, Lead, LeadStatus
from pacesetter.crm.models.leads import OPEN_TYPES
from pacesetter.crm.records import Changes, Shelf, put, refreshed

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences({"convert_first": mark("Use “Convert”, which makes the account, the contact and the deal.")})
settings.define(
    "lead.promise_minutes",
    60,
    mark("Answer promised within"),
    mark("Working minutes within which an inbound lead should hear from a person."),
)

STATUSES = [
    ("new", {"en": "New", "es": "Nueva", "it": "Nuovo"}, "new"),
    ("working", {"en": "Working", "es": "En curso", "it": "In lavorazione"}, "working"),
    ("nurture", {"en": "Nurture", "es": "Maduración", "it": "Nurturing"}, "nurture"),
    ("qualified", {"en": "Qualified", "es": "Cualificada", "it": "Qualificato"}, "qualified"),
    ("converted", {"en": "Converted", "es": "Convertida", "it": "Convertito"}, "converted"),
    ("disqualified", {"en": "Disqualified", "es": "Descartada", "it": "Scartato"}, "disqualified"),
]
PUBLIC_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "yahoo.com",
        "icloud.com",
        "me.com",
        "aol.com",
        "gmx.de",
        "web.de",
        "libero.it",
    ]
)


@ensure.step
def start() -> None:
    """A company begins with one status per type."""
    if not LeadStatus.objects.exists():
        LeadStatus.objects.bulk_create(
            [LeadStatus(key=key, label=label, type=kind, position=i) for i, (key, label, kind) in enumerate(STATUSES)]
        )


def _after(writes: Writes, leads: Sequence[Lead], per_row: Mapping[int, Changes]) -> None:
    renamed = {"archived_at": "archived"}
    typed.of_leads(writes, leads, {lead.pk: [renamed.get(key, key) for key in per_row[lead.pk]] for lead in leads})


SHELF = Shelf("lead", Lead, "lead.edit", after=_after)
history.UNDO.add("lead", SHELF.put_back)
archive_many = SHELF.archive_many
restore_many = SHELF.restore_many


def prepare_many(rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None) -> Prepared[Lead]:
    """New leads, ready to be stored; without an owner they wait in the queue."""
    new = LeadStatus.objects.filter(type="new").order_by("position").first()
    now = clock.now()

    def complete(columns: Columns) -> None:
        contacts.complete(columns)
        columns["status_id"] = [status or (new.pk if new else None) for status in columns["status_id"]]
        columns["received_at"] = [at or now for at in columns["received_at"]]
        owned = zip(columns["owner_id"], columns["assigned_at"], columns["received_at"], strict=True)
        columns["assigned_at"] = [at or ((received if facts else now) if owner else None) for owner, at, received in owned]

    prepared = SHELF.prepare([{"owner": None, **row} for row in rows], by=by, batch=batch, defaults=complete)
    _add_birth(prepared, facts)
    return prepared


def create_many(rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None) -> list[Lead]:
    """Store leads; `prepare_many` says how."""
    return prepare_many(rows, by=by, facts=facts, batch=batch).store()


def _add_birth(prepared: Prepared[Lead], facts: bool) -> None:
    """What was known when a lead came in; for one that comes in converted, its status then is not."""
    columns, now = prepared.columns, clock.now()
    all_of_it, status = (typed.names_of(some, typed.LEAD_COLUMNS) for some in (typed.LEAD_COLUMNS, ("status",)))
    born = typed.names_of((column for column in typed.LEAD_COLUMNS if column != "status"), typed.LEAD_COLUMNS)
    named = [born if at else all_of_it for at in columns["converted_at"]]
    typed.of_lead_columns(prepared.writes, columns, named, columns["received_at"] if facts else [now] * len(named))
    converted = pick(columns, (at for at, when in enumerate(columns["converted_at"]) if when))
    typed.of_lead_columns(prepared.writes, converted, [status] * len(converted["id"]), converted["converted_at"])


def create(*, by: "Actor", **values: Any) -> Lead:
    """Store one lead."""
    return create_many([values], by=by)[0]


def edit_many(
    leads: Sequence[Lead], *, by: "Actor", version: int | None = None, batch: uuid.UUID | None = None, **changes: Any
) -> list[Lead]:
    """Change fields of leads; becoming `converted` is a verb of its own."""
    if isinstance(changes.get("email"), str):
        changes["email"] = changes["email"].lower()
    return SHELF.edit_many(leads, by=by, version=version, batch=batch, adjust=_follow, **changes)


def edit(lead: Lead, *, by: "Actor", version: int | None = None, **changes: Any) -> Lead:
    """Change fields of one lead."""
    return refreshed(lead, edit_many([lead], by=by, version=version, **changes)[0])


def _follow(lead: Lead, known: Mapping[str, fields.Field], wanted: dict[str, Any]) -> None:
    status = wanted.get("status")
    if status is None or status == lead.status_id:
        return
    if lead.converted_at:
        raise Refused("converted", name=lead.name)
    if LeadStatus.objects.filter(pk=status, type="converted").exists():
        raise Invalid("convert_first", field="status")


@transaction.atomic
def assign_many(leads: Sequence[Lead], *, to: User | None, by: "Actor", batch: uuid.UUID | None = None) -> list[Lead]:
    """Give leads to somebody; those of the queue may be taken by whoever works leads."""
    fresh = SHELF.locked(leads)
    by.require("lead.edit", *fresh)
    taking = all(lead.owner_id is None for lead in fresh) and to is not None and to.pk == by.user_id
    if not taking:
        by.require("record.assign", *fresh)
    known, now = fields.of("lead"), clock.now()
    per_row = {
        lead.pk: put(lead, {"owner": to.pk if to else None, "assigned_at": now}, known) if lead.owner_id != (to.pk if to else None) else {}
        for lead in fresh
    }
    return SHELF.store(fresh, per_row, "lead.assigned", by=by, batch=batch)


def assign(lead: Lead, *, to: User | None, by: "Actor") -> Lead:
    """Give one lead to somebody."""
    return refreshed(lead, assign_many([lead], to=to, by=by)[0])


# the response clock -----------------------------------------------------------------------------
@transaction.atomic
def note_contact(lead: Lead, activity: Activity, *, by: "Actor") -> None:
    """Stop the response clock at the first human outbound contact, and note the first conversation."""
    fresh = SHELF.locked([lead])[0]
    wanted: dict[str, Any] = {}
    answers = not activity.inbound and not activity.automatic and activity.kind in ("call", "email", "meeting")
    if answers and fresh.first_response_at is None and activity.happened_at >= fresh.received_at:
        wanted |= {"first_response_at": activity.happened_at, "first_response_by": activity.user_id}
    talked = (
        activity.kind == "meeting"
        or (activity.kind == "call" and bool(activity.minutes))
        or (activity.inbound and fresh.first_response_at is not None)
    )
    if talked and not activity.automatic and fresh.two_way_at is None:
        wanted["two_way_at"] = activity.happened_at
    if wanted:
        SHELF.store([fresh], {fresh.pk: put(fresh, wanted, fields.of("lead"))}, "lead.answered", by=by)
        refreshed(lead, fresh)


@dataclass(frozen=True)
class ResponseClock:
    """How much of the promise a lead has used. `minutes` are working minutes of its team."""

    minutes: int
    promise: int
    answered: bool
    paused_until: Any = None

    @property
    def over(self) -> bool:
        return self.minutes > self.promise

    @property
    def share(self) -> float:
        return self.minutes / self.promise if self.promise else 0.0


def response_clocks(leads: Sequence[Lead]) -> dict[int, ResponseClock]:
    """The clocks of inbound leads, in a constant number of queries per calendar."""
    promise, now = settings.get("lead.promise_minutes"), clock.now()
    calendar_of = _calendars(leads)
    found = {}
    for lead in leads:
        if lead.inbound:
            calendar = calendar_of(lead)
            end = lead.first_response_at or now
            minutes = calendars.working_minutes(calendar, lead.received_at, end)
            paused = None if lead.first_response_at else calendars.next_opening(calendar, now)
            found[lead.pk] = ResponseClock(minutes, promise, lead.first_response_at is not None, paused)
    return found


def _calendars(leads: Sequence[Lead]) -> Callable[[Lead], Calendar]:
    """Which calendar counts for a lead: its team's, else its owner's team's, else the company's first."""
    prefetch_related_objects(list(leads), "team")  # nothing to ask where a list joined it
    by_team = {lead.team_id: lead.team.calendar_id for lead in leads if lead.team}
    alone = {lead.owner_id for lead in leads if lead.owner_id and not by_team.get(lead.team_id or 0)}
    members = (
        dict(TeamMembership.objects.on(clock.today()).filter(user__in=alone).values_list("user_id", "team__calendar_id")) if alone else {}
    )
    rows = calendars.known()
    default = company_calendar(rows)
    return lambda lead: rows.get(by_team.get(lead.team_id or 0) or members.get(lead.owner_id or 0) or 0, default)


def company_calendar(known: Mapping[int, Calendar]) -> Calendar:
    """The calendar of leads that have none: the first, else office hours in the company's zone."""
    return next(iter(known.values()), None) or Calendar(name="company", time_zone=settings.get("company.time_zone"))


# converting -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Conversion:
    """What converting a lead would do, or did."""

    account: Account | None
    contact: Contact | None
    deal: Deal | None
    alike: Sequence[Account] = ()
    account_values: Mapping[str, Any] | None = None
    contact_values: Mapping[str, Any] | None = None
    deal_values: Mapping[str, Any] | None = None


def alike(lead: Lead, *, by: "Actor") -> list[Account]:
    """Accounts with the lead's web domain or folded company name, inside the actor's scope."""
    domain = domain_of(lead.email) if "@" in lead.email else ""
    same = Q(name_key=fold(lead.company)) if lead.company else Q(pk__in=[])
    if domain and domain not in PUBLIC_MAIL:
        same |= Q(domain=domain)
    return list(Account.objects.visible_to(by).live().filter(same).order_by("name_key")[:5])


def preview(lead: Lead, *, by: "Actor") -> Conversion:
    """What converting would create, with existing records that it could use instead."""
    if lead.converted_at:
        return Conversion(lead.converted_account, lead.converted_contact, lead.converted_deal)
    known = alike(lead, by=by)
    contact = Contact.objects.visible_to(by).live().filter(email=lead.email).first() if lead.email else None
    return Conversion(None, contact, None, known, _account_values(lead), _contact_values(lead), _deal_values(lead))


def _account_values(lead: Lead) -> dict[str, Any]:
    domain = domain_of(lead.email) if "@" in lead.email else ""
    return {
        "name": lead.company or lead.name,
        "country": lead.country,
        "domain": "" if domain in PUBLIC_MAIL else domain,
        "source": lead.source,
    }


def _contact_values(lead: Lead) -> dict[str, Any]:
    return {key: getattr(lead, key) for key in ("first_name", "last_name", "email", "phone", "mobile", "title")}


def _deal_values(lead: Lead) -> dict[str, Any]:
    return {
        "name": lead.company or lead.name,
        "source": lead.source,
        "campaign": lead.campaign_id,
        "sourced_by": lead.owner_id,
        "lead": lead.pk,
    }


@transaction.atomic
def convert(
    lead: Lead,
    *,
    by: "Actor",
    account: Account | None = None,
    contact: Contact | None = None,
    owner: User | None = None,
    deal: Mapping[str, Any] | None = None,
    with_deal: bool = True,
) -> Conversion:
    """Make account, contact and deal from a lead, or use those given. A second call answers what the first one made."""
    fresh = SHELF.locked([lead])[0]
    by.require("lead.convert", fresh)
    if fresh.converted_at:
        return Conversion(fresh.converted_account, fresh.converted_contact, fresh.converted_deal)
    if fresh.status.type not in OPEN_TYPES:
        raise Refused("lead_closed", name=fresh.name)
    made = _make(fresh, by, account, contact, (owner.pk if owner else None) or fresh.owner_id or by.user_id, deal or {}, with_deal)
    links = {
        "converted_account_id": made.account and made.account.pk,
        "converted_contact_id": made.contact and made.contact.pk,
        "converted_deal_id": made.deal and made.deal.pk,
    }
    status = LeadStatus.objects.filter(type="converted").order_by("position").first()
    per_row = {fresh.pk: put(fresh, {"status": status.pk if status else fresh.status_id, "converted_at": clock.now()}, fields.of("lead"))}
    for key, value in links.items():
        setattr(fresh, key, value)
        per_row[fresh.pk][key.removesuffix("_id")] = [None, value]
    SHELF.store([fresh], per_row, "lead.converted", by=by)
    refreshed(lead, fresh)
    return made


def _make(
    lead: Lead,
    by: "Actor",
    account: Account | None,
    contact: Contact | None,
    owner_id: int | None,
    deal: Mapping[str, Any],
    with_deal: bool,
) -> Conversion:
    account = account or accounts.create(by=by, owner=owner_id, **_account_values(lead))
    contact = contact or contacts.create(by=by, owner=owner_id, account=account.pk, **_contact_values(lead))
    made = deals.create(by=by, **{**_deal_values(lead), "owner": owner_id, "account": account.pk, **deal}) if with_deal else None
    if made:
        deal_parts.set_role(made, contact=contact, role="decision_maker", by=by)
    return Conversion(account, contact, made)
