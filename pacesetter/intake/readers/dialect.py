"""How a text table was written: separator, quote, escape and line ends.

Every plausible dialect reads a sample; the one that yields the most regular table of recognisable
cells wins (the data-consistency measure of van den Burg, Nazábal and Sutton, 2019, with a pattern
score that looks at the rows' widths only and a kinder view of preambles and footers).
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pacesetter.core.errors import Invalid
from pacesetter.intake.readers import encoding as encodings
from pacesetter.intake.readers.kinds import kind

# How far to believe each separator: blanks and colons also stand inside values, bars join lists.
TRUST = {",": 1.0, ";": 1.0, "\t": 1.0, "|": 0.95, "^": 0.9, "~": 0.9, ":": 0.8, " ": 0.7}
SAMPLE_CHARS = 1 << 17
SAMPLE_ROWS = 600


@dataclass(frozen=True)
class Dialect:
    encoding: str
    delimiter: str
    quote: str = '"'
    escape: str = ""
    newline: str = "\n"


def guess(path: Path) -> Dialect:
    """The dialect of the file; Invalid when there is no text in it."""
    encoding = encodings.guess(path)
    text = _sample(path, encoding)
    if not text.strip():
        raise Invalid("file_empty")
    delimiter, quote, escape = max(_candidates(text), key=lambda one: _score(text, *one))
    return Dialect(encoding, delimiter, quote or '"', escape, _newline(text))


def _sample(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        text = file.read(SAMPLE_CHARS)
    cut = max(text.rfind("\n"), text.rfind("\r"))
    return text[: cut + 1] if len(text) == SAMPLE_CHARS and cut > 0 else text


def _newline(text: str) -> str:
    counts = {"\r\n": text.count("\r\n")}
    counts["\n"] = text.count("\n") - counts["\r\n"]
    counts["\r"] = text.count("\r") - counts["\r\n"]
    return max(counts, key=lambda end: counts[end])


def _candidates(text: str) -> Iterator[tuple[str, str, str]]:
    """Separators that occur, each with the quotes that occur next to one or at a line's edge."""
    for delimiter in [one for one in TRUST if one in text] or [","]:
        yield delimiter, "", ""
        for quote in "\"'":
            if _quotes(text, delimiter, quote):
                yield delimiter, quote, ""
                if f"\\{quote}" in text:
                    yield delimiter, quote, "\\"


def _quotes(text: str, delimiter: str, quote: str) -> bool:
    return text.startswith(quote) or any(before + quote in text for before in (delimiter, delimiter + " ", "\n", "\r"))


def _score(text: str, delimiter: str, quote: str, escape: str) -> float:
    rows = list(islice(read(io.StringIO(text, newline=""), delimiter, quote, escape), SAMPLE_ROWS))
    return TRUST[delimiter] * _regularity(rows) * _sense(rows)


def read(lines: Iterator[str] | io.TextIOBase, delimiter: str, quote: str, escape: str) -> Iterator[list[str]]:
    return csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        escapechar=escape or None,
        doublequote=not escape,
        skipinitialspace=True,
    )


def _regularity(rows: list[list[str]]) -> float:
    """Between 0 and 1: high when few widths cover the rows and rows are wide; one column is worth almost nothing."""
    widths = Counter(len(row) for row in rows if row)
    if not widths:
        return 0.0
    score = sum(count * max(width - 1, 0.001) / width for width, count in widths.items())
    return score / len(widths) / widths.total()


def _sense(rows: list[list[str]]) -> float:
    """The share of cells whose kind is recognised."""
    known = total = 0
    for row in rows:
        total += len(row)
        known += sum(kind(cell) is not None for cell in row)
    return max(known / total, 1e-10) if total else 0.0
