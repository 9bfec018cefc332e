"""Rates and plans."""

from pacesetter.core.metrics.facts import Group, fact

GROUPS = (Group("rates", ("rates",), reads=("rates",)), Group("plans", ("plans",), reads=("targets",)))


@fact("rates")
def rates() -> str:
    """A rate holds from its day until the next one of its set and currency."""
    return 'SELECT rate_set, currency, "on" AS since, scaled FROM rates'


@fact("plans")
def plans() -> str:
    """Company-wide bookings targets: what coverage can be held against; typed in major units of the company's currency."""
    return """
        SELECT id, CAST(round(CAST(value AS DECIMAL(38, 4)) * ten_to(getvariable('company_exponent'))) AS BIGINT) AS amount,
            getvariable('company_currency') AS currency, since, until
        FROM targets WHERE metric = 'bookings'"""
