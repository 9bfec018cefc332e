"""`base/clock.py` is the only clock, and the engine has none."""

import pathlib
import re

PACKAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "pacesetter"
ASKS = re.compile(r"datetime\.now\(|date\.today\(|timezone\.now\(|time\.time\(\)|utcnow\(")
# a file's age has nothing to do with business time
EXCEPTIONS = {"base/clock.py", "base/worker.py", "base/warehouse/refreshing.py"}


def test_nobody_else_asks_for_the_time():
    asking = {str(file.relative_to(PACKAGE)) for file in PACKAGE.rglob("*.py") if ASKS.search(file.read_text())}
    assert asking - EXCEPTIONS == set()
