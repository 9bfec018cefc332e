"""Invitations: mailed where a mail server is set, otherwise a link to copy."""

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from pacesetter.base import users
from pacesetter.base.models import User
from pacesetter.web.request import Request


def mails() -> bool:
    """Whether a mail server is set."""
    return bool(settings.EMAIL_HOST)


def link(request: Request, user: User) -> str:
    """The address at which somebody sets a password, where mail cannot bring it: of those who have none yet, or when asked for."""
    needed = "link" in request.GET or not user.has_usable_password()
    return _address(request, user) if needed and user.email and user.is_active and not mails() else ""


def _address(request: Request, user: User) -> str:
    return request.build_absolute_uri(reverse("invitation", args=[users.invitation(user, by=request.actor)]))


def send(request: Request, user: User) -> bool:
    """Mail the link in the person's language."""
    if not mails() or not user.email:
        return False
    with translation.override(user.language or request.company.language):
        words = {"company": request.company.name, "name": user.name, "link": _address(request, user)}
        text = (
            _("Hello %(name)s,\n\nchoose a password and sign in to Pacesetter of %(company)s:\n%(link)s\n\nThe link works for seven days.")
            % words
        )
        send_mail(_("Your invitation to Pacesetter of %(company)s") % words, text, None, [user.email])
    return True


def again(request: Request, user: User) -> str:
    """Send it once more."""
    request.actor.require("people.manage")
    send(request, user)
    return _("The invitation was mailed to %(email)s") % {"email": user.email}
