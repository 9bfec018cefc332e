"""What takes a second or two the first time is done by every web process when it starts, so that nobody's first page waits for it."""

import gc
import importlib
import threading

from pacesetter.base import warehouse
from pacesetter.web import charts


def start() -> None:
    """Warm up in the background."""
    threading.Thread(target=_warm, daemon=True).start()


def _warm() -> None:
    importlib.import_module("ibis")  # which writes the SQL of counts and metrics
    if version := warehouse.current():
        warehouse.query(version, "SELECT 1", {})
    charts.warm_up()
    gc.collect()
    gc.freeze()  # what is loaded by now stays for good: no collection need walk it again
