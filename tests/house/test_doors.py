"""No door touches a table except through scope, and none saves: reading goes through `visible_to`, writing through a verb."""

import ast
import pathlib

import pytest

PACKAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "pacesetter"
DOORS = sorted(file for door in ("web", "api", "cli") for file in (PACKAGE / door).rglob("*.py"))
ALLOWED = {"visible_to", "editable_by", "able_to_sign_in", "none"}
WRITES = {"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "delete"}
# allauth's adapter is the one named place outside the verbs that saves users (DESIGN §5)
EXCEPTIONS = {"web/signin.py"}


def offences(tree: ast.AST) -> list[str]:
    """`Model.objects.<anything but scope>`, and writes on whatever hangs off `.objects`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr in ("objects", "_default_manager"):
            if node.attr not in ALLOWED:
                found.append(f"line {node.lineno}: .objects.{node.attr}")
        elif isinstance(node, ast.Attribute) and node.attr in WRITES and isinstance(node.value, (ast.Call, ast.Subscript)):
            found.append(f"line {node.lineno}: .{node.attr}")
    return found


@pytest.mark.parametrize("file", DOORS, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_door_reads_through_scope_and_writes_through_verbs(file):
    if str(file.relative_to(PACKAGE)) not in EXCEPTIONS:
        assert offences(ast.parse(file.read_text())) == []


def test_the_watch_sees_what_it_should():
    assert offences(ast.parse("Deal.objects.filter(pk=1)")) == ["line 1: .objects.filter"]
    assert offences(ast.parse("Deal.objects.visible_to(a)")) == []
    assert offences(ast.parse("rows[0].save()")) == ["line 1: .save"]
