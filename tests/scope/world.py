"""Hugo's small world, and what Ines has that is not for him: every noun once, with words and amounts that nobody can miss."""

import datetime as dt
import uuid
from typing import Any

from django.db import connection

from pacesetter.base import exports, history, jobs, tokens, views, warehouse
from pacesetter.base import settings as company_settings
from pacesetter.base.actor import Actor
from pacesetter.base.models import ApiToken, HistoryEntry, Job, SavedView
from pacesetter.base.writes import reserve
from pacesetter.core import periods
from pacesetter.core.text import fold
from pacesetter.crm import accounts, activities, campaigns, choices, contacts, deal_parts, deals, leads
from pacesetter.crm.models import Account, Activity, Contact, Deal, Lead
from pacesetter.enablement import tools
from pacesetter.intake import imports
from pacesetter.intake.models import Import
from pacesetter.planning import calls, quotas
from pacesetter.planning.models import (
    EarlyWarning,
    ForecastRun,
    PlanAccount,
    PlanTerritory,
    Quota,
    Scenario,
    StandingWarning,
    TerritoryPlan,
)
from tests.conftest import NOW

TODAY = NOW.date()
EXPORT = next(key for key, job in jobs.JOBS.items() if job.run.__module__ == exports.__name__)
WORD = "Quetzal"
FAR = 700_000  # her ids begin beyond this, so that they are no other number
AMOUNT = 48_151_623  # in a company where everything else is small, it shows in every sum
QUARTER = (dt.date(2026, 10, 1), dt.date(2027, 1, 1))
FIGURES = ("mean", "won", "open", "new", "p10", "p50", "p90")
CARD = {"closed": 12, "won": 4, "open": 2, "since": "2025-01-01", "step": 7.0, "shock": 0.3, "measured": 0}
Things = dict[str, Any]


def records(owner: Any, by: Actor, word: str, amount: int, account: Any = None) -> Things:
    """One record of every noun, and an open, a won and a lost deal, of one owner."""
    own, stages = {"owner": owner.pk}, [stage for stage in choices.stages() if stage.type == "open"]
    firm = accounts.create(name=f"{word} Firm", city=f"{word} City", domain=f"{word.lower()}.example", by=by, **own)
    person = contacts.create(
        first_name=word, last_name=f"{word}son", email=f"{word.lower()}@example.com", account=firm.pk, phone="+34 600 000", by=by, **own
    )
    lead = leads.create(
        first_name=word, last_name=f"{word}berg", company=f"{word} Works", email=f"lead.{word.lower()}@example.com", by=by, **own
    )
    common = {"account": (account or firm).pk, "stage": stages[1].pk, "amount": amount, "source": None, **own}
    soon = TODAY + dt.timedelta(days=9)
    names = [f"{word} open", f"{word} won", f"{word} lost"]
    made = deals.create_many([{"name": name, "close_date": soon, "next_step": f"Call {word}", **common} for name in names], by=by)
    deals.close_won(made[1], by=by)
    deals.close_lost(made[2], reason=choices.lost_reasons()[0], by=by)
    deal_parts.set_role(made[0], contact=person, role="economic_buyer", by=by)
    task = activities.log(kind="task", subject=f"{word} task", deal=made[0].pk, user=owner.pk, due_on=TODAY, by=by)
    activities.log(kind="call", subject=f"{word} call", lead=lead.pk, user=owner.pk, by=by)
    activities.log(kind="note", body=f"{word} note", account=firm.pk, user=owner.pk, by=by)
    return {"accounts": firm, "contacts": person, "leads": lead, "deals": made[0], "activities": task}


def company(cast: Any, by: Actor, folder: Any) -> Things:
    """What Hugo and everybody else sees: his own records, a tool, a campaign, an unfinished import of the administrator."""
    company_settings.put("company.accounts_open", False, by=by)
    his = records(cast.hugo, by, "Heron", 1000)
    ada, hugo = Actor.of(cast.ada, via="web"), Actor.of(cast.hugo, via="web")
    tool = tools.create("Call recorder", by=by)
    tools.give(tool, users=[cast.hugo], since=QUARTER[0], by=by)
    tools.note_use_many([(tool, cast.hugo, TODAY, True, 3)], by=by)  # since when a tool's use is known is no secret
    fair = campaigns.create(name="Fair", by=by)
    quota = quotas.put(cast.hugo, since=QUARTER[0], until=QUARTER[1], amount=500_000, currency="USD", by=by)
    calls.submit(period=periods.parse("this_quarter", TODAY), amount=400_000, by=hugo)
    batch = uuid.uuid4()
    warn(cast.hugo, his["deals"], 1000)
    deals.edit_many([his["deals"]], by=hugo, batch=batch, next_step="Write")
    return his | {
        "imports": upload(folder, "heron.csv", ada),
        "jobs": jobs.start(EXPORT, by=hugo, noun="deal", form="csv", asked={}, language="en"),
        "views": views.save("deal", name="Heron view", query="status=open", by=hugo),
        "history": history.of("deal", his["deals"].pk).first(),
        "tokens": tokens.create(cast.hugo, name="Heron", by=hugo)[0],
        "tools": tool,
        "campaign": fair,
        "quotas": quota,
        "scenarios": scenario(cast.hugo, "Heron", 1000),
        "territory-plans": territory_plan(cast.ada, his["accounts"], "Heron", 1000),
        "batches": batch,
        "changes": batch,
    }


def plant(cast: Any, by: Actor, his: Things, folder: Any) -> Things:
    """What Ines has: also at Hugo's account, with his tool, in the same campaign and quarter."""
    for model in (Account, Contact, Lead, Deal, Activity, Import, Job, SavedView, HistoryEntry, ApiToken, Quota, Scenario, TerritoryPlan):
        _leap(model)
    ines, ada = Actor.of(cast.ines, via="web"), Actor.of(cast.ada, via="web")
    hers = records(cast.ines, by, WORD, AMOUNT)
    at_his = records(cast.ines, by, f"{WORD}at", AMOUNT, account=his["accounts"])
    contacts.create(last_name=f"{WORD} colleague", account=his["accounts"].pk, owner=cast.ines.pk, by=by)
    deal_parts.set_role(at_his["deals"], contact=his["contacts"], role="champion", by=by)
    campaigns.add_members_many([{"campaign": his["campaign"].pk, "lead": hers["leads"].pk, "status": WORD}], by=by)
    tools.give(his["tools"], users=[cast.ines], since=QUARTER[0], by=by)
    tools.note_use_many([(his["tools"], cast.ines, TODAY, True, 48151)], by=by)
    quota = quotas.put(cast.ines, since=QUARTER[0], until=QUARTER[1], amount=AMOUNT * 100, currency="USD", by=by)
    calls.submit(period=periods.parse("this_quarter", TODAY), amount=AMOUNT * 100, note=WORD, by=ines)
    batch = uuid.uuid4()
    warn(cast.ines, hers["deals"], AMOUNT)
    deals.edit_many([hers["deals"]], by=ines, batch=batch, next_step=f"Call {WORD} again")
    accounts.SHELF.archive_many([accounts.create(name=f"{WORD} gone", owner=cast.ines.pk, by=by)], by=by)
    return hers | {
        "imports": upload(folder, f"{WORD}.csv", ada),
        "jobs": jobs.start(EXPORT, by=ines, noun="deal", form="csv", asked={"search": WORD}, language="en"),
        "views": views.save("deal", name=f"{WORD} view", query=f"q={WORD}", by=ines),
        "history": history.of("deal", hers["deals"].pk).first(),
        "tokens": tokens.create(cast.ines, name=WORD, by=ines)[0],
        "quotas": quota,
        "scenarios": scenario(cast.ines, WORD, AMOUNT, shared=True),
        "territory-plans": territory_plan(cast.ada, hers["accounts"], WORD, AMOUNT),
        "batches": batch,
        "changes": batch,
    }


def territory_plan(planner: Any, account: Account, name: str, amount: int) -> TerritoryPlan:
    """A draft of who sees the whole company, with somebody's account in a territory of theirs."""
    plan = TerritoryPlan.objects.create(
        name=f"{name} plan", name_key=fold(f"{name} plan"), owner=planner, currency="USD", made=True, created_at=NOW
    )
    place = PlanTerritory.objects.create(plan=plan, name=f"{name} territory", owner=account.owner)
    PlanAccount.objects.create(plan=plan, account=account, current=place, place=place, potential=amount * 100)
    return plan


def warn(owner: Any, deal: Deal, amount: int) -> None:
    """Somebody's plan is out of reach, and a deal of theirs will slip, in the newest forecast."""
    facts = dict.fromkeys((*FIGURES, "plan", "amount"), amount * 100) | {
        "chance": 0.05,
        "due": TODAY.isoformat(),
        "signs": [{"code": "pushed", "value": 2, "usual": 0}],
    }
    for kind, whose in (("rep", {"user": owner}), ("deal", {"deal_id": deal.pk})):
        subject = f"{kind}:{owner.pk if kind == 'rep' else deal.pk}"
        days = {"raised_on": TODAY, "since": QUARTER[0], "until": QUARTER[1]}
        one = EarlyWarning.objects.create(
            run=newest(), kind=kind, subject=subject, currency="USD", stake=amount, backcast=False, **days, **whose
        )
        StandingWarning.objects.create(warning=one, run=one.run, stake=amount * 100, facts=facts)


def newest() -> ForecastRun:
    """A forecast of which no more is known: this company is too small for one."""
    return ForecastRun.objects.get_or_create(
        as_of=TODAY - dt.timedelta(days=1), defaults={"made_at": NOW, "version": "test", "card": CARD}
    )[0]


def scenario(owner: Any, name: str, amount: int, **more: Any) -> Scenario:
    """A scenario of somebody's own deals."""
    run = newest()
    said = dict.fromkeys(FIGURES, amount)
    return Scenario.objects.create(
        name=f"{name} scenario", owner=owner, user=owner, since=QUARTER[0], until=QUARTER[1], assumptions={"win_rate": 1.1}, run=run, currency="USD",
        result={"before": said, "after": said, "effects": [["win_rate", amount]]}, made_at=NOW, **more,
    )  # fmt: skip


def _leap(model: Any) -> None:
    """Let a table's ids go on beyond FAR; PostgreSQL counts one by one when it is asked to reserve them."""
    if connection.vendor != "postgresql":
        reserve(model, FAR)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
        (sequence,) = cursor.fetchone()
        cursor.execute("SELECT setval(%s, nextval(%s) + %s)", [sequence, sequence, FAR])


def upload(folder: Any, name: str, by: Actor) -> Any:
    """An import that is checked and not loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"Deal ID,Deal Name,Stage,Amount\n1,{name} deal,Discovery,{AMOUNT}\n")
    return imports.check_now(imports.start(file, by=by), by=by)


def refreshed() -> None:
    """Numbers see what was stored."""
    warehouse.refresh(full=True)
