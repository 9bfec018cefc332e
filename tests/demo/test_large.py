"""The large demo company: the shape of the small one, and rows that agree with each other, in whatever number."""

import json
from pathlib import Path
from statistics import median

import pyarrow.parquet as parquet
import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q, Sum
from django.test import override_settings

from pacesetter.analytics import numbers
from pacesetter.base import clock, warehouse
from pacesetter.base.actor import Actor
from pacesetter.base.keeping import doctor
from pacesetter.base.models import HistoryEntry, Reporting, User
from pacesetter.core.metrics import METRICS
from pacesetter.crm.models import Account, Activity, Contact, Deal, DealChange, DealContact, Lead, LeadChange
from pacesetter.demo import cast, make
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
COUNT = 2_000
HELD = {
    "stage": "stage_id",
    "status": "status",
    "amount": "amount",
    "annual_amount": "annual_amount",
    "close_date": "close_date",
    "owner": "owner_id",
    "currency": "currency",
    "type": "type",
    "pipeline": "pipeline_id",
}


@pytest.fixture(scope="module", autouse=True)
def company(django_db_setup, django_db_blocker, tmp_path_factory):
    """Made once for all tests of this file, in a data folder of its own, and gone after them."""
    own = override_settings(PACESETTER_DATA=tmp_path_factory.mktemp("large"))
    with own, django_db_blocker.unblock(), transaction.atomic():
        with clock.set_to(NOW):
            make("l", seed=7, password="amber-quarry-77-lake", step=lambda *_: None, count=COUNT)
        yield
        transaction.set_rollback(True)


def test_there_is_as_much_of_everything_as_promised():
    assert Deal.objects.count() == COUNT
    assert Activity.objects.count() == pytest.approx(10 * COUNT, rel=0.01)
    assert DealChange.objects.count() == pytest.approx(5 * COUNT, rel=0.05)
    assert Lead.objects.count() == COUNT and Account.objects.count() > COUNT / 2 and Contact.objects.count() > COUNT
    open_share = Deal.objects.open().count() / COUNT
    assert 0.05 < open_share < 0.11


def test_every_change_has_its_entry_and_every_record_its_first_one():
    deals = HistoryEntry.objects.filter(noun="deal")
    assert deals.count() == DealChange.objects.count()
    for noun, model in (("deal", Deal), ("account", Account), ("contact", Contact), ("lead", Lead)):
        assert HistoryEntry.objects.filter(noun=noun, kind=f"{noun}.created").count() == model.objects.count()
    assert all(isinstance(entry.changes, dict) and entry.changes for entry in deals.order_by("-pk")[:200])
    assert not Deal.objects.exclude(version=1).filter(updated_at__lte=F("created_at")).exists()


def test_the_last_known_values_are_those_of_the_deal():
    known: dict[int, dict[str, object]] = {}
    for change in DealChange.objects.order_by("deal_id", "occurred_at", "id"):
        known.setdefault(change.deal_id, {}).update({name: getattr(change, HELD[name]) for name in change.fields if name in HELD})
        assert {name: getattr(change, HELD[name]) for name in HELD} == known[change.deal_id]  # and no row contradicts those before it
    for deal in Deal.objects.all():
        assert {name: getattr(deal, HELD[name]) for name in HELD} == known[deal.pk]
    assert not DealChange.objects.filter(occurred_at__gt=NOW).exists()


def test_a_deal_agrees_with_itself_and_its_parts():
    assert not Deal.objects.exclude(status=F("stage__type")).exists()
    assert not Deal.objects.annotate(sold=Sum("lines__amount")).exclude(sold=F("amount")).exists()
    assert not Deal.objects.filter(Q(created_on__gt=NOW.date()) | Q(closed_on__gt=NOW.date()) | Q(closed_on__lt=F("created_on"))).exists()
    touched = Deal.objects.annotate(last=Max("activities__happened_at", filter=~Q(activities__kind="task")))
    assert not touched.exclude(last=F("last_activity_at")).exclude(last=None, last_activity_at=None).exists()
    assert not DealContact.objects.exclude(contact__account=F("deal__account")).exists()
    assert not Activity.objects.filter(contact__isnull=False).exclude(contact__account=F("account")).exists()
    assert Deal.objects.open().exclude(next_step="").count() == Activity.objects.open_tasks().count() > 0
    assert Deal.objects.values("name", "account", "created_on").distinct().count() > 0.99 * COUNT


def test_leads_became_the_deals_they_say():
    converted = Lead.objects.filter(status__type="converted")
    assert 0.05 < converted.count() / COUNT < 0.15
    assert not converted.exclude(converted_account=F("converted_deal__account")).exists()
    assert not converted.filter(converted_at__lt=F("received_at")).exists()
    assert Lead.objects.filter(first_response_at=None).count() / COUNT == pytest.approx(0.13, abs=0.04)
    assert LeadChange.objects.count() == COUNT + converted.count()


def test_segments_win_last_and_pay_as_in_the_small_company():
    for key, segment in cast.SEGMENTS.items():
        new = Deal.objects.filter(type="new", account__segment={"small": "small_business", "mid": "mid_market"}.get(key, key))
        closed = new.exclude(status="open")
        won = [deal for deal in closed if deal.status == "won"]
        assert len(won) / closed.count() == pytest.approx(segment.win_rate, abs=0.08 if key == "enterprise" else 0.05)
        days = median((deal.closed_on - deal.created_on).days for deal in won)
        assert segment.median_cycle * 0.75 < days < segment.median_cycle * 1.4
        worth = median(deal.annual_amount for deal in won) / 100
        assert worth == pytest.approx(segment.mean_value * 0.8, rel=0.35)  # log-normal: the median lies below the mean
    slipped = Deal.objects.exclude(status="open").filter(slips__gte=1).count() / Deal.objects.exclude(status="open").count()
    assert 0.5 < slipped < 0.75


def test_people_see_what_is_theirs():
    seller = User.objects.filter(role__key="seller", is_active=True).latest("pk")
    manager = Reporting.objects.get(user=seller).manager
    reports = set(Reporting.objects.on(NOW.date()).filter(manager=manager).values_list("user_id", flat=True))
    assert seller.pk in reports and len(reports) > 1
    mine, ours = (Deal.objects.visible_to(Actor.of(user, via="web")) for user in (seller, manager))
    assert mine.count() == Deal.objects.filter(owner=seller).count() > 0
    assert ours.count() == Deal.objects.filter(owner__in=reports | {manager.pk}).count() < COUNT
    head = Reporting.objects.get(user=manager).manager
    assert Deal.objects.visible_to(Actor.of(head, via="web")).count() > ours.count()
    assert not Deal.objects.filter(owner__is_active=False).open().exists()
    assert seller.check_password("amber-quarry-77-lake")


def test_every_metric_answers_and_the_doctor_is_content(system):
    warehouse.refresh()
    for key in METRICS:
        (cell,) = numbers.measure(key, by=system, period="all" if METRICS[key].trend == "flow" else "last_quarter")
        assert cell.value is not None, key
    (won,) = numbers.measure("win_rate", by=system, period="all")
    assert won.value == pytest.approx(0.29, abs=0.08)
    assert {part: found for part, found in doctor.examine().items() if found} == {}


def test_numbers_of_rows_go_on_where_the_flood_ended(system):
    from pacesetter.crm import deals

    assert deals.create(name="One more", account=Account.objects.first().pk, by=system).pk == COUNT + 1


def test_what_was_planted_is_written_down():
    folder = Path(settings.PACESETTER_DATA) / "demo"
    assert json.loads((folder / "truth.json").read_text())["odds"]["several_contacts"] == 1.6
    planted = parquet.read_table(folder / "truth.parquet").to_pylist()
    ended = {row["id"]: row["won"] for row in planted if row["ends"] <= NOW.date()}
    assert ended == {pk: status == "won" for pk, status in Deal.objects.exclude(status="open").values_list("pk", "status")}


def test_the_same_seed_sells_the_same():
    import numpy as np

    from pacesetter.demo import plan
    from pacesetter.demo.large import sales

    script = plan.outline(NOW.date())
    skill = np.ones((len(cast.SEATS), 2))
    one, two, other = (sales.draw(500, 2, skill, script.since, script.today, np.random.default_rng(seed)).deals for seed in (7, 7, 8))
    assert all((one[name] == two[name]).all() for name in one)
    assert not all((one[name] == other[name]).all() for name in one)
    assert len(one["seat"]) == len(two["seat"]) == 500
