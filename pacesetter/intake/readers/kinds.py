"""What a single cell looks like: the shapes by which a table gives itself away."""

import re
from functools import lru_cache

_SHAPES = (
    ("empty", r""),
    ("missing", r"(?i:n/?a|nan|null|none|nil|-|--|\?|\.)"),
    ("number", r"[+-]?\(?[$€£¥]?\s?[+-]?(\d+|\d{1,3}([,.' \u00a0\u202f]\d{3})+)([.,]\d+)?([eE][+-]?\d+)?\)?\s?[%€$£¥]?"),
    ("number", r"[+-]?[.,]\d+([eE][+-]?\d+)?"),
    (
        "date",
        r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})|\d{1,2}[- ][^\W\d_]{3,9}\.?[- ]\d{2,4}|[^\W\d_]{3,9} \d{1,2},? \d{4}",
    ),
    ("time", r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?"),
    ("moment", r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?( ?(Z|UTC|[+-]\d{2}:?\d{2}))?"),
    ("email", r"[\w.+%-]+@[\w-]+(\.[\w-]+)+"),
    ("web", r"(?i:https?://|ftp://|www\.)\S+"),
    ("json", r"\{.*\}|\[.*\]"),
    ("list", r"[^|,;\t\"]+(\|[^|,;\t\"]*)+"),
    ("words", r"\w[\w .'’&()/+#%:@?!*°º-]*"),
)
_PATTERN = re.compile("|".join(f"(?P<s{i}>{pattern})" for i, (_, pattern) in enumerate(_SHAPES)), re.DOTALL)


@lru_cache(maxsize=100_000)
def kind(cell: str) -> str | None:
    """The shape of a cell, None when it is none of them."""
    match = _PATTERN.fullmatch(cell.strip())
    return _SHAPES[int(match.lastgroup[1:])][0] if match and match.lastgroup else None
