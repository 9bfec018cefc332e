"""How a field's value looks in a table, a rail or a preview."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from pacesetter.base import clock, fields
from pacesetter.base.actor import Actor
from pacesetter.base.fields import Field
from pacesetter.crm import choices, health
from pacesetter.web import formats, words
from pacesetter.web.markup import escaped, format_html
from pacesetter.web.nouns import NOUNS, Noun
from pacesetter.web.templatetags import ui

NUMBERS = ("number", "decimal", "percent", "money")


class Looks:
    """Look-ups for one page: labels of options and names of people are read once."""

    def __init__(self, actor: Actor, currency: str) -> None:
        self.actor, self.currency = actor, currency
        self.language = formats.locale().language
        self._options: dict[str, dict[str, str]] = {}

    def option(self, name: str, key: str) -> str:
        """The label of a picklist's key."""
        if name not in self._options:
            self._options[name] = fields.options(name, self.language)
        return self._options[name].get(key, key)

    @cached_property
    def people(self) -> dict[int, str]:
        return dict(choices.people(self.actor))

    @cached_property
    def moment(self) -> tuple[Any, Any]:
        return clock.now(), formats.today()

    def show(self, field: Field, row: Any, *, linked: bool = True) -> SafeString | str:
        """The value of a field on a record; a cell that is a button holds no link."""
        special = SPECIAL.get((field.noun, field.key))
        if special:
            return special(row, self)
        value = field.read(row)
        if value in (None, ""):
            return ""
        if not linked and (field.type in ("email", "phone", "url") or field.ref in NOUNS):
            return str(getattr(row, field.key, value))
        return self.value(field, value, row)

    def value(self, field: Field, value: Any, row: Any = None) -> SafeString | str:
        """A value in the manner of its type."""
        return KINDS.get("country" if field.key == "country" else field.type, _text)(field, value, row, self)


Kind = Callable[[Field, Any, Any, Looks], "SafeString | str"]


class Place:
    """The cells of one column: what is the same in every row is said once. In Python, for a page has hundreds."""

    def __init__(self, noun: Noun, field: Field, looks: Looks, *, label: str, number: bool) -> None:
        self.noun, self.field, self.looks = noun, field, looks
        self.start = '<td data-cell class="num">' if number else "<td data-cell>"
        self.said = _said(label)

    def cell(self, record: Any, may: bool) -> str:
        """One cell; a button where the value can be edited in place."""
        html = escaped(self.looks.show(self.field, record, linked=not may))
        if not may:
            return f"{self.start}{html or '–'}</td>"
        return f"{self.start}{_button(self.noun.url('field', record.pk, self.field.key), self.said, html)}</td>"


def button(cell: dict[str, Any], *, focus: bool = False) -> SafeString:
    """A value outside a table: inside a button where it can be edited in place."""
    html, edit = escaped(cell["html"]), cell["edit"]
    return SafeString(_button(edit, _said(cell["label"]), html, " autofocus" if focus else "") if edit else html or "–")


def _said(label: str) -> str:
    return escaped(_("Edit %(label)s:") % {"label": label})


def _button(edit: str, said: str, html: str, focus: str = "") -> str:
    at = escaped(edit)
    return (
        f'<button type="submit" form="cells" formmethod="get" formaction="{at}" class="cell" hx-get="{at}" hx-target="closest [data-cell]"{focus}>'
        f'<span class="sr">{said} </span>{html or NOTHING}</button>'
    )


NOTHING = '<span class="none">–</span>'


def _text(field: Field, value: Any, row: Any, looks: Looks) -> str:
    return str(value)


def _number(field: Field, value: Any, row: Any, looks: Looks) -> str:
    return formats.number(value)


def _money(field: Field, value: Any, row: Any, looks: Looks) -> str:
    return formats.money(value, getattr(row, "currency", "") or looks.currency)


def _date(field: Field, value: Any, row: Any, looks: Looks) -> SafeString | str:
    return ui.when(value) if not isinstance(value, str) else value


def _country(field: Field, value: Any, row: Any, looks: Looks) -> str:
    return formats.country(value)


def _boolean(field: Field, value: Any, row: Any, looks: Looks) -> str:
    return _("Yes") if value else _("No")


def _choice(field: Field, value: Any, row: Any, looks: Looks) -> str:
    return words.choice(list(field.choices), value)


def _option(field: Field, value: Any, row: Any, looks: Looks) -> str:
    return looks.option(field.option, value)


def _user(field: Field, value: Any, row: Any, looks: Looks) -> SafeString | str:
    person = None if field.is_custom else getattr(row, field.key, None)
    return ui.person(person.name if person else looks.people.get(int(value), ""))


def _reference(field: Field, value: Any, row: Any, looks: Looks) -> SafeString | str:
    target = getattr(row, field.key, None)
    if target is None:
        return ""
    if field.ref in NOUNS:
        return format_html('<a class="cut" href="{}">{}</a>', NOUNS[field.ref].url("record", target.pk), target)
    return ui.label(target.label) if hasattr(target, "label") else str(target)


def _link(field: Field, value: Any, row: Any, looks: Looks) -> SafeString:
    scheme = {"email": "mailto:", "phone": "tel:"}.get(field.type, "" if "://" in value else "https://")
    safe = field.type != "url" or value.split("://")[0] in ("http", "https") or "://" not in value
    return format_html('<a class="link" href="{}{}" rel="noopener">{}</a>', scheme, value, value) if safe else format_html("{}", value)


KINDS: dict[str, Kind] = {
    **dict.fromkeys(("number", "decimal"), _number),
    **dict.fromkeys(("date", "instant"), _date),
    **dict.fromkeys(("url", "email", "phone"), _link),
    "money": _money,
    "country": _country,
    "boolean": _boolean,
    "choice": _choice,
    "option": _option,
    "user": _user,
    "ref": _reference,
}


def _deal_name(deal: Any, looks: Looks) -> SafeString:
    account = deal.account.name if deal.account else ""
    first, second = (account, deal.name) if account else (deal.name, "")
    return format_html(
        '<span class="who">{}<a class="name cut" href="{}" title="{}">{}</a><span class="sub cut">{}</span></span>',
        ui.logo(first),
        NOUNS["deal"].url("record", deal.pk),
        first,
        first,
        second,
    )


def _named(noun: str, beside: Callable[[Any], str]) -> Callable[[Any, Looks], SafeString]:
    def cell(row: Any, looks: Looks) -> SafeString:
        return format_html(
            '<span class="who">{}<a class="name cut" href="{}">{}</a><span class="sub cut">{}</span></span>',
            ui.logo(beside(row) or row.name),
            NOUNS[noun].url("record", row.pk),
            row.name or _("Unnamed"),
            beside(row),
        )

    return cell


def _stage(deal: Any, looks: Looks) -> SafeString:
    return ui.pill(deal.stage)


def _close_date(deal: Any, looks: Looks) -> SafeString:
    if deal.status != "open":
        return ui.when(deal.close_date)  # what the column sorts and filters by; the day it closed has a column of its own
    return format_html("{} {}", ui.when(deal.close_date, late=True), ui.slip(deal.slips))


def _next_step(deal: Any, looks: Looks) -> SafeString:
    if deal.next_step or deal.status != "open":
        return format_html("{}", deal.next_step)
    return format_html('<span class="late">{}</span>', _("No next step"))


def _last_touch(deal: Any, looks: Looks) -> SafeString:
    if not deal.last_activity_at:
        return mark_safe('<span class="none">–</span>')
    old = (looks.moment[0] - deal.last_activity_at).days > health.IDLE_DAYS and deal.status == "open"
    return format_html(
        '<span class="{}" title="{}">{}</span>',
        "late" if old else "",
        formats.exact(deal.last_activity_at),
        ui.since_days(deal.last_activity_at),
    )


def deal_health(deal: Any, looks: Looks) -> SafeString:
    """Shape and word; a closed deal has none."""
    if deal.status != "open":
        return mark_safe("")
    return ui.health(health.of(deal, *looks.moment)[0])


SPECIAL: dict[tuple[str, str], Callable[[Any, Looks], SafeString]] = {
    ("deal", "name"): _deal_name,
    ("deal", "stage"): _stage,
    ("deal", "close_date"): _close_date,
    ("deal", "next_step"): _next_step,
    ("deal", "last_activity_at"): _last_touch,
    ("deal", "health"): deal_health,
    ("account", "name"): _named("account", lambda row: row.city),
    ("contact", "last_name"): _named("contact", lambda row: ""),
    ("lead", "last_name"): _named("lead", lambda row: row.company),
}
