"""Told histories: as of a past day a deal is what the other system says it was, whatever it is today."""

import datetime as dt

import pytest

from pacesetter.analytics import numbers
from pacesetter.crm.models import Deal, DealChange
from pacesetter.intake import imports

pytestmark = pytest.mark.django_db
DEALS = """Id,IsDeleted,Name,StageName,Amount,CloseDate,CreatedDate,OwnerId
0061,0,Growing,Negotiation,900,2026-12-01,2026-01-10T09:00:00.000+0000,005A
0062,0,Won,Closed Won,500,2026-09-30,2026-02-01T09:00:00.000+0000,005A
"""
STAGES = """Id,OpportunityId,CreatedDate,StageName,Amount,CloseDate,Probability,ForecastCategory
1,0061,2026-01-10T09:00:00.000+0000,Discovery,100,2026-06-30,10,Pipeline
3,0061,2026-08-01T09:00:00.000+0000,Negotiation,800,2026-12-01,80,Forecast
2,0061,2026-04-01T09:00:00.000+0000,Proposal,300,2026-06-30,60,Pipeline
4,0062,2026-02-01T09:00:00.000+0000,Discovery,400,2026-09-30,10,Pipeline
5,0062,2026-07-15T09:00:00.000+0000,Closed Won,500,2026-09-30,100,Closed
"""
FIELDS = """Id,OpportunityId,CreatedDate,Field,OldValue,NewValue
1,0061,2026-04-01T09:00:00.000+0000,StageName,Discovery,Proposal
2,0061,2026-08-01T09:00:00.000+0000,StageName,Proposal,Negotiation
3,0061,2026-05-01T09:00:00.000+0000,Amount,100,900
4,0061,2026-06-01T09:00:00.000+0000,NextStep,Call,Write
"""


@pytest.fixture
def bring_files(system, tmp_path):
    def check(**files):
        folder = tmp_path / "export"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / f"{name}.csv").write_text(text)
        return imports.check_now(imports.start(folder, by=system), by=system)

    return check


def pipeline(system, day):
    (cell,) = numbers.measure("open_pipeline", by=system, period="all", as_of=day, variants={"span": "all_open"})
    return int(cell.num or 0)


@pytest.mark.parametrize(
    ("day", "open_then"),
    [("2026-01-09", 0), ("2026-01-20", 100), ("2026-03-01", 500), ("2026-05-02", 700), ("2026-07-14", 700), ("2026-07-16", 300), ("2026-08-02", 800), ("2026-11-20", 900)],
)  # fmt: skip
def test_stages_and_amounts_of_a_past_day(bring_files, load, system, day, open_then):
    load(bring_files(Opportunity=DEALS, OpportunityHistory=STAGES))
    assert pipeline(system, dt.date.fromisoformat(day)) == open_then


def test_a_deal_is_closed_when_its_history_says_so(bring_files, load):
    load(bring_files(Opportunity=DEALS, OpportunityHistory=STAGES))
    won = Deal.objects.get(name="Won")
    assert (won.closed_on, won.close_date) == (dt.date(2026, 7, 15), dt.date(2026, 9, 30))
    again = bring_files(Opportunity=DEALS, OpportunityHistory=STAGES)
    assert (again.count("new"), again.count("updates")) == (0, 0)


@pytest.mark.parametrize(("day", "open_then"), [("2026-01-20", 100), ("2026-03-01", 100), ("2026-05-02", 900), ("2026-08-02", 900)])
def test_field_histories_say_what_was_before(bring_files, load, system, day, open_then):
    batch = load(bring_files(Opportunity=DEALS.replace("Closed Won", "Closed Lost"), OpportunityFieldHistory=FIELDS))
    assert (
        pipeline(system, dt.date.fromisoformat(day))
        - (500 if dt.date(2026, 2, 1) <= dt.date.fromisoformat(day) < dt.date(2026, 9, 30) else 0)
        == open_then
    )
    history = batch.files.get(target="deal_history")
    assert (history.new, history.findings.get(code="property_untracked").params) == (3, {"property": "NextStep"})


def test_the_stage_of_a_past_day(bring_files, load):
    load(bring_files(Opportunity=DEALS, OpportunityFieldHistory=FIELDS))
    deal = Deal.objects.get(name="Growing")
    rows = DealChange.objects.filter(deal_id=deal.pk).order_by("occurred_at", "id")
    stages = [(row.occurred_at.date().isoformat(), row.stage_id) for row in rows if "stage" in row.fields]
    by_label = {stage.label["en"]: stage.pk for stage in deal.pipeline.stages.all()}
    assert stages == [("2026-01-10", by_label["Discovery"]), ("2026-04-01", by_label["Proposal"]), ("2026-08-01", by_label["Negotiation"])]


def test_a_later_history_joins_and_going_back_keeps_the_deals(bring_files, load, revert):
    load(bring_files(Opportunity=DEALS))
    before = list(DealChange.objects.order_by("occurred_at").values_list("deal_id", "occurred_at", "stage_id"))
    told = load(bring_files(OpportunityHistory=STAGES))
    assert DealChange.objects.filter(origin="told").count() == 5
    revert(told)
    assert list(DealChange.objects.order_by("occurred_at").values_list("deal_id", "occurred_at", "stage_id")) == before
    assert Deal.objects.get(name="Won").closed_on == dt.date(2026, 9, 30)


def test_a_load_killed_among_the_histories_goes_on(bring_files, system, monkeypatch):
    from pacesetter.crm import histories

    batch = bring_files(Opportunity=DEALS, OpportunityHistory=STAGES)
    imports.accept_all(batch, by=system)
    job = imports.run(batch, by=system)
    frame = histories._frame

    def dies(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(histories, "_frame", dies)
    with pytest.raises(KeyboardInterrupt):
        imports.run_now(job, batch)
    assert Deal.objects.count() == 2 and not DealChange.objects.filter(origin="told").exists()
    monkeypatch.setattr(histories, "_frame", frame)
    type(job).objects.filter(pk=job.pk).update(state="queued")
    assert imports.run_now(job, batch).state == "done"
    assert DealChange.objects.filter(origin="told").count() == 5
    assert pipeline(system, dt.date(2026, 5, 2)) == 700
