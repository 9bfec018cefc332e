"""The foundation: people, scope, history, jobs, settings, clock, calendars, rates, fields, lists and extracts.

Every room stands on it; it knows no room. It imports `core` only.
"""
