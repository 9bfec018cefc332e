"""`backup`, `restore` and `doctor`, run as a person runs them, on whichever database the tests run on."""

import json
import threading
import zipfile

import pytest

from pacesetter.crm.models import DealChange
from tests.houses import House

DEALS = "Deal ID,Deal Name,Stage,Amount,Close Date,Owner\n" + "".join(
    f"{n},Deal {n},{'Closed Won' if n % 3 else 'Closed Lost'},{n * 10}.50,2026-0{n % 9 + 1}-11,Ines Navarro\n" for n in range(1, 200)
)


def numbers(house):
    return house.pacesetter("metric", "win_rate", "--period", "all", "--by", "owner", "--format", "json")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """An installation with some deals."""
    folder = tmp_path_factory.mktemp("lived")
    house = House(folder / "data")
    (folder / "deals.csv").write_text(DEALS)
    house.pacesetter("import", str(folder / "deals.csv"), "--yes")
    yield house
    house.close()


@pytest.fixture(scope="module")
def backup(lived_in, tmp_path_factory):
    """A backup made while somebody writes all the time."""
    file, over = tmp_path_factory.mktemp("kept") / "company.zip", threading.Event()

    def write():
        while not over.is_set():
            lived_in.sql("UPDATE base_role SET position = position")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        said = lived_in.pacesetter("backup", str(file))
    finally:
        over.set()
        writer.join()
    assert "read again and found whole" in said
    return file


@pytest.fixture(scope="module")
def restored(backup, tmp_path_factory):
    house = House(tmp_path_factory.mktemp("again") / "data")
    house.pacesetter("restore", str(backup))
    yield house
    house.close()


@pytest.fixture
def empty(tmp_path):
    house = House(tmp_path / "restored")
    yield house
    house.close()


def altered(backup, target, part, change):
    """A copy of the backup with one part changed."""
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return str(target)


def test_a_restored_copy_answers_every_number_alike_and_is_well(lived_in, backup, restored):
    assert backup.stat().st_mode & 0o077 == 0, "the key is in it"
    restored.pacesetter("user", "add", "Ada Byrne", "ada@example.com")  # new rows get new numbers
    assert numbers(restored) == numbers(lived_in) and '"den"' in numbers(restored)
    assert (restored.data / "secret.key").read_text() == (lived_in.data / "secret.key").read_text()
    assert [p.name for p in (restored.data / "uploads").iterdir()] == [p.name for p in (lived_in.data / "uploads").iterdir()]
    counted = "SELECT count(*) FROM crm_dealchange"
    assert restored.sql(counted) == lived_in.sql(counted)
    assert "already holds a company" in restored.pacesetter("restore", str(backup), code=2)


def test_what_is_damaged_foreign_or_newer_is_refused_and_nothing_begins(backup, empty, tmp_path):
    def but(change):
        return lambda data: json.dumps(json.loads(data) | change).encode()

    with zipfile.ZipFile(backup) as archive:
        part = next(name for name in archive.namelist() if name.startswith(("tables/crm_deal", "pacesetter.sqlite3")))
    cut = tmp_path / "cut.zip"
    cut.write_bytes(backup.read_bytes()[:5000])
    for file, said in (
        (altered(backup, tmp_path / "a.zip", part, lambda data: data[:-7] + b"altered"), f"{part} is missing or damaged"),
        (altered(backup, tmp_path / "b.zip", "backup.json", but({"database": "oracle"})), "holds a oracle database"),
        (altered(backup, tmp_path / "c.zip", "backup.json", but({"format": 99})), "made by a newer Pacesetter"),
        (str(cut), "is not a whole backup"),
    ):
        assert said in empty.pacesetter("restore", file, code=2)
    assert not (empty.data / "pacesetter.sqlite3").exists() and not (empty.data / "uploads").exists()


def test_a_backup_never_takes_the_place_of_another_file(lived_in, backup):
    before = backup.read_bytes()
    assert "is there already" in lived_in.pacesetter("backup", str(backup), code=2)
    assert backup.read_bytes() == before


def test_the_doctor_finds_names_and_mends(restored):
    assert all(line.startswith("  ok") for line in restored.pacesetter("doctor").splitlines())
    break_many_things(restored)
    found = {one["code"]: one for one in json.loads(restored.pacesetter("doctor", "--format", "json", code=1))}
    assert {code for code, one in found.items() if one["mends"]} == {
        "guards_missing", "indexes_missing", "names_without_record", "uploads_of_nobody", "half_made_files", "key_open", "extracts_missing"
    }  # fmt: skip
    assert found["names_without_record"]["examples"] == ["D-77"] and found["indexes_missing"]["count"] == 1
    assert not found["status_is_not_the_stages"]["mends"], "which of two contradicting facts is right, a person says"
    shown, after = restored.pacesetter("doctor", "--fix", "--yes", code=1).split("--fix` mends what is marked with +.")
    assert "Missing indexes, without which lists are slow: 1." in shown
    assert "deals: Deals in a stage of another outcome than their own: 1. (" in after and "+ " not in after and after.count("  ok  ") == 11


def break_many_things(house):
    house.sql(f"DROP TRIGGER crm_dealchange_keeps{' ON crm_dealchange' if house.on_postgres else ''}")
    house.sql(f"DROP INDEX {DealChange._meta.indexes[0].name}")
    house.sql("INSERT INTO base_externalid (source, noun, value, object_id) VALUES ('elsewhere', 'deal', 'D-77', 99999999)")
    house.sql("UPDATE crm_deal SET status = 'open', closed_on = NULL WHERE id = (SELECT min(id) FROM crm_deal)")
    (house.data / "uploads" / "of-nobody").mkdir()
    (house.data / "half.part").touch()
    (house.data / "secret.key").chmod(0o644)
    facts = json.loads((house.data / "extracts" / "manifest.json").read_text())["facts"]
    (house.data / "extracts" / facts["deal_versions"]["base"][0]).unlink()
