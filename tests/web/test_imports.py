"""The import wizard: every step, bad files in a sentence, repairs and refused rows in place, and taking it all back."""

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pacesetter.base import jobs
from pacesetter.base.models import Job
from pacesetter.crm import accounts
from pacesetter.crm.models import Account, Deal
from pacesetter.intake.models import Import, Refusal, Repair

HEAD = "Deal ID,Deal Name,Stage,Amount,Close Date,Created Date,Deal Owner,Account Name,Currency"
GOOD = "1,First,Discovery,100.50,2026-12-01,2026-01-02,Ines Navarro,Acme,USD"
BAD = "2,Second,Discovery,200,2026-02-30,2026-01-02,Ines Navarro,Acme,USD"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path / "data"


@pytest.fixture
def chiara(signed_in, company):
    return signed_in("chiara")


def work() -> Job:
    """What the worker would do: the newest job."""
    return jobs.run_inline(Job.objects.first())


def send(client, *files):
    sent = [SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode()) for name, text in files]
    return client.post("/imports", {"files": sent})


def deals(*rows: str) -> tuple[str, str]:
    return "deals.csv", "\n".join([HEAD, *rows]) + "\n"


def checked(client, *files) -> Import:
    send(client, *files)
    batch = Import.objects.get()
    client.post(f"/imports/{batch.pk}/check")
    assert work().state == "done"
    return batch


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_file_goes_through_the_four_steps_and_back(chiara):
    before = Deal.objects.count()
    answer = send(chiara, deals(GOOD))
    batch = Import.objects.get()
    assert answer.url == f"/imports/{batch.pk}/mapping"
    assert "Deal Owner" in text_of(chiara.get(answer.url))
    chiara.post(f"/imports/{batch.pk}/check")
    assert "Checking" in text_of(chiara.get(f"/imports/{batch.pk}/check"))
    work()
    page = text_of(chiara.get(f"/imports/{batch.pk}/check"))
    assert "Load 1 record" in page and "After loading" in page
    chiara.post(f"/imports/{batch.pk}/acceptance")
    chiara.post(f"/imports/{batch.pk}/load")
    work()
    assert "Loaded on" in text_of(chiara.get(f"/imports/{batch.pk}/load"))
    assert Deal.objects.count() == before + 1
    preview = text_of(chiara.get(f"/imports/{batch.pk}/reversal"))
    assert "Take" in preview and "Deals 1" in preview
    chiara.post(f"/imports/{batch.pk}/reversal")
    work()
    assert Deal.objects.count() == before
    assert "Taken back on" in text_of(chiara.get(f"/imports/{batch.pk}/load"))


def test_the_preview_of_a_revert_names_what_others_touched(chiara, system):
    batch = checked(chiara, ("accounts.csv", "Account Name,Website\nZeta,zeta.example\nEta,eta.example\n"))
    chiara.post(f"/imports/{batch.pk}/load")
    work()
    accounts.edit(Account.objects.get(name="Zeta"), city="Lugano", by=system)
    page = text_of(chiara.get(f"/imports/{batch.pk}/reversal"))
    assert "Take 1 record back" in page
    assert "Others changed these since the load Accounts 1" in page


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "The file is empty"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "Send CSV or XLSX"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), "Save it"),
        ("report.pdf", b"%PDF-1.7\n" + b"x" * 3000, "Send CSV or XLSX"),
        ("broken.xlsx", b"PK\x03\x04" + b"\0" * 400, "Export it again"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_a_sentence(chiara, name, content, says):
    answer = send(chiara, (name, content))
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not Import.objects.exists()


def test_sending_nothing_says_so(chiara):
    answer = chiara.post("/imports", {})
    assert answer.status_code == 422
    assert "no file to import" in text_of(answer)


def test_a_bad_file_among_good_ones_is_listed(chiara):
    send(chiara, deals(GOOD), ("notes.pdf", b"%PDF-1.7"))
    batch = Import.objects.get()
    assert batch.name == "deals.csv and 1 more"
    assert "notes.pdf is neither CSV nor XLSX" in text_of(chiara.get(f"/imports/{batch.pk}/mapping"))


def test_a_workbook_is_read(chiara):
    book = openpyxl.Workbook()
    for row in (HEAD.split(","), GOOD.split(",")):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    batch = checked(chiara, ("deals.xlsx", out.getvalue()))
    page = text_of(chiara.get(f"/imports/{batch.pk}/check"))
    assert "Sheet" in page and "Load 1 record" in page


def test_the_mapping_is_corrected_and_checked_in_one_go(chiara):
    send(chiara, ("list.csv", 'Opportunity,Phase,Sum,When\nOne,Discovery,"1.000,50",03/04/2026\n'))
    batch = Import.objects.get()
    file = batch.files.get()
    chiara.post(f"/imports/{batch.pk}/mapping", {f"target-{file.pk}": "deal"})
    fields = {"Opportunity": "name", "Phase": "stage", "Sum": "amount", "When": "close_date"}
    sent = {f"field-{file.pk}-{at}": fields[one["name"]] for at, one in enumerate(file.columns)}
    sent |= {"mapping": "1", f"order-{file.pk}-3": "mdy", f"scale-{file.pk}-2": "1000", "currency": "eur", "time_zone": "Europe/Madrid"}
    assert chiara.post(f"/imports/{batch.pk}/check", sent).url == f"/imports/{batch.pk}/check"
    batch.refresh_from_db()
    columns = {one["name"]: one for one in batch.files.get().columns}
    assert columns["Opportunity"]["field"] == "name"
    assert (columns["When"]["order"], columns["Sum"]["scale"]) == ("mdy", 1000)
    assert (batch.currency, batch.time_zone) == ("EUR", "Europe/Madrid")


@pytest.mark.parametrize(("sent", "says"), [({"currency": "cash"}, "not a currency"), ({"time_zone": "Mars/Base"}, "not a time zone")])
def test_a_manner_that_does_not_exist_is_refused_on_the_page(chiara, sent, says):
    send(chiara, deals(GOOD))
    answer = chiara.post(f"/imports/{Import.objects.get().pk}/mapping", sent)
    assert answer.status_code == 422
    assert says in text_of(answer)


def test_two_columns_for_one_field_are_refused_and_the_choice_stays(chiara):
    send(chiara, deals(GOOD))
    batch = Import.objects.get()
    file = batch.files.get()
    answer = chiara.post(f"/imports/{batch.pk}/mapping", {f"field-{file.pk}-1": "name", f"field-{file.pk}-2": "name"})
    assert answer.status_code == 422
    assert "filled by two columns" in text_of(answer)


def test_a_refused_row_is_fixed_in_place_and_counted_again(chiara):
    batch = checked(chiara, deals(GOOD, BAD))
    row = Refusal.objects.get()
    page = chiara.get(f"/imports/{batch.pk}/check")
    assert "a day that does not exist" in text_of(page)
    assert b'name="value"' in chiara.get(f"/imports/{batch.pk}/refusals/{row.pk}").content
    part = chiara.post(f"/imports/{batch.pk}/refusals/{row.pk}", {"value": "2026-02-28"}, HTTP_HX_TARGET="check", **HTMX)
    assert "2026-02-28" in text_of(part) and "Check again" in text_of(part)
    chiara.post(f"/imports/{batch.pk}/check")
    work()
    assert "Load 2 records" in text_of(chiara.get(f"/imports/{batch.pk}/check"))


def test_the_error_file_holds_line_and_reason(chiara):
    batch = checked(chiara, deals(GOOD, BAD))
    answer = chiara.get(f"/imports/{batch.pk}/files/{batch.files.get().pk}/refusals.csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0].endswith("pacesetter_line,pacesetter_reason")
    assert lines[1].startswith("2,Second,") and "does not exist" in lines[1]


def test_a_proposal_is_rejected_and_other_values_chosen(chiara, stages):
    batch = checked(chiara, deals(GOOD, "3,Third,Prospecting,5,2026-12-01,2026-01-02,Ines Navarro,Acme,USD"))
    account = Repair.objects.get(kind="record")
    page = chiara.post(f"/imports/{batch.pk}/repairs/{account.pk}", {"accept": "no"}, HTTP_HX_TARGET="check", **HTMX)
    assert "Left out" in text_of(page)
    stage = Repair.objects.get(kind="stage")
    assert "Prospecting" in text_of(chiara.get(f"/imports/{batch.pk}/repairs/{stage.pk}", **HTMX))
    chiara.post(f"/imports/{batch.pk}/repairs/{stage.pk}", {"accept": "yes", "to-0": str(stages[2].pk)})
    stage.refresh_from_db()
    assert (stage.decision, stage.values[0]["to"]) == ("accepted", stages[2].pk)


def test_the_part_polls_while_it_works_and_leads_on(chiara):
    send(chiara, deals(GOOD))
    batch = Import.objects.get()
    chiara.post(f"/imports/{batch.pk}/check")
    part = chiara.get(f"/imports/{batch.pk}/check", HTTP_HX_TARGET="work", **HTMX)
    assert b'hx-trigger="every 1s"' in part.content
    work()
    over = chiara.get(f"/imports/{batch.pk}/check", HTTP_HX_TARGET="work", **HTMX)
    assert over["HX-Redirect"] == f"/imports/{batch.pk}/check"


def test_a_cancelled_check_can_be_repeated(chiara):
    send(chiara, deals(GOOD))
    batch = Import.objects.get()
    chiara.post(f"/imports/{batch.pk}/check")
    chiara.post(f"/jobs/{Job.objects.first().pk}/cancellation")
    page = text_of(chiara.get(f"/imports/{batch.pk}/check"))
    assert "It was cancelled." in page and "Check again" in page


def test_an_import_not_loaded_is_thrown_away(chiara):
    send(chiara, deals(GOOD))
    chiara.post(f"/imports/{Import.objects.get().pk}/removal")
    assert not Import.objects.exists()


def test_it_is_absent_without_the_capability(signed_in, company, chiara):
    send(chiara, deals(GOOD))
    batch = Import.objects.get()
    ines = signed_in("ines")
    assert b'href="/imports"' not in ines.get("/deals").content
    for path in ("/imports", "/imports/new", f"/imports/{batch.pk}", f"/imports/{batch.pk}/mapping"):
        assert ines.get(path).status_code == 403
    assert send(ines, deals(GOOD)).status_code == 403


def test_parts_are_reached_through_their_own_import_only(chiara):
    batch = checked(chiara, deals(GOOD, BAD))
    send(chiara, deals(GOOD))
    other = Import.objects.first()
    row = Refusal.objects.get(file__batch=batch)
    assert chiara.post(f"/imports/{other.pk}/refusals/{row.pk}", {"value": "x"}).status_code == 404


def test_the_api_settles_what_is_assumed_and_how_columns_write(client, company, chiara, cast):
    from pacesetter.base import tokens

    send(chiara, deals(GOOD))
    batch = Import.objects.get()
    _, secret = tokens.create(cast.chiara, name="imports", by=cast.actor("chiara"))
    headers = {"authorization": f"Bearer {secret}"}
    answer = client.patch(f"/api/v1/imports/{batch.pk}", {"currency": "EUR"}, content_type="application/json", headers=headers)
    assert answer.json()["currency"] == "EUR"
    manners = {"manners": {"Close Date": {"order": "dmy"}}}
    address = f"/api/v1/imports/{batch.pk}/files/{batch.files.get().pk}/mapping"
    found = client.put(address, manners, content_type="application/json", headers=headers).json()["files"][0]
    assert {one["name"]: one["order"] for one in found["columns"]}["Close Date"] == "dmy"


def test_a_group_of_possible_duplicates_has_three_choices(chiara, system):
    from pacesetter.crm import contacts

    contacts.create(first_name="Ida", last_name="Berg-Olsen", email="ida@acme.example", by=system)
    text = "Contact ID,First Name,Last Name,Email\n1,Ida,Berg,ida@acme.example\n2,Uma,Rao,uma@rao.example\n"
    batch = checked(chiara, ("contacts.csv", text))
    page = text_of(chiara.get(f"/imports/{batch.pk}/check"))
    assert "Possible duplicates" in page and "Leave out" in page and "ida@acme.example" in page
    repair = Repair.objects.get(kind="alike")
    part = chiara.post(f"/imports/{batch.pk}/repairs/{repair.pk}", {"choice": "skip"}, HTTP_HX_TARGET="check", **HTMX)
    assert "Check again" in part.content.decode()
    repair.refresh_from_db()
    assert repair.decision == "skip"
    assert chiara.post(f"/imports/{batch.pk}/repairs/{repair.pk}", {"choice": "burn"}).status_code == 422


def test_files_left_out_say_why_and_how_many_rows(chiara):
    leads = "Id,LastName,Company,Status,IsConverted\n00Q1,Rao,Rao Ltd,New,0\n"
    batch = checked(chiara, ("Lead.csv", leads), ("Case.csv", "Id,IsDeleted,CaseNumber,Subject\n5001,0,1,Help\n"))
    page = text_of(chiara.get(f"/imports/{batch.pk}/check"))
    assert "Case.csv holds support cases" in page
