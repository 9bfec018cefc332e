"""The list page of any noun: everything it shows follows from the address."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pacesetter.base import counts, fields
from pacesetter.base.fields import Field
from pacesetter.base.listings import LISTINGS, Preset, Query, View
from pacesetter.core import conditions
from pacesetter.core.errors import Refused
from pacesetter.core.labels import mark
from pacesetter.crm import choices
from pacesetter.web import formats, saved_views, words
from pacesetter.web.cells import NUMBERS, Looks, Place
from pacesetter.web.edits import editable
from pacesetter.web.forms import label_of, name_of
from pacesetter.web.markup import escaped
from pacesetter.web.metric_records import Behind, named
from pacesetter.web.nouns import NOUNS, Noun
from pacesetter.web.request import Request, wants

WIDTHS = {
    "money": 110,
    "number": 90,
    "decimal": 90,
    "percent": 80,
    "date": 130,
    "instant": 130,
    "boolean": 80,
    "user": 160,
    "choice": 130,
    "option": 140,
    "ref": 170,
}
MOVES = {
    "stage": (mark("Change stage"), "arrow-left-right"),
    "owner": (mark("Reassign"), "user"),
    "close_date": (mark("Move close date"), "calendar"),
    "status": (mark("Change status"), "arrow-left-right"),
    "segment": (mark("Set segment"), "layers"),
    "industry": (mark("Set industry"), "factory"),
}
KEPT = ("view", "layout", "behind", "where", "sort", "columns", "density", "archived")
FORMATS = (("csv", "CSV"), ("xlsx", "XLSX"), ("parquet", "Parquet"))
VIRTUAL = {"health": mark("Health"), "clock": mark("Response clock"), "span": mark("Timeline")}
WIDE = {
    ("deal", "stage"): 140,
    ("deal", "close_date"): 150,
    ("deal", "last_activity_at"): 105,
    ("deal", "health"): 105,
    ("deal", "span"): 540,
    ("lead", "clock"): 255,
    ("lead", "last_name"): 250,
    ("lead", "status"): 130,
    ("lead", "country"): 140,
    ("account", "name"): 280,
    ("contact", "last_name"): 220,
    ("deal", "name"): 290,
}


class ListPage:
    """One noun's list as asked for by one address."""

    def __init__(self, request: Request, noun: Noun, get: Any = None) -> None:
        self.request, self.noun, self.get = request, noun, request.GET if get is None else get
        self.listing = LISTINGS[noun.key]
        self.looks = Looks(request.actor, request.company.currency)

    # what is asked ------------------------------------------------------------------------------
    @cached_property
    def preset(self) -> Preset | None:
        """The built-in view in use: the first one, unless the address says otherwise."""
        asked = self.get.get("view", "")
        if self.behind or (not asked and (self.get.get("where") or self.get.get("q"))):
            return None
        found = [p for p in self.listing.presets if p.key == asked]
        return found[0] if found else (self.listing.presets[0] if not asked and self.listing.presets else None)

    @cached_property
    def behind(self) -> Behind | None:
        """The number whose records are asked for, when one led here."""
        return named(self.request, self.get["behind"]) if self.get.get("behind") else None

    @cached_property
    def where(self) -> str:
        """The whole condition: the view's, the address's and the chosen filters'."""
        chosen = [f"{key} = {_quoted(value)}" if value != "-" else f"{key} is empty" for key, value in self.chosen.items()]
        parts = [self.preset.where if self.preset else "", self.get.get("where", ""), *chosen]
        return " and ".join(f"({part})" for part in parts if part.strip())

    @cached_property
    def chosen(self) -> dict[str, str]:
        return {key: value for key in self.noun.filters if (value := self.get.get(key) or self.get.get(f"{key}_text", "").strip())}

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for key in self.get.get("columns", "").split(",") if key) or self.usual_keys

    @property
    def usual_keys(self) -> tuple[str, ...]:
        return self.noun.columns

    @cached_property
    def view(self) -> View:
        sort = self.get.get("sort", "") or (self.preset.sort if self.preset else "") or self.usual_sort
        ids = self.behind.ids(self.noun.key) if self.behind else None
        query = Query(self.where, self.get.get("q", ""), sort, self.keys, "archived" in self.get, ids, self.get.get("cursor", ""))
        query.preset = self.preset.key if self.preset else ""
        return View(self.listing, query, self.request.actor)

    @property
    def usual_sort(self) -> str:
        """The order where neither the address nor the view asks for one; empty: the listing's own."""
        return ""

    # what is shown ------------------------------------------------------------------------------
    @property
    def title(self) -> str:
        return _(self.noun.title)

    @cached_property
    def heads(self) -> list[dict[str, Any]]:
        heads = [self._head(key) for key in self.keys if key in self.view.columns or key in VIRTUAL]
        total = sum(head["width"] for head in heads) or 1
        return [head | {"share": f"{head['width'] / total * 100:.1f}%"} for head in heads]

    def _head(self, key: str) -> dict[str, Any]:
        if key in VIRTUAL:
            return {"key": key, "label": _(VIRTUAL[key]), "width": WIDE.get((self.noun.key, key), 120), "virtual": True}
        column = self.view.columns[key]
        by, descending = self.view.sort
        here = by.key == key
        label = _("Name") if key == "last_name" else label_of(column.field)
        width = WIDE.get((self.noun.key, key), WIDTHS.get(column.field.type, 180))
        number = column.field.type in NUMBERS or key == "last_activity_at"
        return {
            "key": key, "label": label, "width": width, "num": number, "sort": f"-{key}" if here and not descending else key,
            "aria": ("descending" if descending else "ascending") if here else "",
        }  # fmt: skip

    @cached_property
    def page(self) -> Any:
        return self.view.page()

    @cached_property
    def rows(self) -> list[SafeString]:
        self._prefetch()
        return [self.row(record) for record in self.page.rows]

    def _prefetch(self) -> None:
        """References that the listing does not join are read in one query each."""
        from django.db.models import prefetch_related_objects

        names = [
            c.key
            for c in self.view.shown
            if c.field.type in ("user", "ref") and not c.field.is_custom and c.key not in self.listing.related
        ]
        if names:
            prefetch_related_objects(self.page.rows, *names)

    def row(self, record: Any) -> SafeString:
        """One row of the table, its box to pick it first; each part has escaped itself."""
        may = self.noun.may_edit(record, self.request.actor)
        cells = "".join(place.cell(record, may and self._edits(place.field, record)) for place in self.places)
        return SafeString(
            f'<tr data-href="{self.noun.url("record", record.pk)}">{self._pick(record) if self.may_bulk else ""}{cells}</tr>\n'
        )

    def _pick(self, record: Any) -> str:
        said = escaped(_("Select %(name)s") % {"name": record})
        return f'<td class="pick"><input type="checkbox" name="id" value="{record.pk}" form="bulk" aria-label="{said}"></td>'

    def _edits(self, one: Field, record: Any) -> bool:
        return one.key != self.noun.link and editable(self.noun, one, record)

    @cached_property
    def places(self) -> list[Place]:
        """What says the cells of each column."""
        return [Place(self.noun, self._field(h["key"]), self.looks, label=h["label"], number=bool(h.get("num"))) for h in self.heads]

    def _field(self, key: str) -> Field:
        return self.view.columns[key].field if key in self.view.columns else Field(self.noun.key, key, "", "text", editable=False)

    @cached_property
    def filters(self) -> list[dict[str, Any]]:
        """The row of filter chips."""
        return [self._filter(self.view.columns[key].field) for key in self.noun.filters]

    def _filter(self, one: Field) -> dict[str, Any]:
        shown = {"name": one.key, "label": label_of(one), "value": self.chosen.get(one.key, ""), "any": _("Any")}
        if one.type == "user":
            return shown | {"any": _("Anyone")} | self._people(shown["value"])
        listed = choices.of(one, self.request.actor, self.looks.language) or fields.choices(one, self.looks.language, _)
        return shown | {"choices": [(str(key), text) for key, text in listed]}

    def _people(self, chosen: str) -> dict[str, Any]:
        """Whose records: from a list, or by searching where people are many."""
        few = choices.few_people(self.request.actor)
        if few is not None:
            return {"choices": [("@me", _("Me")), *((str(pk), name) for pk, name in few)]}
        picked = chosen == "@me" or chosen.isdigit()
        said = _("Me") if chosen == "@me" else name_of(chosen) if picked else chosen
        return {
            "source": f"{reverse('options', args=['user'])}?me=1",
            "value": chosen if picked else "",
            "text": said,
            "placeholder": _("Anyone"),
        }

    @property
    def where_chips(self) -> list[dict[str, str]]:
        """The free conditions of the address, each with the address without it."""
        tree = conditions.parse(self.get.get("where", ""))
        parts = tree.get("all", [tree]) if self.get.get("where") else []
        texts = [conditions.text_of(part) for part in parts]
        led = [{"text": self.behind.about, "href": self.with_(behind=None)}] if self.behind else []
        return led + [
            {"text": self._read(part), "href": self.with_(where=" and ".join(f"({t})" for j, t in enumerate(texts) if j != i))}
            for i, part in enumerate(parts)
        ]

    def _read(self, part: conditions.Tree) -> str:
        if "field" not in part:
            return conditions.text_of(part)
        column = self.view.columns.get(part["field"])
        name = label_of(column.field) if column else part["field"]
        value = part.get("value", "")
        return f"{name} {part['op']} {', '.join(map(str, value)) if isinstance(value, list) else value}".strip()

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """Built-in and saved views."""
        here = self.get.get("view", "")
        base = self.request.path
        built = [{"text": _(p.label), "href": f"{base}?view={p.key}{self.kept}", "on": p is self.preset} for p in self.listing.presets]
        saved = [v for v in saved_views.of(self.request) if v.noun == self.noun.key]
        return built + [{"text": v.name, "href": f"{base}?view={v.pk}&{v.query}", "on": here == str(v.pk)} for v in saved]

    @cached_property
    def saved(self) -> Any:
        """The viewer's own saved view that is open, if one is."""
        here = self.get.get("view", "")
        mine = (v for v in saved_views.of(self.request) if str(v.pk) == here and v.owner_id == self.request.actor.user_id)
        return next(mine, None)

    @cached_property
    def sums(self) -> list[tuple[str, str, str]]:
        """Names, values and addresses of what the bar below the rows adds."""
        return []

    @cached_property
    def count(self) -> counts.Count:
        return counts.of(self.view)

    @property
    def counted(self) -> str:
        """How many records there are; with a plus where that is only the least."""
        return formats.number(self.count.n) + ("+" if self.count.more else "")

    @property
    def counted_at(self) -> str:
        """When so many were counted, if that was not just now."""
        return formats.clock_time(self.count.as_of) if self.count.as_of else ""

    @property
    def more(self) -> str:
        return self.with_(cursor=self.page.next) if self.page.next else ""

    @property
    def compact(self) -> bool:
        return self.get.get("density") == "compact"

    @property
    def density(self) -> str:
        return self.with_(density="" if self.compact else "compact")

    @property
    def column_choices(self) -> list[dict[str, Any]]:
        every = {key: label_of(column.field) for key, column in self.view.columns.items()}
        virtual = {key: _(VIRTUAL[key]) for key in self.noun.columns if key in VIRTUAL}
        return [{"key": key, "label": label, "on": key in self.keys} for key, label in (every | virtual).items()]

    @property
    def field_choices(self) -> list[tuple[str, str]]:
        return [(key, label_of(column.field)) for key, column in self.view.columns.items()]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What of the address the filter form must keep."""
        return [(key, self.get[key]) for key in KEPT if self.get.get(key)]

    @property
    def is_filtered(self) -> bool:
        return bool(self.behind or self.get.get("q") or self.get.get("where") or self.chosen)

    @property
    def narrow_view(self) -> str:
        """The name of a view that shows only some records: an empty one says nothing about the others."""
        return _(self.preset.label) if self.preset and (self.preset.where or self.preset.rows) else ""

    @property
    def everything(self) -> str:
        return f"{self.request.path}?view=all{self.kept}"

    @property
    def cleared(self) -> str:
        return f"{self.request.path}?{self.kept.lstrip('&')}".rstrip("?")

    @property
    def kept(self) -> str:
        """What another view of the same list keeps of the address."""
        return ""

    @property
    def may_create(self) -> bool:
        return self.request.actor.can(f"{self.noun.key}.edit")

    @cached_property
    def may_bulk(self) -> bool:
        return self.request.actor.can("record.bulk")

    @property
    def new(self) -> str:
        return self.noun.url("new")

    @property
    def imports(self) -> str:
        return reverse("import_new") if self.request.actor.can("record.import") else ""

    @property
    def exports(self) -> list[dict[str, str]]:
        """The formats this list can be taken along in."""
        if not self.request.actor.can("record.export"):
            return []
        query = urlencode([(key, value) for key, value in self.get.items() if key not in ("cursor", "density")])
        return [{"text": text, "href": f"{self.noun.url('export')}?format={key}&{query}"} for key, text in FORMATS]

    @property
    def bulk(self) -> str:
        return self.noun.url("changes")

    @property
    def every(self) -> str:
        """The address of all that match, when there are more than are shown."""
        return self.get.urlencode() or "view=" if self.page.next and not self.get.get("cursor") else ""

    @property
    def moves(self) -> list[dict[str, str]]:
        return [{"key": key, "text": _(MOVES[key][0]), "icon": MOVES[key][1]} for key in self.noun.moves]

    @property
    def save_href(self) -> str:
        return f"{reverse(self.noun.key + '_views')}?{saved_views.query_of(self.get)}"

    def with_(self, **changes: str | None) -> str:
        """The address with some parameters changed."""
        params = self.get.copy()
        params.pop("cursor", None)
        for name, value in changes.items():
            params.pop(name, None)
            if value:
                params[name] = value
        return f"{self.request.path}?{params.urlencode()}"


def _quoted(value: str) -> str:
    if value == "@me":
        return value
    return '"' + value.replace('"', "") + '"'


def index(request: Request, noun: str, kind: type[ListPage] = ListPage, **extra: Any) -> HttpResponse:
    """The list as a page, or the part of it that htmx asked for."""
    if "add_field" in request.GET or "column" in request.GET:
        return redirect(_folded(request))
    shown = kind(request, NOUNS[noun])
    try:
        shown.rows  # noqa: B018 - a condition that cannot be read is refused here, on the page
    except Refused as refused:
        return render(request, "records/unreadable.html", {"list": shown, "problem": words.refusal(refused)}, status=refused.status)
    if wants(request, "more"):
        return render(request, "records/rows.html", {"list": shown})
    if wants(request, "list"):
        return render(request, "records/part.html", {"list": shown, "out_of_band": True})
    return render(request, "records/index.html", {"list": shown, **extra})


def _folded(request: Request) -> str:
    """The address with a condition or columns, chosen in a small form, folded into it."""
    params = request.GET.copy()
    name, op, value = (params.pop(key, [""])[0] for key in ("add_field", "add_op", "add_value"))
    if name and op:
        test = f"{name} {op}" if op.startswith("is ") else f"{name} {op} {_quoted(value)}"
        params["where"] = " and ".join(part for part in (f"({params['where']})" if params.get("where") else "", test) if part)
    columns = params.pop("column", [])
    if columns:
        params["columns"] = ",".join(str(c) for c in columns)
    return f"{request.path}?{params.urlencode()}"
