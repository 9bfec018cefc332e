"""What the foundation gives to numbers: people and time, calendars, rates."""

from typing import Any

from pacesetter.base.models import Calendar, Employment, Holiday, Leave, Option, Rate, Reporting, Team, TeamMembership, User
from pacesetter.base.warehouse import source
from pacesetter.base.warehouse.names import names
from pacesetter.core.labels import in_language


@source("memberships", scope=None, after="user team")
def memberships() -> Any:
    return TeamMembership.objects.all()


@source("teams", scope=None, after="team calendar")
def teams() -> Any:
    return Team.objects.all()


@source("reportings", scope=None, after="user")
def reportings() -> Any:
    return Reporting.objects.all()


@source("employments", scope=None, after="user")
def employments() -> Any:
    return Employment.objects.all()


@source("leaves", scope=None, after="user")
def leaves() -> Any:
    return Leave.objects.all()


@source("calendars", scope=None, after="calendar")
def calendars() -> Any:
    return Calendar.objects.all()


@source("holidays", scope=None, after="calendar")
def holidays() -> Any:
    return Holiday.objects.all()


@source("rates", scope=None, after="rate", rate_set="rate_set__key")
def rates() -> Any:
    return Rate.objects.all()


@names("owner", "sourced_by", label=lambda user, language: user.name, folded="name_key")
def users() -> Any:
    return User.objects.all()


@names("team", label=lambda team, language: team.name, folded="name_key")
def team_names() -> Any:
    return Team.objects.all()


def _option_names(field: str) -> None:
    """The labels of a company's own choices."""

    def rows() -> Any:
        return Option.objects.filter(field=field)

    def label(option: Any, language: str) -> str:
        return in_language(option.label, language)

    names(field.rpartition(".")[2], label=label, value="key")(rows)


for _field in ("account.segment", "account.industry", "source", "deal.competitor"):
    _option_names(_field)
