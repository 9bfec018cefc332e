"""Placeholder of the next step."""

urls: list = []
