"""What the text in a cell may stand for: people, records, choices, countries, currencies."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from babel import Locale
from babel.numbers import list_currencies
from django.db import transaction

from pacesetter.base import fields, teams, users
from pacesetter.base.loaders import LOOKUPS, Found, Lookup
from pacesetter.base.models import ExternalId, Option, Team, User
from pacesetter.core.errors import add_sentences
from pacesetter.core.labels import in_language, mark
from pacesetter.core.text import fold
from pacesetter.crm import accounts, campaigns, products
from pacesetter.crm.births import Prepared
from pacesetter.crm.loaders.shelves import chunks
from pacesetter.crm.models import Account, Campaign, Contact, Deal, Lead, Product

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences(
    {
        "unknown_value": mark("{value} is not known here."),
        "unknown_owner": mark("{value} is nobody we know. Accept the new person, or correct the name."),
        "unknown_stage": mark("{value} is not a stage, and nothing comes near it. Choose which stage it means."),
        "left_empty": mark("{value} is not known here; the field is left empty."),
        "nameless": mark("The row has neither a name nor an e-mail."),
    }
)
LANGUAGES = ("en", "es", "it")


class RecordLookup(Lookup):
    """Records by external id, else by folded name (the oldest of several)."""

    model: ClassVar[Any]
    births: ClassVar[Callable[..., Prepared[Any]] | None] = None

    def find(self, texts: Collection[str], source: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for some in chunks(texts):
            keys = {text: fold(text)[:200] for text in some}
            by_key = dict(self.rows().filter(name_key__in=keys.values()).order_by("-id").values_list("name_key", "id"))
            found.update({text: by_key[key] for text, key in keys.items() if key in by_key})
            found.update(ExternalId.objects.filter(source=source, noun=self.noun, value__in=some).values_list("value", "object_id"))
        return found

    def rows(self) -> Any:
        return self.model.objects.all()

    def all(self) -> list[Found]:
        return [Found(pk, name) for pk, name in self.rows().order_by("id").values_list("id", "name")]

    def create(self, texts: list[str], *, by: "Actor") -> None:
        self.prepare(texts, by=by)()

    def prepare(self, texts: list[str], *, by: "Actor") -> Callable[[], Any]:
        if not self.births:
            return super().prepare(texts, by=by)
        return self.births([self.values(text) for text in _distinct(texts)], by=by, facts=True).writes.store

    def values(self, text: str) -> dict[str, Any]:
        return {"name": text}


def _distinct(texts: list[str]) -> list[str]:
    """One text for each folded form."""
    return list({fold(text): text for text in reversed(texts)}.values())


class AccountLookup(RecordLookup):
    noun, creates, model, births = "account", "record", Account, staticmethod(accounts.prepare_many)

    def values(self, text: str) -> dict[str, Any]:
        return {"name": text, "owner": None}


class ProductLookup(RecordLookup):
    noun, creates, model, births = "product", "record", Product, staticmethod(products.prepare_many)


class CampaignLookup(RecordLookup):
    noun, creates, model, births = "campaign", "record", Campaign, staticmethod(campaigns.prepare_many)


class DealLookup(RecordLookup):
    noun, model = "deal", Deal


class PersonLookup(RecordLookup):
    """Contacts and leads, by e-mail too."""

    def find(self, texts: Collection[str], source: str) -> dict[str, Any]:
        mails = {text.lower(): text for text in texts if "@" in text}
        by_mail = (
            {mails[mail]: pk for pk, mail in self.model.objects.filter(email__in=mails).order_by("-id").values_list("id", "email")}
            if mails
            else {}
        )
        return super().find(texts, source) | by_mail

    def all(self) -> list[Found]:
        return []


class ContactLookup(PersonLookup):
    noun, model = "contact", Contact


class LeadLookup(PersonLookup):
    noun, model = "lead", Lead


class UserLookup(RecordLookup):
    """People by e-mail, external id or folded name; unknown ones may become people who do not sign in."""

    noun, creates, unknown, model = "user", "person", "unknown_owner", User

    def find(self, texts: Collection[str], source: str) -> dict[str, Any]:
        mails = {text.lower(): text for text in texts if "@" in text}
        by_mail = {mails[mail]: pk for pk, mail in User.objects.filter(email__in=mails).values_list("id", "email")} if mails else {}
        return super().find(texts, source) | by_mail

    def create(self, texts: list[str], *, by: "Actor") -> None:
        users.create_placeholders(_distinct(texts), by=by)


@dataclass(frozen=True)
class Ref:
    """A record of one of several nouns."""

    noun: str
    id: int


class AnyLookup(Lookup):
    """Records of any of the nouns in its name, by external id, else by name or e-mail."""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.nouns = tuple(name.split(","))

    def find(self, texts: Collection[str], source: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for noun in self.nouns:
            rest = [text for text in texts if text not in found]
            found.update({text: Ref(noun, pk) for text, pk in LOOKUPS[noun]().find(rest, source).items()} if rest else {})
        return found


class TeamLookup(RecordLookup):
    noun, creates, model = "team", "record", Team

    @transaction.atomic
    def create(self, texts: list[str], *, by: "Actor") -> None:
        for text in _distinct(texts):
            teams.create(text, by=by)


class OptionLookup(Lookup):
    """The company's own choices of one picklist, by key or label in any language."""

    noun, creates = "option", "option"

    def find(self, texts: Collection[str], source: str) -> dict[str, Any]:
        known = {fold(form): key for key, label in self._rows() for form in [key, *label.values()]}
        return {text: known[fold(text)] for text in texts if fold(text) in known}

    def all(self) -> list[Found]:
        return [Found(key, in_language(label, "en")) for key, label in self._rows()]

    def _rows(self) -> list[tuple[str, dict[str, str]]]:
        return list(Option.objects.filter(field=self.name, archived_on__isnull=True).values_list("key", "label"))

    def create(self, texts: list[str], *, by: "Actor") -> None:
        fields.add_options(self.name, _distinct(texts), by=by)


# What other systems call our fixed choices.
ALIASES = {
    "deal/type": {
        "new": ("new customer", "new business", "newbusiness", "nuevo negocio", "nuevo cliente", "nuovo cliente", "nuova attività"),
        "expansion": (
            "existing business",
            "existingbusiness",
            "existing customer - upgrade",
            "upgrade",
            "upsell",
            "cross-sell",
            "negocio existente",
            "cliente esistente",
        ),
        "renewal": ("existing customer - renewal", "existing customer - replacement", "renovación", "rinnovo"),
    },
    "deal/category": {"commit": ("forecast",), "best_case": ("bestcase", "upside"), "omitted": ("omit", "not forecasted")},
    "deal_contact/role": {
        "decision_maker": ("decision-maker", "economic decision maker", "responsable de decisiones"),
        "economic_buyer": ("executive sponsor", "budget holder", "economic buyer"),
        "influencer": ("evaluator", "technical buyer", "blocker"),
        "user": ("business user", "end user"),
    },
    "activity/kind": {
        "email": ("e-mail", "incoming_email", "listemail", "list email", "correo"),
        "task": ("to do", "todo", "cadence", "tarea"),
        "meeting": ("event", "reunión", "riunione"),
        "note": ("nota", "communication", "linkedin"),
        "call": ("llamada", "chiamata"),
    },
}


class ChoiceLookup(Lookup):
    """Our own fixed choices, by key, label or what other systems call them."""

    noun = "choice"

    def find(self, texts: Collection[str], source: str) -> dict[str, Any]:
        known = {fold(word): key for key, words in self._words().items() for word in words}
        return {text: known[fold(text)] for text in texts if fold(text) in known}

    def all(self) -> list[Found]:
        return [Found(key, words[1]) for key, words in self._words().items()]

    def _words(self) -> dict[str, list[str]]:
        noun, key = self.name.split("/")
        aliases = ALIASES.get(self.name, {})
        return {choice: [choice, label, *aliases.get(choice, ())] for choice, label in fields.one(noun, key).choices}


@lru_cache
def _countries() -> dict[str, str]:
    """ISO codes by folded name in our languages, with the short forms people type."""
    known: dict[str, str] = {}
    for language in LANGUAGES:
        known |= {fold(name): code for code, name in Locale(language).territories.items() if len(code) == 2 and code.isalpha()}
    known |= {code.casefold(): code for code in set(known.values())}
    return (
        known
        | dict.fromkeys(("usa", "u.s.", "u.s.a.", "united states of america", "america"), "US")
        | dict.fromkeys(("uk", "u.k.", "great britain", "england"), "GB")
        | {"korea": "KR"}
    )


class CountryLookup(Lookup):
    """Countries by name in English, Spanish or Italian, or by ISO code."""

    noun = "country"

    def find(self, texts: Collection[str], source: str) -> dict[str, Any]:
        return {text: _countries()[fold(text)] for text in texts if fold(text) in _countries()}

    def all(self) -> list[Found]:
        return [Found(code, name) for code, name in Locale("en").territories.items() if len(code) == 2 and code.isalpha()]


class CurrencyLookup(Lookup):
    """Currencies by ISO code."""

    noun, unknown = "currency", "unknown_currency_code"

    def find(self, texts: Collection[str], source: str) -> dict[str, Any]:
        return {text: text.upper() for text in texts if text.upper() in list_currencies()}


add_sentences({"unknown_currency_code": mark("{value} is not a currency code such as USD or EUR.")})

for _key, _lookup in {
    "account": AccountLookup,
    "product": ProductLookup,
    "campaign": CampaignLookup,
    "deal": DealLookup,
    "contact": ContactLookup,
    "lead": LeadLookup,
    "user": UserLookup,
    "team": TeamLookup,
    "record": AnyLookup,
    "option": OptionLookup,
    "choice": ChoiceLookup,
    "country": CountryLookup,
    "currency": CurrencyLookup,
}.items():
    LOOKUPS.add(_key, _lookup)
