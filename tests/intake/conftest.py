"""Imports keep their files in a folder of their own for each test; `bring` checks files written down as text."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pacesetter.intake import imports
from pacesetter.intake.models import Import

Bring = Callable[..., Import]


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path) -> None:
    settings.PACESETTER_DATA = tmp_path / "data"


@pytest.fixture
def written(tmp_path) -> Callable[[str, str], Path]:
    def write(name: str, text: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def bring(db, system, written) -> Bring:
    """A checked import of one file."""

    def check(text: str | bytes, name: str = "deals.csv", **settled: str) -> Import:
        batch = imports.start(written(name, text), by=system)
        if settled:
            imports.settle(batch, by=system, **settled)
        return imports.check_now(batch, by=system)

    return check


@pytest.fixture
def load(system) -> Callable[[Import], Import]:
    """Accept what was proposed, and load."""

    def run(batch: Import) -> Import:
        imports.accept_all(batch, by=system)
        job = imports.run_now(imports.run(batch, by=system), batch)
        assert job.state == "done", job.error
        return batch

    return run


@pytest.fixture
def revert(system) -> Callable[[Import], Import]:
    def run(batch: Import) -> Import:
        job = imports.run_now(imports.revert(batch, by=system), batch)
        assert job.state == "done", job.error
        return batch

    return run
