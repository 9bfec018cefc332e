"""Addresses of the web: every noun brings its own."""

from allauth.account import urls as allauth
from django.urls import include, path

from pacesetter.web import (
    accounts,
    activities,
    calls,
    contacts,
    deals,
    exports,
    first_run,
    forecast_accuracy,
    forecast_model,
    health,
    imports,
    invitations,
    jobs,
    leads,
    me,
    metrics,
    overview,
    palette,
    quotas,
    records,
    saved_views,
    security,
    signin,
    today,
    tool_page,
    tools,
    twins,
)
from pacesetter.web.settings import urls as settings

DOOR = [one for one in allauth.urlpatterns if one.name != "account_email"]  # an address is changed by who manages people

urlpatterns = [
    *today.urls,
    *leads.urls,
    *accounts.urls,
    *contacts.urls,
    *deals.urls,
    *activities.urls,
    *exports.urls,
    *imports.urls,
    *jobs.urls,
    *saved_views.urls,
    *records.urls,
    *twins.urls,
    *overview.urls,
    *metrics.urls,
    *palette.urls,
    *me.urls,
    *security.urls,
    *signin.urls,
    *invitations.urls,
    *first_run.urls,
    *health.urls,
    *quotas.urls,
    *calls.urls,
    *forecast_accuracy.urls,
    *forecast_model.urls,
    *tools.urls,
    *tool_page.urls,
    *settings.urls,
    path("door/", include(DOOR)),
]
