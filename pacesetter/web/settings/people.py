"""People: the list, adding somebody, and one person's page with role, team, manager, employment and leave."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.base import factors, find, history, sessions, teams, users
from pacesetter.base.models import Role, Team, User
from pacesetter.core.text import fold
from pacesetter.web import forms, happenings, toasts
from pacesetter.web.request import Request
from pacesetter.web.settings import access, invite, terms
from pacesetter.web.settings.frame import LANGUAGES, Act, Part, answer, chosen, number, page, show

PAGE = 60
SHOWN = ("active", "records", "all")


def people(request: Request) -> HttpResponse:
    """Everybody, or those who sign in, or those who only own records."""
    shown, text = request.GET.get("show", "active"), request.GET.get("q", "")
    rows = find.every(User).select_related("role").order_by("-is_active", "name_key")
    if shown in ("active", "records"):
        rows = rows.filter(is_active=shown == "active")
    for word in fold(text).split():
        rows = rows.filter(name_key__contains=word)
    listed = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return show(
        request,
        "settings/people.html",
        _("People"),
        people=_with_places(listed),
        listed=listed,
        q=text,
        tabs=_tabs(shown),
        note=_counted(listed.paginator.count),
    )


def _counted(count: int) -> str:
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": count}


def _tabs(here: str) -> list[dict[str, Any]]:
    words = {"active": _("Sign in"), "records": _("Only own records"), "all": _("Everybody")}
    return [{"text": words[key], "href": f"?show={key}", "on": key == here} for key in SHOWN]


def _with_places(listed: Any) -> list[dict[str, Any]]:
    """Each person with today's team and manager."""
    today = teams.places_of(listed)
    names = dict(find.every(User, pk__in={manager for _team, manager in today.values()}).values_list("pk", "name"))
    known = dict(find.every(Team).values_list("pk", "name"))
    return [{"user": user, "team": known.get(today[user.pk][0]), "manager": names.get(today[user.pk][1])} for user in listed]


def new(request: Request) -> HttpResponse:
    """Add somebody; with an e-mail they are invited."""
    part = Part(_facts(None), key="new", do=_("Add person"))
    made: list[User] = []
    done = answer(request, {"new": lambda: _create(request, made)}, reverse("settings_people"), {"new": part})
    if done and made:
        done["Location"] = reverse("settings_person", args=[made[0].pk])
    return done or show(
        request, "settings/form.html", _("Add person"), (_("People"), reverse("settings_people")), parts={"new": part}, part=part
    )


def _create(request: Request, made: list[User]) -> str:
    values = _values(request.POST)
    user = users.create(values.pop("name"), by=request.actor, **values)
    made.append(user)
    if invite.send(request, user):
        toasts.add(request, _("The invitation was mailed to %(email)s") % {"email": user.email})
    return _("%(name)s added") % {"name": user.name}


def person(request: Request, pk: int) -> HttpResponse:
    """One person: each form sends one thing."""
    user = find.one(User, pk)
    parts = {"details": Part([*_facts(user), *_tastes(user)], key="details", do=_("Save")), **terms.parts(user)}
    acts: dict[str, Act] = {
        "details": lambda: _edit(request, user),
        "active": lambda: _switch(request, user),
        "invite": lambda: invite.again(request, user),
        "factor": lambda: _reset_factor(request, user),
        "sessions": lambda: _sign_out(request, user),
        **terms.acts(request, user),
    }
    done = answer(request, acts, reverse("settings_person", args=[pk]), parts)
    shown = {
        "person": user,
        "second_factor": factors.of(user) is not None,
        "history": terms.history(user),
        "matched": happenings.matched(history.of("user", user.pk).filter(kind="user.matched").first()),
        "link": invite.link(request, user),
        "mails": invite.mails(),
        "access": access.answer(request, user),
    }
    return done or show(request, "settings/person.html", user.name, (_("People"), reverse("settings_people")), parts=parts, **shown)


def _facts(user: User | None) -> list[forms.Entry]:
    roles = [(role.pk, forms.in_words(role.label)) for role in find.every(Role)]
    return [
        forms.Entry("name", _("Name"), value=user.name if user else "", required=True, autofocus=user is None),
        forms.Entry(
            "email", _("E-mail"), "email", user.email if user else "", help=_("Without one the person owns records but cannot sign in.")
        ),
        chosen("role", _("Role"), roles, user.role_id if user else None, empty=_("No role: sees nothing")),
        forms.Entry("job_title", _("Job title"), value=user.job_title if user else ""),
    ]


def _tastes(user: User) -> list[forms.Entry]:
    return [
        chosen("language", _("Language"), list(LANGUAGES), user.language, empty=_("As the company")),
        forms.Entry("time_zone", _("Time zone"), value=user.time_zone, help=_("Such as Europe/Madrid; empty: as the company.")),
    ]


def _values(data: Mapping[str, str]) -> dict[str, Any]:
    role = number(data.get("role", ""))
    plain = {key: data.get(key, "").strip() for key in ("name", "email", "job_title")}
    return plain | {"role": find.one(Role, role) if role else None}


def _edit(request: Request, user: User) -> str:
    zone = request.POST.get("time_zone", "").strip()
    if zone:
        terms.check_zone(zone)
    users.edit(user, by=request.actor, language=request.POST.get("language", ""), time_zone=zone, **_values(request.POST))
    return _("%(name)s saved") % {"name": user.name}


def _switch(request: Request, user: User) -> str:
    """Let somebody sign in, or no longer."""
    users.edit(user, is_active=not user.is_active, by=request.actor)
    return (_("%(name)s may sign in") if user.is_active else _("%(name)s can no longer sign in")) % {"name": user.name}


def _reset_factor(request: Request, user: User) -> str:
    """For somebody whose telephone is lost: the password alone lets in again."""
    factors.switch_off(user, by=request.actor)
    return _("The second factor of %(name)s is reset") % {"name": user.name}


def _sign_out(request: Request, user: User) -> str:
    sessions.end_all(user, by=request.actor)
    return _("%(name)s is signed out everywhere") % {"name": user.name}


urls = [
    page("people", people, "settings_people"),
    page("people/new", new, "settings_person_new", "settings_people"),
    page("people/<int:pk>", person, "settings_person", "settings_people"),
]
