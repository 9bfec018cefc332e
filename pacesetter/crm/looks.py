"""What the doctor looks at among customer records: facts that contradict each other, unknown choices, money without a rate."""

from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from pacesetter.base import clock, fields, find, settings
from pacesetter.base.keeping.doctor import Finding, look
from pacesetter.base.rates import Converter
from pacesetter.core.errors import add_sentences
from pacesetter.core.labels import mark
from pacesetter.crm.models import Deal

add_sentences(
    {
        "status_is_not_the_stages": mark("Deals in a stage of another outcome than their own: {count}."),
        "shares_do_not_add_up": mark("Deals credited to owners for more or less than 100 %: {count}."),
        "choices_unknown": mark("Records with a choice of “{field}” that is not in the list: {count}."),
        "rates_missing": mark("Deals in {currency}, which has no rate today: {count}. Add one under Settings, Rates."),
    }
)


@look("deals")
def contradictions() -> Iterator[Finding]:
    """Outcome, stage and shares of a deal agree."""
    yield from _some("status_is_not_the_stages", Deal.objects.exclude(status=F("stage__type")))
    shared = Deal.objects.annotate(shares=Sum("credits__share", filter=Q(credits__kind="owner")))
    yield from _some("shares_do_not_add_up", shared.exclude(shares=10_000).exclude(shares=None))


@look("choices")
def unknown_choices() -> Iterator[Finding]:
    """Every choice that a record carries is in its list, archived ones included."""
    tables = find.tables()
    for noun, known in fields.NOUNS.items():
        for one in known.values():
            if one.option and noun in tables:
                lost = tables[noun]._default_manager.exclude(**{one.key: ""}).exclude(**{f"{one.key}__in": fields.options(one.option)})
                yield from _some("choices_unknown", lost, field=one.label)


@look("rates")
def rates() -> Iterator[Finding]:
    """Every currency in use has a rate today."""
    converter, today, own = Converter(settings.get("rates.default")), clock.today(), settings.get("company.currency")
    for currency in Deal.objects.exclude(currency__in=["", own]).order_by().values_list("currency", flat=True).distinct():
        if converter.rate(currency, today) is None:
            yield from _some("rates_missing", Deal.objects.filter(currency=currency), currency=currency)


def _some(code: str, rows: "QuerySet[Any]", **params: Any) -> Iterator[Finding]:
    if count := rows.count():
        yield Finding(code, count, tuple(str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)[:6]), params)
