"""Numbers, money, dates and durations in the reader's language: the only way they reach a page."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
)
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext

from pacesetter.base import clock
from pacesetter.core.money import to_major
from pacesetter.core.text import fold

NO_COUNTRY = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}  # unions, and codes for tests
MINUS = "\u2212"
LONG_HOURS = 240  # from ten days on nobody wants to know the hours
SIGNS: dict[str, str] = Locale("en").currency_symbols  # the language whose signs are short and never shared
LONG_DAY = {"es": "EEEE, d 'de' MMMM"}
_day: ContextVar[date | None] = ContextVar("day", default=None)


@contextmanager
def calendar() -> Iterator[None]:
    """Look today up once for a whole page, not once per cell."""
    token = _day.set(clock.today())
    try:
        yield
    finally:
        _day.reset(token)


def today() -> date:
    """Today in the company's zone."""
    return _day.get() or clock.today()


def locale() -> Locale:
    """The reader's Babel locale."""
    return _parsed(get_language() or "en")


# What follows is remembered, with the language it was said in: a page says hundreds of numbers, and its neighbours most of them again.
@lru_cache
def _parsed(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_"))


def number(value: float | Decimal | None, digits: int | None = None, *, compact: bool = False) -> str:
    """1234.5 -> 1,234.5; with `digits` that many decimals; an en dash for nothing."""
    if value is None:
        return "–"
    return _number(value, digits, compact, get_language() or "en")


@lru_cache(10_000, typed=True)
def _number(value: float | Decimal, digits: int | None, compact: bool, language: str) -> str:
    if compact and abs(value) >= _shortest(10_000):
        return _minus(format_compact_decimal(value, locale=locale(), fraction_digits=1))
    pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return _minus(format_decimal(value, format=pattern, locale=locale()))


def percent(share: float | Decimal | None, digits: int = 1) -> str:
    """0.2818 -> 28.2%."""
    if share is None:
        return "–"
    pattern = locale().percent_formats[None].pattern.replace("#,##0", "#,##0" + ("." + "0" * digits if digits else ""))
    return _minus(format_percent(share, format=pattern, locale=locale()))


def money(minor: int | None, currency: str, *, compact: bool = False) -> str:
    """Minor units as an amount; `compact` shortens large ones: $46,000, $4.41M."""
    return "–" if minor is None else _money(minor, currency, compact, get_language() or "en")


@lru_cache(10_000)
def _money(minor: int, currency: str, compact: bool, language: str) -> str:
    major = to_major(minor, currency)
    if compact and abs(major) >= _shortest(100_000):
        digits = 2 if abs(major) >= 1_000_000 else 0
        text = format_compact_currency(major, currency, locale=locale(), fraction_digits=digits)
        return _minus(re.sub(rf"(?<=[^\W\d_])(?={re.escape(symbol(currency))})", "\u00a0", _narrow(text, currency)))
    if compact:
        major = major.to_integral_value()
    text = _whole(major, currency) if major == major.to_integral_value() else format_currency(major, currency, locale=locale())
    return _minus(_narrow(text, currency))


def _shortest(least: int) -> int:
    """From which amount on it is shortened; Italian has no short word for thousands."""
    return least if locale().compact_decimal_formats["short"]["other"]["1000"].pattern != "0" else 1_000_000


def symbol(currency: str) -> str:
    """The shortest sign that names one currency only: $, £, ¥, but A$ and CN¥; the code where there is none."""
    return SIGNS.get(currency, currency)


def _narrow(text: str, currency: str) -> str:
    """Spanish and Italian write out codes that everybody knows by a sign."""
    return text.replace(get_currency_symbol(currency, locale()), symbol(currency))


def _whole(major: Decimal, currency: str) -> str:
    pattern = locale().currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(major, currency, format=pattern, locale=locale(), currency_digits=False)


def day(value: date | None, *, year: bool = False) -> str:
    """20 Nov, with the year when it is not this one."""
    if value is None:
        return ""
    short = "d MMM" if value.year == today().year and not year else "d MMM y"
    return _dated(value, short, get_language() or "en")


@lru_cache(10_000)
def _dated(value: date, pattern: str, language: str) -> str:
    return format_date(value, pattern, locale=_parsed(language))


def long_day(value: date) -> str:
    """Friday 20 November; a heading, so it begins with a capital in every language."""
    said = format_date(value, LONG_DAY.get(locale().language, "EEEE d MMMM"), locale=locale())
    return said[0].upper() + said[1:]


def month(value: date, *, year: bool = False) -> str:
    """Nov, or Nov 2026."""
    return format_date(value, "LLL y" if year else "LLL", locale=locale())


def weekday(number: int) -> str:
    """0 -> Monday, in the reader's language."""
    return format_date(date(2024, 1, 1 + number), "EEEE", locale=locale())


def moment(value: datetime | None) -> str:
    """Fri 14:20 within six days, otherwise 12 Nov, in the viewer's zone."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    if abs(clock.now() - value) < timedelta(days=6):
        return format_datetime(local, "EEE HH:mm", locale=locale())
    return day(local.date())


def exact(value: datetime | None) -> str:
    """20 Nov 2026, 14:20 in the viewer's zone, for titles and tooltips."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{day(local.date(), year=True)}, {_minute(local)}"


def clock_time(value: datetime) -> str:
    """14:20 in the viewer's zone; with its day unless that is today."""
    local = timezone.localtime(value)
    return _minute(local) if local.date() == today() else exact(value)


def _minute(local: datetime) -> str:
    return _timed(time(local.hour, local.minute), get_language() or "en")


@lru_cache(2_000)
def _timed(value: time, language: str) -> str:
    return format_time(value, "HH:mm", locale=_parsed(language))


def ago(value: datetime | None) -> str:
    """4 minutes ago."""
    if value is None:
        return ""
    return format_timedelta(value - clock.now(), add_direction=True, locale=locale())


def duration(minutes: float | None) -> str:
    """Minutes as 37 m, 1 h 18 m, 3 d 4 h or 12 d."""
    if minutes is None:
        return "–"
    total = round(abs(minutes))
    hours, rest = divmod(total, 60)
    if hours >= LONG_HOURS:
        return days(hours // 24)
    if hours >= 48:
        return pgettext("duration", "%(d)s d %(h)s h") % {"d": number(hours // 24), "h": hours % 24}
    if hours:
        return pgettext("duration", "%(h)s h %(m)s m") % {"h": hours, "m": rest}
    return pgettext("duration", "%(m)s m") % {"m": rest}


def days(value: float | None, digits: int = 0) -> str:
    """70 days, short: 70 d."""
    return "–" if value is None else _days(value, digits, get_language() or "en")


@lru_cache(10_000)
def _days(value: float, digits: int, language: str) -> str:
    return pgettext("duration", "%(d)s d") % {"d": number(value, digits)}


def signed(text: str, positive: bool) -> str:
    """A difference always carries its sign."""
    return f"+{text}" if positive else text


def country(code: str) -> str:
    """ES -> Spain, in the reader's language; what is no country's code stays."""
    return locale().territories.get(code.upper(), code)


def countries() -> list[tuple[str, str]]:
    """Every country by its two letters, in the order of its names."""
    known = [(code, name) for code, name in locale().territories.items() if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY]
    return sorted(known, key=lambda one: fold(one[1]))


def listed(words: list[str]) -> str:
    """a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return gettext("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def _minus(text: str) -> str:
    return text.replace("-", MINUS, 1) if text.startswith("-") else text.replace("\u200e", "")
