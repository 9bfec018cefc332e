"""What customer records give to numbers. Child rows are read again when their record changes."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef

from pacesetter.base.models import ExternalId
from pacesetter.base.warehouse import source, touches
from pacesetter.base.warehouse.names import names
from pacesetter.core.labels import in_language
from pacesetter.crm.models import (
    Account,
    Activity,
    Campaign,
    Credit,
    Deal,
    DealChange,
    Lead,
    LineItem,
    LostReason,
    Pipeline,
    Product,
    Stage,
)


@source(
    "deals",
    noun="deal",
    scope="owner_id",
    segment="account__segment",
    industry="account__industry",
    country="account__country",
    lead_at="lead__received_at",
)
def deals() -> Any:
    """Every deal, with the traits of its account; `imported` when another system knows it."""
    return Deal.objects.annotate(imported=Exists(ExternalId.objects.filter(noun="deal", object_id=OuterRef("pk"))))


@source("deal_changes", noun="deal", unit="deal_id", scope="owner_id")
def deal_changes() -> Any:
    return DealChange.objects.all()


@source("deal_credits", noun="deal", unit="deal_id", scope="user_id")
def deal_credits() -> Any:
    return Credit.objects.all()


@source("deal_lines", noun="deal", unit="deal_id", scope="deal_id")
def deal_lines() -> Any:
    return LineItem.objects.all()


@source("leads", noun="lead", scope="owner_id", status_type="status__type")
def leads() -> Any:
    return Lead.objects.all()


@source("meetings", noun="deal", unit="deal_id", child="activity", scope="deal_id")
def meetings() -> Any:
    return Activity.objects.filter(kind="meeting", deal__isnull=False)


@touches("account", "deal")
def deals_of_accounts(ids: Sequence[int]) -> Any:
    return Deal.objects.filter(account__in=ids).values_list("pk", flat=True)


@touches("lead", "deal")
def deals_of_leads(ids: Sequence[int]) -> Any:
    return Deal.objects.filter(lead__in=ids).values_list("pk", flat=True)


@touches("activity", "deal")
def deals_of_activities(ids: Sequence[int]) -> Any:
    return Activity.objects.filter(pk__in=ids, deal__isnull=False).values_list("deal", flat=True)


@source("stages", scope=None, after="stage pipeline")
def stages() -> Any:
    return Stage.objects.all()


@source("lost_reasons", scope=None, after="lost_reason")
def lost_reasons() -> Any:
    return LostReason.objects.all()


def _in_language(row: Any, language: str) -> str:
    return in_language(row.label, language)


@names("stage", label=_in_language)
def stage_names() -> Any:
    return Stage.objects.all()


@names("pipeline", label=_in_language)
def pipeline_names() -> Any:
    return Pipeline.objects.all()


@names("lost_reason", label=_in_language)
def reason_names() -> Any:
    return LostReason.objects.all()


@names("product", label=lambda product, language: product.name, folded="name_key")
def product_names() -> Any:
    return Product.objects.all()


@names("account", label=lambda account, language: account.name, folded="name_key")
def account_names() -> Any:
    return Account.objects.all()


@names("campaign", label=lambda campaign, language: campaign.name, folded="name_key")
def campaign_names() -> Any:
    return Campaign.objects.all()
