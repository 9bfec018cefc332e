"""What a record's timeline says: a sentence for every kind of entry that the code can write about it and its parts."""

import ast
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pacesetter
from pacesetter.base import history, users
from pacesetter.base.loaders import LOADERS
from pacesetter.crm import campaigns, deals, histories, owners, parts
from pacesetter.web import happenings
from pacesetter.web.nouns import NOUNS

CODE = Path(pacesetter.__file__).parent
WRITERS = {"record", "record_plain", "record_many", "record_each", "gather", "gather_columns", "store", "changed"}
KIND = re.compile(r"(\*|[a-z_]+)\.(\*|[a-z_]+)")
OPEN = {"archived", "restored", "won", "lost"}  # what stands for the star in "deal.*" and "*.*"
GONE = {"reverted"}  # the record went with its import: there is no page to say it on


def _text(node: ast.expr) -> str:
    """A text as it is written, a star for what is put into it."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _kinds() -> Iterator[tuple[str, str]]:
    """Noun and verb of every kind that the code writes."""
    for file in CODE.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute | ast.Name):
                name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
                for node in (part for arg in call.args if name in WRITERS for part in ast.walk(arg) if isinstance(part, ast.expr)):
                    if found := KIND.fullmatch(_text(node)):
                        yield found[1], found[2]


def test_every_kind_about_a_record_has_a_sentence():
    written = {(noun, verb) for noun, verb in _kinds() if noun in {"*", "history", *NOUNS}}
    verbs = {verb for _, verb in written if verb != "*"} | OPEN
    assert {("*", "updated"), ("deal", "updated"), ("deal", "moved"), ("*", "*")} <= written
    assert verbs - GONE - happenings.SENTENCES.keys() - happenings.BY_FIELD.keys() == set()
    assert happenings.PARTS.keys() == parts.PARTS.keys()


def test_a_deal_says_who_takes_part_and_what_another_system_remembers(company, stages, system, signed_in):
    deal, loader = company["ours"], LOADERS["deal_contact"]()
    [role] = loader.create([{"deal": deal.pk, "contact": company["dana"].pk, "role": "champion"}], by=system)
    loader.update([(role, {"role": "decision_maker"})], by=system)
    at = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
    histories.tell_many([{"deal": deal.pk, "at": at + dt.timedelta(days=day), "stage": stages[day].pk} for day in (0, 1)], by=system)
    page = signed_in("ines").get(f"/deals/{deal.pk}").content.decode()
    assert "Dana Whitfield takes part" in page and "Dana Whitfield has another role" in page
    assert "2 earlier changes brought by an import" in page


def test_a_lead_says_which_campaign_reached_it(company, system, signed_in):
    fair = campaigns.create_many([{"name": "Spring fair"}], by=system)[0]
    campaigns.add_members_many([{"campaign": fair.pk, "lead": company["lead"].pk, "contact": None}], by=system)
    page = signed_in("ana").get(f"/leads/{company['lead'].pk}").content.decode()
    assert "Reached by the campaign Spring fair" in page


def test_an_update_that_shows_no_field_is_still_said(company, system, signed_in):
    history.record(company["ours"], "deal.updated", by=system)
    page = signed_in("ines").get(f"/deals/{company['ours'].pk}").content.decode()
    assert "Updated by an import" in page and "0 fields changed" not in page


def test_a_placeholder_says_whom_it_was_matched_with(company, cast, system, signed_in):
    [known_by_id] = users.create_placeholders(["Owner 0051"], by=system)
    deals.assign(company["ours"], to=known_by_id, by=system)
    owners.match(known_by_id, to=cast.ines, by=system)
    assert "Matched with Ines Navarro: 1 record handed over" in signed_in("ada").get(f"/settings/people/{known_by_id.pk}").content.decode()
    assert "Matched with" not in signed_in("ada").get(f"/settings/people/{cast.ines.pk}").content.decode()
