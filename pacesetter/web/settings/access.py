"""Why a person can or cannot see a record, in words."""

import re
from typing import Any

from django.utils.translation import gettext as _

from pacesetter.base import scope
from pacesetter.base.actor import Actor
from pacesetter.base.models import User
from pacesetter.core.errors import NotFound
from pacesetter.core.labels import mark
from pacesetter.crm import choices
from pacesetter.web import words
from pacesetter.web.nouns import NOUNS
from pacesetter.web.request import Request

ADDRESS = re.compile(r"(deal|account|contact|lead)s?[/ #]+(\d+)")
SENTENCES = {
    "sees_nothing_no_role": mark("%(who)s has no role, so nothing can be seen. Give a role above."),
    "sees_all": mark("%(who)s sees it: the role %(role)s, or a setting of the company, shows everything of this kind."),
    "sees_owner": mark("%(who)s sees it: the owner %(owner)s is %(who)s or reports to them today."),
    "sees_queue": mark("%(who)s sees it: it has no owner and waits in the queue."),
    "hidden_owner": mark("%(who)s cannot see it: it belongs to %(owner)s, who is not %(who)s and does not report to them today."),
    "hidden_queue": mark("%(who)s cannot see it: it has no owner, and the role shows only records with an owner in reach."),
}


def answer(request: Request, user: User) -> dict[str, Any] | None:
    """The tool for those who may use it: what was asked, and the sentence."""
    if not request.actor.can("access.explain"):
        return None
    text = request.GET.get("record", "").strip()
    return {"text": text, **(_explained(request, user, text) if text else {})}


def _explained(request: Request, user: User, text: str) -> dict[str, Any]:
    found = ADDRESS.search(text)
    if not found:
        return {"error": _("Paste the address of a deal, account, contact or lead, such as /deals/12.")}
    try:
        record: Any = NOUNS[found[1]].find(int(found[2]), request.actor)
    except NotFound as refused:
        return {"error": words.refusal(refused)}
    code, params = scope.explain(Actor.of(user, via="web"), record.owner_id, found[1])
    owner = choices.names([record.owner_id]).get(record.owner_id, "") if record.owner_id else ""
    return {
        "record": record,
        "says": _(SENTENCES[code]) % {"owner": owner, **params},
        "sees": code.startswith("sees") and code != "sees_nothing_no_role",
    }
