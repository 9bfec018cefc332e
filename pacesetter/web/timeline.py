"""What happened to a record, newest first and by week: activities and changes, as sentences in the reader's language."""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.base import fields
from pacesetter.base.fields import Field
from pacesetter.base.models import HistoryEntry
from pacesetter.crm import choices, parts
from pacesetter.crm.models import Activity
from pacesetter.web import formats, forms, happenings, words
from pacesetter.web.cells import Looks
from pacesetter.web.nouns import Noun
from pacesetter.web.request import Request

LIMIT = 60
ICONS = {"call": "phone", "email": "mail", "meeting": "users", "task": "square-check", "note": "sticky-note"}
TONES = {"email": "pos", "task": "off", "note": "off"}
DERIVED = {"annual_amount", "slips", "stage_since", "status", "assigned_at"}


@dataclass(frozen=True)
class Entry:
    """One thing that happened."""

    at: dt.datetime
    icon: str
    tone: str
    title: str
    body: str = ""
    who: str = ""
    undo: str = ""


class Timeline:
    """The timeline of one record."""

    def __init__(self, request: Request, kind: Noun, record: Any) -> None:
        self.request, self.kind, self.record = request, kind, record
        self.known = fields.of(kind.key)
        self.looks = Looks(request.actor, request.company.currency)
        self.may = kind.may_edit(record, request.actor)
        self.entries = parts.entries(kind.key, record.pk, LIMIT)

    def weeks(self) -> list[tuple[str, list[Entry]]]:
        """Activities and changes, newest first, under the week in which they fell."""
        rows = [*self.activities(), *self.changes(), *self.told()]
        rows.sort(key=lambda entry: entry.at, reverse=True)
        return [(_week(monday), list(group)) for monday, group in groupby(rows, key=lambda e: _monday(e.at))]

    def activities(self) -> list[Entry]:
        """What people did and said; tasks stand elsewhere until they are done."""
        rows = Activity.objects.visible_to(self.request.actor).filter(**{self.kind.key: self.record}).exclude(kind="task", done_at=None)
        return [_activity(row) for row in rows.select_related("user", "contact")[:LIMIT]]

    def changes(self) -> list[Entry]:
        """What was changed, by whom, each with its undo."""
        self._names, said = choices.names(self._people()), happenings.of_parts(self.entries)
        return [self._part(entry, *said[entry.pk]) if entry.pk in said else self._change(entry) for entry in self.entries]

    def told(self) -> list[Entry]:
        """What imports brought of another system's memory: a line per import, the changes themselves are in the numbers."""
        found = parts.told(self.record.pk) if self.kind.key == "deal" else []
        return [Entry(at, "history", "off", happenings.told(count), who=_via("import")) for at, count in found]

    def _people(self) -> set[int]:
        ids = {entry.user_id for entry in self.entries if entry.user_id}
        for entry in self.entries:
            for key, pair in entry.changes.items():
                if key in self.known and self.known[key].type == "user":
                    ids |= {int(value) for value in pair if value}
        return ids

    def _part(self, entry: HistoryEntry, icon: str, said: str) -> Entry:
        return Entry(entry.at, icon, "off", said, who=self._who(entry))

    def _who(self, entry: HistoryEntry) -> str:
        return self._names.get(entry.user_id or 0, "") or _via(entry.via)

    def _change(self, entry: HistoryEntry) -> Entry:
        verb = entry.kind.partition(".")[2]
        shown = {key: pair for key, pair in entry.changes.items() if key in self.known and (key not in DERIVED or len(entry.changes) == 1)}
        title, body = self._said(verb, shown)
        icon, tone = happenings.LOOKS.get(verb, ("pencil", "off"))
        if "close_date" in shown and verb == "edited":
            icon, tone = "calendar-clock", "warn"
        may_undo = self.may and entry.changes and verb in ("edited", "moved", "assigned", "won", "lost", "reopened")
        undo = self.kind.url("undo", self.record.pk, entry.pk) if may_undo else ""
        return Entry(entry.at, icon, tone, title, body, self._who(entry), undo)

    def _said(self, verb: str, shown: dict[str, list[Any]]) -> tuple[str, str]:
        if verb in happenings.SENTENCES:
            extra = [] if verb == "created" else [self._line(key, pair) for key, pair in shown.items() if key not in ("stage", "closed_on")]
            return happenings.SENTENCES[verb](), "\n".join(extra)
        lines = [self._line(key, pair) for key, pair in shown.items()]
        if len(lines) < 2:
            return lines[0] if lines else happenings.BY_FIELD[verb](), ""
        return ngettext("%(count)s field changed", "%(count)s fields changed", len(lines)) % {"count": len(lines)}, "\n".join(lines)

    def _line(self, key: str, pair: list[Any]) -> str:
        one = self.known[key]
        before, after = (self._value(one, value) for value in pair)
        name = forms.label_of(one)
        if not before:
            return _("%(field)s set to %(after)s") % {"field": name, "after": after}
        if not after:
            return _("%(field)s removed, it was %(before)s") % {"field": name, "before": before}
        return _("%(field)s changed from %(before)s to %(after)s") % {"field": name, "before": before, "after": after}

    def _value(self, one: Field, value: Any) -> str:
        if value in (None, ""):
            return ""
        if one.type == "user":
            return self._names.get(int(value), "–")
        if one.type == "ref":
            return dict(choices.of(one, self.request.actor, self.looks.language) or []).get(int(value), f"#{value}")
        if one.type in ("date", "instant"):
            return formats.day(dt.date.fromisoformat(str(value)[:10]))
        return str(self.looks.value(one, value, self.record))


def _activity(row: Activity) -> Entry:
    title = row.subject or words.choice(list(Activity._meta.get_field("kind").choices), row.kind)
    if row.contact and row.contact.name not in title:
        title = _("%(what)s, with %(who)s") % {"what": title, "who": row.contact.name}
    who = row.user.name if row.user else ""
    if row.minutes:
        who = _("%(who)s, %(minutes)s min") % {"who": who, "minutes": row.minutes}
    return Entry(row.done_at or row.happened_at, ICONS[row.kind], TONES.get(row.kind, ""), title, row.body, who)


def _via(via: str) -> str:
    return {"import": _("Import"), "api": _("API"), "cli": _("Command line"), "demo": _("Demo")}.get(via, _("Pacesetter"))


def _monday(at: dt.datetime) -> dt.date:
    day = timezone.localtime(at).date()
    return day - dt.timedelta(days=day.weekday())


def _week(monday: dt.date) -> str:
    weeks = (formats.today() - monday).days // 7
    if weeks <= 0:
        return _("This week")
    return _("Last week") if weeks == 1 else _("Week of %(day)s") % {"day": formats.day(monday)}


def tasks(request: Request, about: str, record: Any) -> list[Activity]:
    """The open tasks of a record."""
    rows = Activity.objects.visible_to(request.actor).open_tasks().filter(**{about: record})
    return list(rows.select_related("user").order_by("due_on", "id")[:LIMIT])
