"""Numbers as people write them: which sign marks the decimals, and what the number is."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark

add_sentences(
    {
        "not_a_number": mark("{value} is not a number."),
        "letter_in_number": mark("{value} is not a number: there is the letter {letter} where a digit belongs."),
        "decimal_style": mark("{value} writes decimals differently from the rest of the column ({style})."),
    }
)

Style = Literal[".", ","]
_CLOTHES = re.compile(r"[\s\u00a0\u202f'’]|[$€£¥%]|\b[A-Z]{3}\b")
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_GROUPED = {".": re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?|\d*\.?\d+|\d+\."), ",": re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?|\d*,?\d+|\d+,")}
_SCIENTIFIC = re.compile(r"\d+(\.\d+)?[eE][+-]?\d+")
_LOOKALIKES = str.maketrans({"l": "1", "I": "1", "O": "0", "o": "0"})


def _bare(text: str) -> tuple[str, bool]:
    """The figure without currency, percent and blanks, and whether it is below zero."""
    body = _CLOTHES.sub("", text)
    if body.startswith("(") and body.endswith(")"):
        return body[1:-1], True
    return body.lstrip("+-").rstrip("-"), body.startswith("-") or (body.endswith("-") and len(body) > 1)


@lru_cache(maxsize=50_000)
def styles(text: str) -> frozenset[Style]:
    """The decimal signs under which the text is a number; none when it is no number."""
    body, _ = _bare(text)
    if _SCIENTIFIC.fullmatch(body):
        return frozenset({"."})
    return frozenset(style for style, pattern in _GROUPED.items() if pattern.fullmatch(body))  # type: ignore[misc]


def parse(text: str, style: Style = ".") -> Decimal:
    """The number; Invalid when it is none in this style."""
    if style == "." and _PLAIN.fullmatch(text):
        return Decimal(text)
    body, negative = _bare(text)
    fits = styles(text)
    if not fits:
        raise _no_number(text)
    if style not in fits:
        raise Invalid("decimal_style", value=text, style=style)
    group = "," if style == "." else "."
    number = Decimal(body.replace(group, "").replace(",", "."))
    return -number if negative else number


def _no_number(text: str) -> Invalid:
    letter = next((one for one in text if ord(one) in _LOOKALIKES), "")
    if letter and styles(text.translate(_LOOKALIKES)):
        return Invalid("letter_in_number", value=text, letter=letter)
    return Invalid("not_a_number", value=text)
