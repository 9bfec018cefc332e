"""Verbs on campaigns."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pacesetter.base import history
from pacesetter.crm.births import Prepared
from pacesetter.crm.models import Campaign, CampaignMember
from pacesetter.crm.records import Shelf, refreshed

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

SHELF = Shelf("campaign", Campaign, "catalogue.manage")
MEMBERS = Shelf("campaign_member", CampaignMember, "catalogue.manage")
history.UNDO.add("campaign", SHELF.put_back)
history.UNDO.add("campaign_member", MEMBERS.put_back)
archive_many = SHELF.archive_many
restore_many = SHELF.restore_many


def prepare_many(
    rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None
) -> Prepared[Campaign]:
    """New campaigns, ready to be stored."""
    return SHELF.prepare(rows, by=by, batch=batch)


def create_many(rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None) -> list[Campaign]:
    """Store campaigns."""
    return prepare_many(rows, by=by, facts=facts, batch=batch).store()


def create(*, by: "Actor", **values: Any) -> Campaign:
    """Store one campaign."""
    return create_many([values], by=by)[0]


def edit_many(
    rows: Sequence[Campaign], *, by: "Actor", version: int | None = None, batch: uuid.UUID | None = None, **changes: Any
) -> list[Campaign]:
    """Change fields of campaigns."""
    return SHELF.edit_many(rows, by=by, version=version, batch=batch, **changes)


def edit(campaign: Campaign, *, by: "Actor", version: int | None = None, **changes: Any) -> Campaign:
    """Change fields of one campaign."""
    return refreshed(campaign, edit_many([campaign], by=by, version=version, **changes)[0])


def prepare_members_many(
    rows: Iterable[Mapping[str, Any]], *, by: "Actor", facts: bool = False, batch: uuid.UUID | None = None
) -> Prepared[CampaignMember]:
    """Leads and contacts that campaigns reached, ready to be stored."""
    return MEMBERS.prepare(rows, by=by, batch=batch)


def add_members_many(rows: Iterable[Mapping[str, Any]], *, by: "Actor", batch: uuid.UUID | None = None) -> list[CampaignMember]:
    """State which leads and contacts campaigns reached."""
    return prepare_members_many(rows, by=by, batch=batch).store()
