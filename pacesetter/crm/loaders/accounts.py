"""Accounts and products from files."""

import json
from collections.abc import Collection, Hashable
from typing import ClassVar

from pacesetter.base.loaders import LOADERS, LOOKUPS, Slot, Values
from pacesetter.core.labels import mark
from pacesetter.core.text import fold
from pacesetter.crm import accounts, campaigns, products
from pacesetter.crm.alike import marks_of_account
from pacesetter.crm.loaders.shelves import CURRENCY, OWNER, ShelfLoader, chunks


class NamedLoader(ShelfLoader):
    """Records that are told apart by their name when a file has no ids."""

    def natural(self, values: Values) -> Hashable | None:
        return fold(values["name"])[:200] if values.get("name") else None

    def match(self, keys: Collection[Hashable]) -> dict[Hashable, int]:
        found: dict[Hashable, int] = {}
        for some in chunks(keys):
            for key, pk in self.shelf.model.objects.filter(name_key__in=some).order_by("-id").values_list("name_key", "id"):
                found[key] = pk
        return found


class AccountLoader(NamedLoader):
    noun = "account"
    label = mark("Accounts")
    after = ("user",)
    links = ("parent",)
    telling = tuple(
        frozenset(("name", one))
        for one in ("industry", "website", "domain", "phone", "city", "country", "employees", "annual_revenue", "parent")
    )
    files = ("account", "compan", "organi", "customer", "cuenta", "empresa", "aziend", "client")
    shelf = accounts.SHELF
    births = accounts.prepare_many
    ids = ("account id", "record id", "record id - company", "company id", "hs_object_id", "id de registro", "id record", "organization id")
    words: ClassVar = {
        "name": ("account name", "account", "company name", "company", "organization", "organization name", "organisation", "nombre", "nombre de la empresa", "nombre de la cuenta", "empresa", "cuenta", "azienda", "nome azienda", "nome", "ragione sociale", "cliente"),
        "owner": ("account owner", "company owner", "owner id", "hubspot_owner_id", "propietario", "propietario de la empresa", "propietario de la cuenta", "proprietario", "responsabile", "owner name"),
        "industry": ("sector", "industria", "settore", "industry sector"),
        "segment": ("segmento", "customer segment", "tier"),
        "employees": ("number of employees", "numberofemployees", "employee count", "headcount", "número de empleados", "empleados", "numero di dipendenti", "dipendenti"),
        "annual_revenue": ("annualrevenue", "revenue", "annual revenue", "ingresos anuales", "facturación", "fatturato", "fatturato annuo"),
        "currency": ("currencyisocode", "annual revenue currency", "moneda", "divisa", "valuta"),
        "founded": ("year established", "year founded", "founded year", "año de fundación", "anno di fondazione"),
        "website": ("website url", "web", "web site", "sitio web", "página web", "sito web", "sito", "url"),
        "domain": ("company domain name", "domain name", "nombre de dominio de la empresa", "dominio"),
        "phone": ("phone number", "telephone", "teléfono", "número de teléfono", "telefono"),
        "street": ("billingstreet", "billing street", "address", "street address", "dirección", "calle", "indirizzo", "via"),
        "city": ("billingcity", "billing city", "town", "ciudad", "città", "comune"),
        "region": ("billingstate", "billing state", "billing state/province", "state", "state/province", "state/region", "province", "provincia", "estado", "regione", "estado/región"),
        "postal_code": ("billingpostalcode", "billing zip", "billing zip/postal code", "zip", "zip code", "zip/postal code", "postcode", "código postal", "cap"),
        "country": ("billingcountry", "billing country", "country/region", "office location", "país", "país/región", "paese", "nazione"),
        "latitude": ("billinglatitude", "lat", "latitud", "latitudine"),
        "longitude": ("billinglongitude", "lon", "lng", "longitud", "longitudine"),
        "source": ("accountsource", "account source", "lead source", "original source", "origen", "fonte", "origine"),
        "created_at": ("created date", "createddate", "create date", "createdate", "created at", "fecha de creación", "data di creazione"),
        "parent": ("parentid", "parent account", "parent company", "subsidiary of", "empresa matriz", "società madre", "azienda madre"),
    }  # fmt: skip
    changes: ClassVar = {"owner": OWNER, "currency": CURRENCY, "country": {"lookup": "country", "limit": None}}

    def slots(self) -> list[Slot]:
        return [*super().slots(), ADDRESS]

    def marks(self, values: Values) -> dict[str, str]:
        return marks_of_account(values)

    def settle(self, values: Values) -> None:
        """A whole address fills what its own columns leave empty."""
        for key, text in _parts(values.pop("address", "")).items():
            values.setdefault(key, text)


ADDRESS = Slot("address", mark("Whole address"), "long_text", names=("billing address", "billingaddress"))


def _parts(address: str) -> Values:
    """An address written as JSON in one cell, or the lines of a plain one."""
    if not address.startswith("{"):
        return {"street": " ".join(address.split())} if address else {}
    try:
        told = json.loads(address)
    except ValueError:
        return {}
    parts = {"street": told.get("street"), "city": told.get("city"), "region": told.get("stateCode") or told.get("state")}
    parts |= {"postal_code": told.get("postalCode"), "latitude": told.get("latitude"), "longitude": told.get("longitude")}
    country = told.get("countryCode") or told.get("country") or ""
    parts["country"] = LOOKUPS["country"]().find([country], "").get(country)
    return {key: value for key, value in parts.items() if value}


class ProductLoader(NamedLoader):
    noun = "product"
    label = mark("Products")
    telling = (frozenset(("name", "price")), frozenset(("name", "sku")), frozenset(("name", "family")))
    files = ("product", "price", "articol", "prodott", "item")
    shelf = products.SHELF
    births = products.prepare_many
    ids = ("product id", "record id", "product2id", "hs_object_id")
    words: ClassVar = {
        "name": ("product", "product name", "nombre del producto", "producto", "prodotto", "nome prodotto"),
        "sku": ("product code", "productcode", "article number", "hs_sku", "código", "codice"),
        "family": ("product family", "series", "category", "familia", "famiglia", "serie"),
        "price": ("sales price", "list price", "unit price", "unitprice", "precio", "precio unitario", "prezzo"),
        "currency": ("currencyisocode", "price currency", "moneda", "divisa", "valuta"),
        "recurring_months": ("billing months", "recurring billing period"),
    }
    changes: ClassVar = {"currency": CURRENCY}


class CampaignLoader(NamedLoader):
    noun = "campaign"
    label = mark("Campaigns")
    telling = (frozenset(("name", "budget")), frozenset(("name", "since", "until")))
    files = ("campaign", "campaña", "campagn")
    shelf = campaigns.SHELF
    births = campaigns.prepare_many
    ids = ("campaign id",)
    words: ClassVar = {
        "name": ("campaign", "campaign name", "campaña", "campagna"),
        "kind": ("campaign type", "type", "tipo"),
        "since": ("start date", "startdate", "fecha de inicio", "data di inizio"),
        "until": ("end date", "enddate", "fecha de fin", "data di fine"),
        "budget": ("budgeted cost", "budgetedcost", "budgeted cost in campaign", "presupuesto"),
        "currency": ("currencyisocode", "moneda", "valuta"),
    }
    changes: ClassVar = {"currency": CURRENCY}


for _loader in (AccountLoader, ProductLoader, CampaignLoader):
    LOADERS.add(_loader.noun, _loader)
