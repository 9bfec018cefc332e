"""Folding of names, so that search, sort and uniqueness agree on every database."""

import unicodedata


def fold(text: str | None) -> str:
    """`text` in lower case, without accents and with single spaces: 'Ánna  LÓPEZ' -> 'anna lopez'."""
    decomposed = unicodedata.normalize("NFKD", text or "")
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())
