"""What must exist after every migrate: triggers that keep history append-only, start data, idempotent."""

from collections.abc import Callable

from django.db import transaction

from pacesetter.base import guards, rates, roles

STEPS: list[Callable[[], None]] = [roles.ensure, rates.ensure]


def step(run: Callable[[], None]) -> Callable[[], None]:
    """Rooms register the start data they cannot live without."""
    STEPS.append(run)
    return run


@transaction.atomic
def ensure() -> None:
    """Make triggers and start data; safe to run at every start."""
    guards.protect()
    for run in STEPS:
        run()
