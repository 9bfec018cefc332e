"""Import targets of customer records and people: which columns fill which field, and which verb stores a row."""

from pacesetter.crm.loaders import accounts, activities, deals, histories, lookups, members, people, process, removers, roles, stages, users

__all__ = [
    "accounts",
    "activities",
    "deals",
    "histories",
    "lookups",
    "members",
    "people",
    "process",
    "removers",
    "roles",
    "stages",
    "users",
]
