"""The Maven CRM folder as shipped: read, repaired, loaded, loaded again, reverted."""

import time

import pytest
from django.apps import apps

from pacesetter.base.models import ExternalId, Option, Team, User
from pacesetter.crm.models import Account, Deal, DealChange, LineItem, Product
from pacesetter.intake import imports
from pacesetter.intake.models import Finding, Import, Refusal, Repair

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]


def loaded(folder, by) -> Import:
    batch = imports.start(folder, by=by)
    imports.run_now(imports.check(batch, by=by), batch)
    imports.accept_all(batch, by=by)
    job = imports.run_now(imports.run(batch, by=by), batch)
    assert job.state == "done", job.error
    return batch


def test_maven(maven, system):
    batch = imports.start(maven, by=system)
    for f in batch.files.all(): print(f.name, f.target, f.ignored, f.facts)
    t=time.time()
    job = imports.run_now(imports.check(batch, by=system), batch)
    assert job.state == "done", job.error
    print("check", time.time()-t, batch.totals)
    for f in batch.files.all(): print(f.name, f.rows, f.new, f.updates, f.same, f.refused)
    for r in Repair.objects.all(): print(r.file.name, r.column, r.kind, r.rows, r.code, r.values[:3])
    for r in Finding.objects.all(): print(r.file.name, r.column, r.code, r.rows, r.params, r.lines[:3])
    for r in Refusal.objects.all()[:10]: print(r.file.name, r.line, r.code, r.params)
    imports.accept_all(batch, by=system)
    t=time.time()
    job = imports.run_now(imports.run(batch, by=system), batch)
    print("load", time.time()-t)
    assert job.state == "done", job.error
    for f in batch.files.all(): print(f.name, f.rows, f.new, f.updates, f.same, f.refused)
    print({m.__name__: m.objects.count() for m in (Account, Deal, DealChange, LineItem, Product, User, Team, Option, ExternalId)})
    t=time.time()
    again = imports.start(maven, by=system)
    job = imports.run_now(imports.check(again, by=system), again)
    print("again", time.time()-t)
    for f in again.files.all(): print(f.name, f.rows, f.new, f.updates, f.same, f.refused, f.target, f.remembered_at)
    t=time.time()
    job = imports.run_now(imports.revert(batch, by=system), batch)
    print("revert", time.time()-t, job.state, job.error, batch.kept)
    print({m.__name__: m.objects.count() for m in (Account, Deal, DealChange, LineItem, Product, User, Team, Option, ExternalId)})
