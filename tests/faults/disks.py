"""A small disk that can be filled and made read-only: a file system in memory, which only root may mount."""

import os
import pathlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest


@dataclass
class Disk:
    """A mounted file system."""

    path: pathlib.Path

    def fill(self, leave: int = 0) -> None:
        """Take all room but for `leave` bytes."""
        room = os.statvfs(self.path)
        with (self.path / "ballast").open("wb") as out:
            for _ in range(max(0, room.f_bavail - -(-leave // room.f_frsize))):
                out.write(b"\0" * room.f_frsize)

    def empty(self) -> None:
        """Give the room back."""
        (self.path / "ballast").unlink()

    @contextmanager
    def full(self, leave: int = 0) -> Iterator[None]:
        self.fill(leave)
        try:
            yield
        finally:
            self.empty()

    @contextmanager
    def read_only(self) -> Iterator[None]:
        self._mount("-o", "remount,ro")
        try:
            yield
        finally:
            self._mount("-o", "remount,rw")

    def _mount(self, *options: str) -> None:
        subprocess.run(["mount", *options, str(self.path)], check=True, capture_output=True)


@contextmanager
def small(path: pathlib.Path, megabytes: int) -> Iterator[Disk]:
    """A disk of some megabytes for one test."""
    path.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)], capture_output=True)
    if made.returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
