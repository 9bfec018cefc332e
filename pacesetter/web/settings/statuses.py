"""Lead statuses: the company's words over the fixed types."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from pacesetter.base import find
from pacesetter.crm import statuses
from pacesetter.crm.models import LeadStatus
from pacesetter.crm.models.leads import TYPES
from pacesetter.web import formats, forms, words
from pacesetter.web.request import Request
from pacesetter.web.settings.frame import Act, Part, chosen, labels, page, read_labels
from pacesetter.web.settings.pipelines import simple


def new(request: Request) -> HttpResponse:
    """Add a status of one of the types."""
    kinds = [(key, _(text)) for key, text in TYPES]
    help = _("What numbers and rules go by. It stays, because leads keep it.")
    part = Part([*labels(), chosen("type", _("Type"), kinds, "working", required=True, help=help)], key="status", do=_("Add status"))

    def create() -> str:
        made = statuses.create(read_labels(request.POST), type=request.POST.get("type", ""), by=request.actor)
        return _("%(name)s added") % {"name": forms.in_words(made.label)}

    return simple(request, _("Add status"), part, {"status": create})


def status(request: Request, pk: int) -> HttpResponse:
    """Rename a status in every language, archive it or bring it back."""
    row = find.one(LeadStatus, pk)
    part = Part(labels(row.label), key="status", do=_("Save"))

    def save() -> str:
        made = statuses.edit(row, label=read_labels(request.POST), by=request.actor)
        return _("%(name)s saved") % {"name": forms.in_words(made.label)}

    def archive(on: Any) -> str:
        statuses.edit(row, archived_on=on, by=request.actor)
        return (_("%(name)s archived") if on else _("%(name)s is back")) % {"name": forms.in_words(row.label)}

    acts: dict[str, Act] = {"status": save, "archive": lambda: archive(formats.today()), "restore": lambda: archive(None)}
    note = _("A status of the type %(type)s") % {"type": words.choice(TYPES, row.type)}
    return simple(request, forms.in_words(row.label), part, acts, row, note)


urls = [
    page("pipelines/statuses/new", new, "settings_status_new", "settings_pipelines"),
    page("pipelines/statuses/<int:pk>", status, "settings_status", "settings_pipelines"),
]
