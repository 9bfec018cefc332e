"""Files that hold several tables: an event log becomes the files of a company's process, its deals, their histories and what was done."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pacesetter.intake.readers import xes
from pacesetter.intake.readers.xes import Case, Words

HEADS = {
    "pipelines": ("xes:pipeline", "xes:name", "xes:position"),
    "stages": ("xes:stage", "xes:pipeline", "xes:name", "xes:position", "xes:won", "xes:closed"),
    "deals": ("xes:case", "xes:title", "xes:pipeline", "xes:stage", "xes:amount", "xes:begun", "xes:ended", "xes:close"),
    "histories": ("xes:case", "xes:at", "xes:stage"),
    "activities": ("xes:event", "xes:case", "xes:activity", "xes:at", "xes:done"),
}
CLOSING = {"won": "Won", "lost": "Lost"}


def unfolded(files: Iterable[tuple[str, Path]], into: Path, zone: str) -> Iterator[tuple[str, Path]]:
    """The files, event logs among them as tables in the folder `into`; days are those of the time zone."""
    for name, path in files:
        if xes.is_log(path):
            yield from _tables(name, path, into, ZoneInfo(zone))
        else:
            yield name, path


def _tables(name: str, path: Path, into: Path, zone: ZoneInfo) -> Iterator[tuple[str, Path]]:
    stem, words = name.split(".")[0], Words()
    paths = {table: into / f"{stem}-{table}.csv" for table in HEADS}
    with ExitStack() as stack:
        writers = {table: csv.writer(stack.enter_context(to.open("w", newline="", encoding="utf-8"))) for table, to in paths.items()}
        for table, writer in writers.items():
            writer.writerow(HEADS[table])
        met: dict[str, None] = {}
        for case in xes.cases(path, words):
            for table, row in _rows(case, stem, zone):
                writers[table].writerow(row)
            met |= dict.fromkeys(event.value for event in case.events if event.field == "stage")
        writers["pipelines"].writerow((stem, stem, 1))
        for position, stage in enumerate([*met, *CLOSING]):
            writers["stages"].writerow((stage, stem, CLOSING.get(stage, stage), position, stage == "won", stage in CLOSING))
    yield from ((to.name, to) for to in paths.values())


def _rows(case: Case, pipeline: str, zone: ZoneInfo) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """A case as a deal with the day of its first event, its stages and outcome, and what else happened in it."""
    if not case.events:
        return
    stage = next((event.value for event in reversed(case.events) if event.field in ("stage", "outcome")), "")
    begun, last = (event.at.astimezone(zone).date().isoformat() for event in (case.events[0], case.events[-1]))
    ended = last if case.events[-1].field == "outcome" else ""
    yield "deals", (case.name, case.name, pipeline, stage, case.amount, begun, ended, ended)
    for number, event in enumerate(case.events):
        if event.field == "touch":
            yield "activities", (f"{case.name}-{number}", case.name, event.value, event.at.isoformat(), "yes")
        else:
            yield "histories", (case.name, event.at.isoformat(), event.value)
