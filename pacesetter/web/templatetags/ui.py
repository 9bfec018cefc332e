"""The components of every page as template tags; their look lives in static/web/app.css."""

import re
import zlib
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from lucide.templatetags.lucide import lucide

from pacesetter.base import clock
from pacesetter.core.labels import in_language
from pacesetter.web import formats
from pacesetter.web.markup import format_html

register = template.Library()
register.filter("number", formats.number)
register.filter("percent", formats.percent)
register.filter("day", formats.day)
register.filter("long_day", formats.long_day)
register.filter("moment", formats.moment)
register.filter("exact", formats.exact)
register.filter("ago", formats.ago)
register.filter("duration", formats.duration)
register.filter("listed", formats.listed)
register.filter("country", formats.country)


@register.filter
def label(labels: dict[str, str]) -> str:
    """The company-made label in the reader's language."""
    return in_language(labels, formats.locale().language) if labels else ""


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A value by key, for templates that walk columns."""
    return mapping.get(key) if mapping else None


@register.simple_tag
def icon(name: str, size: int = 16, title: str = "") -> SafeString:
    """A lucide icon, inlined; decorative unless it has a title."""
    return _drawn(name, size, title)


@lru_cache(maxsize=1_000)
def _drawn(name: str, size: int, title: str) -> SafeString:
    about = format_html('role="img" aria-label="{}"', title) if title else mark_safe('aria-hidden="true"')
    return format_html('<svg class="i" width="{}" height="{}" viewBox="0 0 24 24" {}>{}</svg>', size, size, about, _strokes(name))


@lru_cache(maxsize=256)
def _strokes(name: str) -> SafeString:
    found = re.search(r"<svg[^>]*>(.*)</svg>", lucide(name), re.DOTALL)
    return mark_safe(re.sub(r"\s+", " ", found.group(1)).strip() if found else "")


def hue(text: object) -> int:
    """One of eight tints, always the same for the same name."""
    return zlib.crc32(str(text).encode()) % 8


@register.simple_tag
def logo(name: str, size: str = "") -> SafeString:
    """The square with the first letter of a company."""
    return format_html('<span class="logo {} h{}" aria-hidden="true">{}</span>', size, hue(name), (name or "?")[:1].upper())


def initials(name: str) -> str:
    """Mei Tanaka -> MT."""
    words = name.split() or ["?"]
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()


@register.simple_tag
def avatar(name: str) -> SafeString:
    """The circle with a person's initials; decorative, the name stands beside it."""
    return format_html('<span class="avatar h{}" aria-hidden="true">{}</span>', hue(name), initials(name))


@register.simple_tag
def person(name: str | None) -> SafeString:
    """Avatar and name; a muted word for nobody."""
    if not name:
        return format_html('<span class="none">{}</span>', _("Nobody"))
    return format_html('<span class="person">{}<span>{}</span></span>', avatar(name), name)


@register.simple_tag
def money(minor: int | None, currency: str, compact: bool = False) -> str:
    """An amount of money."""
    return formats.money(minor, currency, compact=compact)


@register.simple_tag
def when(value: date | datetime | None, late: bool = False) -> SafeString:
    """A date or instant; `late` colours a day in the past and says so."""
    if value is None:
        return mark_safe("")
    instant = isinstance(value, datetime)
    text = formats.moment(value) if isinstance(value, datetime) else formats.day(value)
    overdue = late and (value < clock.now() if isinstance(value, datetime) else value < formats.today())
    said = format_html('<span class="sr"> {}</span>', _("overdue")) if overdue else ""
    machine = value.isoformat(timespec="minutes") if instant and isinstance(value, datetime) else value.isoformat()
    return format_html('<time datetime="{}"{}>{}{}</time>', machine, mark_safe(' class="late"') if overdue else "", text, said)


@register.simple_tag
def delta(text: str, good: bool | None = None) -> SafeString:
    """A signed difference; the colour says whether it is good, the sign says its direction."""
    tone = "" if good is None else ("pos" if good else "neg")
    said = "" if good is None else (_("better") if good else _("worse"))
    return format_html('<span class="delta {}">{}<span class="sr"> {}</span></span>', tone, text, said)


@register.simple_tag
def sparkline(values: Sequence[float | None], tone: str = "flat") -> SafeString:
    """A small trend, 28 px high, without axes; the page tells its values elsewhere."""
    points = [float(v) for v in values if v is not None]
    if len(points) < 2:
        return mark_safe("")
    low, span = min(points), (max(points) - min(points)) or 1.0
    spots = [f"{i * 100 / (len(points) - 1):.1f} {25 - (v - low) / span * 22:.1f}" for i, v in enumerate(points)]
    line = "M" + "L".join(spots)
    return format_html(
        '<svg class="spark {}" viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true"><path class="area" d="{}L100 28L0 28Z"/><path d="{}"/></svg>',
        tone,
        line,
        line,
    )


def _share(value: float) -> str:
    return f"{max(0.0, min(1.0, value)) * 100:.1f}%"


@register.simple_tag
def bar(share: float | None, tone: str = "", mark: float | None = None, kind: str = "") -> SafeString:
    """A horizontal bar of 0..1, with an optional mark (target, limit); read as decoration."""
    return format_html(
        '<span class="bar {} {}" aria-hidden="true"><i style="--w:{}"></i>{}</span>', tone, kind, _share(share or 0), _tick(mark)
    )


def _tick(mark: float | None) -> SafeString:
    return mark_safe("") if mark is None else format_html('<u style="--at:{}"></u>', _share(mark))


@register.simple_tag
def stacked_bar(parts: Sequence[tuple[float, str]], kind: str = "thick wide", mark: float | None = None) -> SafeString:
    """Several shares of one whole, with an optional mark; each part is (share, colour class d1…d7)."""
    inside = format_html_join("", '<i class="{}" style="--w:{}"></i>', ((colour, _share(share)) for share, colour in parts))
    return format_html('<span class="bar stack {}" aria-hidden="true">{}{}</span>', kind, inside, _tick(mark))


@register.simple_tag
def progress(done: int, total: int, text: str = "") -> SafeString:
    """A progress bar that assistive technology can read."""
    share = done / total if total else 0.0
    said = text or _("%(done)s of %(total)s") % {"done": formats.number(done), "total": formats.number(total)}
    return format_html(
        '<span class="prog"><span class="bar wide" role="progressbar" aria-label="{}" aria-valuenow="{}" aria-valuemin="0" aria-valuemax="{}"><i style="--w:{}"></i></span><span class="small muted">{}</span></span>',
        _("Progress"),
        done,
        total or 1,
        _share(share),
        said,
    )


STAGE_DOTS = {"won": "dpos", "lost": "dneg"}


@register.simple_tag
def pill(stage: Any) -> SafeString:
    """A stage as a tag: the dot warms up with its probability, the word says it."""
    return format_html('<span class="tag"><i class="dot {}"></i>{}</span>', stage_dot(stage), label(stage.label))


def stage_dot(stage: Any) -> str:
    """The colour of a stage: grey, blue and amber by probability, its own when it closes."""
    warm = "" if stage.probability < 20 else "dwarn" if stage.probability >= 75 else "d1"
    return STAGE_DOTS.get(stage.type, warm)


@register.simple_tag
def tag(text: str, tone: str = "", icon_name: str = "") -> SafeString:
    """A small label; `tone` is pos, neg, warn or info."""
    return format_html('<span class="tag {}">{}{}</span>', tone, icon(icon_name, 11) if icon_name else "", text)


@register.simple_tag
def slip(count: int) -> SafeString:
    """How often the close date moved."""
    if not count:
        return mark_safe("")
    said = slipped(count)
    return format_html(
        '<span class="tag mini warn" title="{}">{}{}<span class="sr"> {}</span></span>', said, icon("rotate-ccw", 11), count, said
    )


def slipped(count: int) -> str:
    """How often the close date moved, in words."""
    return ngettext("close date moved once", "close date moved %(count)s times", count) % {"count": count}


def health_words() -> dict[str, str]:
    """The three states of a deal, in words."""
    return {"good": _("Healthy"), "watch": _("Watch"), "risk": _("At risk")}


@register.simple_tag
def health(state: str, word: bool = True) -> SafeString:
    """Round, square or triangle, and the word: never colour alone."""
    said = health_words().get(state, "")
    return format_html('<span class="health {}"><i></i><span class="{}">{}</span></span>', state, "" if word else "sr", said)


@register.simple_tag
def clock_bar(clock_state: Any) -> SafeString:
    """The response clock of a lead: share of the promise used, limit tick at 72 %, words."""
    tone, words = clock_state.tone, clock_state.words
    used = bar(min(clock_state.share * 0.72, 1.0), tone if tone != "off" else "", 0.72)
    moon = icon("moon", 13) if tone == "off" else ""
    return format_html('<span class="clock {}">{}{}<span>{}</span></span>', tone, used, moon, words)


@register.simple_tag
def kbd(keys: str) -> SafeString:
    """Keys, separated by spaces."""
    return format_html_join("", "<kbd>{}</kbd>", ((key,) for key in keys.split()))


@register.simple_tag
def button(text: str, href: str = "", icon_name: str = "", kind: str = "", key: str = "", **attrs: Any) -> SafeString:
    """A button, or a link that looks like one when it has `href`; attrs become attributes (hx_get -> hx-get)."""
    tag_name = "a" if href else "button"
    given = {"href": href} if href else {"type": "submit"}
    rest = given | {name.replace("_", "-"): value for name, value in attrs.items()} | ({"data-key": key.lower()} if key else {})
    inside = format_html("{}{}{}", icon(icon_name, 15) if icon_name else "", text, kbd(key) if key else "")
    return format_html('<{} class="btn {}"{}>{}</{}>', tag_name, kind, _attributes(rest), inside, tag_name)


def _attributes(values: dict[str, Any]) -> SafeString:
    return format_html_join("", ' {}="{}"', ((k, v) for k, v in values.items() if v is not None and v is not False))


@register.simple_tag
def chip(text: str, href: str, icon_name: str = "", on: bool = False) -> SafeString:
    """A filter or switch in a row of chips."""
    return format_html(
        '<a class="chip{}" href="{}"{}>{}{}</a>',
        " is-on" if on else "",
        href,
        mark_safe(' aria-current="true"') if on else "",
        icon(icon_name, 14) if icon_name else "",
        text,
    )


@register.simple_block_tag
def card(content: SafeString, title: str, note: str = "", kind: str = "", ident: str = "") -> SafeString:
    """A titled surface: {% card _("Title") note="…" %}…{% endcard %}."""
    name = ident or f"card-{zlib.crc32(title.encode())}"
    head = format_html('<header><h2 id="{}">{}</h2>{}</header>', name, title, format_html("<p>{}</p>", note) if note else "")
    return format_html('<section class="card {}" aria-labelledby="{}">{}{}</section>', kind, name, head, content)


@register.simple_tag
def empty(title: str, text: str = "", href: str = "", action: str = "", icon_name: str = "search-x") -> SafeString:
    """Why it is empty, and one thing to do."""
    act = button(action, href=href) if action else ""
    return format_html('<div class="empty"><span class="ic">{}</span><h2>{}</h2><p>{}</p>{}</div>', icon(icon_name, 20), title, text, act)


@register.simple_tag
def legend(items: Sequence[tuple[str, str, str]]) -> SafeString:
    """Items of (label, colour token such as c1, kind: '' | solid | dash | dots)."""
    rows = format_html_join(
        "",
        '<li><i class="{}" style="background:var(--{});border-color:var(--{})"></i>{}</li>',
        ((kind, colour, colour, text) for text, colour, kind in items),
    )
    return format_html('<ul class="legend">{}</ul>', rows)


@register.simple_tag
def diff(before: object, after: object) -> SafeString:
    """Before → after, read as such."""
    return format_html(
        '<span class="diff"><span class="sr">{} </span><s>{}</s> <span aria-hidden="true">→</span><span class="sr"> {} </span> <ins>{}</ins></span>',
        _("from"),
        before,
        _("to"),
        after,
    )


@register.inclusion_tag("ui/tile.html")
def tile(shown: Any) -> dict[str, Any]:
    """A KPI tile; `shown` carries name, value, unit note, delta, meta, spark, href (web/numbers.py)."""
    return {"tile": shown}


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Sequence[dict[str, Any]], about: str = "", kind: str = "") -> dict[str, Any]:
    """Tabs as links; each item has text, href, on and perhaps count."""
    return {"items": items, "about": about or _("Views"), "kind": kind}


@register.inclusion_tag("ui/segment.html")
def segment(items: Sequence[dict[str, Any]], about: str) -> dict[str, Any]:
    """A switch between layouts or variants; items have text, href, on and perhaps icon, note."""
    return {"items": items, "about": about}


@register.inclusion_tag("ui/steps.html")
def steps(names: Sequence[str], current: int) -> dict[str, Any]:
    """Numbered steps of a wizard; `current` counts from 1."""
    return {"steps": [{"n": n, "name": name, "done": n < current, "on": n == current} for n, name in enumerate(names, 1)]}


@register.inclusion_tag("ui/field.html")
def field(entry: Any) -> dict[str, Any]:
    """A form field with label, help and error; `entry` comes from web/forms.py."""
    return {"field": entry}


@register.inclusion_tag("ui/timeline_item.html", takes_context=True)
def timeline_item(context: template.Context, entry: Any) -> dict[str, Any]:
    """One thing that happened, from web/timeline.py."""
    return {"entry": entry, "csrf_token": context.get("csrf_token")}


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The current address's query with some parameters changed; None or '' removes one."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value not in (None, ""):
            params[name] = value
    return "?" + params.urlencode()


@register.filter
def since_days(value: datetime | None) -> str:
    """How many days ago, short: today, 12 d."""
    if value is None:
        return ""
    return formats.days(days) if (days := (clock.now() - value).days) > 0 else _("today")


@register.inclusion_tag("ui/chart.html")
def chart(drawn: Any, src: str) -> dict[str, Any]:
    """A chart (web/charts.py) drawn at its own width from `src`, with its legend and its table."""
    return {"chart": drawn, "src": src, "plain": f"{src}{'&' if '?' in src else '?'}w=640&plain=1"}
