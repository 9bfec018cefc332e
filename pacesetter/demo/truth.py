"""The truth file: what was planted in the demo company, so that analyses can be scored against it."""

import json
from pathlib import Path

from django.conf import settings

from pacesetter.demo import cast
from pacesetter.demo.plan import DRIVERS, PLACEBOS, Plan


def write(plan: Plan, seed: int) -> Path:
    """Write `demo/truth.json` into the data folder."""
    file = Path(settings.PACESETTER_DATA) / "demo" / "truth.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(_facts(plan, seed), indent=2))
    return file


def _facts(plan: Plan, seed: int) -> dict[str, object]:
    return {
        "seed": seed,
        "today": plan.today.isoformat(),
        "odds": DRIVERS,
        "placebos": list(PLACEBOS),
        "intercepts": plan.intercepts,
        "call_bias": {seat.name: seat.bias for seat in cast.SEATS},
        "skill": {seat.name: seat.skill for seat in cast.SEATS},
        "season": {"last_three_weeks_pull": 0.25, "august_es_it": 0.6},
        "duplicate_contacts": 0.05,
        "misspelt_industry": cast.MISSPELT,
        "deals": {
            str(deal.key): {"outcome": deal.outcome, "ends": deal.ends.isoformat(), "drivers": [k for k, on in deal.drivers.items() if on]}
            for deal in plan.deals
        },
    }
