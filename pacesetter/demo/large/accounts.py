"""Customers of the large company and the people who work there, written in chunks."""

from typing import Any

import numpy as np

from pacesetter.base.models import HistoryEntry
from pacesetter.core.text import fold
from pacesetter.crm.models import Account, Contact
from pacesetter.demo import cast
from pacesetter.demo.cast import SEATS, SEGMENTS
from pacesetter.demo.large.book import Book, instants
from pacesetter.demo.large.sales import KEYS, SEGMENT_OF, Columns, Market, days_of, leaving_days
from pacesetter.demo.large.tables import Ids, write

CHUNK = 50_000
RECUT, RECUT_MONTHS = 0.12, 10
NAMES = len(cast.FIRST) * (len(cast.FIRST) - 1) * len(cast.SECOND)


def store(market: Market, book: Book, rng: Any) -> None:
    """Write accounts and contacts; the book remembers their numbers."""
    count = len(market.seat)
    owners, names = _owners(market, book, rng), _names(market.seat, rng)
    book.accounts, book.first_contact, book.people = Ids(Account), np.zeros(count, dtype=np.int64), market.people
    book.contacts, book.account_names = Ids(Contact), names
    book.account_ids = book.accounts.take(count)
    for start in range(0, count, CHUNK):
        rows = slice(start, start + CHUNK)
        domains = _accounts(market, rows, owners[rows], names[rows], book, rng)
        book.first_contact[rows] = _contacts(market, rows, owners[rows], domains, book, rng)
    book.contacts.close()
    book.accounts.close()


def _owners(market: Market, book: Book, rng: Any) -> Any:
    """Who left handed over; a re-cut moved one account in eight to somebody of the same team."""
    _, heirs = leaving_days(book.today)
    seat, copy = heirs[market.seat], market.copy.copy()
    old = market.since < days_of(book.today)[0] - 30 * RECUT_MONTHS
    moved = np.flatnonzero(old & (rng.random(len(seat)) < RECUT))
    copy[moved] = (copy[moved] + 1) % book.crowd.sellers.shape[1]
    return book.crowd.sellers[seat, copy]


def _names(seats: Any, rng: Any) -> list[str]:
    """A name of its own for every company, by country; with the city where the plain ones would run out."""
    names = np.empty(len(seats), dtype=object)
    countries = np.array([seat.country for seat in SEATS])[seats]
    for country, place in cast.PLACES.items():
        rows = np.flatnonzero(countries == country)
        cities = ("", *[f" {city[0]}" for city in place.cities]) if len(rows) > NAMES else ("",)
        suffixes = cast.SUFFIX[country]
        codes = rng.permutation(NAMES * len(cities) * len(suffixes))[: len(rows)]
        names[rows] = [_name(code, cities, suffixes) for code in codes.tolist()]
    return names.tolist()


def _name(code: int, cities: tuple[str, ...], suffixes: tuple[str, ...]) -> str:
    code, suffix = divmod(code, len(suffixes))
    code, city = divmod(code, len(cities))
    code, second = divmod(code, len(cast.SECOND))
    first, other = divmod(code, len(cast.FIRST) - 1)
    other += other >= first
    return f"{cast.FIRST[first]} {cast.FIRST[other]} {cast.SECOND[second]}{cities[city]} {suffixes[suffix]}"


def _accounts(market: Market, rows: slice, owners: Any, names: list[str], book: Book, rng: Any) -> list[str]:
    seat, born = market.seat[rows], instants(market.since[rows])
    segment, count = SEGMENT_OF[seat], len(seat)
    places = [cast.PLACES[SEATS[at].country] for at in seat.tolist()]
    cities = [place.cities[at % len(place.cities)] for place, at in zip(places, rng.integers(0, 60, count).tolist(), strict=True)]
    domains = ["".join(c for c in fold(name) if c.isalnum()) + ".example" for name in names]
    employees = [SEGMENTS[key].employees for key in KEYS]
    ids, industry = book.account_ids[rows], _industries(count, book, rng)
    keys = [book.segments[at] for at in segment.tolist()]
    columns: Columns = {
        "id": ids,
        "name": names,
        "name_key": [fold(name) for name in names],
        "owner_id": owners,
        "segment": keys,
        "industry": industry,
        "employees": rng.integers(np.array([low for low, _ in employees])[segment], np.array([high for _, high in employees])[segment]),
        "website": [f"https://{domain}" for domain in domains],
        "domain": domains,
        "city": [city[0] for city in cities],
        "region": [city[1] for city in cities],
        "postal_code": [city[2] for city in cities],
        "country": [place.country for place in places],
        "latitude": np.round(np.array([city[3] for city in cities]) + rng.uniform(-0.15, 0.15, count), 4),
        "longitude": np.round(np.array([city[4] for city in cities]) + rng.uniform(-0.15, 0.15, count), 4),
        "created_at": born,
        "updated_at": born,
    }
    write(Account, columns)
    told = zip(names, owners.tolist(), keys, industry, strict=True)
    texts = [f'{{"name": [null, "{n}"], "owner": [null, {o}], "segment": [null, "{s}"], "industry": [null, "{i}"]}}' for n, o, s, i in told]
    write(HistoryEntry, {"noun": "account", "kind": "account.created", "via": "demo", "object_id": ids, "at": born, "changes": texts})
    return domains


def _industries(count: int, book: Book, rng: Any) -> list[str]:
    """One in thirty is spelt wrong."""
    right, wrong = book.industries[:-1], book.industries[-1]
    return [
        wrong if missed else right[at]
        for at, missed in zip(rng.integers(0, len(right), count).tolist(), rng.random(count) < 0.03, strict=True)
    ]


def _contacts(market: Market, rows: slice, owners: Any, domains: list[str], book: Book, rng: Any) -> Any:
    """The people of some accounts, one in twenty of them twice; returns the number of each account's first one."""
    people, seat = market.people[rows], market.seat[rows]
    place = np.repeat(np.arange(len(people)), people)
    given, family = (rng.integers(0, 10, len(place)) for _ in range(2))
    names = [_PERSONS[SEATS[at].country][g][f] for at, g, f in zip(seat[place].tolist(), given.tolist(), family.tolist(), strict=True)]
    wrong = rng.random(len(place)) < 0.03
    emails = [f"{one[2]}{'' if bad else '@'}{domains[at]}" for one, at, bad in zip(names, place.tolist(), wrong.tolist(), strict=True)]
    titles = np.array(cast.TITLES, dtype=object)[rng.integers(0, len(cast.TITLES), len(place))].tolist()
    twice = np.flatnonzero(rng.random(len(place)) < 0.05)
    first = _people(names, emails, titles, place, market.since[rows][place], rows, owners, book)
    again = twice.tolist()
    _people([_initial(names[at]) for at in again], [emails[at] for at in again], [""] * len(again), place[twice], None, rows, owners, book)
    return first + np.cumsum(people) - people


Name = tuple[str, str, str, str]  # first, last, e-mail's beginning, folded
_PERSONS: dict[str, list[list[Name]]] = {
    country: [
        [(g, f, f"{g}.{f}".lower().encode("ascii", "ignore").decode(), fold(f"{g} {f}")) for f in cast.FAMILY[country]]
        for g in cast.GIVEN[country]
    ]
    for country in cast.PLACES
}


def _initial(name: Name) -> Name:
    """The same person typed once more, a little differently."""
    return f"{name[0][:1]}.", name[1], name[2], fold(f"{name[0][:1]}. {name[1]}")


def _people(names: list[Name], emails: list[str], titles: list[str], place: Any, since: Any, rows: slice, owners: Any, book: Book) -> int:
    ids, born = book.contacts.take(len(names)), instants(np.full(len(names), book.day) if since is None else since)
    first, last, _, keys = ([name[at] for name in names] for at in range(4))
    accounts, owner = book.account_ids[rows][place], owners[place]
    columns: Columns = {"id": ids, "first_name": first, "last_name": last, "name_key": keys, "email": emails, "title": titles}
    write(Contact, columns | {"account_id": accounts, "owner_id": owner, "created_at": born, "updated_at": born})
    told = zip(first, last, emails, accounts.tolist(), strict=True)
    texts = [
        f'{{"first_name": [null, "{f}"], "last_name": [null, "{n}"], "account": [null, {a}], "email": [null, "{e}"]}}'
        for f, n, e, a in told
    ]
    write(HistoryEntry, {"noun": "contact", "kind": "contact.created", "via": "demo", "object_id": ids, "at": born, "changes": texts})
    return int(ids[0]) if len(ids) else 0
