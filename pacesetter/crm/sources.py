"""What customer records give to numbers. Child rows are read again when their record changes."""

from typing import Any

from django.db.models import Exists, OuterRef

from pacesetter.base.models import ExternalId
from pacesetter.base.warehouse import source
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


@source("deals", noun="deal", scope="owner_id")
def deals() -> Any:
    """Every deal; `imported` when another system knows it."""
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


@source("accounts", noun="account", scope=None)
def accounts() -> Any:
    """Traits that deals are broken down by; a deal's own owner decides who sees it."""
    return Account.objects.all()


@source("leads", noun="lead", scope="owner_id", status_type="status__type")
def leads() -> Any:
    return Lead.objects.all()


@source("meetings", noun="activity", scope="deal_id")
def meetings() -> Any:
    return Activity.objects.filter(kind="meeting", deal__isnull=False)


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
