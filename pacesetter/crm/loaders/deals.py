"""Deals from files: facts with their own dates and outcomes."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from pacesetter.base import clock, history, settings
from pacesetter.base.fields import Minor
from pacesetter.base.guards import redrawing
from pacesetter.base.loaders import LOADERS, Remark, Slot, Values
from pacesetter.base.models import HistoryEntry
from pacesetter.base.writes import Writes
from pacesetter.core.errors import Conflict, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.text import fold
from pacesetter.crm import deals
from pacesetter.crm.births import Prepared
from pacesetter.crm.loaders.shelves import CURRENCY, OWNER, ShelfLoader, chunks
from pacesetter.crm.loaders.stages import LOST, WON
from pacesetter.crm.models import Account, Deal, DealChange, LineItem, Product, Stage
from pacesetter.crm.records import Changes

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences(
    {
        "no_account": mark("These deals name no account. They are loaded without one."),
        "no_created_date": mark(
            "These deals do not say when they began. They are loaded without that date and left out of the sales cycle."
        ),
        "no_stage": mark("These deals name no stage. They take the first one."),
        "lost_without_reason": mark("These deals were lost and do not say why."),
        "won_without_amount": mark("These deals were won and carry no amount."),
    }
)
OUTCOMES = {fold(word): kind for kind, words in (("won", WON), ("lost", LOST)) for word in words}
OUTCOME = Slot("outcome", mark("Won or lost"), names=("won/lost", "deal outcome"))
NO_STAGE = Remark("no_stage", "stage", refuse=False)
NO_ACCOUNT = Remark("no_account", "account", refuse=False)
NO_CREATED_DATE = Remark("no_created_date", "created_on", refuse=False)
LOST_WITHOUT_REASON = Remark("lost_without_reason", "lost_reason", refuse=False)
WON_WITHOUT_AMOUNT = Remark("won_without_amount", "amount", refuse=False)
PRODUCT = Slot("product", mark("Product"), lookup="product", names=("product name", "product id", "producto", "prodotto", "articolo"))


class DealLoader(ShelfLoader):
    noun = "deal"
    label = mark("Deals")
    after = ("user", "account", "contact", "product", "campaign", "stage")
    files = ("opportunit", "deal", "pipeline", "negocio", "oportunidad", "trattativ", "opportunita")
    telling = (
        *(frozenset(("stage", one)) for one in ("name", "amount", "account", "owner", "close_date")),
        frozenset(("name", "amount")),
        frozenset(("name", "close_date")),
    )
    shelf = deals.SHELF
    told = (DealChange, LineItem)
    ids = ("opportunity id", "deal id", "record id", "record id - deal", "hs_object_id", "id de registro", "id record", "opportunity")
    words: ClassVar = {
        "name": ("deal name", "dealname", "opportunity name", "opportunity", "title", "nombre del negocio", "nombre de la oportunidad", "nombre", "nome trattativa", "nome opportunità", "nome"),
        "account": ("account name", "account id", "accountid", "company", "company name", "organization", "associated company", "associated company ids (primary)", "associated company names (primary)", "empresa", "cuenta", "azienda", "cliente"),
        "amount": ("close value", "deal value", "deal amount", "deal size", "contract value", "value", "total", "tcv", "importe", "valor", "importo", "valore"),
        "annual_amount": ("annual value", "acv", "arr", "annual contract value", "valor anual", "valore annuo"),
        "currency": ("currencyisocode", "amount currency", "deal currency", "deal_currency_code", "moneda", "divisa", "valuta"),
        "term_months": ("term", "contract term", "contract length", "plazo", "durata"),
        "stage": ("stage name", "stagename", "deal stage", "dealstage", "etapa", "etapa del negocio", "fase", "fase trattativa", "status", "deal status", "outcome", "result", "estado", "stato"),
        "pipeline": ("pipeline name", "canalización"),
        "category": ("forecast category", "forecastcategory", "forecastcategoryname", "hs_forecast_category"),
        "close_date": ("closedate", "closing date", "expected close date", "expected close", "expected to close", "close", "fecha de cierre", "data di chiusura", "data chiusura"),
        "closed_on": ("closed date", "actual close date", "won time", "lost time"),
        "created_on": ("created date", "createddate", "create date", "createdate", "created at", "engage date", "add time", "fecha de creación", "data di creazione", "data creazione"),
        "owner": ("opportunity owner", "deal owner", "owner id", "hubspot_owner_id", "sales agent", "sales rep", "rep", "seller", "account owner", "propietario", "propietario del negocio", "vendedor", "proprietario", "venditore", "responsabile"),
        "type": ("deal type", "dealtype", "opportunity type", "tipo", "tipo de negocio", "tipo di trattativa"),
        "next_step": ("nextstep", "hs_next_step", "próximo paso", "prossimo passo"),
        "next_step_on": ("next step date", "next activity date"),
        "competitor": ("competitors", "main competitor", "maincompetitors", "competidor", "concorrente"),
        "source": ("lead source", "leadsource", "deal source", "original source", "origen", "fuente", "fonte", "origine"),
        "sourced_by": ("sdr", "sourced by", "bdr"),
        "campaign": ("campaign name", "campaignid", "primary campaign source", "campaña", "campagna"),
        "lost_reason": ("closed lost reason", "loss reason", "reason lost", "lossreason", "motivo de pérdida", "motivo perdita"),
        "lost_note": ("lost note", "loss description"),
    }  # fmt: skip
    changes: ClassVar = {
        "name": {"required": False},
        "owner": OWNER,
        "stage": {"strict": True},
        "currency": CURRENCY,
    }

    def __init__(self) -> None:
        super().__init__()
        self.stages = Stage.objects.in_bulk()

    def slots(self) -> list[Slot]:
        return [*super().slots(), PRODUCT, OUTCOME]

    def settle(self, values: Values) -> None:
        """A closed deal's close date is the day it closed; an open one has no such day, nor a reason for losing."""
        self._end(values)
        stage, kind = self.stages.get(values.get("stage", 0)), self._kind(values)
        if stage:
            values["pipeline"] = stage.pipeline_id
        if kind != "open":
            day = values.get("closed_on") or values.get("close_date")
            if day:
                values["closed_on"], values["close_date"] = day, values.get("close_date") or day
        elif day := values.pop("closed_on", None):
            values.setdefault("close_date", day)
        if kind != "lost":
            values.pop("lost_reason", None)
        if stage and values.get("category") in (stage.category, "closed"):
            del values["category"]  # it says what the stage says

    def _end(self, values: Values) -> None:
        """Where the outcome stands in a column of its own, the stage is where the deal was before."""
        if "outcome" not in values:
            return
        kind = OUTCOMES.get(fold(values.pop("outcome")), "")
        pipeline = values.get("pipeline") or getattr(self.stages.get(values.get("stage", 0)), "pipeline_id", None)
        ends = [stage for stage in self.stages.values() if stage.type == kind and stage.archived_on is None]
        if ends:
            values["stage"] = next((stage.pk for stage in ends if stage.pipeline_id == pipeline), ends[0].pk)

    def estimate(self, values: Values) -> tuple[str, Any] | None:
        """An open deal without amount may take the list price of its product."""
        product = values.get("product")
        if product is None or values.get("amount") is not None or self._kind(values) != "open":
            return None
        price = self.prices.get(product) if isinstance(product, int) else None
        if isinstance(product, int) and price is None:
            return None
        return "amount", price if price is None else Minor(price)

    @cached_property
    def prices(self) -> dict[int, int]:
        """List prices in the company currency, by product."""
        priced = Product.objects.filter(currency__in=("", settings.get("company.currency")))
        return {pk: price for pk, price in priced.values_list("pk", "price") if price is not None}

    def judge(self, values: Values) -> Iterable[Remark]:
        kind = self._kind(values)
        closed, created = values.get("closed_on"), values.get("created_on")
        if kind != "open" and not closed:
            yield Remark("closed_without_date", "close_date")
        if closed and created and closed < created:
            yield Remark("closed_before_created", "close_date", {"closed": closed, "created": created}, refuse=False)
        if "stage" not in values:
            yield NO_STAGE
        if "account" not in values:
            yield NO_ACCOUNT
        if created is None:
            yield NO_CREATED_DATE
        if kind == "lost" and "lost_reason" not in values:
            yield LOST_WITHOUT_REASON
        if kind == "won" and values.get("amount") is None:
            yield WON_WITHOUT_AMOUNT

    def _kind(self, values: Values) -> str:
        """Open, won or lost; a stage that is still to come says so itself."""
        stage = values.get("stage", 0)
        known = self.stages.get(stage)
        return known.type if known else getattr(stage, "hint", "") or "open"

    def tally(self, values: Values) -> tuple[str, int | None, str] | None:
        return self._kind(values), values.get("amount"), values.get("currency", "")

    def natural(self, values: Values) -> Hashable | None:
        return (fold(values["name"])[:200], values.get("account")) if values.get("name") else None

    def match(self, keys: Collection[Hashable]) -> dict[Hashable, int]:
        found: dict[Hashable, int] = {}
        for some in chunks(keys):
            rows = Deal.objects.filter(name_key__in=[key[0] for key in some]).order_by("-id")  # type: ignore[index]
            found.update({(name, account): pk for pk, name, account in rows.values_list("id", "name_key", "account_id")})
        return {key: found[key] for key in keys if key in found}

    def stored(self, ids: Collection[int]) -> dict[int, Values]:
        products: dict[int, int] = {}
        for some in chunks(ids):
            products.update(LineItem.objects.filter(deal__in=some).order_by("-position", "-id").values_list("deal_id", "product_id"))
        told = DealChange.objects.filter(deal_id__in=list(ids), origin="told", status__in=("won", "lost"))
        stored = {pk: values | {"product": products.get(pk)} for pk, values in super().stored(ids).items()}
        for pk in set(told.values_list("deal_id", flat=True)) & stored.keys():
            stored[pk]["closed_on"] = stored[pk]["close_date"]  # its history may have closed it sooner; the file knows the close date
        return stored

    def ready(self, rows: list[Values], by: "Actor") -> Prepared[Deal]:
        self._name(rows)
        prepared = deals.prepare_many(rows, by=by, facts=True, apart=frozenset({"product"}))
        sold = zip(prepared.ids, rows, prepared.columns["amount"], strict=True)
        _add_lines(prepared.writes, [(pk, [row["product"], 1, amount]) for pk, row, amount in sold if row.get("product")])
        return prepared

    def _name(self, rows: list[Values]) -> None:
        """A deal without a name is called after what is sold, and to whom."""
        nameless = [row for row in rows if not row.get("name")]
        if nameless:
            accounts = dict(Account.objects.filter(pk__in={row.get("account") for row in nameless}).values_list("pk", "name"))
            products = dict(Product.objects.filter(pk__in={row.get("product") for row in nameless}).values_list("pk", "name"))
            for row in nameless:
                parts = [accounts.get(row.get("account") or 0), products.get(row.get("product") or 0)]
                row["name"] = " – ".join(part for part in parts if part) or "Deal"

    def undo(self, entry: HistoryEntry, *, by: "Actor") -> None:
        if entry.kind != "deal.lines":
            return super().undo(entry, by=by)
        now, writes = _lines([entry.object_id])[entry.object_id], Writes()
        if now != entry.data["lines"]:
            raise Conflict("undo_conflict", field="product")
        _set_lines(writes, {entry.object_id: (now, entry.data["before"])}, by)
        writes.store()

    def _put(self, obj: Deal, values: Values) -> Changes:
        """What follows from a stage and an amount follows here too."""
        derived = obj.annual_amount == deals.annual_of(obj.amount, obj.term_months)
        more: Values = {}
        if stage := self.stages.get(values.get("stage", 0)):
            more["status"] = stage.type
            if stage.type == "open":
                more |= {"closed_on": None, "lost_reason": None}
            day = values.get("closed_on")
            more["stage_since"] = clock.noon(day) if day else clock.now()
        if derived and values.keys() & {"amount", "term_months"} and "annual_amount" not in values:
            annual = deals.annual_of(values.get("amount", obj.amount), values.get("term_months", obj.term_months))
            more["annual_amount"] = None if annual is None else Minor(annual)
        return super()._put(obj, {**more, **values})

    def changing(self, changes: list[tuple[int, Values]], by: "Actor") -> Writes:
        writes = super().changing(changes, by)
        touched = {pk: values for pk, values in changes if values.keys() & {"product", "amount"}}
        amounts = dict(Deal.objects.filter(pk__in=touched).values_list("pk", "amount"))
        _restate_lines(writes, {pk: {"amount": amounts[pk], **values} for pk, values in touched.items()}, by)
        return writes

    def remove(self, ids: Collection[int], *, by: "Actor") -> None:
        with redrawing(DealChange):
            DealChange.objects.filter(deal_id__in=ids).delete()
        super().remove(ids, by=by)


Line = list[Any]  # product, quantity, unit price


def _lines(deals: Iterable[int]) -> dict[int, list[Line]]:
    lines: dict[int, list[Line]] = {pk: [] for pk in deals}
    for pk, *line in LineItem.objects.filter(deal__in=lines).values_list("deal_id", "product_id", "quantity", "unit_price"):
        lines[pk].append(line)
    return lines


def _restate_lines(writes: Writes, rows: Mapping[int, Values], by: "Actor") -> None:
    """A file states one product and one amount: they become the deal's only line, unless people made several."""
    stated: dict[int, tuple[list[Line], list[Line]]] = {}
    for pk, before in _lines(rows).items():
        product = rows[pk].get("product") or (before[0][0] if len(before) == 1 else None)
        if len(before) < 2 and product:
            stated[pk] = before, [[product, 1, rows[pk]["amount"]]]
    _set_lines(writes, stated, by)


def _set_lines(writes: Writes, stated: Mapping[int, tuple[list[Line], list[Line]]], by: "Actor") -> None:
    """Put the second list of lines in the place of the first, deal by deal."""
    writes.execute("DELETE FROM crm_lineitem WHERE deal_id = %s", [(pk,) for pk in stated])
    _add_lines(writes, [(pk, line) for pk, (_, lines) in stated.items() for line in lines])
    entries = {pk: {"before": before, "lines": lines} for pk, (before, lines) in stated.items()}
    history.gather(writes, "deal", [(pk, {}, data) for pk, data in entries.items()], "deal.lines", by=by)


def _add_lines(writes: Writes, lines: Sequence[tuple[int, Line]]) -> None:
    whole = [(pk, product, quantity or 1, price) for pk, (product, quantity, price) in lines]
    columns = {name: [line[at] for line in whole] for at, name in enumerate(("deal_id", "product_id", "quantity", "unit_price"))}
    amounts = [None if price is None else price * quantity for _, _, quantity, price in whole]
    writes.insert(LineItem, columns | {"amount": amounts, "position": [0] * len(whole)})


LOADERS.add("deal", DealLoader)
