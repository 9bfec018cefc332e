"""A few months in a small fictional company, lived through the verbs under a set clock: what every later version must still open.

Run once for a version, by hand: `python -m tests.upgrade.live 0.1` writes tests/upgrade/v0.1 (SQL dump, extracts, answers). The folder of a
version that is out is never written again.
"""

import datetime as dt
import json
import os
import pathlib
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from typing import Any

from tests.houses import environment, run

HERE = pathlib.Path(__file__).resolve().parent
ASKED = ("--period", "2026", "--as-of", "2026-11-20", "--format", "json")
ONE = (
    "bookings",
    "win_rate",
    "sales_cycle",
    "deal_size",
    "open_pipeline",
    "pipeline_created",
    "slip_rate",
    "attainment",
    "lead_response",
    "tool_usage",
)


def command(data: pathlib.Path, *arguments: str, module: str = "pacesetter.cli") -> str:
    """What a command in a data folder prints."""
    done = run(environment(data), *arguments, module=module)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def answers(data: pathlib.Path) -> dict[str, Any]:
    """What the company's numbers are, in the words of scripts; all asked by one process."""
    return dict(json.loads(command(data, "ask", module="tests.upgrade.live")))


def ask() -> dict[str, Any]:
    """The answers of the data folder that this process works in."""
    from click.testing import CliRunner

    from pacesetter.cli.metric import command

    told = {key: json.loads(CliRunner().invoke(command, [key, *ASKED], catch_exceptions=False).stdout) for key in ONE}
    kept = ("value", "num", "den", "n", "left_out", "currency")
    return {key: [{name: row.get(name) for name in kept} for row in rows] for key, rows in told.items()}


def main() -> None:
    target = HERE / f"v{sys.argv[1]}"
    with tempfile.TemporaryDirectory() as folder:
        data = pathlib.Path(folder) / "data"
        os.environ |= {"PACESETTER_DATA": str(data), "DJANGO_SETTINGS_MODULE": "pacesetter.conf.settings"}
        from django.apps import apps

        from pacesetter.base import words
        from pacesetter.cli.prepare import ready

        ready()
        live()
        target.mkdir()
        (target / "answers.json").write_text(json.dumps(answers(data), indent=1) + "\n")
        words.drop(apps.get_models())  # made by the code, and no dump can write them down
        with closing(sqlite3.connect(data / "pacesetter.sqlite3")) as con:
            (target / "company.sql").write_text("\n".join(con.iterdump()) + "\n")
        shutil.copytree(data / "extracts", target / "extracts", ignore=shutil.ignore_patterns("lock", "version-*"))
        manifest = target / "extracts" / "manifest.json"
        manifest.write_text(manifest.read_text().replace(str(data), "company"))


def live() -> None:
    """The months themselves."""
    from pacesetter.base import clock, fields
    from pacesetter.base.actor import Actor
    from pacesetter.crm import accounts, activities, campaigns, contacts, deals, leads
    from pacesetter.crm.models import Deal, LeadStatus, LostReason, Stage
    from pacesetter.enablement import tools
    from pacesetter.planning import quotas
    from tests.cast import Cast

    def at(day: dt.date) -> Any:
        return clock.set_to(clock.noon(day))

    begin, system = dt.date(2026, 1, 12), Actor.system()
    with at(begin):
        cast = Cast.make(system)
        fields.create("deal", label={"en": "Plant"}, type="text", by=system)
        fields.add_options("account.industry", ["Energy", "Food"], by=system)
        stages = list(Stage.objects.order_by("position"))
        never = LostReason.objects.first()
        firms = accounts.create_many(
            [{"name": f"Aster {n}", "owner": (cast.ines, cast.hugo)[n % 2].pk, "industry": ("Energy", "Food")[n % 2]} for n in range(8)],
            by=system,
        )
        people = contacts.create_many(
            [
                {"first_name": "Dana", "last_name": f"Ortega {n}", "email": f"dana{n}@aster.example", "account": firm.pk}
                for n, firm in enumerate(firms)
            ],
            by=system,
        )
        fair = campaigns.create(by=system, name="Spring fair", kind="Event", since=begin, until=begin, budget="900")
        quotas.put_many(
            [
                {"user": user, "since": dt.date(2026, q, 1), "until": dt.date(2026 + (q == 10), (q + 3) % 12, 1), "amount": 4_000_000, "currency": "USD"}
                for user in (cast.ines, cast.hugo) for q in (1, 4, 7, 10)
            ],
            by=system,
        )  # fmt: skip
        recorder = tools.create("Call recorder", core_act={"en": "Recorded a call"}, by=system)
        tools.give(recorder, users=[cast.ines, cast.hugo], since=begin, by=system)
        working = LeadStatus.objects.filter(type="working").first()
    for week in range(24):
        day = begin + dt.timedelta(7 * week)
        with at(day):
            firm, owner = firms[week % 8], (cast.ines, cast.hugo)[week % 2]
            row = {"name": f"Deal {week}", "account": firm.pk, "owner": owner.pk, "amount": 900 + 310 * week, "currency": "USD"}
            (deal,) = deals.create_many(
                [{**row, "stage": stages[0].pk, "close_date": day + dt.timedelta(40) if week % 4 else dt.date(2026, 12, 15)}], by=system
            )
            activities.log(
                kind="call", subject="First call", deal=deal.pk, contact=people[week % 8].pk, user=owner.pk, minutes=9, by=system
            )
            (lead,) = leads.create_many(
                [
                    {
                        "first_name": "Leo",
                        "last_name": f"Vidal {week}",
                        "company": "Nube",
                        "status": working.pk,
                        "owner": cast.ana.pk,
                        "campaign": fair.pk,
                        "inbound": True,
                    }
                ],
                by=system,
            )
            tools.note_use_many([(recorder, user, day, week % 3 > 0, week % 3) for user in (cast.ines, cast.hugo)], by=system)
        with at(day + dt.timedelta(1)):
            activities.log(kind="email", subject="Answer", lead=lead.pk, user=cast.ana.pk, by=system)
        with at(day + dt.timedelta(12)):
            deals.move_each([(Deal.objects.get(pk=deal.pk), stages[1 + week % 3])], by=system)
            if week % 5 == 0:
                deals.edit(Deal.objects.get(pk=deal.pk), by=system, close_date=day + dt.timedelta(90), **{"custom.plant": "North"})
        if week % 4:
            closed = day + dt.timedelta(30)
            with at(closed):
                outcome = ("won", closed, None) if week % 3 else ("lost", closed, never)
                deals.close_many([deals.Closure(Deal.objects.get(pk=deal.pk), *outcome)], by=system)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(ask())) if sys.argv[1] == "ask" else main()
