"""Addresses of the web: every noun brings its own."""

from django.urls import include, path

from pacesetter.web import (
    accounts,
    activities,
    contacts,
    deals,
    exports,
    first_run,
    health,
    imports,
    invitations,
    jobs,
    leads,
    me,
    metrics,
    overview,
    palette,
    records,
    saved_views,
    today,
)
from pacesetter.web.settings import urls as settings

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
    *overview.urls,
    *metrics.urls,
    *palette.urls,
    *me.urls,
    *invitations.urls,
    *first_run.urls,
    *health.urls,
    *settings.urls,
    path("door/", include("allauth.account.urls")),
]
