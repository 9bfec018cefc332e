"""Tables of places: postal codes and cities with their middle, loaded from files such as those of GeoNames."""

import csv
import gzip
import io
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.db import transaction

from pacesetter.base import history
from pacesetter.base.models import Place
from pacesetter.base.models.places import CITY, POSTAL_CODE
from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark
from pacesetter.core.text import fold

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

add_sentences({"no_places": mark("{name} holds no places: a table with the columns country_code, zipcode or city, latitude and longitude is needed.")})  # fmt: skip
COLUMNS = {
    "country": ("country_code", "country", "country code"),
    "postal_code": ("zipcode", "postal_code", "postal code", "zip"),
    "city": ("place", "city", "place_name", "name"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng"),
}
CHUNK = 500
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Loaded:
    """What a file brought: postal codes and cities, and the lines that were left out because their coordinates are not on earth."""

    postal_codes: int
    cities: int
    left_out: int


def key_of(kind: str, text: str) -> str:
    """How a postal code or a city is looked up: folded, and a code without blanks."""
    folded = fold(text)
    return (folded.replace(" ", "") if kind == POSTAL_CODE else folded)[:80]


def load(file: Path, *, by: "Actor", country: str = "") -> Loaded:
    """Bring in a table of places (CSV, also compressed by gzip); what is known of the same code or city is replaced.

    A code or city that stands in several lines lies in the middle of them.
    """
    by.require("settings.manage")
    points: dict[Key, list[tuple[float, float]]] = defaultdict(list)
    left_out = 0
    with _opened(file) as lines:
        for keys, point in _read(lines, file.name, country):
            if point is None:
                left_out += 1
            for key in keys if point else ():
                points[key].append(point)  # type: ignore[arg-type]
    if not points:
        raise Invalid("no_places", name=file.name)
    _store({key: middle(found) for key, found in points.items()})
    codes = sum(kind == POSTAL_CODE for _, kind, _ in points)
    history.record_plain("company", 1, "places.loaded", by=by, data={"file": file.name, "places": len(points)})
    return Loaded(codes, len(points) - codes, left_out)


@contextmanager
def _opened(file: Path) -> Iterator[IO[str]]:
    with file.open("rb") as raw, gzip.open(raw) if file.suffix == ".gz" else nullcontext(raw) as plain:
        yield io.TextIOWrapper(plain, encoding="utf-8-sig", newline="")  # type: ignore[arg-type]


def _read(lines: IO[str], name: str, country: str) -> Iterator[tuple[list[Key], tuple[float, float] | None]]:
    table = csv.DictReader(lines)
    heads = {fold(head): head for head in table.fieldnames or []}
    at = {field: next((heads[one] for one in known if one in heads), None) for field, known in COLUMNS.items()}
    if not (at["latitude"] and at["longitude"] and (at["country"] or country) and (at["postal_code"] or at["city"])):
        raise Invalid("no_places", name=name)
    for row in table:
        where = (country or row[at["country"]] or "").strip().upper()[:2]  # type: ignore[index]
        said = {kind: key_of(kind, row[at[kind]] or "") for kind in (POSTAL_CODE, CITY) if at[kind]}  # type: ignore[index]
        yield [(where, kind, key) for kind, key in said.items() if key], _point(row[at["latitude"]], row[at["longitude"]])  # type: ignore[index]


def _point(latitude: str | None, longitude: str | None) -> tuple[float, float] | None:
    try:
        north, east = float(latitude or ""), float(longitude or "")
    except ValueError:
        return None
    return (north, east) if abs(north) <= 90 and abs(east) <= 180 and (north, east) != (0, 0) else None


def middle(points: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """The middle of points on a globe, also across the antimeridian: of their unit vectors."""
    turned = [(math.radians(north), math.radians(east)) for north, east in points]
    x = sum(math.cos(north) * math.cos(east) for north, east in turned)
    y = sum(math.cos(north) * math.sin(east) for north, east in turned)
    z = sum(math.sin(north) for north, _ in turned)
    return round(math.degrees(math.atan2(z, math.hypot(x, y))), 5), round(math.degrees(math.atan2(y, x)), 5)


def _store(found: Mapping[Key, tuple[float, float]]) -> None:
    rows = [Place(country=country, kind=kind, key=key, latitude=at[0], longitude=at[1]) for (country, kind, key), at in found.items()]
    for first in range(0, len(rows), CHUNK):
        with transaction.atomic():
            Place.objects.bulk_create(
                rows[first : first + CHUNK],
                update_conflicts=True,
                unique_fields=["country", "kind", "key"],
                update_fields=["latitude", "longitude"],
            )


def look_up(keys: Iterable[Key]) -> dict[Key, tuple[float, float]]:
    """The middles of those of the (country, kind, key) that are known."""
    wanted = set(keys)
    found: dict[Key, tuple[float, float]] = {}
    by_kind: dict[tuple[str, str], list[str]] = defaultdict(list)
    for country, kind, key in wanted:
        by_kind[country, kind].append(key)
    for (country, kind), names in by_kind.items():
        for first in range(0, len(names), CHUNK):
            rows = Place.objects.filter(country=country, kind=kind, key__in=names[first : first + CHUNK])
            found |= {(country, kind, key): (north, east) for key, north, east in rows.values_list("key", "latitude", "longitude")}
    return found
