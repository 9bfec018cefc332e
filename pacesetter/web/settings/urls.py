"""Addresses of all settings pages."""

from pacesetter.web.settings import (
    calendars,
    catalogue,
    company,
    fields,
    first,
    options,
    people,
    pipelines,
    rates,
    roles,
    stages,
    statuses,
    teams,
    tokens,
    undo,
)

MODULES = (first, company, people, teams, roles, pipelines, stages, statuses, calendars, rates, fields, options, catalogue, tokens, undo)
urls = [address for module in MODULES for address in module.urls]
