"""Import targets of customer records and people: which columns fill which field, and which verb stores a row."""

from pacesetter.crm.loaders import accounts, activities, deals, lookups, people, removers, stages, users

__all__ = ["accounts", "activities", "deals", "lookups", "people", "removers", "stages", "users"]
