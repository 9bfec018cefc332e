"""Tables of the foundation, one file per noun."""

from pacesetter.base.models.answers import KeptAnswer
from pacesetter.base.models.calendars import Calendar, Holiday
from pacesetter.base.models.external import ExternalId
from pacesetter.base.models.factors import RecoveryCode, SecondFactor
from pacesetter.base.models.fields import CustomField, Option
from pacesetter.base.models.history import Dirty, HistoryEntry
from pacesetter.base.models.jobs import Job, JobLine
from pacesetter.base.models.places import Place
from pacesetter.base.models.rates import Rate, RateSet
from pacesetter.base.models.settings import CompanySetting
from pacesetter.base.models.teams import FAR, Employment, Leave, Reporting, Team, TeamMembership
from pacesetter.base.models.territories import Territory, TerritoryAccount, TerritoryMember
from pacesetter.base.models.tokens import ApiToken
from pacesetter.base.models.users import Role, User
from pacesetter.base.models.views import SavedView

__all__ = [
    "FAR",
    "ApiToken",
    "Calendar",
    "CompanySetting",
    "CustomField",
    "Dirty",
    "Employment",
    "ExternalId",
    "HistoryEntry",
    "Holiday",
    "Job",
    "JobLine",
    "KeptAnswer",
    "Leave",
    "Option",
    "Place",
    "Rate",
    "RateSet",
    "RecoveryCode",
    "Reporting",
    "Role",
    "SavedView",
    "SecondFactor",
    "Team",
    "TeamMembership",
    "Territory",
    "TerritoryAccount",
    "TerritoryMember",
    "User",
]
