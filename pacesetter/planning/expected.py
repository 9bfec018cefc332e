"""What the newest run was drawn from, kept so that it can be drawn again under other assumptions without learning anything anew."""

import io
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.db import transaction

from pacesetter.core.forecasting.arrivals import Arrivals
from pacesetter.core.forecasting.expectations import Expectations
from pacesetter.core.forecasting.histories import Array, Histories
from pacesetter.core.forecasting.seasons import Season
from pacesetter.planning.models import ExpectedPart, ForecastRun

PART = 1 << 19  # bytes written at once: a few milliseconds
PLAIN = ("ids", "owner", "stage", "brings", "days", "paths", "shares", "shocks")
ARRIVING = ("rate", "amounts", "won", "count")


@dataclass(frozen=True)
class Expected:
    """Expectations with ids of deals and stages, and the people by their places."""

    made: Expectations
    people: list[int]

    def places(self, people: Iterable[int]) -> list[int]:
        """The places of those of these people who own deals or bring new ones."""
        known = {pk: at for at, pk in enumerate(self.people)}
        return [known[pk] for pk in people if pk in known]

    @property
    def everybody(self) -> list[int]:
        """All places, nobody's among them."""
        return list(range(len(self.people) + 1))


def of_company(known: Histories, made: Expectations) -> Expected:
    """What an outlook expects of the company's histories, whose words are ids as texts."""
    stages = np.asarray([*(int(stage) for stage in known.words.get("stage", ())), -1])
    return Expected(
        replace(made, ids=made.ids.astype(np.int64), stage=stages[made.stage]), [int(owner) for owner in known.words.get("owner", ())]
    )


def store(run: ForecastRun, expected: Expected) -> None:
    """Keep it, in short transactions and before the run: what was not finished is nobody's."""
    content = _packed(expected)
    for number, start in enumerate(range(0, len(content), PART)):
        ExpectedPart.objects.create(run_id=run.key, number=number, content=content[start : start + PART])


def forget(keep: ForecastRun) -> None:
    """Throw away what runs before this one were drawn from."""
    while gone := list(ExpectedPart.objects.exclude(run=keep).values_list("pk", flat=True)[:8]):
        with transaction.atomic():
            ExpectedPart.objects.filter(pk__in=gone).delete()


def load(run: ForecastRun) -> Expected | None:
    """What a run was drawn from; none of a run that is not the newest, or older than this table."""
    found = _LOADED.get(run.key)
    if found is None:
        content = b"".join(bytes(part) for part in ExpectedPart.objects.filter(run=run).values_list("content", flat=True))
        if not content:
            return None
        _LOADED.clear()
        found = _LOADED[run.key] = _unpacked(content)
    return found


_LOADED: dict[uuid.UUID, Expected] = {}


def _packed(expected: Expected) -> bytes:
    made, file = expected.made, io.BytesIO()
    arrays: dict[str, Array] = {name: getattr(made, name) for name in PLAIN} | {name: getattr(made.arrivals, name) for name in ARRIVING}
    arrays |= {
        "pace": made.arrivals.season.pace,
        "people": np.asarray(expected.people, dtype=np.int64),
        "when": np.asarray([made.t, made.arrivals.step]),
    }
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _unpacked(content: bytes) -> Expected:
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        found: dict[str, Any] = dict(file)
    t, step = found["when"].tolist()
    arrivals = Arrivals(step, **{name: found[name] for name in ARRIVING}, season=Season(found["pace"]))
    return Expected(Expectations(t, arrivals=arrivals, **{name: found[name] for name in PLAIN}), found["people"].tolist())
