"""Thousands of sellers: every seat of the small company many times, in teams of fifty below its managers."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from pacesetter.base import clock, roles, teams
from pacesetter.base.models import Employment, HistoryEntry, Reporting, Team, TeamMembership, User
from pacesetter.core import periods
from pacesetter.core.text import fold
from pacesetter.demo import cast
from pacesetter.demo.large.tables import Ids, write
from pacesetter.demo.people import Crew

GROUP = 50
INITIALS = tuple("ABCDEFGHIJKLMNOPRSTVW")  # a hundred names a country are not enough for thousands of people
COPIES_PER_SDR = 4  # there are fewer leads, see leads.py


@dataclass
class Person:
    """Somebody hired by the hundred."""

    name: str
    role: str
    title: str
    base: str
    country: str
    since: dt.date
    until: dt.date | None = None
    ramp: dt.date | None = None
    pk: int = 0
    team: Team | None = None
    manager: "Person | None" = None  # without one: the head of the base


@dataclass
class Crowd:
    """Who sells and who answers: user ids by seat and copy, and how good each seller is."""

    sellers: Any
    sdrs: Any
    skill: Any
    inbound: Team


def gather(crew: Crew, copies: int, rng: Any, today: dt.date) -> Crowd:
    """Copy 0 is the small company's own cast."""
    hired = [_seller(seat, rng, today) for seat in cast.SEATS for _ in range(copies - 1)]
    sdrs = [
        _person(country, "sdr", "SDR", cast.INBOUND, rng, today) for _, country in cast.SDRS for _ in range(-(-copies // COPIES_PER_SDR))
    ]
    managers = _lead(crew, hired + sdrs, rng, today)
    everybody = managers + hired + sdrs
    _store(crew, everybody, today)
    sellers = np.array([[crew.people[seat.name].pk] * copies for seat in cast.SEATS])
    sellers[:, 1:] = np.array([person.pk for person in hired], dtype=np.int64).reshape(len(cast.SEATS), copies - 1)
    answering = np.array([crew.people[name].pk for name, _ in cast.SDRS] + [person.pk for person in sdrs])
    skill = np.array([seat.skill for seat in cast.SEATS])[:, None] * np.exp(rng.normal(0, 0.1, sellers.shape))
    skill[:, 0] = [seat.skill for seat in cast.SEATS]
    return Crowd(sellers, answering, skill, crew.teams[cast.INBOUND])


def _person(country: str, role: str, title: str, base: str, rng: Any, today: dt.date, **more: Any) -> Person:
    name = f"{rng.choice(cast.GIVEN[country])} {rng.choice(INITIALS)}. {rng.choice(cast.FAMILY[country])}"
    return Person(name, role, title, base, country, **{"since": periods.add_months(today, -48), **more})


def _seller(seat: cast.Seat, rng: Any, today: dt.date) -> Person:
    terms: dict[str, Any] = {}
    if seat.since is not None:
        since = periods.add_months(today, -seat.since)
        terms = {"since": since, "ramp": periods.add_months(since, cast.SEGMENTS[seat.segment].ramp_months)}
    if seat.until is not None:
        terms["until"] = periods.add_months(today, -seat.until)
    return _person(seat.country, "seller", f"Account executive, {seat.team}", seat.team, rng, today, **terms)


def _lead(crew: Crew, hired: list[Person], rng: Any, today: dt.date) -> list[Person]:
    """A manager and a team for every fifty who are here; those who left are spread over the teams."""
    by_base: dict[str, list[Person]] = defaultdict(list)
    for person in sorted(hired, key=lambda person: (person.until is not None, person.country)):
        by_base[person.base].append(person)
    return [manager for base, members in by_base.items() for manager in _groups(crew, base, members, rng, today)]


def _groups(crew: Crew, base: str, members: list[Person], rng: Any, today: dt.date) -> list[Person]:
    """Who is here comes first among the members, country by country."""
    here = sum(person.until is None for person in members)
    managers = [_manager(crew, base, number, members, rng, today) for number in range(-(-here // GROUP))]
    for at, person in enumerate(members):
        person.manager = managers[at // GROUP % len(managers)]
        person.team = person.manager.team
    return managers


def _manager(crew: Crew, base: str, number: int, members: list[Person], rng: Any, today: dt.date) -> Person:
    name, above = f"{base} {number + 1}", crew.teams[base]
    manager = _person(members[number * GROUP].country, "sales_manager", f"Manager, {name}", base, rng, today)
    manager.team = teams.create(name, parent=above, calendar_id=above.calendar_id, by=crew.by)
    return manager


def _store(crew: Crew, everybody: list[Person], today: dt.date) -> None:
    ids = Ids(User)
    for person, pk in zip(everybody, ids.take(len(everybody)).tolist(), strict=True):
        person.pk = pk
    heads = {team: crew.people[name].pk for team, name in cast.MANAGERS.items()}
    heads[cast.INBOUND] = heads[cast.SMB]
    _users(crew, everybody)
    terms = {
        "user_id": [p.pk for p in everybody],
        "since": [p.since for p in everybody],
        "until": [p.until or teams.FAR for p in everybody],
    }
    terms = {name: np.array(values, dtype=np.int64 if name == "user_id" else "datetime64[D]") for name, values in terms.items()}
    write(TeamMembership, terms | {"team_id": [person.team.pk for person in everybody if person.team]})
    write(Reporting, terms | {"manager_id": [person.manager.pk if person.manager else heads[person.base] for person in everybody]})
    write(Employment, terms | {"ramp_until": np.array([person.ramp for person in everybody], dtype="datetime64[D]")})
    ids.close()


def _users(crew: Crew, everybody: list[Person]) -> None:
    now, known = (
        np.datetime64(clock.now().replace(tzinfo=None, microsecond=0)),
        {role: roles.by_key(role) for role in {p.role for p in everybody}},
    )
    ids = [person.pk for person in everybody]
    same_password = crew.people[cast.MANAGERS[cast.SMB]].password
    write(
        User,
        {
            "id": ids,
            "name": [person.name for person in everybody],
            "name_key": [fold(person.name) for person in everybody],
            "email": [f"{'.'.join(fold(person.name).replace('.', '').split())}.{person.pk}@meridian.example" for person in everybody],
            "role_id": [known[person.role].pk for person in everybody],
            "job_title": [person.title for person in everybody],
            "is_active": [person.until is None for person in everybody],
            "password": [same_password if person.until is None else f"!{person.pk}" for person in everybody],
            "created_at": np.full(len(ids), now),
        },
    )
    told = {"noun": "user", "kind": "user.created", "via": "demo", "at": np.full(len(ids), now)}
    write(HistoryEntry, told | {"object_id": ids, "changes": [f'{{"name": [null, "{person.name}"]}}' for person in everybody]})
