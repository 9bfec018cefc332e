"""Small files and small functions: DESIGN §8 gives norms, not limits, so the test looks at the shares."""

import ast
import pathlib
import statistics

PACKAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "pacesetter"
TREES = {file: ast.parse(file.read_text()) for file in PACKAGE.rglob("*.py") if "migrations" not in file.parts}
FILES = {file: len(file.read_text().splitlines()) for file in TREES}
FUNCTIONS = [
    (node.end_lineno or node.lineno) - node.lineno + 1
    for tree in TREES.values()
    for node in ast.walk(tree)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
]


def nine_in_ten(lengths):
    return statistics.quantiles(lengths, n=10)[-1]


def test_functions():
    assert statistics.median(FUNCTIONS) < 9
    assert nine_in_ten(FUNCTIONS) < 30


def test_files():
    assert statistics.median(FILES.values()) < 100
    assert nine_in_ten(FILES.values()) < 350
    assert {str(file.relative_to(PACKAGE)): length for file, length in FILES.items() if length > 500} == {}


def test_every_module_says_what_it_is_for():
    silent = [
        str(file.relative_to(PACKAGE))
        for file, tree in TREES.items()
        if tree.body and file.name != "apps.py" and not ast.get_docstring(tree)
    ]
    assert silent == []
