"""Every page says everything in the reader's language, and writes numbers and dates its way."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pacesetter.base import jobs, settings, users
from pacesetter.base.models import Job
from pacesetter.core.periods import parse
from pacesetter.crm import activities, deals
from pacesetter.enablement import tools
from pacesetter.intake.models import Import
from pacesetter.planning import calls, quotas, territory_drafts
from tests.planning.drawn import draft
from tests.web import pseudo
from tests.web.conftest import TODAY
from tests.web.test_every_page import PAGES

# Names of things that are the same in every language.
NAMES = [
    "Pacesetter",
    "pacesetter",
    "English",
    "Español",
    "Italiano",
    "p80",
    "Meridian Group",
    "Europe/Madrid",
    "Authorization: Bearer",
    "sha256",
]
QUARTER = parse("2026-Q4", TODAY)
ROWS = """Deal ID,Deal Name,Stage,Amount,Close Date,Created Date,Deal Owner,Account Name,Currency
1,First,Discovery,100.50,2026-12-01,2026-01-02,Ines Navarro,Acme,USD
2,Second,Discovery,200,2026-02-30,2026-01-02,Ines Navarro,Acme,USD
3,Third,Discovry,,2026-12-01,2026-01-02,Ines Navaro,Acme Foods,USD
"""
RECORDS = "{noun}s/{pk} {noun}s/{pk}/form"


@pytest.fixture
def filled(company, cast, system):
    """Something in every room: a call, a task, a quota and a forecast, a tool, a job, an import with a repair and a refusal."""
    deal = company["ours"]
    activities.log(kind="call", subject="Legal review", deal=deal, user=cast.ines.pk, by=system)
    activities.log(kind="task", subject="Legal review", deal=deal, user=cast.ada.pk, due_on=TODAY, by=system)
    deals.edit(deal, amount="50000", close_date=TODAY, by=cast.actor("ines"))
    quotas.put(cast.ines, since=QUARTER.since, until=QUARTER.until, amount=200_000_00, by=system)
    calls.submit(period=QUARTER, amount=100_000_00, user=cast.ines, by=system)
    tool = tools.create("Sequencer", core_act={"en": "Sent a step"}, vendor="Aster", by=system)
    return {"tool": tool, **company}


@pytest.fixture
def looked_at(filled, company, cast, system, signed_in):
    """The address of one page of every kind."""
    settings.put("company.name", "Meridian Group", by=system)
    records = [("account", "acme"), ("contact", "dana"), ("deal", "ours"), ("lead", "lead")]
    own = [address for noun, name in records for address in RECORDS.format(noun=noun, pk=company[name].pk).split()]
    deal, lead = company["ours"].pk, company["lead"].pk
    own += [f"deals/{deal}/closure?result={result}" for result in ("won", "lost")]
    own += [f"deals/{deal}?tab={tab}" for tab in ("people", "lines", "changes", "tasks")]
    own += [f"leads/{lead}/conversion", f"settings/people/{cast.ines.pk}", f"settings/teams/{cast.south.pk}"]
    own += [f"metrics/{key}" for key in ("win_rate", "bookings", "lead_response_time")] + [
        "metrics/win_rate/target",
        "palette?q=acme",
        "leads?view=all&sort=name",
        "deals?view=nonsense&where=nonsense",
    ]
    own += [f"tools/{filled['tool'].pk}", *imported(signed_in("ada"))]
    plan = draft(cast.actor("chiara"))
    territory_drafts.move(plan, [company["acme"].pk], to=plan.territories.get(owner=cast.hugo), by=cast.actor("chiara"))
    own += [
        f"territory-plans/{plan.pk}{more}"
        for more in ("", "?layout=grid&moved=1", "?layout=map", f"?territory={plan.territories.first().pk}", "/publication")
    ]
    return own


def imported(client) -> list[str]:
    """The pages of an import that has been checked, and of its job."""
    client.post("/imports", {"files": [SimpleUploadedFile("deals.csv", ROWS.encode())]})
    batch = Import.objects.get()
    client.post(f"/imports/{batch.pk}/check")
    job = jobs.run_inline(Job.objects.first())
    return [f"imports/{batch.pk}/mapping", f"imports/{batch.pk}/check", f"imports/{batch.pk}/load", f"jobs/{job.pk}"]


def said_by(client, path: str) -> str:
    """A page, or nothing when the address answers something else."""
    answer = client.get(f"/{path}")
    return answer.content.decode() if answer.status_code == 200 and answer["Content-Type"].startswith("text/html") else ""


def test_no_word_is_left_untranslated(looked_at, signed_in, monkeypatch):
    ada, ines = signed_in("ada"), signed_in("ines")
    pseudo.speak(monkeypatch)
    known = [*pseudo.data_values(), *NAMES, *re.split(r"[,\n]", ROWS.strip())]
    pages = [(path, said_by(ada, path)) for path in [*PAGES, *looked_at]] + [
        (path, said_by(ines, path)) for path in ("", "forecast", "deals")
    ]
    found = {f"{path}: {text}" for path, page in pages for text in pseudo.unwrapped(page, [text for text in known if text])}
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Friday 20 November", "$46,000", "30 Nov"]),
        ("es", ["Viernes, 20 de noviembre", "46.000 $", "30 nov"]),
        ("it", ["Venerdì 20 novembre", "46.000 $", "30 nov"]),
    ],
)
def test_pages_write_the_readers_way(company, cast, system, signed_in, language, said):
    users.edit(cast.ines, by=system, language=language)
    client = signed_in("ines")
    pages = "".join(client.get(path).content.decode() for path in ("/", "/deals"))
    assert f'<html lang="{language}"' in pages
    assert [text for text in said if text not in pages.replace("\xa0", " ")] == []
