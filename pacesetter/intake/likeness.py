"""Possible duplicates: rows that look like a record that is here, or like another row; a person says what becomes of each group.

Nothing waits for the answer. Without one, a row with the e-mail or name of a record updates it, as far as a row is known by
that at all, and any other likeness (the same web domain, the same name under another id) becomes a record of its own.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from pacesetter.core.errors import add_sentences
from pacesetter.core.labels import mark
from pacesetter.intake.models import ImportFile, Repair
from pacesetter.intake.rows import Plan, Row

add_sentences(
    {
        "alike_email": mark("The e-mail {text} is that of {name}, which is here already."),
        "alike_domain": mark("The web domain {text} is that of {name}, which is here already."),
        "alike_name": mark("The name {text} is that of {name}, which is here already."),
        "twins_email": mark("Several rows have the e-mail {text}; the first is on line {line}."),
        "twins_domain": mark("Several rows have the web domain {text}; the first is on line {line}."),
        "twins_name": mark("Several rows have the name {text}; the first is on line {line}."),
        "more_alike": mark("There are more possible duplicates than are shown; they are treated as said above."),
        "left_out_as_duplicate": mark("It was left out as a duplicate."),
    }
)
MOST = 200
LEFT_OUT = "left_out_as_duplicate"
CHOICES = ("update", "skip", "create")


@dataclass
class Group:
    """Rows that share a mark: with a record, or with each other."""

    kind: str
    text: str
    record: int | None
    name: str
    first: int
    usual: str
    rows: list[Row] = field(default_factory=list)


class Likeness:
    """Collects the groups of one file during its check."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.groups: dict[tuple[str, str], Group] = {}
        self.seen: dict[tuple[str, str], int] = {}
        self.filled = plan.loader.count() != 0
        self.more = 0

    def take(self, rows: list[Row], ids: dict[int, int], identified: Collection[int]) -> None:
        """Look at the rows that no id told apart; `ids` are the records that they would update."""
        open_rows = [row for row in rows if row.line not in identified and (not row.refused or left_out(row))]
        marked = [(row, self.plan.loader.marks(row.values)) for row in open_rows]
        texts: dict[str, set[str]] = {}
        for _, marks in marked:
            for kind, text in marks.items():
                texts.setdefault(kind, set()).add(text)
        here = {kind: self.plan.loader.marked(kind, some) for kind, some in texts.items()} if self.filled else {}
        for row, marks in marked:
            self._place(row, marks, here, ids)

    def _place(self, row: Row, marks: dict[str, str], here: dict[str, dict[str, tuple[int, str]]], ids: dict[int, int]) -> None:
        for kind, text in marks.items():
            record, name = here.get(kind, {}).get(text, (None, ""))
            first = self.seen.setdefault((kind, text), row.line)
            if record or first != row.line:
                usual = "update" if record and ids.get(row.line) == record else "create"
                self._add(Group(kind, text, record, name, first, usual), row)
                return

    def _add(self, group: Group, row: Row) -> None:
        key = group.kind, group.text
        if key not in self.groups and len(self.groups) >= MOST:
            self.more += 1
            return
        self.groups.setdefault(key, group).rows.append(row)

    def repairs(self) -> list[Repair]:
        """The groups as proposals, with what was chosen for them before."""
        chosen = {(one.code, one.params.get("text")): one.decision for one in self.plan.file.repairs.filter(kind="alike")}
        made = [_repair(self.plan.file, group, self.plan) for group in self.groups.values()]
        for one in made:
            one.decision = chosen.get((one.code, one.params["text"]), "")
        return made


def left_out(row: Row) -> bool:
    """Whether somebody chose to leave the row out."""
    return any(remark.code == LEFT_OUT for _, _, remark in row.remarks)


def _repair(file: ImportFile, group: Group, plan: Plan) -> Repair:
    values = [{"from": _called(row, plan), "to": group.record, "label": group.name, "rows": 1, "line": row.line} for row in group.rows]
    return Repair(
        file=file,
        column=plan.columns.get(group.kind, ""),
        kind="alike",
        code=f"{'alike' if group.record else 'twins'}_{group.kind}",
        params={"text": group.text, "name": group.name, "line": group.first, "usual": group.usual},
        values=values,
        rows=len(values),
        optional=True,
    )


def _called(row: Row, plan: Plan) -> str:
    return next(iter(plan.loader.names(row.values)), "") or row.key or str(row.line)


def choices(file: ImportFile) -> dict[int, tuple[str, Any]]:
    """What was chosen for single lines, and the record they stand for."""
    decided = file.repairs.filter(kind="alike").exclude(decision="")
    return {one["line"]: (repair.decision, one["to"]) for repair in decided for one in repair.values}
