"""Tables of customer records, one file per noun."""

from pacesetter.crm.models.accounts import Account
from pacesetter.crm.models.activities import Activity
from pacesetter.crm.models.campaigns import Campaign, CampaignMember
from pacesetter.crm.models.changes import DealChange, LeadChange
from pacesetter.crm.models.contacts import Contact
from pacesetter.crm.models.deals import Credit, Deal, DealContact, LineItem
from pacesetter.crm.models.leads import Lead, LeadStatus
from pacesetter.crm.models.pipelines import LostReason, Pipeline, Stage
from pacesetter.crm.models.products import Product

__all__ = [
    "Account",
    "Activity",
    "Campaign",
    "CampaignMember",
    "Contact",
    "Credit",
    "Deal",
    "DealChange",
    "DealContact",
    "Lead",
    "LeadChange",
    "LeadStatus",
    "LineItem",
    "LostReason",
    "Pipeline",
    "Product",
    "Stage",
]
