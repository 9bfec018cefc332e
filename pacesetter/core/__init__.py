"""The engine: sales maths as pure functions on values, arrays and tables.

No Django, no clock, no I/O lives here; everyone may import it, it imports nobody.
"""
