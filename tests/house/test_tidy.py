"""What is in the repository: nothing that was made, nothing that belongs to one machine."""

import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MADE = re.compile(
    r"(^|/)(__pycache__|\.venv|node_modules|\.hypothesis|[^/]+\.egg-info|\.[a-z]+_cache)/|\.(pyc|mo|sqlite3|parquet|log|orig|rej)$"
)
HOME = re.compile(r"/(?:home|Users)/[a-z]\w+/|" + re.escape(f"{ROOT}/"))
REGISTRY = re.compile(r"(?:index-url|extra-index-url|trusted-host|find-links)\b|https?://[^\s\"')]*/simple/?\b")


@pytest.fixture(scope="module")
def tracked():
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def text_of(name):
    try:
        return (ROOT / name).read_text()
    except UnicodeDecodeError:
        return ""


def test_nothing_that_was_made(tracked):
    kept = re.compile(r"tests/upgrade/v[^/]+/")  # what older versions wrote is kept on purpose
    assert [name for name in tracked if MADE.search(name) and not kept.match(name)] == []


@pytest.mark.parametrize("pattern", [HOME, REGISTRY], ids=["a path of one machine", "the host of a registry"])
def test_nothing_of_one_machine(tracked, pattern):
    here = str(pathlib.Path(__file__).resolve().relative_to(ROOT))
    assert [(name, found[0]) for name in tracked if name != here and (found := pattern.search(text_of(name)))] == []


def test_no_file_is_huge(tracked):
    """A clone stays small: pictures are compressed, real data lives elsewhere."""
    assert {name: size for name in tracked if (size := (ROOT / name).stat().st_size) > 1_000_000} == {}
