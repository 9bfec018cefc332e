"""What people with bad intentions send: forged forms, scripts in every field, bombs, names that climb out, and far too much."""

import io
import json
import logging
import re
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pacesetter.base import fields, tokens
from pacesetter.base.actor import Actor
from pacesetter.base.keeping import backup
from pacesetter.core.errors import Invalid, Refused
from pacesetter.crm import accounts, activities, campaigns, contacts, deal_parts, deals, leads, products
from pacesetter.intake.readers import xlsx
from pacesetter.intake.readers.formats import open_table
from tests.scope import addresses

pytestmark = pytest.mark.django_db
EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"


# forms ----------------------------------------------------------------------------------------------
def test_no_form_is_taken_from_another_site(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    answers = {one.path: client.post(one.filled({}), {"name": "Forged"}).status_code for one in addresses.web()}
    assert {path for path, status in answers.items() if status not in (403, 404)} == set()
    assert sum(status == 403 for status in answers.values()) > 100
    assert client.post("/api/v1/accounts", "{}", content_type="application/json").status_code in (401, 403)


def test_every_page_says_what_may_run_and_runs_nothing_inline(cast, signed_in):
    client = signed_in("ada")
    for one in addresses.web():
        page = client.get(one.filled({}))
        policy = page["Content-Security-Policy"]
        assert "script-src 'self'" in policy and "unsafe-eval" not in policy and "script-src 'self' 'unsafe-inline'" not in policy, one.path
        assert (page["X-Frame-Options"], page["X-Content-Type-Options"]) == ("DENY", "nosniff"), one.path
        text = b"" if page.streaming else page.content
        assert not re.search(rb"<script(?![^>]*\b(?:src=|application/json))[^>]*>|\son\w+=", text), one.path


# texts ----------------------------------------------------------------------------------------------
def evil(noun, **more):
    """Every text of a noun with markup in it."""
    texts = {key: EVIL[: one.limit or 200] for key, one in fields.NOUNS[noun].items() if one.type in ("text", "long_text") and one.editable}
    return texts | more


def test_markup_in_any_field_is_text_on_every_page(cast, system, signed_in):
    own = {"owner": cast.ines.pk}
    firm = accounts.create(by=system, **evil("account", currency="USD", country="", **own))
    person = contacts.create(by=system, account=firm.pk, **evil("contact", **own))
    lead = leads.create(by=system, **evil("lead", country="", **own))
    deal = deals.create(by=system, account=firm.pk, amount="10", **evil("deal", currency="USD", **own))
    deal_parts.set_role(deal, contact=person, role="other", by=system)
    activities.log(by=system, deal=deal.pk, user=cast.ines.pk, **evil("activity", kind="task", due_on="2026-11-20"))
    campaigns.create(by=system, name=EVIL)
    products.create(by=system, name=EVIL, price="1", currency="USD")
    fields.create("deal", label={"en": EVIL}, type="text", by=system)
    deals.edit(deal, by=system, next_step=f"{EVIL} again")
    things = {"accounts": firm, "contacts": person, "leads": lead, "deals": deal}
    shown = 0
    for one in addresses.web():
        for client in (signed_in("ada"), signed_in("ines")) if one.noun not in ("settings", "metrics") else (signed_in("ada"),):
            page = client.get(one.filled(things))
            text = "" if page.streaming else page.content.decode()
            assert "<script>alert" not in text and "<img src=x" not in text, one.path
            shown += "&lt;script&gt;alert" in text
    assert shown > 20


# files ----------------------------------------------------------------------------------------------
def test_what_announces_too_much_is_refused_unread(client, settings):
    class Endless(io.RawIOBase):
        def read(self, *_):
            raise AssertionError("it was read")

    for path in ("/imports/new", "/api/v1/imports"):
        answer = client.generic("POST", path, b"", CONTENT_LENGTH=str(1 << 30), **{"wsgi.input": Endless()})
        assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_what_announces_nothing_is_stopped_when_it_goes_beyond(cast, settings):
    settings.UPLOAD_BYTES = 100_000
    ada = Client(headers={"authorization": f"Bearer {tokens.create(cast.ada, name='x', by=Actor.system())[1]}"})
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if one != "pacesetter.web.uploads.limit"]
    answer = ada.post("/api/v1/imports", {"files": [SimpleUploadedFile("a.csv", b"Name\n" + b"x" * 200_000)]})
    assert answer.status_code == 400


def workbook(tmp_path, **more):
    book = openpyxl.Workbook()
    book.active.append(["Deal ID", "Deal Name"])
    book.active.append([1, "Platform"])
    file = tmp_path / "deals.xlsx"
    book.save(file)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, data in more.items():
            archive.writestr(name, data)
    return file


def test_a_zip_bomb_is_refused_by_what_it_would_unpack_to(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx, "UNPACKED_BYTES", 1_000_000)
    file = workbook(tmp_path, **{"xl/media/bomb.bin": b"\0" * 5_000_000})
    assert file.stat().st_size < 50_000
    with pytest.raises(Invalid) as refused:
        open_table(file)
    assert refused.value.code == "file_too_large"


def test_an_xml_bomb_and_a_foreign_entity_are_refused(tmp_path):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    for declared in (f'<!ENTITY l0 "lol">{laughs}', '<!ENTITY l9 SYSTEM "file:///etc/passwd">'):
        file = tmp_path / "bomb.xlsx"
        with zipfile.ZipFile(workbook(tmp_path)) as source, zipfile.ZipFile(file, "w") as out:
            for name in source.namelist():
                text = source.read(name)
                if name == "xl/worksheets/sheet1.xml":
                    text = f'<?xml version="1.0"?><!DOCTYPE w [{declared}]>'.encode() + text.replace(b"<v>1</v>", b"<v>&l9;</v>")
                out.writestr(name, text)
        try:
            rows = [row for batch in open_table(file).batches() for row in map(str, batch.columns)]
        except Invalid:
            continue
        assert not any("root:" in row or "lollol" in row for row in rows)


@pytest.mark.parametrize(
    "content", [b"MZ\x90\x00\x03" + b"\0" * 200, b"%PDF-1.7 trailer", b"\x89PNG\r\n\x1a\n" + b"\0" * 99, b"PK\x03\x04nothing"]
)
def test_what_a_file_is_decides_and_not_what_it_is_called(tmp_path, content):
    for name in ("deals.csv", "deals.xlsx"):
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(Invalid):
            list(open_table(file).batches())


def test_an_uploaded_name_cannot_climb_out(cast, settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path / "data"
    ada = Client(headers={"authorization": f"Bearer {tokens.create(cast.ada, name='x', by=Actor.system())[1]}"})
    file = SimpleUploadedFile("x.csv", b"Deal ID,Deal Name\n1,Platform\n")
    file._name = "../../../evil.csv"
    assert ada.post("/api/v1/imports", {"files": [file]}).status_code == 201
    outside = [one for one in tmp_path.rglob("*evil*") if not one.is_relative_to(tmp_path / "data" / "uploads")]
    assert outside == []


def test_a_backup_whose_names_climb_out_is_refused(settings, tmp_path):
    import hashlib

    settings.PACESETTER_DATA = tmp_path / "data"
    settings.PACESETTER_DATA.mkdir()
    file, name = tmp_path / "bad.zip", "uploads/../../evil"
    told = {"format": 1, "made_by": "x", "made_at": "x", "database": "x", "rows": {}, "parts": {name: hashlib.sha256(b"x").hexdigest()}}
    with zipfile.ZipFile(file, "w") as out:
        out.writestr(name, b"x")
        out.writestr("backup.json", json.dumps(told))
    with zipfile.ZipFile(file) as archive, pytest.raises(Refused):
        backup._put(archive, name, settings.PACESETTER_DATA / name)
    assert not (tmp_path / "evil").exists()


# logs -----------------------------------------------------------------------------------------------
def test_log_lines_hold_no_person_and_no_secret(cast, system, caplog):
    secret = tokens.create(cast.ada, name="x", by=system)[1]
    api, web = Client(headers={"authorization": f"Bearer {secret}"}, raise_request_exception=False), Client(raise_request_exception=False)
    contact = contacts.create(by=system, first_name="Dana", last_name="Whitfield", email="dana.whitfield@example.com")
    with caplog.at_level(logging.DEBUG):
        api.patch(f"/api/v1/contacts/{contact.pk}", {"email": "dana.new@example.com"}, content_type="application/json")
        api.post("/api/v1/contacts", {"email": "dana.bad", "last_name": "Whitfield"}, content_type="application/json")
        api.get("/api/v1/contacts/987654321")
        web.post("/door/login/", {"login": "ada@example.com", "password": "not-the-password"})
        web.get("/invitations/not-a-key")
    text = "\n".join(record.getMessage() for record in caplog.records if not record.name.startswith("django.db"))
    for word in ("Dana", "Whitfield", "dana", "ada@example.com", "not-the-password", secret, secret[5:]):
        assert word not in text
