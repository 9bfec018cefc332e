"""The tables behind the numbers: rooms name sources, `refresh` writes them to Parquet and builds facts, readers query them.

State is files under `extracts/` in the data folder, replaced by swapping one manifest; the database is never held.
"""

from pacesetter.base.warehouse.manifest import Manifest, current, kept
from pacesetter.base.warehouse.read import arrow, query
from pacesetter.base.warehouse.refreshing import is_stale, refresh, refresh_when_due
from pacesetter.base.warehouse.sources import SOURCES, Source, source, touches
from pacesetter.base.warehouse.straight import straight

__all__ = [
    "SOURCES",
    "Manifest",
    "Source",
    "arrow",
    "current",
    "is_stale",
    "kept",
    "query",
    "refresh",
    "refresh_when_due",
    "source",
    "straight",
    "touches",
]
