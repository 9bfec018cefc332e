"""Days and instants as people write them: in which order, and which day it is."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Literal

from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.text import fold

add_sentences(
    {
        "not_a_date": mark("{value} is not a date."),
        "impossible_date": mark("{value} is a day that does not exist."),
        "date_order": mark("{value} does not fit the order of the column ({order})."),
    }
)

Order = Literal["ymd", "dmy", "mdy"]
FIRST_YEAR, LAST_YEAR = 1900, 2199
_TIME = r"(?:[T ,]\s*(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
_FIGURES = re.compile(r"(?P<a>\d{1,4})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{1,4})" + _TIME)
_DAY_WORD = re.compile(r"(?P<a>\d{1,2})\.?[- ](?:de )?(?P<word>[^\W\d_]{3,10})\.?[- ,]+(?:de )?(?P<c>\d{4}|\d{2})" + _TIME)
_WORD_DAY = re.compile(r"(?P<word>[^\W\d_]{3,10})\.? (?P<a>\d{1,2}),? (?P<c>\d{4})" + _TIME)
_MONTHS = (
    "january enero gennaio", "february febrero febbraio", "march marzo", "april abril aprile", "may mayo maggio", "june junio giugno",
    "july julio luglio", "august agosto", "september septiembre setiembre settembre", "october octubre ottobre", "november noviembre novembre",
    "december diciembre dicembre",
)  # fmt: skip


@lru_cache(maxsize=20_000)
def orders(text: str) -> frozenset[Order]:
    """The orders under which the text is an existing day; all three when a month's name settles it."""
    return frozenset(order for order in ("ymd", "dmy", "mdy") if _try(text, order))  # type: ignore[misc]


@lru_cache(maxsize=20_000)
def shaped(text: str) -> bool:
    """Whether the text looks like a date, existing or not."""
    return _match(text) is not None


@lru_cache(maxsize=50_000)
def parse_day(text: str, order: Order = "ymd") -> date:
    """The day; Invalid when there is none such."""
    return _parse(text, order)[0]


@lru_cache(maxsize=50_000)
def parse_instant(text: str, order: Order = "ymd", zone: tzinfo = UTC) -> datetime:
    """The instant in UTC; a text without a zone of its own takes `zone`."""
    day, match = _parse(text, order)
    hour, minute, second = (int(match[part] or 0) for part in ("h", "mi", "s"))
    if match["half"]:
        hour = hour % 12 + (12 if match["half"][0] in "Pp" else 0)
    try:
        naive = datetime(day.year, day.month, day.day, hour, minute, second)
    except ValueError:
        raise Invalid("impossible_date", value=text) from None
    return naive.replace(tzinfo=_zone(match["zone"]) or zone).astimezone(UTC)


def has_time(text: str) -> bool:
    match = _match(text)
    return match is not None and match["h"] is not None


def has_zone(text: str) -> bool:
    match = _match(text)
    return match is not None and match["zone"] is not None


def _match(text: str) -> re.Match[str] | None:
    return _FIGURES.fullmatch(text) or _DAY_WORD.fullmatch(text) or _WORD_DAY.fullmatch(text)


def _parse(text: str, order: Order) -> tuple[date, re.Match[str]]:
    match = _match(text)
    if match is None:
        raise Invalid("not_a_date", value=text)
    day = _day(match, order)
    if day is None:
        other = any(_day(match, one) for one in ("ymd", "dmy", "mdy"))  # type: ignore[arg-type]
        raise Invalid("date_order", value=text, order=order) if other else Invalid("impossible_date", value=text)
    return day, match


def _try(text: str, order: Order) -> bool:
    match = _match(text)
    return match is not None and _day(match, order) is not None


def _day(match: re.Match[str], order: Order) -> date | None:
    groups = match.groupdict()
    if word := groups.get("word"):
        month = _month(word)
        return _existing(groups["c"], str(month), groups["a"]) if month else None
    a, b, c = groups["a"], groups["b"], groups["c"]
    if len(a) == 4 or order == "ymd":  # a year in front is never anything else
        return _existing(a, b, c) if len(a) == 4 and len(c) <= 2 else None
    return _existing(c, b, a) if order == "dmy" else _existing(c, a, b)


def _month(word: str) -> int | None:
    word = fold(word)
    return next((n for n, names in enumerate(_MONTHS, 1) if any(name.startswith(word) for name in names.split())), None)


def _existing(year: str, month: str, day: str) -> date | None:
    if len(year) not in (2, 4):
        return None
    full = int(year) if len(year) == 4 else int(year) + (2000 if int(year) < 70 else 1900)
    try:
        return date(full, int(month), int(day)) if FIRST_YEAR <= full <= LAST_YEAR else None
    except ValueError:
        return None


def _zone(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text in ("Z", "UTC", "GMT"):
        return UTC
    sign, digits = (-1 if text[0] == "-" else 1), text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
