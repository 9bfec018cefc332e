"""Exports: exactly the rows and columns of the list, in every format, inside scope, with one trace; long ones as a job."""

import csv
import datetime as dt
import io
import json

import openpyxl
import pytest
from pyarrow import parquet

from pacesetter.base import clock, exports, fields, jobs, tokens
from pacesetter.base.models import HistoryEntry, Job
from pacesetter.crm import accounts, deals
from pacesetter.crm.models import Deal


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path / "data"


def rows_of(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.status_code
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_the_rows_and_columns_of_the_list_come_along(signed_in, company):
    answer = signed_in("chiara").get("/deals/export?view=all&where=amount >= 30000&columns=name,amount,stage,close_date,owner,health")
    assert answer["Content-Disposition"] == 'attachment; filename="deals.csv"'
    [row] = rows_of(answer)
    assert row == {
        "id": str(company["ours"].pk), "Deal": "Platform rollout", "Amount": "46000", "Currency": "USD",
        "Stage": row["Stage"], "Close date": "2026-11-30", "Owner": "Ines Navarro",
    }  # fmt: skip
    assert row["Stage"]


def test_a_workbook_holds_numbers_and_dates_as_such(signed_in, company):
    answer = signed_in("chiara").get("/deals/export?format=xlsx&view=all&columns=name,amount,close_date&sort=-amount")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    head, first, _second = book.active.iter_rows(values_only=True)
    assert head == ("id", "Deal", "Amount", "Currency", "Close date")
    assert first[1:4] == ("Platform rollout", 46000, "USD")
    assert first[4].date().isoformat() == "2026-11-30"


def test_a_name_that_is_a_formula_is_none_in_either_format(signed_in, company, system):
    accounts.create(name='=HYPERLINK("http://evil.example","Acme")', by=system)
    client, query = signed_in("chiara"), "view=all&where=name contains evil&columns=name"
    [row] = rows_of(client.get(f"/accounts/export?{query}"))
    assert row["Name"].startswith("'=HYPERLINK")
    answer = client.get(f"/accounts/export?format=xlsx&{query}")
    cell = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active["B2"]
    assert (cell.data_type, cell.value[:10]) == ("s", "=HYPERLINK")


def test_all_pages_are_written_in_order(signed_in, company, system, monkeypatch):
    monkeypatch.setattr(exports, "PAGE", 7)
    accounts.create_many([{"name": f"Firm {n:02}"} for n in range(30)], by=system)
    rows = rows_of(signed_in("chiara").get("/accounts/export?view=all&q=firm&sort=name&columns=name"))
    assert [row["Name"] for row in rows] == [f"Firm {n:02}" for n in range(30)]


def test_company_fields_and_empty_values(signed_in, company, system):
    fields.create("deal", label={"en": "Region"}, type="text", by=system)
    deals.edit(company["ours"], by=system, **{"custom.region": "South"})
    rows = rows_of(signed_in("chiara").get("/deals/export?view=all&columns=name,custom.region,competitor&sort=-amount"))
    assert [(row["Region"], row["Competitor"]) for row in rows] == [("South", ""), ("", "")]


def test_scope_holds_and_the_capability_is_needed(signed_in, company):
    assert [row["Deal"] for row in rows_of(signed_in("daniel").get("/deals/export?view=all"))] == ["Platform rollout"]
    ines = signed_in("ines")
    assert ines.get("/deals/export").status_code == 403
    assert b"/deals/export" not in ines.get("/deals").content
    assert b"/deals/export?format=xlsx" in signed_in("daniel").get("/deals").content


def test_who_took_what_is_written_down(signed_in, company, cast):
    signed_in("chiara").get("/deals/export?view=all&q=fleet")
    entry = HistoryEntry.objects.get(kind="export.made")
    assert entry.user_id == cast.chiara.pk
    assert (entry.data["noun"], entry.data["search"], entry.data["format"], entry.data["count"]) == ("deal", "fleet", "csv", 1)


def test_parquet_carries_types(signed_in, company):
    answer = signed_in("chiara").get("/deals/export?format=parquet&view=all&columns=name,owner,amount,close_date&sort=-amount")
    assert answer["Content-Type"] == "application/vnd.apache.parquet"
    table = parquet.read_table(io.BytesIO(b"".join(answer.streaming_content)))
    assert [str(kind) for kind in table.schema.types] == ["int64", "string", "string", "decimal128(24, 4)", "string", "date32[day]"]
    assert table.num_rows == Deal.objects.count() and table["Amount"][0].as_py() == max(filter(None, table["Amount"].to_pylist()))


@pytest.mark.parametrize(("query", "status"), [("format=pdf", 422), ("where=amount ~ 3", 422), ("sort=nothing", 422)])
def test_what_cannot_be_read_is_refused(signed_in, company, query, status):
    assert signed_in("chiara").get(f"/deals/export?{query}").status_code == status


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_a_long_list_becomes_a_job_whose_file_is_ones_own(signed_in, company, monkeypatch, form):
    client = signed_in("daniel")
    monkeypatch.setattr(exports, "DIRECTLY", 0)
    answer = client.get(f"/deals/export?view=all&format={form}&columns=name,amount")
    job = Job.objects.get()
    assert answer.url == f"/jobs/{job.pk}"
    assert jobs.run_inline(job).state == "done", job.error
    assert "Download deals" in client.get(f"/jobs/{job.pk}").content.decode()
    kept = client.get(f"/jobs/{job.pk}/file")
    assert kept["Content-Disposition"] == f'attachment; filename="deals.{form}"'
    content = b"".join(kept.streaming_content)
    assert b"Platform rollout" in content if form == "csv" else content.startswith(b"PK" if form == "xlsx" else b"PAR1")
    assert b"Fleet upgrade" not in content
    assert signed_in("chiara").get(f"/jobs/{job.pk}/file").status_code == 404
    assert HistoryEntry.objects.filter(kind="export.made").count() == 1


def test_an_attempt_that_hung_touches_nothing_of_the_one_that_took_over(signed_in, company, monkeypatch):
    monkeypatch.setattr(exports, "DIRECTLY", 0)
    signed_in("daniel").get("/deals/export?view=all&format=csv")
    hung = jobs.claim()
    left = exports._folder() / f"{hung.pk}.1.part"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_text("half")
    with clock.set_to(clock.now() + dt.timedelta(minutes=2)):
        jobs.run(jobs.claim())
        file = exports._folder() / f"{hung.pk}.csv"
        written = file.stat().st_ino
        jobs.run(hung)
    assert Job.objects.get().state == "done" and file.stat().st_ino == written
    assert not list(exports._folder().glob(f"{hung.pk}.*.part"))


def test_the_api_exports_the_same(client, company, cast):
    key = tokens.create(cast.chiara, name="export", by=cast.actor("chiara"))[1]
    headers = {"HTTP_AUTHORIZATION": f"Bearer {key}"}
    rows = rows_of(client.get("/api/v1/deals/export?where=amount >= 30000&columns=name,amount", **headers))
    assert [(row["Deal"], row["Amount"], row["Currency"]) for row in rows] == [("Platform rollout", "46000", "USD")]
    refused = client.get("/api/v1/deals/export?format=pdf", **headers)
    assert (refused.status_code, json.loads(refused.content)["code"]) == (422, "unknown_format")
