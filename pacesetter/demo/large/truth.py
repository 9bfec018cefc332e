"""The truth file of the large company: what was planted, and beside it the deals as Parquet."""

import json
from pathlib import Path

import numpy as np
from django.conf import settings

from pacesetter.demo import cast
from pacesetter.demo.large.book import Book, dates
from pacesetter.demo.large.sales import Columns, Sales, drivers
from pacesetter.demo.plan import DRIVERS, PLACEBOS


def write(seed: int, sold: Sales, planned: Columns, numbers: np.ndarray, book: Book) -> None:
    """`demo/truth.json` as for the small company; the outcome and drivers of each deal are in `demo/truth.parquet`."""
    import pyarrow as pa
    from pyarrow import parquet

    folder = Path(settings.PACESETTER_DATA) / "demo"
    told = {
        "seed": seed,
        "today": book.today.isoformat(),
        "odds": DRIVERS,
        "placebos": list(PLACEBOS),
        "intercepts": sold.intercepts,
        "call_bias": {seat.name: seat.bias for seat in cast.SEATS},
        "season": {"last_three_weeks_pull": 0.25, "august_es_it": 0.6},
        "duplicate_contacts": 0.05,
        "misspelt_industry": cast.MISSPELT,
        "deals": "truth.parquet",
    }
    (folder / "truth.json").write_text(json.dumps(told, indent=2))
    rows = {"id": numbers, "won": planned["won"], "ends": dates(planned["ends"])} | drivers(planned, sold.market)
    parquet.write_table(pa.table(rows), folder / "truth.parquet")
