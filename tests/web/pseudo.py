"""A language that wraps every translated text, and a reader that finds what is not wrapped."""

import re
import zoneinfo
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

from babel import Locale
from babel.dates import get_day_names, get_month_names
from django.apps import apps
from django.utils import translation

from pacesetter.web import formats

OPEN, SHUT = "⟦", "⟧"
WRAPPED = re.compile(rf"{OPEN}[^{OPEN}{SHUT}]*{SHUT}")
WORD = re.compile(r"[^\W\d_]{2,}")
SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-text", "data-copied", "data-failed", "data-found", "data-lifted", "data-over")
SILENT = {"script", "style", "code", "kbd", "svg", "template"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
MACHINE = re.compile(r"(?<!\w)/[\w/?=&-]+|\b[0-9a-f]{4}…[0-9a-f]{4}\b")
ZONES = zoneinfo.available_timezones()
RAW = re.compile(r"\b\d{4}-(?:Q\d|\d\d)\b|\bQ[1-4]\b")  # a date or a quarter as the machine writes it
FORMATS = {"Parquet"}  # called alike in every language
DATES = ("format_date", "format_datetime", "format_time", "format_timedelta")
NAMES = {"name", "first_name", "last_name", "label", "email", "city", "title", "subject", "company", "body", "vendor", "core_act"}


def wrapped(text: str) -> str:
    """A text as the language of this test says it."""
    return f"{OPEN}{text}{SHUT}"


def speak(monkeypatch) -> None:
    """Translations and dates come wrapped from now on."""
    said = translation._trans
    monkeypatch.setattr(said, "gettext", wrapped)
    monkeypatch.setattr(said, "pgettext", lambda context, text: wrapped(text))
    monkeypatch.setattr(said, "ngettext", lambda one, many, n: wrapped(one if n == 1 else many))
    monkeypatch.setattr(said, "npgettext", lambda context, one, many, n: wrapped(one if n == 1 else many))
    for name in DATES:
        monkeypatch.setattr(formats, name, wrapping(getattr(formats, name)))


def wrapping(written: Callable[..., str]) -> Callable[..., str]:
    """A format whose answer is wrapped."""
    return lambda *args, **named: wrapped(written(*args, **named))


def data_values() -> list[str]:
    """What people and companies named themselves, longest first."""
    rows = (
        row.values()
        for model in apps.get_models()
        if model.__module__.startswith("pacesetter.") and (shown := NAMES & {field.name for field in model._meta.concrete_fields})
        for row in model._base_manager.values(*shown)
    )
    texts = {text for row in rows for value in row for text in (value.values() if isinstance(value, dict) else [value]) if text}
    return sorted((str(text) for text in texts | babel_names()), key=len, reverse=True)


def babel_names() -> set[str]:
    """Days, months and countries come from Babel, in the reader's language."""
    widths = [get(width, locale="en") for get in (get_day_names, get_month_names) for width in ("wide", "abbreviated")]
    return {name for names in [*widths, Locale("en").territories] for name in names.values()}


class Reader(HTMLParser):
    """What a reader sees or hears of a page, part by part."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.said += [text for key in SPOKEN if (text := found.get(key))]
        if tag not in VOID:
            foreign = "lang" in found and tag != "html"
            self.open.append((tag, tag in SILENT or foreign))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        silent = any(silent for _tag, silent in self.open)
        self.said += [] if silent else self._outside(data)
        self.depth += data.count(OPEN) - data.count(SHUT)

    def _outside(self, data: str) -> list[str]:
        """The parts of a text that no translation holds; one translation may span several elements."""
        depth, left = self.depth, ""
        for letter in data:
            depth += letter == OPEN
            left += letter if depth == 0 else ""
            depth -= letter == SHUT
        return [left.strip()] if left.strip() else []


def unwrapped(page: str, known: list[str]) -> Iterator[str]:
    """Words on a page that nobody translated and nobody named."""
    reader = Reader()
    reader.feed(page)
    for text in set(reader.said) - ZONES - FORMATS:
        left = MACHINE.sub(" ", text)
        while WRAPPED.search(left):
            left = WRAPPED.sub(" ", left)
        for value in sorted(known, key=len, reverse=True):
            left = left.replace(value, " ")
        if RAW.search(left) or any(not word.isupper() for word in WORD.findall(left)):
            yield text
