"""Event logs come in as a company's process, deals, histories and what was done; and the forecast reads them like its own."""

import datetime as dt

import pytest

from pacesetter.base import warehouse
from pacesetter.crm.models import Activity, Deal, DealChange, Pipeline, Stage
from pacesetter.intake import imports
from pacesetter.planning import histories
from tests.intake.test_xes import HEAD, case

pytestmark = pytest.mark.django_db
D = dt.date
LOG = (
    case("7", ("A_SUBMITTED", 1), ("W_Call", 2), ("O_SENT", 3), ("A_APPROVED", 4)),
    case("8", ("A_SUBMITTED", 1), ("A_DECLINED", 2), amount="900"),
    case("9", ("A_SUBMITTED", 2), ("O_SENT", 5), amount="300"),
)


@pytest.fixture
def loaded(system, settings, tmp_path):
    settings.PACESETTER_DATA = tmp_path / "data"
    path = tmp_path / "loans.2026.xes"
    path.write_text(HEAD + "".join(LOG) + "</log>")
    batch = imports.start(path, by=system)
    imports.check_now(batch, by=system)
    assert imports.run_now(imports.run(batch, by=system), batch).state == "done"
    return batch


def test_a_log_is_a_process_with_its_deals(loaded):
    pipeline = Pipeline.objects.get(label__en="loans")
    stages = Stage.objects.filter(pipeline=pipeline).order_by("position")
    assert [(stage.label["en"], stage.type) for stage in stages] == [
        ("A_SUBMITTED", "open"), ("O_SENT", "open"), ("Won", "won"), ("Lost", "lost"),
    ]  # fmt: skip
    deals = {deal.name: deal for deal in Deal.objects.filter(pipeline=pipeline)}
    assert {name: (deal.status, deal.amount, deal.created_on, deal.closed_on) for name, deal in deals.items()} == {
        "7": ("won", 500_00, D(2026, 1, 1), D(2026, 4, 1)),
        "8": ("lost", 900_00, D(2026, 1, 1), D(2026, 2, 1)),
        "9": ("open", 300_00, D(2026, 2, 1), None),
    }
    assert [(one.subject, one.kind, one.deal_id) for one in Activity.objects.all()] == [("W_Call", "task", deals["7"].pk)]


def test_its_history_is_on_its_own_days(loaded):
    told = DealChange.objects.filter(origin="told", deal_id=Deal.objects.get(name="7").pk).order_by("occurred_at")
    assert [change.occurred_at.date() for change in told][-2:] == [D(2026, 3, 1), D(2026, 4, 1)]
    warehouse.refresh()
    found = histories.of_company(warehouse.current())
    seven = int(next(place for place, name in enumerate(found.ids) if int(name) == Deal.objects.get(name="7").pk))
    assert bool(found.won[seven]) and found.ended[seven] == histories.end_of(D(2026, 4, 1)) - 0.5
    march = found.known("stage", found.open_at(histories.end_of(D(2026, 3, 2))), histories.end_of(D(2026, 3, 2)))[0]
    assert len(march) == 2, "seven and nine were open, each in its stage"


def test_it_can_be_taken_back(loaded, system):
    imports.run_now(imports.revert(loaded, by=system), loaded)
    assert not Deal.objects.exists() and not Activity.objects.exists() and not Pipeline.objects.filter(label__en="loans").exists()
