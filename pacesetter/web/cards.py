"""A deal as a card of the board. In Python like the cells of tables, for a board has more than a hundred."""

from datetime import date, datetime
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from pacesetter.crm import health
from pacesetter.web import formats
from pacesetter.web.markup import format_html
from pacesetter.web.nouns import NOUNS
from pacesetter.web.templatetags import ui

CARD = """
<li class="kard" data-id="{pk}" data-name="{name}"><div>{logo}<a class="t" href="{href}"{keys}>{title}</a>{health}
{menu}</div>
<div><span class="sub grow">{sub}</span>{avatar}<span class="sr">{owner}</span></div>
{money}
{low}</li>
"""
KEYS = mark_safe(' aria-keyshortcuts="Space"')


def card(deal: Any, moment: tuple[datetime, date], menu: str) -> SafeString:
    """One card; a menu is on those that somebody may move."""
    account, owner = deal.account, deal.owner
    title = (account.name if account else "") or deal.name
    return format_html(
        CARD,
        pk=deal.pk,
        name=deal.name,
        logo=ui.logo(account.name if account else deal.name),
        href=NOUNS["deal"].url("record", deal.pk),
        keys=KEYS if menu else "",
        title=title,
        health=ui.health(health.of(deal, *moment)[0], False),
        menu=menu,
        sub=deal.name if account else "",
        avatar=ui.avatar(owner.name if owner else "?"),
        owner=owner.name if owner else "",
        money=_money(deal),
        low=_low(deal, moment[0]),
    )


def _money(deal: Any) -> SafeString:
    """What it is worth, when it closes, how often that moved."""
    return format_html(
        '<div><b class="numb">{}</b><span class="muted small row" style="gap:4px;white-space:nowrap">{}{}</span>{}</div>',
        formats.money(deal.amount, deal.currency),
        "" if deal.slips else ui.icon("calendar", 13),
        ui.when(deal.close_date, True),
        ui.slip(deal.slips),
    )


def _low(deal: Any, now: datetime) -> SafeString:
    """The next step, and the days in this stage."""
    days = max(0, (now - deal.stage_since).days)
    old = deal.stage.rotting_days and days > deal.stage.rotting_days
    return format_html(
        '<div class="low">{}<span class="{}" title="{}">{}</span></div>',
        _step(deal),
        "old" if old else "",
        _("Days in this stage"),
        formats.days(days),
    )


def _step(deal: Any) -> SafeString:
    if not deal.next_step:
        return format_html('<span class="late">{}</span>', _("No next step"))
    return format_html("{}<span>{}</span>", ui.icon("corner-down-right", 13), deal.next_step)
