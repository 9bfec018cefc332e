"""The dry run: what an import would do, row by row, and what stands in its way. It changes no record."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from pacesetter.base import clock, rates
from pacesetter.base.fields import canonical
from pacesetter.base.loaders import LOADERS, Loader
from pacesetter.base.models import ExternalId
from pacesetter.core.errors import add_sentences
from pacesetter.core.labels import mark
from pacesetter.intake import gone, joins, likeness, profiles, repairs
from pacesetter.intake.models import Finding, Import, ImportFile, Refusal, Repair
from pacesetter.intake.pace import uncollected
from pacesetter.intake.resolve import Resolver
from pacesetter.intake.rows import LINE, REASON, Plan, Row

add_sentences(
    {
        "repeated_id": mark("The same id stands on line {line} already."),
        "repeated_row": mark("The same record stands on line {line} already."),
        "columns_of_bookkeeping": mark("Columns of the other system's own bookkeeping stay out: {names}."),
        "join_unmatched": mark("These rows belong to {noun} rows that are in none of the files."),
        "column_ignored": mark("The column {column} fills no field and stays out."),
        "missing_rate": mark("There is no plan rate from {currency}. These rows are stored and left out of sums until there is one."),
    }
)
Step = Callable[[int, int], None]
CHUNK = 500
SHOWN_LINES = 20


@uncollected()
def run(batch: Import, step: Step = lambda done, total: None) -> None:
    """Check every file in the order in which it would be loaded, and store what was found."""
    resolver = Resolver(batch, dry=True)
    files = [file for file in batch.files.all() if file.target]
    totals: dict[str, Any] = {}
    done, total = 0, sum(file.rows for file in files)
    single = batch.files.count() == 1
    for file in files:
        plan = Plan(file, resolver)
        repairs.propose(plan, _survey(plan, resolver), resolver)
        judged = Judged(plan, offers=not single)
        for rows in plan.batches():
            judged.take(rows)
            done += len(rows)
            step(done, total)
        resolver.offer(file.target, judged.names, judged.hints)
        judged.store()
        repairs.propose_estimates(plan)
        if tally := judged.totals.as_dict():
            totals[file.target] = tally
        totals["named"] = totals.get("named", 0) + judged.counts["named"]
    _note_joins(batch, resolver)
    Import.objects.filter(pk=batch.pk).update(state="checked", checked_at=clock.now(), totals=totals, error=None)
    batch.refresh_from_db()


def _note_joins(batch: Import, resolver: Resolver) -> None:
    """Say of every joining table how much of it belongs to something."""
    profile = profiles.of_source(batch.source)
    for file in batch.files.filter(target=""):
        if file.facts.get("joins"):
            noun = file.facts["joins"][0]
            taken, left = joins.unmatched(file, profile.ids if profile else str, lambda key, noun=noun: resolver.knows(noun, key))
            file.findings.all().delete()
            findings = Findings(file)
            if left:
                findings.note("", "join_unmatched", 0, {"noun": noun}, rows=left)
            findings.store()
            ImportFile.objects.filter(pk=file.pk).update(new=0, same=taken)


def _survey(plan: Plan, resolver: Resolver) -> dict[str, Counter[str]]:
    """Count the texts of all lookup columns; rows may point at later rows of the same file."""
    texts: dict[str, Counter[str]] = defaultdict(Counter)
    names: list[str] = []
    for rows in plan.batches(only_texts=not plan.loader.links):
        for row in rows:
            for key, text in row.texts.items():
                texts[key][text] += 1
            if plan.loader.links:
                names.extend([row.key, *plan.loader.names(row.values)])
    resolver.offer(plan.loader.noun, names)
    return texts


class Matcher:
    """Finds which rows exist already: by external id, else by what tells rows of the noun apart. Refuses repeats."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.loader = plan.loader
        self.source = plan.file.batch.source
        self.with_ids = "id" in plan.columns
        self.seen: dict[Hashable, int] = {}
        self.owned: set[int] = set()
        self.chosen = likeness.choices(plan.file)
        if self.with_ids:
            self.own(ExternalId.objects.filter(source=self.source, noun=self.loader.noun).values_list("object_id", flat=True))
        # What the load itself adds is not asked for: the same id or record again is refused as a repeat.
        self.known = bool(self.owned)
        self.strangers = not self.with_ids or self.loader.count() != len(self.owned)

    def own(self, ids: Iterable[int]) -> None:
        """These records carry an id of this source."""
        self.owned.update(ids)

    def match(self, rows: list[Row]) -> dict[int, int]:
        """Record ids by line, for the rows that are not refused."""
        chosen = self._choose(rows) if self.chosen else {}
        keys = {row.line: self._identity(row) for row in rows if not row.refused}
        self._refuse_repeats(rows, keys)
        if self.loader.single and self.with_ids:
            self._refuse_repeats(rows, {row.line: self.loader.natural(row.values) for row in rows if not row.refused})
        ids = self._external([row.key for row in rows if row.key]) if self.known else {}
        found = {row.line: ids[row.key] for row in rows if row.key in ids} if ids else {}
        found |= {line: pk for line, pk in chosen.items() if pk and line not in found}
        self.identified = set(found)
        if not self.strangers:
            return found
        unmatched = {
            row.line: key
            for row in rows
            if row.line not in found and row.line not in chosen and (key := self.loader.natural(row.values)) is not None and not row.refused
        }
        by_name = self.loader.match(set(unmatched.values()))
        taken = set(found.values())
        for line, key in unmatched.items():
            if key in by_name and by_name[key] not in taken and self._may_adopt(by_name[key]):
                found[line] = by_name[key]
        return found | self._adopted([row for row in rows if row.key and row.line in unmatched and row.line not in found])

    def _adopted(self, rows: list[Row]) -> dict[int, int]:
        """Rows that say who a placeholder is which so far only has an id."""
        known = self.loader.adopt([row.key for row in rows])
        return {row.line: known[row.key] for row in rows if row.key in known}

    def _choose(self, rows: list[Row]) -> dict[int, int | None]:
        """Lines for which a person said what becomes of them, and the record they update."""
        chosen = {}
        for row in rows:
            decision, record = self.chosen.get(row.line, ("", None))
            if decision == "skip" and not row.refused:
                row.remark(self.plan.columns.get("id", ""), row.key, likeness.LEFT_OUT)
            elif decision:
                chosen[row.line] = record if decision == "update" else None
        return chosen

    def _identity(self, row: Row) -> Hashable | None:
        return row.key if self.with_ids else self.loader.natural(row.values)

    def _may_adopt(self, object_id: int) -> bool:
        """A record that carries another id of this source is another record, whatever its name."""
        return object_id not in self.owned

    def _refuse_repeats(self, rows: list[Row], keys: dict[int, Hashable | None]) -> None:
        for row in rows:
            key = keys.get(row.line)
            if key is None:
                continue
            first = self.seen.setdefault(key, row.line)
            if first != row.line:
                row.remark(self.plan.columns.get("id", ""), row.key, "repeated_id" if self.with_ids else "repeated_row", line=first)

    def _external(self, keys: list[str]) -> dict[str, int]:
        rows = ExternalId.objects.filter(source=self.source, noun=self.loader.noun, value__in=keys)
        return dict(rows.values_list("value", "object_id"))


def differences(loader: Loader, values: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """The values that differ from what is stored; an empty cell leaves the stored value alone."""
    return {key: value for key, value in values.items() if key in stored and canonical(stored[key]) != canonical(value)}


@dataclass
class Totals:
    """Control totals to compare with the old system: count and sums by outcome."""

    currency: str
    counts: Counter[str] = field(default_factory=Counter)
    sums: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, loader: Loader, row: Row) -> None:
        if entry := loader.tally(row.values):
            outcome, amount, currency = entry
            self.counts[outcome] += 1
            if amount is not None:
                self.sums[outcome][currency or self.currency] += amount

    def as_dict(self) -> dict[str, Any]:
        return {outcome: {"count": count, "sums": dict(self.sums[outcome])} for outcome, count in self.counts.items()}


class Judged:
    """Counts and remarks of one file's check; `offers` says whether other files may refer to its rows, by names that are then kept."""

    def __init__(self, plan: Plan, *, offers: bool = True) -> None:
        self.plan = plan
        self.offers = offers
        self.matcher = Matcher(plan)
        self.totals = Totals(plan.currency)
        self.names: list[str] = []
        self.hints: dict[str, str] = {}
        self.refusals: list[Refusal] = []
        self.findings = Findings(plan.file)
        self.counts: Counter[str] = Counter()
        self.rates, self.today = rates.Converter(), clock.today()
        self.likeness, self.gone = likeness.Likeness(plan), gone.Gone(plan)
        self._note_unused_columns()

    def _note_unused_columns(self) -> None:
        unused = [one for one in self.plan.file.columns if not one["field"] and one["filled"] and one["name"] not in (LINE, REASON)]
        made = set(
            self.plan.file.repairs.filter(kind="field", optional=False).exclude(decision="rejected").values_list("column", flat=True)
        )
        made |= set(self.plan.file.repairs.filter(kind="field", decision="accepted").values_list("column", flat=True))
        for column in unused:
            if not column.get("noise") and column["name"] not in made:
                self.findings.note(column["name"], "column_ignored", 0, {"column": column["name"]}, rows=column["filled"])
        noise = [column["name"] for column in unused if column.get("noise")]
        if noise:
            self.findings.note("", "columns_of_bookkeeping", 0, {"count": len(noise), "names": ", ".join(noise)}, rows=len(noise))

    def take(self, rows: list[Row]) -> None:
        self.plan.resolve(rows)
        ids = self.matcher.match(rows)
        self.gone.take(rows)
        self.likeness.take(rows, ids, self.matcher.identified - self.matcher.chosen.keys())
        stored = self.plan.loader.stored(ids.values()) if ids else {}
        for row in rows:
            self.counts["rows"] += 1
            self.counts["last_line"] = row.line
            self.findings.add(row)
            self._check_rate(row)
            if row.refused:
                self.counts["refused"] += 1
                self.refusals.append(refusal(self.plan.file, row))
                continue
            self.counts[self._outcome(row, ids, stored)] += 1
            self.counts["named"] += bool(row.key and row.line in ids and row.line not in self.matcher.identified)
            self.totals.add(self.plan.loader, row)
            if self.offers:
                self._offer(row)

    def _offer(self, row: Row) -> None:
        names = [row.key, *self.plan.loader.names(row.values)]
        self.names.extend(names)
        if hint := self.plan.loader.hint(row.values):
            self.hints.update(dict.fromkeys(names, hint))

    def _check_rate(self, row: Row) -> None:
        currency = row.values.get("currency", "")
        if currency and self.rates.rate(currency, self.today) is None:
            self.findings.note(self.plan.columns.get("currency", ""), "missing_rate", row.line, {"currency": currency}, of=currency)

    def _outcome(self, row: Row, ids: dict[int, int], stored: dict[int, dict[str, Any]]) -> str:
        if row.line not in ids:
            return "new"
        return "updates" if differences(self.plan.loader, row.values, stored[ids[row.line]]) else "same"

    def store(self) -> None:
        """Replace what the last check found."""
        found = [*self.gone.repairs(), *self.likeness.repairs()]
        if self.likeness.more:
            self.findings.note("", "more_alike", 0, {}, rows=self.likeness.more)
        for name, rows in self.plan.untracked.items():
            self.findings.note(
                self.plan.columns.get(self.plan.loader.pivot_name, ""), "property_untracked", 0, {"property": name}, of=name, rows=rows
            )
        file, counters = self.plan.file, ("rows", "last_line", "new", "updates", "same", "refused")
        with transaction.atomic():
            file.refusals.all().delete()
            file.findings.all().delete()
            file.repairs.filter(kind__in=("gone", "alike")).delete()
            Repair.objects.bulk_create(found)
            Refusal.objects.bulk_create(self.refusals, batch_size=CHUNK)
            self.findings.store()
            ImportFile.objects.filter(pk=file.pk).update(**{name: self.counts[name] for name in counters})


class Findings:
    """Remarks that keep no row out, counted by column and code."""

    def __init__(self, file: ImportFile) -> None:
        self.file = file
        self.found: dict[tuple[str, str, str], Finding] = {}

    def add(self, row: Row) -> None:
        for column, value, remark in row.remarks:
            if not remark.refuse:
                self.note(column, remark.code, row.line, {"value": value, **remark.params})

    def note(self, column: str, code: str, line: int, params: dict[str, Any], *, of: str = "", rows: int = 1) -> None:
        """Count one more; `of` keeps findings of one column apart."""
        finding = self.found.setdefault((column, code, of), Finding(file=self.file, column=column, code=code, params=plain(params)))
        finding.rows += rows
        if line and len(finding.lines) < SHOWN_LINES:
            finding.lines.append(line)

    def store(self) -> None:
        Finding.objects.bulk_create(self.found.values())


def refusal(file: ImportFile, row: Row) -> Refusal:
    """The first reason why a row is refused, with the row itself so that it can be mended and sent again."""
    column, value, remark = next(one for one in row.remarks if one[2].refuse)
    return Refusal(
        file=file,
        line=row.line,
        column=column,
        value=value[:500],
        key=row.key[:200],
        code=remark.code,
        params=plain(remark.params),
        cells=row.cells,
    )


def plain(params: dict[str, Any]) -> dict[str, Any]:
    """Parameters as JSON keeps them."""
    return {key: value if isinstance(value, (int, bool)) else str(value) for key, value in params.items()}


def loaders_in_order() -> list[str]:
    """The targets, each after those it refers to."""
    order: list[str] = []

    def visit(noun: str) -> None:
        if noun in order or noun not in LOADERS:
            return
        for before in LOADERS[noun].after:
            visit(before)
        order.append(noun)

    for noun in LOADERS:
        visit(noun)
    return order
