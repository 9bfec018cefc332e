"""Calls, e-mails, meetings, tasks and notes from files."""

from collections.abc import Collection, Hashable, Iterable
from typing import ClassVar

from pacesetter.base.loaders import LOADERS, Remark, Values
from pacesetter.core.labels import mark
from pacesetter.crm import activities
from pacesetter.crm.loaders.shelves import ShelfLoader, chunks
from pacesetter.crm.models import Activity


class ActivityLoader(ShelfLoader):
    noun = "activity"
    label = mark("Activities")
    after = ("user", "account", "contact", "lead", "deal")
    files = ("activit", "task", "event", "call", "meeting", "engagement", "actividad", "tarea", "attivita")
    telling = (frozenset(("kind", "happened_at")), frozenset(("kind", "subject")))
    shelf = activities.SHELF
    births = activities.prepare_many
    ids = ("activity id", "task id", "event id", "engagement id", "record id")
    words: ClassVar = {
        "kind": ("activity type", "type", "task subtype", "tasksubtype", "tipo", "tipo de actividad"),
        "subject": ("title", "asunto", "oggetto"),
        "body": ("description", "comments", "notes", "full comments", "descripción", "descrizione"),
        "user": ("assigned to", "assigned", "owner", "ownerid", "activity assigned to", "assigned id", "asignado a", "assegnato a"),
        "account": ("account id", "accountid", "account name", "company", "company name", "empresa", "azienda"),
        "contact": ("contact id", "whoid", "contact name", "name", "contacto", "contatto"),
        "lead": ("lead id", "lead name"),
        "deal": ("opportunity", "opportunity name", "whatid", "related to", "deal name", "deal id", "negocio", "trattativa"),
        "inbound": ("direction inbound",),
        "happened_at": (
            "date",
            "activity date",
            "activitydate",
            "date/time",
            "start",
            "startdatetime",
            "timestamp",
            "created date",
            "fecha",
            "data",
        ),
        "due_on": ("due date", "due date only", "due date/time", "fecha de vencimiento", "scadenza"),
        "done_at": ("completed date", "completeddatetime", "completed at"),
        "minutes": ("duration", "durationinminutes", "duration (minutes)", "duración", "durata"),
    }
    changes: ClassVar = {"kind": {"required": True, "strict": True}}

    def names(self, values: Values) -> list[str]:
        return []

    def natural(self, values: Values) -> Hashable | None:
        return (
            (values.get("kind"), values.get("subject", ""), values.get("happened_at"), values.get("user"))
            if values.get("happened_at")
            else None
        )

    def match(self, keys: Collection[Hashable]) -> dict[Hashable, int]:
        found: dict[Hashable, int] = {}
        for some in chunks(keys):
            rows = Activity.objects.filter(happened_at__in={key[2] for key in some}).order_by("-id")  # type: ignore[index]
            found.update(
                {
                    (kind, subject, at, user): pk
                    for pk, kind, subject, at, user in rows.values_list("id", "kind", "subject", "happened_at", "user_id")
                }
            )
        return {key: found[key] for key in keys if key in found}

    def judge(self, values: Values) -> Iterable[Remark]:
        if not any(values.get(key) for key in activities.ABOUT):
            yield Remark("about_nothing", refuse=False)
        if values.get("kind") == "task" and not values.get("subject"):
            yield Remark("required", "subject", {"field": "subject"})


LOADERS.add("activity", ActivityLoader)
