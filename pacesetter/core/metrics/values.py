"""Words and small choices that several metrics share: kinds of deals, kinds of value, and when a row has none."""

from typing import Any, Literal

from pacesetter.core.labels import mark

Kind = Literal["new_and_expansion", "renewals", "all"]
Value = Literal["annual", "total"]

NO_CURRENCY = mark("None: it counts.")
PLAN_RATE = mark("Company currency at the plan rate of the fiscal year of the row's day; rows without a rate are left out and counted.")


def of_kind(d: Any, kind: str) -> Any:
    """Renewals stand apart, because they are won far more often."""
    if kind == "all":
        return d
    renewal = d.type.identical_to("renewal")
    return d.filter(renewal if kind == "renewals" else ~renewal)


def without_value(d: Any, column: str = "annual") -> list[tuple[str, Any]]:
    """Reasons for which a row of `At.valued` cannot add money."""
    return [("no_rate", d.unrated), ("no_amount", d[column].isnull())]


def one(d: Any) -> Any:
    """Each row counts once."""
    import ibis

    return ibis.literal(1, type="int64")
