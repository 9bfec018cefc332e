"""The generated reference is in step with the code: run `make docs` after adding a setting, command, capability or metric."""

import importlib.util
import pathlib

import pytest

DOCS = pathlib.Path(__file__).resolve().parent.parent.parent / "docs"
spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
generate = importlib.util.module_from_spec(spec)
spec.loader.exec_module(generate)


@pytest.mark.parametrize("name", generate.PAGES)
def test_the_page_is_what_the_code_says(name):
    assert (DOCS / "reference" / name).read_text() == generate.NOTE + generate.PAGES[name]()
