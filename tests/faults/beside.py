"""The doors of an installation in a process of their own, asked while something is wrong around them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.houses import ROOT


class Doors:
    """A running process with web and API; `ask("page", "api")` makes these requests and returns what was said."""

    def __init__(self, environment: dict[str, str]) -> None:
        call = [sys.executable, "-m", "tests.faults.doors"]
        self.process = subprocess.Popen(call, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        assert self.process.stdout.readline() == "ready\n"

    def begin(self, *names: str) -> None:
        """Ask, and leave the answers for `answers`."""
        assert self.process.stdin
        self.process.stdin.write(" ".join(names) + "\n")
        self.process.stdin.flush()

    def answers(self) -> dict[str, Any]:
        assert self.process.stdout
        return dict(json.loads(self.process.stdout.readline()))

    def ask(self, *names: str) -> dict[str, Any]:
        self.begin(*names)
        return self.answers()


@contextmanager
def doors(environment: dict[str, str]) -> Iterator[Doors]:
    """Doors that are shut in the end."""
    made = Doors(environment)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()


def is_refused(answers: dict[str, Any], code: str, words: str) -> None:
    """Page, part and API say the same in their ways, and nobody sees a traceback."""
    assert {name: answers[name]["status"] for name in ("page", "part", "api")} == dict.fromkeys(("page", "part", "api"), 503)
    assert words in answers["page"]["text"] and words in answers["part"]["text"]
    assert "Traceback" not in answers["page"]["text"] and "<html" not in answers["part"]["text"]
    assert answers["api"]["type"] == "application/problem+json" and json.loads(answers["api"]["text"])["code"] == code
