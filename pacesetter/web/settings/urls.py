"""Addresses of all settings pages."""

from pacesetter.web.settings import company, undo

urls = [*company.urls, *undo.urls]
