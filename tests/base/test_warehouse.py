"""Extracts: what a refresh reads, writes, forgets and survives."""

import datetime as dt
import threading
from pathlib import Path

import pytest

from pacesetter.base import clock, settings, warehouse
from pacesetter.base.models import Dirty
from pacesetter.base.warehouse import SOURCES, plans, refreshing
from pacesetter.base.warehouse.names import find, labels
from pacesetter.core import metrics
from pacesetter.core.errors import Invalid
from pacesetter.core.metrics.tables import RAW
from pacesetter.crm import deals
from pacesetter.crm.models import Deal

VERSIONS = "SELECT id, since, status, annual FROM deal_versions WHERE until = DATE '9999-12-31' ORDER BY id"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.PACESETTER_DATA = tmp_path
    return tmp_path / "extracts"


def rows(sql: str = VERSIONS) -> list[tuple]:
    return [tuple(row.values()) for row in warehouse.query(warehouse.current(), sql, {})]


@pytest.fixture
def three(system, cast):
    return deals.create_many([{"name": f"Deal {n}", "amount": n, "owner": cast.ines.pk} for n in (1, 2, 3)], by=system)


def test_every_raw_table_has_a_room_and_every_column_a_path(db) -> None:
    assert set(SOURCES) == set(RAW)
    for source in SOURCES.values():
        assert source.scope is None or source.scope in RAW[source.name], "whose row it is can be read off every row"
        assert list(source.rows().values_list(*source.paths)[:1]) is not None


def test_an_empty_company_has_typed_tables(db) -> None:
    warehouse.refresh()
    assert rows() == []


def test_first_refresh_reads_everything_and_forgets(three) -> None:
    assert Dirty.objects.exists() and warehouse.is_stale()
    version = warehouse.refresh()
    assert len(rows()) == 3 and not Dirty.objects.exists() and not warehouse.is_stale()
    assert version.instant == clock.now()


def test_a_change_becomes_a_delta(three, system, folder) -> None:
    warehouse.refresh()
    deals.create_many([{"name": f"More {n}", "amount": n} for n in range(40)], by=system)
    warehouse.refresh(full=True)
    deals.edit(three[0], amount=77, by=system)
    version = warehouse.refresh()
    assert len(version.raw["deals"].deltas) == 1 and len(rows()) == 43
    assert rows()[0][3] == 7700
    assert version.raw["leads"].deltas == (), "what did not change is not written again"


def test_deltas_are_folded_into_a_new_base(three, system) -> None:
    deals.create_many([{"name": f"More {n}", "amount": n} for n in range(80)], by=system)
    warehouse.refresh()
    for n in range(1, 11):
        deals.edit(Deal.objects.get(pk=three[0].pk), amount=100 + n, by=system)
        version = warehouse.refresh()
        assert rows()[0][3] == (100 + n) * 100 and len(rows()) == 83
    assert 0 < len(version.raw["deals"].deltas) <= 8


def test_a_deleted_record_is_gone(three, system) -> None:
    deals.create_many([{"name": f"More {n}"} for n in range(40)], by=system)
    warehouse.refresh()
    gone = three[1].pk
    Deal.objects.filter(pk=gone).delete()
    Dirty.objects.create(noun="deal", object_id=gone)
    warehouse.refresh()
    assert gone not in [row[0] for row in rows()] and len(rows()) == 42


def test_what_comes_during_a_refresh_waits_for_the_next(three, monkeypatch) -> None:
    real = refreshing.build

    def slow(*args, **kwargs):
        Dirty.objects.create(noun="deal", object_id=three[0].pk)
        return real(*args, **kwargs)

    monkeypatch.setattr(refreshing, "build", slow)
    warehouse.refresh()
    assert Dirty.objects.count() == 1


def test_a_failed_refresh_changes_nothing(three, system, monkeypatch) -> None:
    before = warehouse.refresh()
    deals.edit(three[0], amount=500, by=system)
    monkeypatch.setattr(refreshing, "build", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        warehouse.refresh()
    assert warehouse.current() == before and Dirty.objects.exists() and rows()[0][3] == 100


def test_readers_in_other_threads_see_the_same_version(three) -> None:
    warehouse.refresh()
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(len(rows()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3, 3, 3, 3]


def test_an_older_version_can_still_be_read(three, system) -> None:
    old = warehouse.refresh()
    deals.edit(three[0], amount=500, by=system)
    warehouse.refresh()
    assert warehouse.query(old, VERSIONS, {})[0]["annual"] == 100


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}'])
def test_a_broken_manifest_means_reading_anew(three, folder, text: str) -> None:
    warehouse.refresh()
    (folder / "manifest.json").write_text(text)
    assert warehouse.current() is None and warehouse.is_stale()
    warehouse.refresh()
    assert len(rows()) == 3


def test_another_company_currency_or_zone_needs_new_facts(three, system) -> None:
    first = warehouse.refresh()
    settings.put("company.time_zone", "Pacific/Auckland", by=system)
    assert warehouse.is_stale()
    again = warehouse.refresh()
    assert again.version == first.version + 1
    assert rows()[0][1] == dt.date(2026, 11, 20), "deals begin on the company's day"


def test_a_new_day_makes_the_working_clock_longer_and_nothing_else(three, stopped_clock) -> None:
    first = warehouse.refresh()
    with clock.set_to(stopped_clock + dt.timedelta(days=1)):
        assert warehouse.is_stale()
        second = warehouse.refresh()
    assert second.raw == first.raw
    assert {fact for fact in first.facts if first.facts[fact] != second.facts[fact]} == {"clock", "leads"}


def test_a_restored_database_is_read_anew(three, monkeypatch) -> None:
    warehouse.refresh()
    monkeypatch.setattr(refreshing, "_head", lambda: 1)
    Deal.objects.filter(pk=three[2].pk).delete()
    assert warehouse.is_stale()
    warehouse.refresh()
    assert len(rows()) == 2


def test_the_worker_refreshes_when_due(three, monkeypatch) -> None:
    monkeypatch.setattr(refreshing, "_next_look", 0.0)
    warehouse.refresh_when_due()
    assert len(rows()) == 3
    monkeypatch.setattr(refreshing, "DUE_SECONDS", 1e9)  # however slow the machine is
    Dirty.objects.create(noun="deal", object_id=three[0].pk)
    warehouse.refresh_when_due()
    assert Dirty.objects.exists(), "not again so soon"


def test_names_both_ways(cast) -> None:
    assert labels("owner", [cast.ines.pk, None]) == {cast.ines.pk: "Ines Navarro"}
    assert find("owner", "ines  NAVARRO") == cast.ines.pk
    assert find("team", "south") == cast.south.pk
    with pytest.raises(Invalid):
        find("team", "east")


def test_plans_are_remembered_and_old_editions_forgotten(folder, monkeypatch) -> None:
    ask = metrics.bare("tool_usage")
    plans.plan.cache_clear()
    made = plans.plan(ask)
    plans.plan.cache_clear()
    monkeypatch.setattr(metrics, "plan", lambda ask: 1 / 0)
    assert plans.plan(ask) == made, "the second process does not build it again"
    old = folder.parent / "plans" / "older"
    old.mkdir(parents=True)
    plans.forget_older()
    assert not old.exists()


def test_a_version_is_kept_for_its_links_and_forgotten_later(three, system, folder) -> None:
    first = warehouse.refresh()
    deals.edit(three[0], amount=77, by=system)
    second = warehouse.refresh()
    old = warehouse.kept(first.version)
    assert old == first and warehouse.kept(second.version) == second
    assert sum(row["annual"] for row in warehouse.query(old, VERSIONS, {})) == 600
    with clock.set_to(clock.now() + dt.timedelta(seconds=refreshing.KEPT_SECONDS + 1)):
        for amount in (78, 79):  # forgotten by the first refresh, files gone with the next
            deals.edit(three[0], amount=amount, by=system)
            warehouse.refresh()
    assert warehouse.kept(first.version) is None and warehouse.kept(second.version) is None
    here = {path.name for path in folder.iterdir()}
    gone = first.readable - warehouse.current().readable
    assert gone and not gone & here and warehouse.current().readable <= here


def test_heavy_versions_go_sooner_but_not_while_somebody_reads(three, system, folder, monkeypatch) -> None:
    monkeypatch.setattr(refreshing, "KEPT_BYTES", 0)
    first = warehouse.refresh()
    deals.edit(three[0], amount=77, by=system)
    warehouse.refresh()
    assert warehouse.kept(first.version) == first
    with clock.set_to(clock.now() + dt.timedelta(seconds=refreshing.READING_SECONDS + 1)):
        deals.edit(three[0], amount=78, by=system)
        warehouse.refresh()
    assert warehouse.kept(first.version) is None


def test_versions_of_another_company_are_not_found(three, system) -> None:
    first = warehouse.refresh()
    settings.put("company.currency", "EUR", by=system)
    warehouse.refresh()
    assert warehouse.kept(first.version) is None and warehouse.kept(first.version + 9) is None


def test_what_a_killed_refresh_left_is_removed(three, folder) -> None:
    warehouse.refresh()
    (folder / "spill").mkdir()
    (folder / "deals-2-1.parquet").write_bytes(b"half")
    warehouse.refresh(full=True)
    assert not (folder / "spill").exists() and not (folder / "deals-2-1.parquet").exists()


def test_a_load_that_wears_the_old_tables_out_and_not_the_new_ones_is_taken_in(db, system) -> None:
    """More than a quarter of what was there, and less of what is there now: no table keeps a delta, so no file holds the ids."""
    deals.create_many([{"name": f"Deal {n}", "amount": n} for n in range(10)], by=system)
    warehouse.refresh()
    deals.create_many([{"name": f"More {n}", "amount": n} for n in range(3)], by=system)
    warehouse.refresh()
    assert len(rows()) == 13
