"""SQL remembered on disk: building it costs more than running it, and the first page after a start should not pay."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from pacesetter.core import metrics
from pacesetter.core.metrics import Ask, Plan
from pacesetter.core.metrics.aggregates import AGGREGATES


@lru_cache(2048)
def plan(ask: Ask) -> Plan:
    """`metrics.plan`, remembered."""
    found = _remembered("plan", ask, lambda: _plain(metrics.plan(ask)))
    return Plan(found["sql"], found["unit"], AGGREGATES[found["aggregate"]])


@lru_cache(512)
def records_sql(ask: Ask) -> str:
    """`metrics.records_sql`, remembered."""
    return str(_remembered("records", ask, lambda: metrics.records_sql(ask)))


@lru_cache(512)
def columns(ask: Ask) -> tuple[str, ...]:
    """`metrics.columns`, remembered."""
    return tuple(_remembered("columns", ask, lambda: metrics.columns(ask)))


def _plain(made: Plan) -> dict[str, Any]:
    return {"sql": made.sql, "unit": made.unit, "aggregate": made.aggregate.key}


def _remembered(kind: str, ask: Ask, make: Callable[[], Any]) -> Any:
    """From disk, else made and written; filters come in any number and stay in memory only."""
    if ask.where:
        return make()
    file = _folder() / f"{hashlib.sha256(f'{kind} {ask}'.encode()).hexdigest()[:32]}.json"
    try:
        return json.loads(file.read_text())
    except (FileNotFoundError, ValueError):
        made = make()
        _write(file, json.dumps(made))
        return made


def _write(file: Path, text: str) -> None:
    """Whole or not at all; a full disk only costs the time of building again."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(f".{os.getpid()}")
        draft.write_text(text)
        draft.replace(file)
    except OSError:
        return


def _folder() -> Path:
    return Path(settings.PACESETTER_DATA) / "plans" / _edition()


@cache
def _edition() -> str:
    """A digest of the code that builds SQL: a new release never reads an older one's."""
    core = Path(metrics.__file__).parent
    files = [core.parent / "conditions.py", *sorted(core.rglob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def forget_older() -> None:
    """Remove what other releases remembered."""
    for folder in (Path(settings.PACESETTER_DATA) / "plans").glob("*"):
        if folder.name != _edition():
            shutil.rmtree(folder, ignore_errors=True)
