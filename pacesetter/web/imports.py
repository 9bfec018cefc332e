"""Imports: file, map, check and preview, run; and taking it all back."""

from pathlib import Path
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pacesetter.base import find
from pacesetter.base.writers import csv_lines
from pacesetter.core.errors import NotFound, Refused
from pacesetter.crm import choices
from pacesetter.intake import imports, report
from pacesetter.intake.models import Import, ImportFile, Refusal, Repair
from pacesetter.web import toasts, words
from pacesetter.web.import_pages import CheckPage, LoadPage, MapPage, Page, noun_label
from pacesetter.web.request import Request, wants
from pacesetter.web.routes import page

SHOWN = 100


def _batch(request: Request, pk: int) -> Import:
    request.actor.require("record.import")
    return imports.by_id(pk, by=request.actor)


def _part(request: Request, pk: int, model: Any, part: int) -> Any:
    """A file, repair or refusal of this import; another import's looks like none."""
    batch, row = _batch(request, pk), find.one(model, part)
    if (row if model is ImportFile else row.file).batch_id != batch.pk:
        raise NotFound("not_found", noun=find.noun_of(model), id=part)
    return row


def index(request: Request) -> HttpResponse:
    """GET: all imports one may see; POST: a new one from the sent files."""
    request.actor.require("record.import")
    if request.method == "POST":
        return _upload(request)
    rows = list(Import.objects.visible_to(request.actor).prefetch_related("files")[:SHOWN])
    names = choices.names(row.user_id for row in rows if row.user_id)
    shown = [{"page": Page(request, row), "who": names.get(row.user_id or 0, ""), **_counts(row)} for row in rows]
    return render(request, "imports/index.html", {"imports": shown})


def _counts(batch: Import) -> dict[str, int]:
    mapped = [file for file in batch.files.all() if file.target]
    return {what: sum(getattr(file, what) for file in mapped) for what in ("rows", "new", "updates", "refused")}


def new(request: Request, problem: str = "", status: int = 200) -> HttpResponse:
    """The first step: choose files."""
    request.actor.require("record.import")
    return render(request, "imports/file.html", {"steps": Page(request, Import()).steps, "problem": problem}, status=status)


def _upload(request: Request) -> HttpResponse:
    sent = request.FILES.getlist("files")
    files = [(Path(one.name or "file").name, Path(one.temporary_file_path())) for one in sent]  # type: ignore[attr-defined]
    try:
        batch = imports.start_files(files, by=request.actor, name=_name([name for name, _path in files]))
    except Refused as refused:
        return new(request, words.refusal(refused), refused.status)
    return redirect("import_mapping", batch.pk)


def _name(names: list[str]) -> str:
    others = len(names) - 1
    if others < 1:
        return "".join(names)
    return ngettext("%(first)s and %(count)s more", "%(first)s and %(count)s more", others) % {"first": names[0], "count": others}


def record(request: Request, pk: int) -> HttpResponse:
    """The step at which an import stands."""
    return redirect(Page(request, _batch(request, pk)).home)


# mapping ----------------------------------------------------------------------------------------
def mapping(request: Request, pk: int) -> HttpResponse:
    """GET: which column is which; POST: save it, and stay."""
    shown = MapPage(request, _batch(request, pk))
    if request.method != "POST":
        return render(request, "imports/mapping.html", {"page": shown})
    problem = _save(request, shown)
    if problem:
        return _mapping_again(request, shown, problem)
    return redirect(shown.url("import_mapping"))


def _mapping_again(request: Request, shown: MapPage, problem: Refused) -> HttpResponse:
    text = words.refusal(problem)
    return render(request, "imports/mapping.html", {"page": shown, "problem": text}, status=problem.status)


def _save(request: Request, shown: MapPage) -> Refused | None:
    """Take over what the form says; what is refused comes back, and the page keeps what was chosen."""
    try:
        _settle(request, shown.batch)
        for file in shown.files:
            file.batch = shown.batch
            _save_file(request, file)
    except Refused as refused:
        return refused
    return None


def _settle(request: Request, batch: Import) -> None:
    asked = {key: request.POST.get(key, "").strip() for key in ("currency", "time_zone", "source")}
    asked["currency"] = asked["currency"].upper()
    different = {key: value for key, value in asked.items() if value and value != getattr(batch, key)}
    if different:
        imports.settle(batch, by=request.actor, **different)


def _save_file(request: Request, file: ImportFile) -> None:
    target = request.POST.get(f"target-{file.pk}", file.target)
    if target != file.target:
        imports.set_target(file, target=target, by=request.actor)  # its columns are proposed anew
        return
    fields, manners = {}, {}
    for at, column in enumerate(file.columns):
        sent = {key: request.POST.get(f"{key}-{file.pk}-{at}") for key in ("field", "order", "decimal", "scale")}
        if sent["field"] is not None and sent["field"] != column.get("field", ""):
            fields[column["name"]] = sent["field"]
        if manner := _manner(sent, column):
            manners[column["name"]] = manner
    if fields or manners:
        imports.set_mapping(file, fields=fields, manners=manners, by=request.actor)


def _manner(sent: dict[str, Any], column: dict[str, Any]) -> dict[str, Any]:
    """What of a column's manner was changed."""
    scale = int(sent["scale"]) if (sent["scale"] or "").isdigit() else None
    asked = {"order": (sent["order"], "ymd"), "decimal": (sent["decimal"], "."), "scale": (scale, 1)}
    return {key: value for key, (value, usual) in asked.items() if value and value != (column.get(key) or usual)}


# check ------------------------------------------------------------------------------------------
def check(request: Request, pk: int) -> HttpResponse:
    """GET: what would happen; POST: save the mapping if it was sent, and find out."""
    batch = _batch(request, pk)
    if request.method == "POST":
        return _start_check(request, batch)
    shown = CheckPage(request, batch)
    if wants(request, "work") and not shown.working:
        return HttpResponse(headers={"HX-Redirect": shown.home})
    if not shown.working and not shown.failed and batch.state != "checked":
        return redirect(shown.home)
    return render(request, "imports/work.html" if wants(request, "work") else "imports/check.html", {"page": shown})


def _start_check(request: Request, batch: Import) -> HttpResponse:
    shown = MapPage(request, batch)
    try:
        if "mapping" in request.POST and (problem := _save(request, shown)):
            raise problem
        imports.check(batch, by=request.actor)
    except Refused as refused:
        return _mapping_again(request, shown, refused)
    return redirect("import_check", batch.pk)


def _checked(request: Request, pk: int, **more: Any) -> HttpResponse:
    """The check page, or its part, after something on it changed."""
    shown = CheckPage(request, _batch(request, pk), **more)
    if wants(request, "check"):
        return render(request, "imports/check_part.html", {"page": shown, "out_of_band": True})
    return render(request, "imports/check.html", {"page": shown}) if more else redirect("import_check", pk)


@require_POST
def acceptance(request: Request, pk: int) -> HttpResponse:
    """Accept every proposal but the estimates."""
    imports.accept_all(_batch(request, pk), by=request.actor)
    return _checked(request, pk)


def repair(request: Request, pk: int, part: int) -> HttpResponse:
    """GET: what else its values may become; POST: accept or reject it."""
    row = _part(request, pk, Repair, part)
    if request.method != "POST":
        known = [(str(one.id), one.label) for one in imports.choices(row)]
        shown = {"repair": row, "choices": known, "part": "imports/choices.html", "page": CheckPage(request, row.file.batch)}
        return render(request, "imports/choices.html" if request.htmx else "sheet.html", shown)
    if row.kind == "alike":
        imports.choose(row, request.POST.get("choice", ""), by=request.actor)
        return _checked(request, pk)
    wanted = {one["from"]: request.POST.get(f"to-{at}", "") for at, one in enumerate(row.values)}
    values = {one["from"]: wanted[one["from"]] for one in row.values if wanted[one["from"]] not in ("", str(one["to"]), one["label"])}
    imports.decide(row, accept=request.POST.get("accept") != "no", values=values or None, by=request.actor)
    if request.htmx and request.htmx.target == "sheet":
        return HttpResponse(headers={"HX-Refresh": "true"})
    return _checked(request, pk)


def refusal(request: Request, pk: int, part: int) -> HttpResponse:
    """GET: the row with its value open for mending; POST: keep what was typed until the next count."""
    row = _part(request, pk, Refusal, part)
    if request.method != "POST":
        return _checked(request, pk, fixing=part)
    imports.fix(row, cells={row.column: request.POST.get("value", "")}, by=request.actor)
    return _checked(request, pk)


def refusals(request: Request, pk: int, part: int) -> StreamingHttpResponse:
    """The refused rows of a file with their reasons, to mend and send again."""
    rows = report.error_lines(_part(request, pk, ImportFile, part), _)
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="refused.csv"'}
    return StreamingHttpResponse((line.encode() for line in csv_lines(rows)), headers=headers)


# run --------------------------------------------------------------------------------------------
def load(request: Request, pk: int) -> HttpResponse:
    """GET: progress, then what was brought; POST: load it."""
    batch = _batch(request, pk)
    if request.method == "POST":
        imports.run(batch, by=request.actor)
        return redirect("import_load", pk)
    shown = LoadPage(request, batch)
    if wants(request, "work") and not shown.working:
        return HttpResponse(headers={"HX-Redirect": shown.url("import_load")})
    if batch.changeable:
        return redirect(shown.home)
    return render(request, "imports/work.html" if wants(request, "work") else "imports/load.html", {"page": shown})


def reversal(request: Request, pk: int) -> HttpResponse:
    """GET: what would go, come back and stay; POST: take the import back."""
    batch = _batch(request, pk)
    if request.method == "POST":
        imports.revert(batch, by=request.actor)
        return redirect("import_load", pk)
    seen = imports.before_revert(batch, by=request.actor)
    goes, kept = ([(noun_label(noun), count) for noun, count in some.items()] for some in (seen.goes, seen.kept))
    shown = {"page": LoadPage(request, batch), "goes": goes, "kept": kept, "restored": seen.restored, "total": sum(seen.goes.values())}
    return render(request, "imports/reversal.html", shown)


@require_POST
def removal(request: Request, pk: int) -> HttpResponse:
    """Forget an import that was not loaded, with its files."""
    batch = _batch(request, pk)
    imports.discard(batch, by=request.actor)
    toasts.add(request, _("%(name)s was thrown away; nothing was loaded") % {"name": batch.name})
    return redirect("imports")


urls = [
    page("imports", index, "imports"),
    page("imports/new", new, "import_new"),
    page("imports/<int:pk>", record, "import"),
    page("imports/<int:pk>/mapping", mapping, "import_mapping"),
    page("imports/<int:pk>/check", check, "import_check"),
    page("imports/<int:pk>/acceptance", acceptance, "import_acceptance"),
    page("imports/<int:pk>/repairs/<int:part>", repair, "import_repair"),
    page("imports/<int:pk>/refusals/<int:part>", refusal, "import_refusal"),
    page("imports/<int:pk>/files/<int:part>/refusals.csv", refusals, "import_refusals"),
    page("imports/<int:pk>/load", load, "import_load"),
    page("imports/<int:pk>/reversal", reversal, "import_reversal"),
    page("imports/<int:pk>/removal", removal, "import_removal"),
]
