"""Addresses of all settings pages."""

from pacesetter.web.settings import company, people, roles, teams, undo

urls = [*company.urls, *people.urls, *teams.urls, *roles.urls, *undo.urls]
