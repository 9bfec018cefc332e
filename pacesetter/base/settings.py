"""Company settings: defined next to their use, typed by an administrator, kept in one small table."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import transaction

from pacesetter.base.models import CompanySetting
from pacesetter.core.errors import Invalid, Refused
from pacesetter.core.labels import mark
from pacesetter.core.money import exponent
from pacesetter.core.registry import Registry

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor


@dataclass(frozen=True)
class Setting:
    """One company setting. `choices` limits a text, `check` refuses with a ValueError; the type is that of `default`."""

    key: str
    default: Any
    label: str
    help: str
    choices: tuple[str, ...] = ()
    check: Callable[[Any], object] | None = None


SETTINGS: Registry[Setting] = Registry("setting")
_remembered: ContextVar[dict[str, Any] | None] = ContextVar("settings", default=None)


@contextmanager
def remembered() -> Iterator[None]:
    """Read the stored settings once for what happens inside: one web request."""
    token = _remembered.set(dict(CompanySetting.objects.values_list("key", "value")))
    try:
        yield
    finally:
        _remembered.reset(token)


def define(
    key: str, default: Any, label: str, help: str, choices: tuple[str, ...] = (), check: Callable[[Any], object] | None = None
) -> Setting:
    """Declare a setting; call this once, at import, next to its use."""
    return SETTINGS.add(key, Setting(key, default, label, help, choices, check))


def get(key: str) -> Any:
    """The company's value, else the default."""
    setting, known = SETTINGS[key], _remembered.get()
    if known is not None:
        return known.get(key, setting.default)
    row = CompanySetting.objects.filter(key=key).values_list("value", flat=True).first()
    return setting.default if row is None else row


def many(*keys: str) -> dict[str, Any]:
    """Several settings in one query."""
    known = _remembered.get()
    if known is not None:
        return {key: known.get(key, SETTINGS[key].default) for key in keys}
    stored = dict(CompanySetting.objects.filter(key__in=keys).values_list("key", "value"))
    return {key: stored.get(key, SETTINGS[key].default) for key in keys}


@transaction.atomic
def put(key: str, value: Any, *, by: "Actor") -> None:
    """Change one setting, leaving a history entry."""
    from pacesetter.base import history

    by.require("settings.manage")
    setting, before = SETTINGS[key], get(key)
    value = _checked(setting, value)
    if value != before:
        CompanySetting.objects.update_or_create(key=key, defaults={"value": value})
        if (known := _remembered.get()) is not None:
            known[key] = value
        history.record_plain("setting", 0, "setting.changed", by=by, changes={key: [before, value]})


def _checked(setting: Setting, value: Any) -> Any:
    kind = type(setting.default)
    try:
        value = value in (True, "true", "on", "1", 1) if kind is bool else kind(value)
        if setting.check:
            setting.check(value)
    except (TypeError, ValueError, KeyError):
        raise Invalid("wrong_type", field=setting.key, value=value, type=kind.__name__) from None
    if setting.choices and value not in setting.choices:
        raise Invalid("unknown_choice", field=setting.key, value=value, known=", ".join(setting.choices))
    return value


def _currency(code: str) -> None:
    try:
        exponent(code)
    except Refused:
        raise ValueError(code) from None


def _month(number: int) -> None:
    if not 1 <= number <= 12:
        raise ValueError(number)


define("company.name", "My company", mark("Company name"), mark("Shown at the top of the sidebar and on reports."))
define("company.currency", "USD", mark("Company currency"), mark("Every total is shown in this currency."), check=_currency)
define("company.time_zone", "UTC", mark("Time zone"), mark("Business days begin and end in this zone."), check=ZoneInfo)
define("company.fiscal_start", 1, mark("Fiscal year starts in month"), mark("1 is January."), check=_month)
define("company.language", "en", mark("Language"), mark("Used where a person has not chosen one."), ("en", "es", "it"))
define(
    "company.accounts_open",
    True,
    mark("Everyone may read accounts and contacts"),
    mark("Otherwise only their owners and the owners' managers."),
)
