"""Lists of labelled things inside a form: exit criteria of a stage, choices of a field."""

from collections.abc import Mapping
from typing import Any

from pacesetter.base import fields
from pacesetter.web.settings.frame import LANGUAGES

BLANK = 3


def shown(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows as inputs, with a few empty ones to fill."""
    known = [{"n": n, "key": row["key"], "label": row["label"], "required": row.get("required", False)} for n, row in enumerate(rows)]
    return known + [{"n": n, "key": "", "label": {}, "required": False} for n in range(len(rows), len(rows) + BLANK)]


def read(data: Mapping[str, str], *, flag: bool = False) -> list[dict[str, Any]]:
    """What was typed: keys of known rows stay, new ones get theirs from the label; a row without words is gone."""
    made: list[dict[str, Any]] = []
    for n in range(int(data.get("rows", "0") or 0)):
        label = {code: text for code, _name in LANGUAGES if (text := data.get(f"row-{n}-{code}", "").strip())}
        if label:
            key = data.get(f"row-{n}-key") or fields.key_for(next(iter(label.values())), {one["key"] for one in made})
            made.append({"key": key, "label": label} | ({"required": f"row-{n}-required" in data} if flag else {}))
    return made
