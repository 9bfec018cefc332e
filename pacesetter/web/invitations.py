"""The page behind an invitation link: choose a password, then sign in."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from pacesetter.base import users
from pacesetter.base.actor import Actor
from pacesetter.core.errors import Invalid
from pacesetter.web.request import Request
from pacesetter.web.routes import public
from pacesetter.web.words import refusal


def accept(request: Request, key: str) -> HttpResponse:
    """Set the invited person's first password."""
    user = users.invited(key)
    error = ""
    if request.method == "POST":
        try:
            users.set_password(user, request.POST.get("password", ""), by=Actor.of(user, via="web"))
            return redirect("account_login")
        except Invalid as refused:
            error = refusal(refused)
    return render(request, "account/invitation.html", {"invited": user, "error": error})


urls = [public("invitations/<str:key>", accept, "invitation")]
