"""What the pages of an import show: its steps, its mapping, what the check found, and the words for all of it."""

from collections import Counter
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pacesetter.base import find, jobs
from pacesetter.base.loaders import LOADERS, Slot
from pacesetter.base.models import Job
from pacesetter.base.roles import CAPABILITIES
from pacesetter.core.labels import mark
from pacesetter.intake import imports, report
from pacesetter.intake.models import Finding, Fix, Import, ImportFile, Refusal, Repair
from pacesetter.intake.models.imports import STATES
from pacesetter.intake.rows import LINE, REASON
from pacesetter.web import formats, forms
from pacesetter.web.import_proposals import group, proposal, said
from pacesetter.web.jobs import Shown
from pacesetter.web.request import Request

STEPS = (mark("File"), mark("Map"), mark("Check and preview"), mark("Run"))
TONES = {"done": "pos", "checked": "info", "checking": "info", "loading": "info", "reverting": "warn"}
HOMES = {"uploaded": "import_mapping", "mapped": "import_mapping", "checking": "import_check", "checked": "import_check"}
ORDERS = (("ymd", mark("Year first")), ("dmy", mark("Day first")), ("mdy", mark("Month first")))
SCALES = ((1, mark("As written")), (1_000, mark("Thousands")), (1_000_000, mark("Millions")))
REFUSED_SHOWN, REFUSED_MOST = 8, 500


OTHERS = {"option": mark("Choices"), "team": mark("Teams"), "reason": mark("Lost reasons")}


def noun_label(noun: str) -> str:
    """What a file holds or an import made, in words."""
    return _(LOADERS[noun].label) if noun in LOADERS else _(OTHERS.get(noun, noun))


def slot_label(slot: Slot) -> str:
    """A field that a column may fill, in words."""
    return forms.in_words(dict(slot.labels)) if slot.labels else _(slot.label)


class Page:
    """What every page of one import shows."""

    step = 1

    def __init__(self, request: Request, batch: Import) -> None:
        self.request, self.batch = request, batch

    @property
    def steps(self) -> list[str]:
        return [_(name) for name in STEPS]

    @property
    def stage(self) -> tuple[str, str]:
        """Where it stands, in one word."""
        return _(dict(STATES)[self.batch.state]), TONES.get(self.batch.state, "")

    @property
    def state(self) -> tuple[str, str]:
        text = _("Nothing loaded yet") if self.batch.changeable else _(dict(STATES)[self.batch.state])
        return text, TONES.get(self.batch.state, "") if not self.batch.changeable else ""

    @cached_property
    def files(self) -> list[ImportFile]:
        return list(self.batch.files.all())

    @cached_property
    def mapped(self) -> list[ImportFile]:
        return [file for file in self.files if file.target]

    @cached_property
    def job(self) -> Shown | None:
        """The job of the present state, if this person may see it."""
        found: Job | None = jobs.visible_to(self.request.actor).filter(pk=self.batch.job_id or 0).first()
        return Shown(found) if found else None

    @property
    def working(self) -> bool:
        return self.batch.state in ("checking", "loading", "reverting") and bool(self.job and self.job.active)

    @property
    def failed(self) -> str:
        """Why the last job did not come to its end."""
        stopped = self.batch.state in ("checking", "loading", "reverting") and self.job and not self.job.active
        return (self.job.error or _("It was cancelled.")) if stopped and self.job else ""

    def url(self, name: str, *args: int) -> str:
        return reverse(name, args=[self.batch.pk, *args])

    @property
    def home(self) -> str:
        return self.url(HOMES.get(self.batch.state, "import_load"))


class MapPage(Page):
    """Which file holds what, which column is which, and how it writes its values."""

    step = 2

    @property
    def targets(self) -> list[tuple[str, str]]:
        return [(noun, noun_label(noun)) for noun in LOADERS]

    @cached_property
    def sheets(self) -> list[dict[str, Any]]:
        return [self._sheet(file) for file in self.files]

    def _sheet(self, file: ImportFile) -> dict[str, Any]:
        slots = {slot.key: slot for slot in LOADERS[file.target]().slots()} if file.target else {}
        choices = sorted(((key, slot_label(slot), slot.required) for key, slot in slots.items()), key=lambda one: one[1])
        columns = [self._column(at, one, slots) for at, one in enumerate(file.columns) if one["name"] not in (LINE, REASON)]
        ignored = said(file.ignored["code"], file.ignored["params"]) if file.ignored else ""
        return {"file": file, "choices": choices, "columns": columns, "ignored": ignored, "known": file.facts.get("profile", "")}

    def _column(self, at: int, one: dict[str, Any], slots: dict[str, Slot]) -> dict[str, Any]:
        kind = slots[one["field"]].type if one.get("field") in slots else ""
        return {
            "at": at, "name": one["name"], "samples": one["samples"], "filled": one["filled"], "field": one.get("field", ""),
            "orders": _marked(ORDERS) if kind in ("date", "instant") else [], "order": one.get("order") or "ymd",
            "decimals": [(".", "1,234.5"), (",", "1.234,5")] if kind in ("number", "decimal", "percent", "money") else [],
            "decimal": one.get("decimal") or ".", "scales": _marked(SCALES) if kind == "money" else [], "scale": one.get("scale") or 1,
            "assumed": not one.get("certain", True) and bool(kind in ("date", "instant", "number", "decimal", "money")),
        }  # fmt: skip


def _marked(pairs: tuple[tuple[Any, str], ...]) -> list[tuple[Any, str]]:
    return [(key, _(text)) for key, text in pairs]


class CheckPage(Page):
    """What would happen: counters, proposals, refused rows, findings, control totals."""

    step = 3

    def __init__(self, request: Request, batch: Import, fixing: int = 0, typed: str = "", problem: str = "") -> None:
        super().__init__(request, batch)
        self.fixing, self.typed, self.problem = fixing, typed, problem

    @property
    def outdated(self) -> bool:
        """Decisions since the last check are not counted yet."""
        return self.batch.state == "checked" and self.batch.checked_at is None

    @cached_property
    def several(self) -> bool:
        return len(self.mapped) > 1

    @cached_property
    def file(self) -> ImportFile | None:
        """The file whose facts the rail shows: the chosen one, else the largest."""
        chosen = [file for file in self.files if str(file.pk) == self.request.GET.get("file")]
        return next(iter(chosen or sorted(self.mapped, key=lambda file: -file.rows)), None)

    @property
    def listed(self) -> list[tuple[ImportFile, str, str]]:
        """Every file, what it holds, and why it is left out."""
        return [
            (file, noun_label(file.target), said(file.ignored["code"], file.ignored["params"]) if file.ignored else "")
            for file in self.files
        ]

    def count(self, what: str) -> int:
        return sum(getattr(file, what) for file in self.mapped)

    @property
    def changes(self) -> int:
        return self.count("new") + self.count("updates") + sum(self._archives) + self.batch.totals.get("named", 0)

    @property
    def _archives(self) -> list[int]:
        """Records that go to the archive because the source deleted them."""
        gone = [one["repair"] for one in self.repairs if one["repair"].kind == "gone"]
        return [one.rows for one in gone if one.decision == "accepted" or not (one.decision or one.optional)]

    @property
    def barred(self) -> list[str]:
        """Files whose content this person's role may not load, with what it takes."""
        needs = [(file.name, LOADERS[file.target].capability) for file in self.mapped]
        missing = [(name, _(CAPABILITIES[need])) for name, need in needs if need and not self.request.actor.can(need)]
        return [_("%(file)s needs the capability “%(capability)s”") % {"file": name, "capability": need} for name, need in missing]

    @property
    def ready(self) -> bool:
        return not self.open and not self.barred

    @property
    def counters(self) -> list[dict[str, Any]]:
        rows, refused = self.count("rows"), self.count("refused")
        where = _("lines 2 to %(last)s") % {"last": formats.number(self.mapped[0].last_line)} if len(self.mapped) == 1 else ""
        files = ngettext("%(count)s file", "%(count)s files", len(self.mapped)) % {"count": len(self.mapped)}
        part = refused / rows if rows else 0
        share = _("%(share)s of rows, none is lost") % {"share": formats.percent(part, 2 if part < 0.001 else 1)}
        same = ngettext("%(count)s is there already", "%(count)s are there already", self.count("same"))
        return [
            {"name": _("Rows in the files") if self.several else _("Rows in the file"), "value": rows, "meta": where or files},
            {"name": _("New records"), "value": self.count("new"), "meta": _("not seen before")},
            {"name": _("Updates"), "value": self.count("updates"), "meta": same % {"count": formats.number(self.count("same"))}},
            {"name": _("Refused"), "value": refused, "meta": share if refused else _("every row can be loaded"), "bad": bool(refused)},
        ]

    @cached_property
    def repairs(self) -> list[dict[str, Any]]:
        return [proposal(one) for one in self._proposals if one.kind != "alike"]

    @cached_property
    def _proposals(self) -> list[Repair]:
        return list(find.every(Repair, file__batch=self.batch).select_related("file"))

    @cached_property
    def alike(self) -> list[dict[str, Any]]:
        """Groups of possible duplicates, with what becomes of each."""
        return [group(one) for one in self._proposals if one.kind == "alike"]

    @property
    def decided(self) -> int:
        return sum(1 for one in self.repairs if one["repair"].decision)

    @property
    def open(self) -> int:
        """Proposals that keep the load waiting."""
        return sum(1 for one in self.repairs if not one["repair"].decision and not one["repair"].optional)

    @cached_property
    def refusals(self) -> list[dict[str, Any]]:
        fixes = {(row.file_id, row.line): row.cells for row in find.every(Fix, file__batch=self.batch)}
        most = REFUSED_MOST if "all" in self.request.GET else REFUSED_SHOWN
        rows = list(find.every(Refusal, file__batch=self.batch).select_related("file")[:most])
        if self.fixing and self.fixing not in {row.pk for row in rows}:
            rows += find.every(Refusal, file__batch=self.batch, pk=self.fixing).select_related("file")
        return [self._refusal(row, fixes.get((row.file_id, row.line), {})) for row in rows]

    def _refusal(self, row: Refusal, fixed: dict[str, str]) -> dict[str, Any]:
        to = fixed.get(row.column) if self.outdated else None
        value = self.typed if row.pk == self.fixing and self.typed else (to if to is not None else row.value)
        mendable = self.batch.changeable and row.column in {column["name"] for column in row.file.columns}
        return {
            "row": row,
            "why": said(row.code, row.params),
            "fixed": to,
            "mendable": mendable,
            "fixing": row.pk == self.fixing,
            "value": value,
        }

    @property
    def more(self) -> int:
        return min(self.count("refused"), REFUSED_MOST) - len(self.refusals)

    @cached_property
    def by_column(self) -> list[tuple[str, int]]:
        """How many rows each column kept out, most first."""
        counts = Counter(find.every(Refusal, file__batch=self.batch).values_list("column", flat=True))
        return [(name or _("Whole line"), count) for name, count in counts.most_common(5)]

    @property
    def error_files(self) -> list[ImportFile]:
        return [file for file in self.mapped if file.refused]

    @cached_property
    def findings(self) -> list[dict[str, Any]]:
        rows = find.every(Finding, file__batch=self.batch).select_related("file")
        return [{"finding": one, "text": said(one.code, one.params), "lines": ", ".join(map(str, one.lines[:5]))} for one in rows]

    @cached_property
    def facts(self) -> list[tuple[str, str, str]]:
        """How the shown file is written: (name, value, note)."""
        return _facts(self.file) if self.file else []

    @property
    def assumed(self) -> bool:
        """No column says in which currency amounts are."""
        return bool(self.file and all(one.get("field") != "currency" for one in self.file.columns))

    @property
    def mapping(self) -> list[dict[str, Any]]:
        if self.file is None or not self.file.target:
            return []
        slots = {slot.key: slot_label(slot) for slot in LOADERS[self.file.target]().slots()}
        return [{"name": one["name"], "to": slots.get(one["field"], ""), "n": one["distinct"]} for one in self.file.columns if one["field"]]

    @cached_property
    def totals(self) -> list[dict[str, Any]]:
        """Control totals: count and sum of won, lost and open deals, and of all."""
        found = report.totals(self.batch)
        if not found:
            return []
        names = {"won": _("Won"), "lost": _("Lost"), "open": _("Open")}
        return [
            {"name": text, "count": found[key]["count"], "sum": _sums(self.batch.totals["deal"].get(key, {}))}
            for key, text in names.items()
        ]

    @property
    def all_deals(self) -> int:
        return sum(one["count"] for one in self.totals)

    @property
    def rate(self) -> str:
        found = report.totals(self.batch)
        if not found or found["win_rate"] is None:
            return ""
        shown = {"rate": formats.percent(found["win_rate"], 2), "won": formats.number(found["won"]["count"])}
        return _("Win rate %(rate)s: %(won)s of %(closed)s closed") % {**shown, "closed": formats.number(found["closed"])}

    @property
    def verb(self) -> str:
        """What the button says."""
        shown = {"count": formats.number(self.changes)}
        return ngettext("Load %(count)s record", "Load %(count)s records", self.changes) % shown


def _sums(entry: dict[str, Any]) -> str:
    return formats.listed([formats.money(minor, currency) for currency, minor in entry.get("sums", {}).items()])


SIGNS = {",": mark("Comma"), ";": mark("Semicolon"), "\t": mark("Tab"), "|": mark("Bar"), " ": mark("Blank"), ":": mark("Colon")}
ENDS = {"\r\n": "CR LF", "\n": "LF", "\r": "CR"}


def _facts(file: ImportFile) -> list[tuple[str, str, str]]:
    facts, rows = file.facts, []
    if facts.get("format") == "csv":
        sign = facts["delimiter"]
        quoted = _("quote %(quote)s") % {"quote": facts["quote"]}
        rows.append((_("Separator"), _(SIGNS.get(sign, sign)), quoted))
        ends = _("lines end %(ends)s") % {"ends": ENDS.get(facts["newline"], "")}
        rows.append((_("Text"), facts["encoding"].upper(), ends))
    elif facts.get("sheet"):
        rows.append((_("Sheet"), facts["sheet"], ""))
    names = ngettext("Names of %(count)s column", "Names of %(count)s columns", len(file.columns)) % {"count": len(file.columns)}
    if facts.get("header_line"):
        rows.append((_("Line %(n)s") % {"n": facts["header_line"]}, names, ""))
    return rows + _written(file)


def _written(file: ImportFile) -> list[tuple[str, str, str]]:
    """How dates and numbers are written, with an example."""
    slots = {slot.key: slot.type for slot in LOADERS[file.target]().slots()} if file.target else {}
    kinds = {"date": _("Dates"), "instant": _("Dates"), "money": _("Numbers"), "decimal": _("Numbers"), "number": _("Numbers")}
    rows: dict[str, tuple[str, str, str]] = {}
    for one in file.columns:
        name = kinds.get(slots.get(one["field"], ""), "")
        if name and one["samples"]:
            sure = _("certain") if one.get("certain", True) else _("assumed")
            order = _(dict(ORDERS).get(one.get("order") or "", "")) if one.get("order") else ""
            rows.setdefault(name, (name, one["samples"][0], ", ".join(part for part in (order.lower(), sure) if part)))
    return list(rows.values())


class LoadPage(CheckPage):
    """The load at work, what it brought, or what was taken back."""

    step = 4

    @property
    def brought(self) -> list[tuple[str, int, int, int]]:
        """What each file brought: (label, new, updates, refused)."""
        return [(noun_label(file.target), file.new, file.updates, file.refused) for file in self.mapped]

    @property
    def links(self) -> list[tuple[str, str]]:
        nouns = {"deal": "deals", "account": "accounts", "contact": "contacts", "lead": "leads"}
        there = [file.target for file in self.mapped if file.target in nouns]
        return [(noun_label(noun), f"{reverse(nouns[noun])}?view=all") for noun in dict.fromkeys(there)]

    @property
    def stopped(self) -> bool:
        return imports.stopped(self.batch)

    @property
    def kept(self) -> list[tuple[str, int]]:
        """What a revert left in place, by noun."""
        return [(noun_label(noun), count) for noun, count in Counter(one["noun"] for one in self.batch.kept).most_common()]
