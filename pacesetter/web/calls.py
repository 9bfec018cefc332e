"""The forecast board: its page, the calls submitted on it, and the deals behind what moved."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pacesetter.base import find
from pacesetter.base.models import User
from pacesetter.core.money import to_major, to_minor
from pacesetter.planning import calls
from pacesetter.web import charts, figures, formats
from pacesetter.web.call_sheet import CATEGORIES
from pacesetter.web.call_tree import Row
from pacesetter.web.forecast_board import Board
from pacesetter.web.forecast_cards import Cards
from pacesetter.web.forecast_moves import NARROW, SHOWN
from pacesetter.web.forms import Entry
from pacesetter.web.request import Request, wants
from pacesetter.web.routes import page
from pacesetter.web.settings.frame import Part, answer, chosen, decimal, number

COMPANY = "company"
LOOKED = 8  # deals shown inside a row


def index(request: Request) -> HttpResponse:
    """The board; sending its form submits a call, and htmx gets the board without the frame around it."""
    board = Board(request)
    row = next((row for row in board.top.walk() if row.key == request.GET.get("edit") and board.may_call(row)), None)
    part = _form(board, row) if row else None
    done = answer(request, {"call": lambda: _submit(request, board)}, board.lens.with_(edit=""), {"call": part} if part else {})
    if done:
        return done
    refused = bool(part and (part.problem or any(one.error for one in part.entries)))
    cards = Cards(board)
    moves = {"chart": board.movement.chart(cards.mark), "says": board.movement.says(cards.mark)}
    shown = {"board": board, "cards": cards, "moves": moves, "lens": board.lens, "part": part, "edited": row, "looked": _looked(board)}
    return render(request, "plan/board.html" if wants(request, "board") else "plan/forecast.html", shown, status=422 if refused else 200)


def _form(board: Board, row: Row) -> Part:
    """The call of one row, beginning with what stands."""
    call = board.standing(row)
    amount = formats.number(to_major(call.amount, call.currency)) if call else ""
    reasons = [(key, _(text)) for key, text in calls.REASONS.items()]
    entries = [
        Entry(
            "amount",
            _("Amount, %(currency)s") % {"currency": board.currency},
            value=amount,
            inputmode="decimal",
            required=True,
            autofocus=True,
        ),
        chosen("reason", _("Reason"), reasons, call.reason if call else ""),
        Entry("note", _("What it rests on"), value=""),
        chosen("category", _("What it means"), [(key, _(word)) for key, word in CATEGORIES.items()], "commit", required=True),
    ]
    return Part(entries, key="call", do=_("Submit call"))


def _submit(request: Request, board: Board) -> str:
    data, amount = request.POST, decimal(request.POST, "amount", needed=True)
    who = data.get("who", "") or str(request.actor.user_id)
    calls.submit(
        period=board.period, amount=to_minor(str(amount), board.currency), user=None if who == COMPANY else find.one(User, number(who)),
        company=who == COMPANY, category=data.get("category", "commit"), currency=board.currency, reason=data.get("reason", ""),
        note=data.get("note", "").strip(), by=request.actor,
    )  # fmt: skip
    return _("Call for %(period)s submitted") % {"period": figures.period(board.period)}


def _looked(board: Board) -> dict[str, dict[str, object]]:
    """What stands inside the rows that are looked into: the calls so far, and the deals that moved."""
    rows = [row for row in board.top.walk() if row.key in board.looked and row.user]
    found: dict[str, dict[str, object]] = {}
    for row in rows:
        moved = board.movement.of([one.user.pk for one in row.walk() if one.user])
        steps = board.movement.largest(moved)
        found[row.key] = {
            "calls": [{"said": call, "why": board.why(call)} for call in board.calls.of(row.user.pk if row.user else None)[:LOOKED]],
            "moved": moved, "deals": board.movement.lines(steps[:LOOKED]), "more": len(steps) - LOOKED,
            "start": board.movement.said(moved.start), "end": board.movement.said(moved.end), "all": board.movement.list_of(owner=row.user.pk if row.user and not row.kids else None),
        }  # fmt: skip
    return found


def chart(request: Request) -> HttpResponse:
    """The waterfall as SVG."""
    board, width = Board(request), request.GET.get("w", "")
    drawn = board.movement.chart(Cards(board).mark, narrow=width.isdecimal() and int(width) < NARROW)
    return charts.respond(request, drawn)


def moved(request: Request) -> HttpResponse:
    """The deals behind a bar, or behind all of them."""
    board = Board(request)
    movement = board.movement
    steps = movement.steps
    total = sum(step.amount for step in steps)
    shown = {
        "movement": movement, "lens": board.lens, "rows": movement.lines(steps[:SHOWN]), "more": max(len(steps) - SHOWN, 0), "sum": movement.step(total, compact=False),
        "back": board.lens.to("calls", **board.kept), "count": len(steps),
    }  # fmt: skip
    return render(request, "plan/moves.html", shown)


urls = [
    page("forecast", index, "calls"),
    page("forecast/moves", moved, "forecast_moves"),
    page("forecast/moves.svg", chart, "forecast_chart"),
]
