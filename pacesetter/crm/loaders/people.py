"""Contacts and leads from files."""

from collections.abc import Collection, Hashable, Iterable
from typing import TYPE_CHECKING, ClassVar

from django.db.models import Q

from pacesetter.base.guards import redrawing
from pacesetter.base.loaders import LOADERS, Remark, Slot, Values
from pacesetter.core.labels import mark
from pacesetter.core.text import fold
from pacesetter.crm import contacts, leads
from pacesetter.crm.alike import marks_of_person
from pacesetter.crm.loaders.shelves import OWNER, ShelfLoader, chunks
from pacesetter.crm.models import LeadChange

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

PERSON = {
    "first_name": ("firstname", "given name", "nombre", "nome"),
    "last_name": ("lastname", "surname", "family name", "apellidos", "apellido", "cognome"),
    "title": ("job title", "jobtitle", "position", "cargo", "puesto", "ruolo", "qualifica"),
    "email": ("email address", "e-mail", "e-mail address", "mail", "correo", "correo electrónico", "indirizzo e-mail", "posta elettronica"),
    "phone": ("phone number", "telephone", "business phone", "teléfono", "número de teléfono", "telefono"),
    "mobile": ("mobilephone", "mobile phone", "mobile phone number", "cell", "móvil", "teléfono móvil", "cellulare"),
}
FULL_NAME = Slot(
    "full_name",
    mark("Full name"),
    names=("name", "full name", "contact name", "lead name", "nombre completo", "nome completo", "nominativo", "contatto", "contacto"),
)


class PersonLoader(ShelfLoader):
    """People are told apart by e-mail, else by name."""

    telling: tuple[frozenset[str], ...] = (
        frozenset(("last_name", "email")),
        frozenset(("full_name", "email")),
        frozenset(("email", "phone")),
    )

    def slots(self) -> list[Slot]:
        return [*super().slots(), FULL_NAME]

    def settle(self, values: Values) -> None:
        if full := values.pop("full_name", ""):
            first, _, last = full.rpartition(" ")
            values.setdefault("first_name", first)
            values.setdefault("last_name", last)

    def names(self, values: Values) -> list[str]:
        return [name for name in (values.get("email"), _name(values)) if name]

    def natural(self, values: Values) -> Hashable | None:
        return values.get("email") or fold(_name(values)) or None

    def marks(self, values: Values) -> dict[str, str]:
        return {kind: text for kind, text in marks_of_person(values).items() if kind == "email"}  # files have too many namesakes

    def match(self, keys: Collection[Hashable]) -> dict[Hashable, int]:
        found: dict[Hashable, int] = {}
        for some in chunks(keys):
            rows = self.shelf.model.objects.filter(Q(email__in=some) | Q(name_key__in=some, email="")).order_by("-id")
            found.update({email or name: pk for pk, email, name in rows.values_list("id", "email", "name_key")})
        return found

    def judge(self, values: Values) -> Iterable[Remark]:
        if not values.get("email") and not _name(values):
            yield Remark("nameless")


def _name(values: Values) -> str:
    return f"{values.get('first_name', '')} {values.get('last_name', '')}".strip()


class ContactLoader(PersonLoader):
    noun = "contact"
    label = mark("Contacts")
    after = ("user", "account")
    telling = (
        *PersonLoader.telling,
        frozenset(("last_name", "account")),
        frozenset(("full_name", "account")),
        frozenset(("email", "account")),
    )
    files = ("contact", "people", "persona", "contatt")
    shelf = contacts.SHELF
    births = contacts.prepare_many
    ids = ("contact id", "record id", "record id - contact", "hs_object_id", "id de registro", "id record", "person id")
    words: ClassVar = {
        **PERSON,
        "account": ("account name", "account id", "accountid", "company", "company name", "organization", "associated company", "associated company ids (primary)", "nombre de la empresa", "empresa", "azienda", "nome azienda", "cuenta"),
        "owner": ("contact owner", "owner id", "hubspot_owner_id", "propietario", "propietario del contacto", "proprietario", "responsabile"),
        "opted_out": ("email opt out", "hasoptedoutofemail", "unsubscribed from all email", "opted out of email"),
        "created_at": ("created date", "createddate", "create date", "createdate", "created at", "fecha de creación", "data di creazione"),
    }  # fmt: skip
    changes: ClassVar = {"owner": OWNER}


class LeadLoader(PersonLoader):
    noun = "lead"
    label = mark("Leads")
    after = ("user", "campaign", "account", "contact", "deal")
    telling = (
        *PersonLoader.telling,
        frozenset(("last_name", "company")),
        frozenset(("full_name", "company")),
        frozenset(("email", "company")),
        frozenset(("email", "status")),
    )
    files = ("lead", "prospect", "enquir", "inquir")
    shelf = leads.SHELF
    told = (LeadChange,)
    births = leads.prepare_many
    ids = ("lead id", "lead number", "prospect id", "record id", "hs_object_id", "id de registro")
    words: ClassVar = {
        **PERSON,
        "company": (
            "company / account",
            "company name",
            "account name",
            "account",
            "organization",
            "empresa",
            "nombre de la empresa",
            "azienda",
        ),
        "country": ("country/region", "país", "país/región", "paese"),
        "status": ("lead status", "leadstatus", "estado", "estado del lead", "stato", "stato lead"),
        "source": ("lead source", "leadsource", "lead origin", "original source", "origen", "fuente", "fonte", "origine"),
        "campaign": ("campaign name", "campaignid", "campaña", "campagna"),
        "inbound": ("is inbound",),
        "request": ("description", "message", "notes", "mensaje", "messaggio"),
        "owner": ("lead owner", "contact owner", "owner id", "hubspot_owner_id", "propietario", "proprietario", "responsabile"),
        "received_at": ("created date", "createddate", "create date", "createdate", "created at", "fecha de creación", "data di creazione"),
        "first_response_at": ("first response", "firstcalldatetime", "first call date", "firstemaildatetime"),
        "converted_at": ("converted date", "converteddate"),
        "converted_account": ("convertedaccountid", "converted account"),
        "converted_contact": ("convertedcontactid", "converted contact"),
        "converted_deal": ("convertedopportunityid", "converted opportunity", "converted deal"),
    }
    changes: ClassVar = {"owner": OWNER, "status": {"strict": True}, "country": {"lookup": "country", "limit": None}}

    def remove(self, ids: Collection[int], *, by: "Actor") -> None:
        with redrawing(LeadChange):
            LeadChange.objects.filter(lead_id__in=ids).delete()
        super().remove(ids, by=by)


LOADERS.add("contact", ContactLoader)
LOADERS.add("lead", LeadLoader)
