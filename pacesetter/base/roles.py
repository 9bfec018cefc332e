"""Roles and what they may do: one table of capabilities, one of the roles that every company starts with."""

from typing import TYPE_CHECKING, Any

from django.db import transaction

from pacesetter.base import history
from pacesetter.base.models import Role, User
from pacesetter.core.errors import Invalid, Refused
from pacesetter.core.labels import mark

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

CAPABILITIES: dict[str, str] = {
    "account.edit": mark("Create and edit accounts"),
    "contact.edit": mark("Create and edit contacts"),
    "lead.edit": mark("Create and edit leads"),
    "lead.convert": mark("Convert leads"),
    "deal.edit": mark("Create and edit deals"),
    "deal.close": mark("Close and reopen deals"),
    "activity.log": mark("Log activities and tasks"),
    "record.assign": mark("Give records to another owner"),
    "record.archive": mark("Archive and restore records"),
    "record.bulk": mark("Change many records at once"),
    "record.import": mark("Import files"),
    "record.export": mark("Export lists"),
    "catalogue.manage": mark("Manage products, campaigns and choices"),
    "process.manage": mark("Manage pipelines, stages and lost reasons"),
    "people.manage": mark("Manage people, teams and reporting lines"),
    "roles.manage": mark("Manage roles"),
    "calendar.manage": mark("Manage calendars and rates"),
    "fields.manage": mark("Manage company-made fields"),
    "settings.manage": mark("Manage company settings"),
    "target.set": mark("Set targets"),
    "quota.set": mark("Set quotas"),
    "territory.plan": mark("Draw territory plans"),
    "territory.publish": mark("Approve and publish territory plans"),
    "call.submit": mark("Submit forecast calls"),
    "call.company": mark("Submit the company's call"),
    "tool.manage": mark("Manage tools, licences and their use"),
    "view.share": mark("Share saved views"),
    "token.create": mark("Create API tokens"),
    "job.all": mark("See everyone's jobs"),
    "access.explain": mark("See why a person cannot see a record"),
    "personal.erase": mark("Blank personal data in history"),
}
SELL = [
    "account.edit",
    "contact.edit",
    "lead.edit",
    "lead.convert",
    "deal.edit",
    "deal.close",
    "activity.log",
    "call.submit",
    "token.create",
]
LEAD = [*SELL, "record.assign", "record.archive", "record.bulk", "record.export", "view.share"]
OPERATE = [*LEAD, "record.import", "catalogue.manage", "tool.manage", "job.all"]
MANAGE = [
    *OPERATE,
    "process.manage",
    "people.manage",
    "calendar.manage",
    "fields.manage",
    "settings.manage",
    "target.set",
    "quota.set",
    "territory.plan",
    "territory.publish",
    "call.company",
    "access.explain",
]

START: list[tuple[str, dict[str, str], str, list[str]]] = [
    ("vp_sales_ops", {"en": "VP Sales Operations", "es": "VP de operaciones", "it": "VP Sales Operations"}, "all", MANAGE),
    (
        "sales_ops_manager",
        {"en": "Sales Ops Manager", "es": "Responsable de operaciones de ventas", "it": "Responsabile Sales Operations"},
        "all",
        MANAGE,
    ),
    (
        "analyst",
        {"en": "Sales Ops Analyst", "es": "Analista de operaciones de ventas", "it": "Analista Sales Operations"},
        "all",
        ["record.export", "view.share", "target.set", "territory.plan", "token.create"],
    ),
    (
        "ops_representative",
        {"en": "Sales Ops Representative", "es": "Representante de operaciones de ventas", "it": "Addetto Sales Operations"},
        "all",
        OPERATE,
    ),
    ("sales_manager", {"en": "Sales Manager", "es": "Responsable de ventas", "it": "Responsabile vendite"}, "team", LEAD),
    ("seller", {"en": "Seller", "es": "Vendedor", "it": "Venditore"}, "own", SELL),
    ("sdr", {"en": "SDR", "es": "SDR", "it": "SDR"}, "own", SELL),
    ("executive", {"en": "Executive viewer", "es": "Dirección (lectura)", "it": "Direzione (lettura)"}, "all", ["record.export"]),
    ("administrator", {"en": "Administrator", "es": "Administrador", "it": "Amministratore"}, "all", list(CAPABILITIES)),
]


def ensure() -> None:
    """Create the roles that are missing; existing ones keep what the company changed."""
    for position, (key, label, level, capabilities) in enumerate(START):
        values = {"label": label, "level": level, "capabilities": capabilities, "position": position}
        Role.objects.get_or_create(key=key, defaults=values)


def by_key(key: str) -> Role:
    """The role of that key; refused with the list of known ones."""
    role = Role.objects.filter(key=key).first()
    if role is None:
        raise Invalid("unknown_choice", field="role", value=key, known=", ".join(Role.objects.values_list("key", flat=True)))
    return role


@transaction.atomic
def edit(role: Role, *, by: "Actor", **changes: Any) -> Role:
    """Change a role's label, level or capabilities."""
    by.require("roles.manage")
    unknown = set(changes.get("capabilities", [])) - CAPABILITIES.keys()
    if unknown:
        raise Invalid("unknown_choice", field="capabilities", value=", ".join(sorted(unknown)), known=", ".join(CAPABILITIES))
    before = {key: getattr(role, key) for key in changes}
    for key, value in changes.items():
        setattr(role, key, value)
    role.save()
    keep_an_administrator()
    history.record_plain("role", role.pk, "role.edited", by=by, changes={k: [before[k], v] for k, v in changes.items() if before[k] != v})
    return role


def keep_an_administrator() -> None:
    """Refuse whatever would leave nobody able to manage roles."""
    roles = [role.pk for role in Role.objects.all() if "roles.manage" in role.capabilities]
    someone_signs_in = User.objects.able_to_sign_in().exists()
    if someone_signs_in and not User.objects.able_to_sign_in().filter(role__in=roles).exists():
        raise Refused("last_administrator")
