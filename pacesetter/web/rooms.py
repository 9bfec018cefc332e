"""Where people can go: the sidebar's rooms in order. A room whose address does not exist is not shown."""

from dataclasses import dataclass

from pacesetter.core.labels import mark


@dataclass(frozen=True)
class Room:
    """A place: URL name, label, icon, `G` key, and the capabilities of which one is needed."""

    name: str
    label: str
    icon: str
    key: str = ""
    needs: tuple[str, ...] = ()


GROUPS: list[tuple[str, list[Room]]] = [
    ("", [Room("today", mark("Today"), "sun", "h")]),
    (
        mark("Sell"),
        [
            Room("leads", mark("Leads"), "user-plus", "l"),
            Room("accounts", mark("Accounts"), "building-2", "a"),
            Room("contacts", mark("Contacts"), "users", "p"),
            Room("deals", mark("Deals"), "briefcase-business", "d"),
        ],
    ),
    (mark("Measure"), [Room("overview", mark("Dashboards"), "layout-dashboard", "b"), Room("metrics", mark("Metrics"), "chart-line", "m")]),
    (
        mark("Plan"),
        [
            Room("calls", mark("Forecast"), "trending-up", "f"),
            Room("territory_plans", mark("Territories"), "map", "r", ("territory.plan", "territory.publish")),
            Room("quotas", mark("Quotas"), "target", "q"),
        ],
    ),
    (
        mark("Operate"),
        [
            Room("imports", mark("Imports"), "upload", "i", ("record.import",)),
            Room("tools", mark("Tools"), "wrench", "t", ("tool.manage", "record.export")),
            Room("jobs", mark("Jobs"), "list-checks", "j", ("record.bulk", "record.import", "record.export")),
        ],
    ),
]

SETTINGS: list[Room] = [
    Room("settings_company", mark("Company"), "building", needs=("settings.manage",)),
    Room("settings_people", mark("People"), "users", needs=("people.manage",)),
    Room("settings_teams", mark("Teams"), "network", needs=("people.manage",)),
    Room("settings_roles", mark("Roles"), "shield-check", needs=("roles.manage", "people.manage")),
    Room("settings_pipelines", mark("Pipelines"), "kanban", needs=("process.manage",)),
    Room("settings_calendars", mark("Calendars"), "calendar-days", needs=("calendar.manage",)),
    Room("settings_rates", mark("Rates"), "coins", needs=("calendar.manage",)),
    Room("settings_fields", mark("Fields"), "text-cursor-input", needs=("fields.manage",)),
    Room("settings_options", mark("Choices"), "list", needs=("catalogue.manage",)),
    Room("settings_products", mark("Products"), "package", needs=("catalogue.manage",)),
    Room("settings_campaigns", mark("Campaigns"), "megaphone", needs=("catalogue.manage",)),
    Room("settings_tokens", mark("API tokens"), "key-round", needs=("token.create",)),
]

BOTTOM = ("today", "leads", "accounts", "deals")
