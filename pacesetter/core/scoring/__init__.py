"""Chances of yes-or-no outcomes on plain tables, and how good they were: pure functions, usable from a notebook."""
