"""Addresses of all settings pages."""

from pacesetter.web.settings import company, people, pipelines, roles, stages, teams, undo

urls = [*company.urls, *people.urls, *teams.urls, *roles.urls, *pipelines.urls, *stages.urls, *undo.urls]
