"""Addresses of the web: every noun brings its own."""

from django.urls import include, path

from pacesetter.web import (
    accounts,
    activities,
    contacts,
    deals,
    first_run,
    health,
    invitations,
    leads,
    me,
    palette,
    records,
    saved_views,
    today,
)

urlpatterns = [
    *today.urls,
    *leads.urls,
    *accounts.urls,
    *contacts.urls,
    *deals.urls,
    *activities.urls,
    *saved_views.urls,
    *records.urls,
    *palette.urls,
    *me.urls,
    *invitations.urls,
    *first_run.urls,
    *health.urls,
    path("door/", include("allauth.account.urls")),
]
