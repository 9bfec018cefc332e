"""The Maven CRM file as raw tables: real deals, real dirt (`GTXPro`, no account, no dates)."""

import csv
import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest

DATA = Path(os.environ.get("PACESETTER_TEST_DATA", Path(__file__).parents[3].parent / "shared" / "data"))
STAGES = {"Prospecting": (1, "open"), "Engaging": (2, "open"), "Won": (3, "won"), "Lost": (4, "lost")}


def raw() -> dict[str, Any]:
    """Raw tables, or a skip (a failure under CI) where the data is not there."""
    folder = DATA / "crm_maven"
    if not folder.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"real data is missing: {folder}")
    pipeline = _read(folder / "sales_pipeline.csv")
    ids = {key: _ids(row[key] for row in pipeline) for key in ("sales_agent", "product", "account")}
    sectors = {row["account"]: row["sector"] for row in _read(folder / "accounts.csv")}
    return {
        "deals": [_deal(pk, row, ids) | {"industry": sectors.get(row["account"])} for pk, row in enumerate(pipeline, 1)],
        "deal_lines": [{"id": pk, "deal_id": pk, "product_id": ids["product"][row["product"]]} for pk, row in enumerate(pipeline, 1)],
        "stages": [{"id": pk, "pipeline_id": 1, "position": pk, "key": name.lower(), "type": kind} for name, (pk, kind) in STAGES.items()],
    }


def _read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def _ids(names: Any) -> dict[str, int]:
    return {name: pk for pk, name in enumerate(sorted(set(names) - {""}), 1)}


def _deal(pk: int, row: dict[str, str], ids: dict[str, dict[str, int]]) -> dict[str, Any]:
    stage, status = STAGES[row["deal_stage"]]
    minor = int(row["close_value"]) * 100 if row["close_value"] else None
    return {
        "id": pk,
        "stage_id": stage,
        "pipeline_id": 1,
        "status": status,
        "type": "new",
        "currency": "USD",
        "amount": minor,
        "annual_amount": minor,
        "owner_id": ids["sales_agent"][row["sales_agent"]],
        "account_id": ids["account"].get(row["account"]),
        "created_on": row["engage_date"] or None,
        "closed_on": row["close_date"] or None,
        "created_at": dt.datetime(2026, 11, 21, 12),
        "imported": True,
    }
