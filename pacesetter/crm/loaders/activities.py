"""Calls, e-mails, meetings, tasks and notes from files."""

from collections.abc import Collection, Hashable, Iterable
from typing import ClassVar

from pacesetter.base import clock
from pacesetter.base.loaders import LOADERS, Remark, Slot, Values
from pacesetter.core.errors import add_sentences
from pacesetter.core.labels import mark
from pacesetter.crm import activities
from pacesetter.crm.loaders.shelves import ShelfLoader, chunks
from pacesetter.crm.models import Activity

UNNAMED = "Task"
add_sentences({"task_unnamed": mark("These tasks have no subject; they are called “Task”.")})
# What other systems say in other words: settled into the fields of an activity, and gone.
TOLD = (
    Slot("who", mark("Person (contact or lead)"), lookup="record:contact,lead", names=("whoid", "who id")),
    Slot("what", mark("About (account or deal)"), lookup="record:deal,account,campaign", names=("whatid", "what id", "related to id")),
    Slot("day", mark("Day (due, or done on)"), "date", names=("activitydate",)),
    Slot("entered_at", mark("Entered on"), "instant", names=("entered at",)),
    Slot("done", mark("Done (yes or no)"), "done", names=("isclosed", "task status")),
    Slot("ended_at", mark("Ended at"), "instant", names=("enddatetime", "end time")),
    Slot("seconds", mark("Duration in seconds"), "number", names=("calldurationinseconds", "call duration")),
    Slot("milliseconds", mark("Duration in milliseconds"), "number", names=("hs_call_duration",)),
    Slot("direction", mark("Direction (in or out)"), names=("calltype", "call type")),
)


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
        "contact": ("contact id", "contact name", "name", "contacto", "contatto"),
        "lead": ("lead id", "lead name"),
        "deal": ("opportunity", "opportunity name", "related to", "deal name", "deal id", "negocio", "trattativa"),
        "inbound": ("direction inbound",),
        "happened_at": (
            "date",
            "activity date",
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

    def slots(self) -> list[Slot]:
        return [*super().slots(), *TOLD]

    def settle(self, values: Values) -> None:
        told = {slot.key: values.pop(slot.key, None) for slot in TOLD}
        for found in (told["who"], told["what"]):
            if found is not None and found.noun in activities.ABOUT:
                values.setdefault(found.noun, getattr(found, "id", found))
        _settle_time(values, told)
        if values.get("kind") == "task" and not values.get("subject"):
            values["subject"] = (values.get("body", "").strip().splitlines() or [UNNAMED])[0][:200]
        if told["direction"] and "inbound" not in values:
            values["inbound"] = told["direction"].casefold().startswith("in")

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
        if values.get("kind") == "task" and values.get("subject") == UNNAMED:
            yield Remark("task_unnamed", "subject", refuse=False)


def _settle_time(values: Values, told: Values) -> None:
    """A task is due on its day and was entered before; anything else happened on it."""
    day, entered = told["day"], told["entered_at"]
    noon = entered if entered and clock.day_of(entered) == day else clock.noon(day) if day else None
    if values.get("kind") == "task":
        values.setdefault("due_on", day)
        values.setdefault("happened_at", entered or noon)
        if told["done"]:
            values.setdefault("done_at", noon or values["happened_at"])
    else:
        values.setdefault("happened_at", noon or entered)
    seconds = told["seconds"] or (told["milliseconds"] or 0) / 1000
    if told["ended_at"] and values.get("happened_at"):
        seconds = (told["ended_at"] - values["happened_at"]).total_seconds()
    if seconds > 0:
        values.setdefault("minutes", round(seconds / 60) or 1)
    for key in ("due_on", "happened_at"):
        if values.get(key, 0) is None:
            del values[key]


LOADERS.add("activity", ActivityLoader)
