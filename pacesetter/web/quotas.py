"""Quotas: a table of people and the quarters of a fiscal year, for everything or one product, typed in place by those who may set them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from babel.numbers import NumberFormatError, parse_decimal
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.base import find, rates, settings
from pacesetter.base.models import User
from pacesetter.base.scope import scope_of
from pacesetter.core.errors import Invalid
from pacesetter.core.money import to_major, to_minor
from pacesetter.core.periods import Period, containing, parse
from pacesetter.crm.models import Product
from pacesetter.planning import quotas
from pacesetter.planning.models import Quota
from pacesetter.web import figures, formats, words
from pacesetter.web.request import Request
from pacesetter.web.routes import page
from pacesetter.web.settings.frame import answer, number


@dataclass
class Cell:
    """What one person is asked for in one quarter; only a quota of exactly the quarter is typed here."""

    user: User
    quarter: Period
    whole: Quota | None = None
    others: list[Quota] = field(default_factory=list)
    typed: str | None = None
    error: str = ""

    @property
    def name(self) -> str:
        return f"q-{self.user.pk}-{self.quarter.label}"

    @property
    def period(self) -> str:
        return figures.period(self.quarter)

    @property
    def currency(self) -> str:
        return self.whole.currency if self.whole else settings.get("company.currency")

    @property
    def value(self) -> str:
        """As it stands in the input."""
        if self.typed is not None:
            return self.typed
        return "" if self.whole is None else formats.number(to_major(self.whole.amount, self.currency))

    @property
    def parts(self) -> list[tuple[int, str]]:
        """Amounts of the quarter; a quota of other days counts by the share of its days inside."""
        known = [(self.whole.amount, self.whole.currency)] if self.whole else []
        return known + [(round(one.amount * self._share(one)), one.currency) for one in self.others]

    def _share(self, one: Quota) -> float:
        days = (min(one.until, self.quarter.until) - max(one.since, self.quarter.since)).days
        return days / (one.until - one.since).days


class Sheet:
    """The table of one fiscal year, for everything or for one product, inside the actor's scope."""

    def __init__(self, request: Request) -> None:
        self.request, start = request, settings.get("company.fiscal_start")
        asked = request.GET.get("year")
        self.year = parse(asked, formats.today(), start) if asked else containing(formats.today(), "year", start)
        if self.year.grain != "year":
            raise Invalid("bad_period", text=asked or "")
        self.quarters = list(self.year.parts("quarter"))
        self.converter = rates.Converter("plan")
        self.product = find.one(Product, number(request.GET["product"])) if request.GET.get("product") else None

    @property
    def heads(self) -> list[str]:
        return [figures.period(quarter) for quarter in self.quarters]

    @cached_property
    def may(self) -> bool:
        return self.request.actor.can("quota.set")

    @cached_property
    def every(self) -> list[Quota]:
        """The year's quotas for everything (product 0) and for single products."""
        return list(find.within(Quota, self.request.actor, since__lt=self.year.until, until__gt=self.year.since))

    @cached_property
    def quotas(self) -> list[Quota]:
        wanted = self.product.pk if self.product else 0
        return [quota for quota in self.every if quota.product_id == wanted]

    @cached_property
    def single(self) -> list[Quota]:
        """Quotas for single products, which stand beside those for everything."""
        return [] if self.product else [quota for quota in self.every if quota.product_id]

    @cached_property
    def people(self) -> list[User]:
        """Those with a quota, and for those who set them everybody who calls a forecast."""
        rows = find.every(User).select_related("role")
        owners = scope_of(self.request.actor, "quota").owners
        have = {quota.user_id for quota in [*self.quotas, *self.single]}
        rows = rows if owners is None else rows.filter(pk__in=owners)
        return [user for user in rows if user.pk in have or (self.may and _calls(user))]

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        return [self._row(user) for user in self.people]

    def _row(self, user: User) -> dict[str, Any]:
        mine = [quota for quota in self.quotas if quota.user_id == user.pk]
        cells = [self._cell(user, quarter, mine) for quarter in self.quarters]
        beside = self._beside([quota for quota in self.single if quota.user_id == user.pk])
        may = self.may and user.pk != self.request.actor.user_id
        return {"user": user, "cells": cells, "may": may, "total": self.total(cells), "beside": beside}

    def _beside(self, quotas: list[Quota]) -> int | None:
        """What somebody is asked to book of single products this year, in the company's currency."""
        cells = [Cell(quota.user, self.year, others=[quota]) for quota in quotas]
        return self.total(cells) if cells else None

    def _cell(self, user: User, quarter: Period, mine: list[Quota]) -> Cell:
        cell = Cell(user, quarter)
        for quota in mine:
            if (quota.since, quota.until) == (quarter.since, quarter.until):
                cell.whole = quota
            elif quota.since < quarter.until and quota.until > quarter.since:
                cell.others.append(quota)
        return cell

    def total(self, cells: Iterable[Cell]) -> int:
        """The sum in the company's currency."""
        return self.converter.total([part for cell in cells for part in cell.parts], self.year.since)[0]

    @property
    def columns(self) -> list[int]:
        """The sums below the quarters, and below the year."""
        sums = [self.total(row["cells"][n] for row in self.rows) for n in range(len(self.quarters))]
        return [*sums, sum(sums)]

    @property
    def beside(self) -> int | None:
        return self._beside(self.single)

    @property
    def years(self) -> list[dict[str, Any]]:
        near = [self.year.shifted(step) for step in (-1, 0, 1)]
        return [{"text": one.label, "href": self.at(one, self.product), "on": one.label == self.year.label} for one in near]

    @cached_property
    def products(self) -> list[dict[str, Any]]:
        """Everything, then each product on sale or with quotas in the year."""
        asked = {quota.product_id for quota in self.every}
        rows = [one for one in find.every(Product).order_by("name_key") if not one.archived_at or one.pk in asked]
        return [
            {"text": one.name if one else _("All products"), "href": self.at(self.year, one), "on": one == self.product}
            for one in [None, *rows]
        ]

    @property
    def here(self) -> str:
        return self.at(self.year, self.product)

    @staticmethod
    def at(year: Period, product: Product | None) -> str:
        """The address of another year or product."""
        return f"?year={year.label}&product={product.pk}" if product else f"?year={year.label}"

    # writing ------------------------------------------------------------------------------------
    @transaction.atomic
    def save(self) -> str:
        """Set what differs; one cell that cannot be read refuses them all."""
        cells = [cell for row in self.rows if row["may"] for cell in row["cells"] if cell.name in self.request.POST]
        changes = [(cell, amount) for cell in cells if (amount := self._typed(cell)) != (cell.whole.amount if cell.whole else None)]
        if any(cell.error for cell in cells):
            raise Invalid("wrong_type", value=next(cell.typed for cell in cells if cell.error), type=_("number"), field=_("Quota"))
        for cell, amount in changes:
            self._put(cell, amount)
        return ngettext("%(count)s quota set", "%(count)s quotas set", len(changes)) % {"count": len(changes)}

    def _typed(self, cell: Cell) -> int | None:
        cell.typed = text = self.request.POST[cell.name].strip()
        if not text:
            return None
        try:
            value = parse_decimal(text.replace(" ", ""), locale=formats.locale(), strict=True)
            if value < 0:
                raise Invalid("negative", field=_("Quota"))
            return to_minor(str(value), cell.currency)
        except NumberFormatError:
            cell.error = _("Not a number")
        except Invalid as refused:
            cell.error = words.refusal(refused)
        return cell.whole.amount if cell.whole else None

    def _put(self, cell: Cell, amount: int | None) -> None:
        by = self.request.actor
        if amount is not None:
            days = {"since": cell.quarter.since, "until": cell.quarter.until}
            quotas.put(cell.user, **days, amount=amount, currency=cell.currency, product_id=self.product.pk if self.product else 0, by=by)
        elif cell.whole:
            quotas.remove(cell.whole, by=by)


def _calls(user: User) -> bool:
    return bool(user.is_active and user.role and user.role.level in ("own", "team") and "call.submit" in user.role.capabilities)


def index(request: Request) -> HttpResponse:
    """The table; sending it sets quotas."""
    sheet = Sheet(request)
    if request.method == "POST":
        request.actor.require("quota.set")
        part = _Refusal()
        done = answer(request, {"quotas": sheet.save}, reverse("quotas") + sheet.here, {"quotas": part})  # type: ignore[dict-item]
        if done:
            return done
        return render(request, "plan/quotas.html", {"sheet": sheet, "problem": part.problem}, status=422)
    return render(request, "plan/quotas.html", {"sheet": sheet})


class _Refusal:
    """Stands in for a form whose fields are the table's cells, which keep what was typed themselves."""

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self.problem = ""

    def keep(self, data: Any) -> "_Refusal":
        return self

    def refuse(self, refused: Any) -> "_Refusal":
        self.problem = words.refusal(refused)
        return self


urls = [page("quotas", index, "quotas")]
