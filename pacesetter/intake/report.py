"""An import as plain data, for the command line, the API and the error file. Codes come with their sentence."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from pacesetter.base.fields import canonical
from pacesetter.core.errors import Refused
from pacesetter.core.money import to_major
from pacesetter.core.text import plain_cell
from pacesetter.intake import gone
from pacesetter.intake.models import Finding, Import, ImportFile, Refusal, Repair
from pacesetter.intake.rows import LINE, REASON

Say = Callable[[str], str]


def sentence(code: str, params: dict[str, Any], translate: Say | None = None) -> str:
    """A stored code in words."""
    return Refused(code, **{key: value for key, value in params.items() if key != "code"}).sentence(translate)


def describe(batch: Import, translate: Say | None = None) -> dict[str, Any]:
    """The import with its files, what the check found, and the control totals."""
    return {
        "id": batch.pk,
        "name": batch.name,
        "state": batch.state,
        "source": batch.source,
        "currency": batch.currency,
        **{what: batch.count(what) for what in ("new", "updates", "same", "refused")},
        "archives": gone.count(batch),
        "named": batch.totals.get("named", 0),
        "totals": totals(batch),
        "not_taken": not_taken(batch, translate),
        "files": [describe_file(file, translate) for file in batch.files.all()],
        "kept": batch.kept,
    }


def not_taken(batch: Import, translate: Say | None = None) -> list[dict[str, Any]]:
    """Everything that stays out, with count and reason: whole files, refused rows by reason, and rows that tell of nothing kept here."""
    out: list[dict[str, Any]] = []
    for file in batch.files.all():
        if file.ignored and not file.facts.get("joins"):
            out.append({"file": file.name, "rows": file.rows, "reason": sentence(file.ignored["code"], file.ignored["params"], translate)})
        reasons = file.refusals.values_list("code", flat=True)
        for code, rows in Counter(reasons).most_common():
            example = file.refusals.filter(code=code).first()
            out.append({"file": file.name, "rows": rows, "reason": sentence(code, example.params if example else {}, translate)})
        for one in file.findings.filter(code__in=("property_untracked", "join_unmatched")):
            out.append({"file": file.name, "rows": one.rows, "reason": sentence(one.code, one.params, translate)})
    return out


def describe_file(file: ImportFile, translate: Say | None = None) -> dict[str, Any]:
    """One file: how it is written, what its columns mean, and what would happen to its rows."""
    dialect = {key: file.facts[key] for key in ("format", "sheet", "delimiter", "quote", "newline", "header_line") if key in file.facts}
    return {
        "id": file.pk,
        "file": file.name,
        "target": file.target,
        "ignored": file.ignored and sentence(file.ignored["code"], file.ignored["params"], translate),
        "dialect": dialect,
        "encoding": file.facts.get("encoding", ""),
        "columns": [
            {key: column[key] for key in ("name", "type", "field", "decimal", "order", "certain", "filled")} for column in file.columns
        ],
        "rows": file.rows,
        **{what: getattr(file, what) for what in ("new", "updates", "same")},
        "refused": [_refusal(one, translate) for one in file.refusals.all()],
        "repairs": [_repair(one, translate) for one in file.repairs.all()],
        "findings": [_finding(one, translate) for one in file.findings.all()],
    }


def _refusal(one: Refusal, translate: Say | None) -> dict[str, Any]:
    return {
        "id": one.pk,
        "line": one.line,
        "column": one.column,
        "value": one.value,
        "code": one.code,
        "reason": sentence(one.code, one.params, translate),
    }


def _repair(one: Repair, translate: Say | None) -> dict[str, Any]:
    values = [{"from": value["from"], "to": value["label"], "rows": value["rows"]} for value in one.values]
    return {
        "id": one.pk,
        "column": one.column,
        "kind": one.kind,
        "rows": one.rows,
        "values": values,
        "decision": one.decision,
        "optional": one.optional,
        "usual": one.params.get("usual", ""),
        "reason": sentence(one.code, one.params, translate),
    }


def _finding(one: Finding, translate: Say | None) -> dict[str, Any]:
    return {
        "column": one.column,
        "code": one.code,
        "rows": one.rows,
        "lines": one.lines,
        "reason": sentence(one.code, one.params, translate),
    }


def totals(batch: Import) -> dict[str, Any]:
    """Control totals to compare with the old system: counts, sums in major units, and the win rate of the file's deals."""
    deals = batch.totals.get("deal")
    if not deals:
        return {}
    shown = {outcome: _outcome(deals.get(outcome, {})) for outcome in ("won", "lost", "open")}
    closed = shown["won"]["count"] + shown["lost"]["count"]
    return shown | {"closed": closed, "win_rate": shown["won"]["count"] / closed if closed else None}


def _outcome(entry: dict[str, Any]) -> dict[str, Any]:
    sums = {currency: float(to_major(minor, currency)) for currency, minor in entry.get("sums", {}).items()}
    return {"count": entry.get("count", 0), "sums": canonical(sums)}


def error_lines(file: ImportFile, translate: Say | None = None) -> Iterator[list[str]]:
    """The refused rows with their own columns, line and reason: a file that can be mended and sent again."""
    names = [column["name"] for column in file.columns if column["name"] not in (LINE, REASON)]
    yield [plain_cell(name) for name in names] + [LINE, REASON]
    for one in file.refusals.all().iterator():
        cells = [*one.cells, *[""] * len(names)][: len(names)]
        yield [plain_cell(cell) for cell in cells] + [str(one.line), sentence(one.code, one.params, translate)]
