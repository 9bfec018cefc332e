"""A company small enough to be drawn by hand, and drafts of it."""

from pacesetter.base import clock, jobs
from pacesetter.crm import accounts, choices, deals
from pacesetter.planning import territory_plans
from pacesetter.planning.models import TerritoryPlan

CITIES = {"Madrid": (40.42, -3.69), "Sevilla": (37.39, -5.99), "Milano": (45.47, 9.19)}


def company(cast, system):
    """Four accounts of Ines and two of Hugo, by name; one of Ines has an open deal."""
    rows = [account(system, cast.ines, city, f"{city} {n}") for city in ("Madrid", "Sevilla") for n in (1, 2)]
    rows += [account(system, cast.hugo, "Milano", f"Milano {n}") for n in (1, 2)]
    stage = next(stage for stage in choices.stages() if stage.type == "open")
    deals.create(name="Fleet", account=rows[2].pk, owner=cast.ines.pk, stage=stage.pk, amount="5000", close_date=clock.today(), by=system)
    return {row.name: row for row in rows}


def account(system, owner, city, name):
    latitude, longitude = CITIES[city]
    return accounts.create(name=name, owner=owner.pk, city=city, country="ES", latitude=latitude, longitude=longitude, by=system)


def run(job):
    """A job, run here and now."""
    jobs.run_inline(job)
    assert job.state == "done", job.error
    return job


def draft(by, name="FY27", where=""):
    """A plan whose accounts are gathered."""
    run(territory_plans.create(name, where=where, by=by))
    return TerritoryPlan.objects.get(name=name)
