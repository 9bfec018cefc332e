"""A process beside the load (`beside.py`) that makes the next chunk while this one is written.

It only reads. Whoever writes asks for a chunk of so many rows, gives it ids for them, and asks for the same one again where
somebody changed a record in between. One process without the other ends: the job then goes on from the last line stored.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from django.conf import settings
from django.db import connection

import pacesetter
from pacesetter.base.actor import Actor
from pacesetter.base.loaders import Loader, Ready
from pacesetter.base.writes import reserve, stock
from pacesetter.intake.chunks import Chunk, Making, Piece
from pacesetter.intake.models import ImportFile
from pacesetter.intake.pace import Pace, uncollected
from pacesetter.intake.resolve import Resolver

Told = tuple[int, Chunk | None]


@dataclass
class Task:
    """Which file to make chunks of, and where."""

    database: str
    file_id: int
    by: Actor


@dataclass
class Ask:
    """For the next chunk, or for the one that follows line `again` once more; with ids for its new records."""

    rows: int
    ids: Sequence[int] = ()
    again: int | None = None


def may_go_ahead(loader: Loader) -> bool:
    """Whether the noun comes in floods, and another process sees the database as this one does."""
    alone = connection.in_atomic_block or (connection.vendor == "sqlite" and connection.is_in_memory_db())  # type: ignore[attr-defined]
    return bool(loader.tables()) and not alone


class Ahead:
    """The chunks of a file from the process beside."""

    def __init__(self, file: ImportFile, by: Actor, pace: Pace, loader: Loader) -> None:
        self.task = Task(str(connection.settings_dict["NAME"]), file.pk, by)
        self.pace = pace
        self.model = loader.tables()[0]
        self.early: deque[Told | None] = deque()
        self.ids = 0  # that it has left

    def __enter__(self) -> "Ahead":
        self.link, theirs = Pipe()
        environment = os.environ | {
            "PYTHONPATH": str(Path(pacesetter.__file__).parent.parent),
            "PACESETTER_DATA": str(settings.PACESETTER_DATA),
        }
        call = [sys.executable, "-m", "pacesetter.intake.beside", str(theirs.fileno())]
        self.process = subprocess.Popen(call, env=environment, pass_fds=[theirs.fileno()])
        theirs.close()
        self._say(self.task)
        return self

    def __exit__(self, *error: object) -> None:
        self.link.close()
        self.process.kill()  # it only reads
        self.process.wait()

    def __iter__(self) -> Iterator[Told]:
        self._ask()
        while told := self.early.popleft() if self.early else self._told():
            self._ask()
            yield told

    def again(self, chunk: Chunk) -> Chunk:
        """A chunk made anew; the one after it is on its way already."""
        if not self.early:
            self.early.append(self._told())
        self._ask(again=chunk.before)
        told = self._told()
        assert told
        assert told[1]
        return told[1]

    def _ask(self, again: int | None = None) -> None:
        """Sequences of PostgreSQL wait for nobody; SQLite would have the other process wait for each of our transactions."""
        missing = max(0, self.pace.rows - self.ids) if connection.vendor == "sqlite" else 0
        self.ids += missing
        self._say(Ask(self.pace.rows, reserve(self.model, missing), again))

    def _say(self, message: Task | Ask) -> None:
        try:
            self.link.send(message)
        except ConnectionError:
            raise self._gone() from None

    def _told(self) -> Told | None:
        try:
            told = self.link.recv()
        except (EOFError, ConnectionError):
            raise self._gone() from None
        if isinstance(told, Exception):
            raise told
        if told and told[1]:
            self.ids -= len(_ids(told[1]))
        return told

    def _gone(self) -> RuntimeError:
        return RuntimeError(f"the process that prepares rows ended with {self.process.wait()}")


def _ids(chunk: Chunk) -> Sequence[int]:
    return chunk.create.ids if isinstance(chunk.create, Ready) else ()


# the other process ----------------------------------------------------------------------------------
def serve(link: Connection) -> None:
    """Answer until nobody asks any more."""
    try:
        task = link.recv()
        connection.settings_dict["NAME"] = task.database
        with uncollected():
            _make(link, task)
    except (EOFError, ConnectionError):
        return  # whoever writes is gone
    except Exception as error:
        link.send(error)


def _make(link: Connection, task: Task) -> None:
    file = ImportFile.objects.select_related("batch").get(pk=task.file_id)
    making, pace = Making(file, Resolver(file.batch, dry=False), task.by), Pace(alone=True)
    kept: deque[Piece] = deque(maxlen=2)
    _wait(link, pace, making, kept)
    for piece in making.pieces(pace):
        kept.append(piece)
        chunk = making.chunk(piece) if piece.rows else None
        link.send((piece.lines, chunk))
        making.matcher.own(chunk.named(_ids(chunk)) if chunk else ())
        _wait(link, pace, making, kept)
    link.send(None)
    _wait(link, pace, making, kept)


def _wait(link: Connection, pace: Pace, making: Making, kept: Sequence[Piece]) -> None:
    """Until the next chunk is asked for; meanwhile those still kept may be made anew."""
    while True:
        ask: Ask = link.recv()
        stock(making.loader.tables()[0], ask.ids)
        pace.rows = ask.rows
        if ask.again is None:
            return
        link.send((0, making.chunk(next(piece for piece in kept if piece.before == ask.again))))
