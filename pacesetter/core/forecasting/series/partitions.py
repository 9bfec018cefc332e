"""Parts of a panel, each forecast by a process of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from pacesetter.core.forecasting.series.models import MODELS, Run, here
from pacesetter.core.forecasting.series.panels import Panel

Array = np.ndarray[Any, Any]
FEW = 50  # series for which asking other processes takes longer than doing it


@contextmanager
def over(processes: int) -> Iterator[Run]:
    """A way to run models by so many processes: local ones part by part, with the same answer to the last bit; others here."""
    if processes < 2:
        yield here
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Spawned, because a forked process would inherit LightGBM's threads in the middle of their work.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:

        def run(key: str, panel: Panel, horizon: int) -> Array:
            if not MODELS[key].local or len(panel) < FEW:
                return here(key, panel, horizon)
            parts = np.array_split(np.arange(len(panel)), min(4 * processes, len(panel)))
            bare = Panel(panel.ids, panel.y, panel.calendar, panel.first)
            asked = [pool.submit(here, key, bare.rows(part), horizon) for part in parts]
            return np.concatenate([one.result() for one in asked])

        yield run
