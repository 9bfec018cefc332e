"""The one condition language: a small tree that runs the same on a dict, a table and a QuerySet.

A tree is `{"all": [...]}`, `{"any": [...]}`, `{"not": tree}` or `{"field": f, "op": o, "value": v}`. Its text form is
`field op value` joined by `and` / `or`, with parentheses. Fixed semantics everywhere: an empty value matches only *is empty*
(and so fails `!=` too), text is compared folded, and types never cross.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pacesetter.core import periods
from pacesetter.core.errors import Invalid
from pacesetter.core.text import fold

Tree = dict[str, Any]
OPS = ("=", "!=", "<", "<=", ">", ">=", "in", "contains", "starts", "within", "is empty", "is not empty")
ORDERED = ("number", "date", "instant")
ALLOWED: dict[str, tuple[str, ...]] = {
    "text": ("=", "!=", "in", "contains", "starts", "is empty", "is not empty"),
    "number": ("=", "!=", "<", "<=", ">", ">=", "in", "is empty", "is not empty"),
    "date": ("=", "!=", "<", "<=", ">", ">=", "within", "is empty", "is not empty"),
    "instant": ("<", "<=", ">", ">=", "within", "is empty", "is not empty"),
    "boolean": ("=", "!=", "is empty", "is not empty"),
    "key": ("=", "!=", "in", "is empty", "is not empty"),
    "id": ("=", "!=", "in", "is empty", "is not empty"),
}
EVERYTHING: Tree = {"all": []}


@dataclass(frozen=True)
class Known:
    """What a condition may refer to without naming it: today, the reader, the fiscal year."""

    today: dt.date
    me: int | None = None
    fiscal_start: int = 1


# text form --------------------------------------------------------------------------------------
_TOKEN = re.compile(r"""\s*(?:(?P<paren>[(),])|(?P<op>!=|<=|>=|=|<|>)|"(?P<dq>[^"]*)"|'(?P<sq>[^']*)'|(?P<word>[^\s(),=!<>"']+))""")


def parse(text: str) -> Tree:
    """The tree of a text such as `amount >= 1000 and (stage = "Proposal" or owner is empty)`."""
    tokens = _tokens(text)
    if not tokens:
        return EVERYTHING
    tree, rest = _any(tokens)
    if rest:
        raise Invalid("bad_condition", at=rest[0][1])
    return tree


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if not match:
            raise Invalid("bad_condition", at=text[at:].strip())
        kind = match.lastgroup or ""
        found.append(("quoted" if kind in ("dq", "sq") else kind, match.group(kind)))
        at = match.end()
    return found


Tokens = list[tuple[str, str]]


def _any(tokens: Tokens) -> tuple[Tree, Tokens]:
    return _chain(tokens, "or", "any", _all)


def _all(tokens: Tokens) -> tuple[Tree, Tokens]:
    return _chain(tokens, "and", "all", _one)


def _chain(tokens: Tokens, word: str, key: str, part: Callable[[Tokens], tuple[Tree, Tokens]]) -> tuple[Tree, Tokens]:
    tree, tokens = part(tokens)
    parts = [tree]
    while tokens and tokens[0] == ("word", word):
        tree, tokens = part(tokens[1:])
        parts.append(tree)
    return (parts[0] if len(parts) == 1 else {key: parts}), tokens


def _one(tokens: Tokens) -> tuple[Tree, Tokens]:
    if not tokens:
        raise Invalid("bad_condition", at="…")
    kind, text = tokens[0]
    if (kind, text) == ("word", "not"):
        tree, rest = _one(tokens[1:])
        return {"not": tree}, rest
    if (kind, text) == ("paren", "("):
        tree, rest = _any(tokens[1:])
        if not rest or rest[0] != ("paren", ")"):
            raise Invalid("bad_condition", at=text)
        return tree, rest[1:]
    if kind != "word":
        raise Invalid("bad_condition", at=text)
    return _comparison(text, tokens[1:])


def _comparison(field: str, tokens: Tokens) -> tuple[Tree, Tokens]:
    words = [text for _, text in tokens[:3]]
    if words[:2] == ["is", "empty"]:
        return {"field": field, "op": "is empty"}, tokens[2:]
    if words == ["is", "not", "empty"]:
        return {"field": field, "op": "is not empty"}, tokens[3:]
    if len(tokens) < 2 or words[0] not in OPS:
        raise Invalid("bad_condition", at=" ".join([field, *words]))
    if words[0] == "in":
        values, rest = _values(tokens[1:])
        return {"field": field, "op": "in", "value": values}, rest
    return {"field": field, "op": words[0], "value": tokens[1][1]}, tokens[2:]


def _values(tokens: Tokens) -> tuple[list[str], Tokens]:
    if tokens[0] != ("paren", "("):
        raise Invalid("bad_condition", at=tokens[0][1])
    values, rest = [], tokens[1:]
    while rest and rest[0] != ("paren", ")"):
        if rest[0] != ("paren", ","):
            values.append(rest[0][1])
        rest = rest[1:]
    if not rest:
        raise Invalid("bad_condition", at="(")
    return values, rest[1:]


def text_of(tree: Tree) -> str:
    """The text form of a tree; `parse` reads it back."""
    if "all" in tree:
        return " and ".join(_wrapped(part) for part in tree["all"])
    if "any" in tree:
        return " or ".join(_wrapped(part) for part in tree["any"])
    if "not" in tree:
        return f"not ({text_of(tree['not'])})"
    value = tree.get("value")
    if tree["op"] in ("is empty", "is not empty"):
        return f"{tree['field']} {tree['op']}"
    shown = f"({', '.join(map(_quoted, value))})" if isinstance(value, list) else _quoted(value)
    return f"{tree['field']} {tree['op']} {shown}"


def fields_in(tree: Tree) -> set[str]:
    """The fields that a tree compares."""
    parts = tree.get("all") or tree.get("any") or ([tree["not"]] if "not" in tree else [])
    return ({tree["field"]} if "field" in tree else set()).union(*map(fields_in, parts))


def _wrapped(tree: Tree) -> str:
    return f"({text_of(tree)})" if tree.keys() & {"all", "any"} else text_of(tree)


def _quoted(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if re.fullmatch(r"[^\s(),=!<>\"']+", text) and text not in ("and", "or", "not") else f'"{text}"'


# typing -----------------------------------------------------------------------------------------
def typed(tree: Tree, types: Mapping[str, str], known: Known, clean: Callable[[str, Any], Any] | None = None) -> Tree:
    """Check fields and operators, turn values into their type, and resolve `@today`, `@me` and `within` periods.

    `clean(field, value)` may translate labels into keys or ids before the type is checked.
    """
    for key in ("all", "any"):
        if key in tree:
            return {key: [typed(part, types, known, clean) for part in tree[key]]}
    if "not" in tree:
        return {"not": typed(tree["not"], types, known, clean)}
    return _typed_leaf(tree, types, known, clean)


def _typed_leaf(tree: Tree, types: Mapping[str, str], known: Known, clean: Callable[[str, Any], Any] | None) -> Tree:
    field, op = tree["field"], tree["op"]
    if field not in types:
        raise Invalid("unknown_field", noun="list", field=field, known=", ".join(types))
    kind = types[field]
    if op not in ALLOWED[kind]:
        raise Invalid("bad_operator", op=op, field=field, type=kind)
    if op in ("is empty", "is not empty"):
        return {"field": field, "op": op, "type": kind}
    if op == "within":
        period = periods.parse(str(tree["value"]), known.today, known.fiscal_start)
        return {"field": field, "op": op, "type": kind, "value": [period.since, period.until]}

    def one(value: Any) -> Any:
        return _value(clean(field, value) if clean and value != "@me" else value, kind, known, field)

    value = tree["value"]
    return {"field": field, "op": op, "type": kind, "value": [one(v) for v in value] if op == "in" else one(value)}


def _value(value: Any, kind: str, known: Known, field: str) -> Any:
    try:
        return _CONVERT[kind](value, known)
    except (TypeError, ValueError):
        raise Invalid("wrong_type", field=field, value=value, type=kind) from None


def _number(value: Any, known: Known) -> int | float:
    if isinstance(value, bool):
        raise ValueError(value)
    number = float(value)
    return int(number) if number == int(number) else number


def _day(value: Any, known: Known) -> dt.date:
    if isinstance(value, dt.date):
        return value
    moved = re.fullmatch(r"@today(?:([+-]\d+))?", str(value))
    return known.today + dt.timedelta(int(moved[1] or 0)) if moved else dt.date.fromisoformat(str(value))


def _id(value: Any, known: Known) -> int | None:
    return known.me if value == "@me" else int(value)


def _flag(value: Any, known: Known) -> bool:
    if value in (True, "true", "yes", "1"):
        return True
    if value in (False, "false", "no", "0"):
        return False
    raise ValueError(value)


_CONVERT: dict[str, Callable[[Any, Known], Any]] = {
    "text": lambda value, known: str(value),
    "key": lambda value, known: str(value),
    "number": _number,
    "date": _day,
    "instant": _day,
    "boolean": _flag,
    "id": _id,
}


# running on a dict ------------------------------------------------------------------------------
def matches(tree: Tree, row: Mapping[str, Any]) -> bool:
    """Whether a row of plain values fulfils a typed tree."""
    if "all" in tree:
        return all(matches(part, row) for part in tree["all"])
    if "any" in tree:
        return any(matches(part, row) for part in tree["any"])
    if "not" in tree:
        return not matches(tree["not"], row)
    return _leaf(tree, row.get(tree["field"]))


def _leaf(tree: Tree, value: Any) -> bool:
    empty = value is None or value == ""
    if tree["op"] == "is empty":
        return empty
    if empty or tree["op"] == "is not empty":
        return not empty
    kind, wanted = tree["type"], tree["value"]
    if kind == "text":
        value, wanted = fold(value), [fold(w) for w in wanted] if tree["op"] == "in" else fold(wanted)
    if kind == "instant":
        value = value.date() if isinstance(value, dt.datetime) else value
    return bool(_TEST[tree["op"]](value, wanted))


_TEST: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda value, wanted: value == wanted,
    "!=": lambda value, wanted: value != wanted,
    "<": lambda value, wanted: value < wanted,
    "<=": lambda value, wanted: value <= wanted,
    ">": lambda value, wanted: value > wanted,
    ">=": lambda value, wanted: value >= wanted,
    "in": lambda value, wanted: value in wanted,
    "contains": lambda value, wanted: wanted in value,
    "starts": lambda value, wanted: value.startswith(wanted),
    "within": lambda value, wanted: wanted[0] <= value < wanted[1],
}


# running on a table -----------------------------------------------------------------------------
def to_ibis(tree: Tree, table: Any) -> Any:
    """A boolean Ibis expression over `table` for a typed tree; never null."""
    import ibis

    if "all" in tree:
        return ibis.and_(*[to_ibis(part, table) for part in tree["all"]]) if tree["all"] else ibis.literal(True)
    if "any" in tree:
        return ibis.or_(*[to_ibis(part, table) for part in tree["any"]]) if tree["any"] else ibis.literal(False)
    if "not" in tree:
        return ~to_ibis(tree["not"], table)
    return _ibis_leaf(tree, table[tree["field"]]).fill_null(False)


def _ibis_leaf(tree: Tree, column: Any) -> Any:
    empty = column.isnull() | (column == "") if column.type().is_string() else column.isnull()
    if tree["op"] == "is empty":
        return empty
    if tree["op"] == "is not empty":
        return ~empty
    kind, wanted = tree["type"], tree["value"]
    if kind == "text":
        column, wanted = _ibis_fold(column), [fold(w) for w in wanted] if tree["op"] == "in" else fold(wanted)
    if kind == "instant":
        column = column.date()
    return ~empty & _IBIS_TEST[tree["op"]](column, wanted)


def _ibis_fold(column: Any) -> Any:
    """`core.text.fold` in DuckDB."""
    import ibis

    @ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
    def strip_accents(text: str) -> str:  # type: ignore[empty-body]
        """DuckDB's own."""

    plain = strip_accents(column.lower()).replace("ß", "ss")
    return plain.re_replace(r"\s+", " ").strip()


_IBIS_TEST: dict[str, Callable[[Any, Any], Any]] = _TEST | {
    "in": lambda column, wanted: column.isin(wanted),
    "contains": lambda column, wanted: column.contains(wanted),
    "starts": lambda column, wanted: column.startswith(wanted),
    "within": lambda column, wanted: (column >= wanted[0]) & (column < wanted[1]),
}
