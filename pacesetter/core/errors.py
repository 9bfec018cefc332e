"""Refusals: what a person is told when something is not done. Anything else that is raised is a bug."""

from typing import Any

from pacesetter.core.labels import mark

SENTENCES: dict[str, str] = {
    "unknown_part": mark("There is no {kind} called {key}. Known: {known}."),
    "not_found": mark("There is no {noun} with the number {id}, or you may not see it."),
    "not_allowed": mark("Your role does not include the capability “{capability}”. Ask an administrator for it."),
    "not_yours": mark("You can see this {noun}, but only its owner or their manager may change it."),
    "unknown_field": mark("{noun} has no field called {field}. Known: {known}."),
    "read_only": mark("{field} cannot be edited directly."),
    "required": mark("{field} is missing."),
    "wrong_type": mark("{value} is not a {type}, which {field} asks for."),
    "unknown_choice": mark("{value} is not one of the choices of {field}: {known}."),
    "too_long": mark("{field} is longer than {limit} characters."),
    "negative": mark("{field} cannot be below zero."),
    "conflict": mark("{name} was changed by {who} while you were editing. Yours: {yours}. Theirs: {theirs}."),
    "archived": mark("{name} is archived. Restore it first."),
    "already_closed": mark("{name} is already closed. Reopen it first."),
    "not_closed": mark("{name} is open; only a closed deal can be reopened."),
    "wrong_pipeline": mark("The stage {stage} belongs to another pipeline."),
    "closed_stage": mark("{stage} closes the deal: use “Mark won” or “Mark lost”, which ask for the date and the reason."),
    "skipped_stage": mark("{stage} comes {count} stages further on; this pipeline does not allow stages to be skipped."),
    "backwards": mark("This pipeline does not allow a move back to {stage}."),
    "stage_needs": mark("{stage} needs {fields} before a deal may enter it."),
    "reason_needed": mark("A lost deal needs a reason."),
    "closed_in_future": mark("A deal cannot be closed on {day}, which is still to come."),
    "closed_without_date": mark("A closed deal needs the day on which it closed."),
    "closed_before_created": mark("The deal was closed on {closed}, before it was created on {created}."),
    "shares": mark("The shares of the owners add up to {total} %, not to 100 %."),
    "amount_from_lines": mark("The amount is the sum of the line items; edit those."),
    "no_rate": mark("There is no {set} rate from {currency} for {day}. Add one under Settings, Rates."),
    "in_use": mark("{name} is used by {count} records. Move them first."),
    "duplicate": mark("{field} {value} is already used by {name}."),
    "cycle": mark("{name} cannot stand below itself."),
    "overlap": mark("{name} already has an entry that overlaps {since}."),
    "bad_interval": mark("The interval ends on {until}, before it begins on {since}."),
    "converted": mark("{name} was converted already."),
    "lead_closed": mark("{name} is closed; reopen the lead first."),
    "nothing_personal": mark("The history of a {noun} holds no personal data."),
    "nothing_to_undo": mark("There is nothing to undo here."),
    "undo_conflict": mark("{field} was changed again since; set it by hand."),
    "bad_condition": mark("The condition cannot be read at “{at}”."),
    "bad_operator": mark("{op} does not work on {field}, which is a {type}."),
    "bad_period": mark("{text} is not a period. Try all, 2017, 2017-Q1, 2017-03, this_quarter or last_month."),
    "bad_cursor": mark("This link to a page of the list is no longer valid. Start again from the first page."),
    "unknown_currency": mark("{currency} is not a currency code."),
    "job_running": mark("{name} is running already."),
    "job_broke": mark("Something went wrong inside the program. Nothing half-done was kept; try it again, or tell an administrator."),
    "job_finished": mark("{name} has finished and cannot be cancelled."),
    "last_administrator": mark("At least one active person must remain administrator."),
    "weak_password": mark("The password is too easy to guess: {why}"),
    "link_expired": mark("This link has expired or was used. Ask for a new one."),
    "database_locked": mark("Another program keeps the database locked. Nothing was changed; try again in a moment."),
}


class Refused(Exception):
    """A refusal: a stable `code`, its `params`, and the `field` it belongs to, if one."""

    status = 422

    def __init__(self, code: str, field: str | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params = params if field is None else {"field": field, **params}

    def __str__(self) -> str:
        return self.sentence()

    def sentence(self, translate: Any = None) -> str:
        """The refusal in words; `translate` maps an English template to the reader's language."""
        template = SENTENCES.get(self.code, self.code)
        return (translate(template) if translate else template).format_map(_Lenient(self.params))


class _Lenient(dict[str, Any]):
    """A missing parameter prints as its name, because a half sentence beats a crash."""

    def __missing__(self, key: str) -> str:
        return key


class Invalid(Refused):
    """The values do not make sense."""


class NotAllowed(Refused):
    """The actor's role does not include it."""

    status = 403


class NotFound(Refused):
    """No such thing, or none that this actor may see."""

    status = 404


class Conflict(Refused):
    """Somebody else changed it in between."""

    status = 409


class Busy(Refused):
    """The database is held by somebody else; the same may work in a moment."""

    status = 503


class RateMissing(Refused):
    """Money cannot be converted."""


def add_sentences(sentences: dict[str, str]) -> None:
    """Rooms add their own refusals, next to the code that raises them."""
    twice = SENTENCES.keys() & sentences.keys()
    if twice:
        raise ValueError(f"refusals defined twice: {sorted(twice)}")
    SENTENCES.update(sentences)
