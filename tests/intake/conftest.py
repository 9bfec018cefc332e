"""Imports keep their files in a folder of their own for each test."""

import pytest


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path / "data"
