"""docs/security.md promises nothing that no test proves, and SECURITY.md leads there."""

import ast
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROMISES = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "security.md").read_text())


@pytest.mark.parametrize(("file", "name"), PROMISES)
def test_the_test_that_proves_it_exists(file, name):
    tree = ast.parse((ROOT / file).read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_promise_names_one():
    rows = [line for line in (ROOT / "docs" / "security.md").read_text().splitlines() if line.startswith("| ") and "promise |" not in line]
    assert len(rows) == len(PROMISES) > 25
    assert "docs/security.md" in (ROOT / "SECURITY.md").read_text()
