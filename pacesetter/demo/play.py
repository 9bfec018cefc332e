"""Does what the plan says, day after day, by calling the real verbs under a set clock."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings as conf
from django.core.management import call_command
from django.db import connection, transaction

from pacesetter.base import clock, ensure, guards, settings
from pacesetter.base.actor import Actor
from pacesetter.base.models import User
from pacesetter.core import periods
from pacesetter.core.errors import Refused, add_sentences
from pacesetter.core.labels import mark
from pacesetter.crm import accounts, activities, contacts, deal_parts, deals, leads
from pacesetter.crm.models import Account, Contact, Deal, LeadStatus
from pacesetter.demo import calls, cast, large, people, plan, targets, truth
from pacesetter.demo.people import Crew
from pacesetter.demo.plan import Company, Plan, PlannedDeal, PlannedLead

Step = Callable[[int, int, str], None]
SCALES = {"s": 1, "m": 10}
ANSWERS_DAYS = 120  # older answers are known by their instant only, to keep size s quick
add_sentences({"not_empty": mark("The data folder already holds a company. The demo company goes into an empty one.")})


def make(size: str, *, seed: int, password: str, step: Step, count: int = large.DEALS) -> list[User]:
    """Make the company; returns the people who can sign in. It ends today and reaches 36 months back.

    Size `l` has `count` deals; the others play what their plan says.
    """
    _begin_anew() if is_unfinished() else _refuse_company()
    _mark().parent.mkdir(parents=True, exist_ok=True)
    _mark().touch()
    now = clock.now()
    script = plan.outline(clock.today()) if size == "l" else plan.make(clock.today(), now, seed, SCALES[size])
    with clock.set_to(clock.noon(script.since)), transaction.atomic():
        crew = people.hire(script, Actor.system("demo"), password)
    with settings.remembered():
        if size == "l":
            large.make(script, crew, now, seed, step, count)
        else:
            _Play(script, crew, now, random.Random(seed + 2), step).perform()
            truth.write(script, seed)
    _mark().unlink()
    return list(User.objects.able_to_sign_in().select_related("role").order_by("role__position", "name_key"))


def is_unfinished() -> bool:
    """Whether a demo company was interrupted while it was made; nobody has used it."""
    return _mark().exists()


def _mark() -> Path:
    return Path(conf.PACESETTER_DATA) / "demo" / "unfinished"


def _refuse_company() -> None:
    if User.objects.exists():
        raise Refused("not_empty")


def _begin_anew() -> None:
    """Half a company is nobody's: take it away."""
    guards.unprotect()
    with connection.constraint_checks_disabled():  # else every row is looked up in all tables that may point at it
        call_command("flush", interactive=False, verbosity=0)
    ensure.ensure()


class _Play:
    def __init__(self, script: Plan, crew: Crew, now: dt.datetime, rng: random.Random, step: Step) -> None:
        self.plan, self.crew, self.by, self.now, self.rng, self.step = script, crew, crew.by, now, rng, step
        self.accounts: dict[int, Account] = {}
        self.contacts: dict[int, list[Contact]] = {}
        self.deals: dict[int, Deal] = {}
        self.agenda = _agenda(script, rng)

    def perform(self) -> None:
        """Round by round; each in one transaction, because nobody else is here yet."""
        days = [day for day in sorted(self.agenda) if day <= self.plan.today]
        for at, day in enumerate(days):
            self.step(at, len(days) + 7, mark("Selling"))
            with clock.set_to(min(clock.noon(day), self.now)), transaction.atomic():
                self._day(self.agenda[day])
        self._afterwards(len(days))

    def _afterwards(self, at: int) -> None:
        chapters: list[tuple[str, Callable[[], None]]] = [
            (mark("Answering leads"), self._lead_all),
            (mark("Talking to customers"), self._touch_all),
            (mark("Planning tasks"), self._tasks),
            (mark("Calling the quarter"), lambda: calls.submit_all(self.plan, self.crew, self.rng)),
            (mark("Using tools"), lambda: people.equip(self.crew, self.plan, self.rng.randrange(1 << 30))),
            (mark("Duplicating contacts"), self._duplicates),
            (mark("Setting targets"), lambda: targets.set_all(self.plan, self.crew)),
        ]
        for number, (text, do) in enumerate(chapters):
            self.step(at + number, at + len(chapters), text)
            with clock.set_to(self.now), transaction.atomic():
                do()

    def _day(self, events: dict[str, list[Any]]) -> None:
        self._open(events["open"])
        self._reassign(events["leave"])
        moved = [(self.deals[deal.key], self.crew.stages[stage]) for stage, deal in _furthest(events["move"])]
        if moved:
            deals.move_each(moved, by=self.by)
        dated = {deal.key: due for deal, due in events["date"]}
        if dated:
            deals.edit_each([(self.deals[key], {"close_date": due}) for key, due in dated.items()], by=self.by)
        self._close(events["close"])
        if events["recut"]:
            self._recut()

    # customers and deals ----------------------------------------------------------------------
    def _open(self, opened: list[PlannedDeal]) -> None:
        new = {deal.company.key: deal.company for deal in opened if deal.company.key not in self.accounts}
        self._meet(list(new.values()))
        if not opened:
            return
        made = deals.create_many([self._deal_row(deal) for deal in opened], by=self.by, facts=True)
        self.deals |= {deal.key: row for deal, row in zip(opened, made, strict=True)}
        lines = [(self.deals[deal.key], [(self.crew.products[deal.product], 1, self.deals[deal.key].amount)]) for deal in opened]
        deal_parts.set_lines_many(lines, by=self.by)
        self._cast_roles(opened)
        split = [deal for deal in opened if deal.company.segment is cast.ENTERPRISE and self.rng.random() < 0.12]
        for deal in split:
            other = self.crew.people["Amara Okafor" if deal.seat.name != "Amara Okafor" else "Sofia Ramos"]
            deal_parts.set_credits(
                self.deals[deal.key], shares=[(self.crew.people[deal.seat.name], "owner", 7000), (other, "owner", 3000)], by=self.by
            )

    def _meet(self, companies: list[Company]) -> None:
        rows = [self._account_row(company) for company in companies]
        self.accounts |= {company.key: row for company, row in zip(companies, accounts.create_many(rows, by=self.by), strict=True)}
        pairs = [(company, at) for company in companies for at in range(len(company.people))]
        made = contacts.create_many([self._contact_row(company, at) for company, at in pairs], by=self.by)
        for (company, _), contact in zip(pairs, made, strict=True):
            self.contacts.setdefault(company.key, []).append(contact)

    def _account_row(self, company: Company) -> dict[str, Any]:
        city, region, code, latitude, longitude = company.city
        slug = "".join(c for c in company.name.lower() if c.isascii() and c.isalnum())
        return {
            "name": company.name,
            "owner": self.crew.people[company.owner].pk,
            "segment": cast.SEGMENT_LABELS[company.segment.key],
            "industry": company.industry,
            "employees": company.employees,
            "website": f"https://{slug}.example",
            "city": city,
            "region": region,
            "postal_code": code,
            "country": company.country,
            "latitude": round(latitude + self.rng.uniform(-0.15, 0.15), 4),
            "longitude": round(longitude + self.rng.uniform(-0.15, 0.15), 4),
        }

    def _contact_row(self, company: Company, at: int) -> dict[str, Any]:
        first, last, title = company.people[at]
        domain = self.accounts[company.key].domain
        address = f"{first}.{last}".lower().encode("ascii", "ignore").decode()
        email = f"{address}@{domain}" if self.rng.random() > 0.03 else f"{address}{domain}"  # some are simply wrong
        return {
            "first_name": first,
            "last_name": last,
            "title": title,
            "email": email,
            "account": self.accounts[company.key].pk,
            "owner": self.crew.people[company.owner].pk,
        }

    def _deal_row(self, deal: PlannedDeal) -> dict[str, Any]:
        currency = cast.PLACES[deal.company.country].currency
        local = Decimal(deal.value) / Decimal(cast.PLACES[deal.company.country].plan_rate)
        annual = (local / 100).to_integral_value() * 100
        label = next(text for key, text, _ in cast.SOURCES if key == deal.source)
        return {
            "name": deal.name,
            "created_on": deal.created,
            "account": self.accounts[deal.company.key].pk,
            "owner": self.crew.people[_owner_on(deal, clock.today(), self.plan)].pk,
            "type": deal.type,
            "amount": str(annual * deal.term / 12),
            "annual_amount": str(annual),
            "currency": currency,
            "term_months": deal.term,
            "close_date": deal.dates[0][1],
            "source": label,
            "competitor": deal.competitor,
        }

    def _cast_roles(self, opened: list[PlannedDeal]) -> None:
        rows = [
            (self.deals[deal.key], contact, cast.ROLES[at % len(cast.ROLES)])
            for deal in opened
            for at, contact in enumerate(self.contacts.get(deal.company.key, [])[: deal.company.segment.contacts[1]])
        ]
        deal_parts.set_roles_many(rows, by=self.by)

    def _close(self, ended: list[PlannedDeal]) -> None:
        closures = [
            deals.Closure(self.deals[deal.key], "won" if deal.outcome == "won" else "lost", deal.ends, self.crew.reasons.get(deal.reason))
            for deal in ended
        ]
        if closures:
            deals.close_many(closures, by=self.by)

    def _reassign(self, left: list[cast.Seat]) -> None:
        for seat in left:
            heir = self.crew.people[_heir(seat).name]
            gone = self.crew.people[seat.name]
            deals.assign_many(list(Deal.objects.filter(owner=gone, status="open")), to=heir, by=self.by)
            accounts.assign_many(list(Account.objects.filter(owner=gone)), to=heir, by=self.by)

    def _recut(self) -> None:
        """One re-cut of territories moved twelve per cent of the accounts."""
        rows = list(Account.objects.select_related("owner").order_by("pk"))
        for account in self.rng.sample(rows, round(len(rows) * 0.12)):
            mates = [
                seat.name
                for seat in cast.SEATS
                if seat.until is None and account.owner and seat.team == _team_of(account.owner.name) and seat.name != account.owner.name
            ]
            if mates:
                accounts.assign(account, to=self.crew.people[self.rng.choice(mates)], by=self.by)

    # leads, activities, tasks -----------------------------------------------------------------
    def _lead_all(self) -> None:
        statuses = {status.type: status.pk for status in LeadStatus.objects.all()}
        planned = [lead for lead in self.plan.leads if lead.deal is None or lead.deal.key in self.deals]
        made = leads.create_many([self._lead_row(lead, statuses) for lead in planned], by=self.by, facts=True)
        answers = [
            {"kind": "email", "subject": "First answer", "lead": row.pk, "user": row.owner_id, "happened_at": row.first_response_at}
            for row in made
            if row.first_response_at and (self.now - row.first_response_at).days < ANSWERS_DAYS
        ]
        activities.log_many(answers, by=self.by, facts=True)

    def _lead_row(self, lead: PlannedLead, statuses: dict[str, int]) -> dict[str, Any]:
        owner = self.crew.people[lead.sdr].pk
        answered = lead.received + dt.timedelta(minutes=lead.answered_after) if lead.answered_after is not None else None
        answered = answered if answered and answered <= self.now else None
        old = (self.now - lead.received).days
        row: dict[str, Any] = {
            "first_name": lead.first,
            "last_name": lead.last,
            "company": lead.company,
            "country": lead.country,
            "email": f"{lead.first}.{lead.last}@".lower() + ("" if lead.bounces else "mail.example"),
            "source": next(text for key, text, _ in cast.SOURCES if key == lead.source),
            "request": lead.request,
            "owner": owner,
            "team": self.crew.teams[cast.INBOUND].pk,
            "received_at": lead.received,
            "first_response_at": answered,
            "first_response_by": owner if answered else None,
            "status": statuses[self._status(lead, answered, old)],
        }
        return row | (self._links(lead) if lead.deal else {})

    def _status(self, lead: PlannedLead, answered: dt.datetime | None, old: int) -> str:
        if lead.deal:
            return "converted"
        if answered is None:
            return "disqualified" if old > 7 else "new"
        if old < 14:
            return "working"
        return self.rng.choices(["disqualified", "nurture", "qualified"], [0.82, 0.14, 0.04])[0]

    def _links(self, lead: PlannedLead) -> dict[str, Any]:
        assert lead.deal is not None
        deal = self.deals[lead.deal.key]
        return {
            "converted_at": clock.noon(lead.deal.created),
            "converted_account": deal.account_id,
            "converted_contact": self.contacts[lead.deal.company.key][0].pk,
            "converted_deal": deal.pk,
        }

    def _touch_all(self) -> None:
        rows = []
        for deal in self.plan.deals:
            for day, kind, inbound in deal.touches:
                if day <= self.plan.today and deal.key in self.deals:
                    rows.append(self._touch_row(deal, day, kind, inbound))
        for start in range(0, len(rows), 5000):
            activities.log_many(rows[start : start + 5000], by=self.by, facts=True)

    def _touch_row(self, deal: PlannedDeal, day: dt.date, kind: str, inbound: bool) -> dict[str, Any]:
        known = self.contacts.get(deal.company.key, [])
        return {
            "kind": kind,
            "subject": self.rng.choice(cast.SUBJECTS[kind]),
            "deal": self.deals[deal.key].pk,
            "account": self.deals[deal.key].account_id,
            "contact": self.rng.choice(known).pk if known else None,
            "user": self.crew.people[_owner_on(deal, day, self.plan)].pk,
            "inbound": inbound,
            "happened_at": min(clock.noon(day) + dt.timedelta(minutes=self.rng.randint(-200, 300)), self.now),
            "minutes": self.rng.randint(5, 55) if kind in ("call", "meeting") else None,
        }

    def _tasks(self) -> None:
        """Four in five open deals have a next step and a task for it, some of them late; the others have none."""
        today, tasks, steps = self.plan.today, [], []
        for deal in self.plan.deals:
            if deal.key not in self.deals or deal.closed_by(today):
                continue
            row, due = self.deals[deal.key], today + dt.timedelta(self.rng.randint(-4, 15))
            step = self.rng.choice(cast.NEXT_STEPS) if self.rng.random() < 0.8 else ""
            steps.append((row, {"next_step": step, "next_step_on": due if step else None}))
            if step:
                owner = self.crew.people[_owner_on(deal, today, self.plan)].pk
                tasks.append({"kind": "task", "subject": step, "deal": row.pk, "account": row.account_id, "user": owner, "due_on": due})
        deals.edit_each(steps, by=self.by)
        activities.log_many(tasks, by=self.by)

    def _duplicates(self) -> None:
        """One contact in twenty was typed twice, a little differently."""
        known = [contact for group in self.contacts.values() for contact in group]
        rows = [
            {"first_name": c.first_name[:1] + ".", "last_name": c.last_name, "email": c.email, "account": c.account_id, "owner": c.owner_id}
            for c in self.rng.sample(known, len(known) // 20)
        ]
        contacts.create_many(rows, by=self.by)


def _agenda(script: Plan, rng: random.Random) -> dict[dt.date, dict[str, list[Any]]]:
    """What happens on which day."""
    agenda: dict[dt.date, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for deal in script.deals:
        agenda[_played(deal.created, script.today)]["open"].append(deal)
        end = min(deal.ends, script.today + dt.timedelta(1))
        moves = [(_played(day, script.today), stage) for day, stage in deal.stages if deal.created < day <= script.today]
        for day, stage in moves:
            if day < end:
                agenda[day]["move"].append((stage, deal))
        for day, due in _typed_dates(deal, script, rng):
            agenda[day]["date"].append((deal, due))
        if deal.closed_by(script.today) and deal.ends >= deal.created:
            agenda[_played(deal.ends, script.today)]["close"].append(deal)
    for seat in cast.SEATS:
        if seat.until is not None:
            agenda[periods.add_months(script.today, -seat.until)]["leave"].append(seat)
    agenda[periods.add_months(script.today, -10)]["recut"].append(True)
    return agenda


def _played(day: dt.date, today: dt.date) -> dt.date:
    """People type what happened on the Friday after; closures and births keep their own day."""
    return min(day + dt.timedelta((4 - day.weekday()) % 7), today)


def _typed_dates(deal: PlannedDeal, script: Plan, rng: random.Random) -> Iterable[tuple[dt.date, dt.date]]:
    """Close dates as they were moved, while the deal was open; some open deals were forgotten, and are overdue now."""
    moves = [(_played(day, script.today), due) for day, due in deal.dates[1:] if deal.created < day <= script.today]
    forgotten = not deal.closed_by(script.today) and rng.random() < 0.3
    return [
        (day, due) for day, due in moves if day < min(deal.ends, script.today + dt.timedelta(1)) and not (forgotten and due > script.today)
    ]


def _furthest(moves: list[tuple[str, PlannedDeal]]) -> list[tuple[str, PlannedDeal]]:
    """The last stage that each deal reached in a round."""
    ordered = sorted(moves, key=lambda move: plan.STAGES.index(move[0]))
    return list({deal.key: (stage, deal) for stage, deal in ordered}.values())


def _heir(seat: cast.Seat) -> cast.Seat:
    return next(other for other in cast.SEATS if other.since is not None and other.team == seat.team)


def _owner_on(deal: PlannedDeal, day: dt.date, script: Plan) -> str:
    """Whoever sat in the deal's seat on a day."""
    seat = deal.seat
    gone = seat.until is not None and day >= periods.add_months(script.today, -seat.until)
    return _heir(seat).name if gone else seat.name


def _team_of(name: str) -> str:
    return next((seat.team for seat in cast.SEATS if seat.name == name), "")
