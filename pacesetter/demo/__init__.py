"""The demo company: fictional people selling to fictional companies, made by calling the real verbs under a set clock.

`plan.py` decides what happens (pure, seeded), `play.py` does it through the verbs, `truth.py` writes down what was planted.
The large size goes past the verbs: `large/` decides in columns and writes the tables.
Only `cli` and tests import it.
"""

from pacesetter.demo.play import is_unfinished, make

__all__ = ["is_unfinished", "make"]
