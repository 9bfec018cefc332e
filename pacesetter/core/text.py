"""Folding of names, so that search, sort and uniqueness agree on every database."""

import unicodedata


def fold(text: str | None) -> str:
    """`text` in lower case, without accents and with single spaces: 'Ánna  LÓPEZ' -> 'anna lopez'."""
    if text is None or text.isascii():  # most are, and floods of names come by here
        return " ".join((text or "").casefold().split())
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay as they are."""
    if text[:1] not in ("=", "+", "-", "@", "\t", "\r") or _is_number(text):
        return text
    return f"'{text}"


def bare_cell(text: str) -> str:
    """A cell as it was before `plain_cell` made it harmless."""
    return text[1:] if text[:1] == "'" and plain_cell(text[1:]) == text else text


def _is_number(text: str) -> bool:
    return text[:1] in "+-" and text[1:].replace(".", "", 1).replace(",", "").isdigit()
