"""Territory plans in the web: listed, begun, drawn and undone, through their states, for those who may; in three layouts and in Spanish."""

import datetime as dt
import re

import pytest

from pacesetter.base import clock, jobs, users
from pacesetter.base.models import Job
from pacesetter.crm.models import Account
from pacesetter.planning import territory_drafts, territory_plans, territory_publishing
from pacesetter.planning.models import TerritoryPlan
from pacesetter.web import charts, territory_map
from pacesetter.web.territory_map import Map
from tests.planning import drawn

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "work"}


@pytest.fixture
def known(cast, system):
    return drawn.company(cast, system)


@pytest.fixture
def plan(known, cast):
    return drawn.draft(cast.actor("chiara"))


@pytest.fixture
def client(signed_in):
    return signed_in("chiara")


def read(client, where, status=200, **more):
    answer = client.get(where, **more)
    assert answer.status_code == status, answer.content.decode()[:400]
    return answer.content.decode()


def send(client, to, status=200, **data):
    answer = client.post(to, data, follow=True)
    assert answer.status_code == status
    return answer.content.decode()


def place(plan, name):
    return plan.territories.get(name=name)


def at(plan, more=""):
    return f"/territory-plans/{plan.pk}{more}"


def run_all():
    for job in Job.objects.filter(state="queued").order_by("pk"):
        drawn.run(job)


class TestList:
    def test_it_is_empty_then_a_plan_is_begun_and_its_progress_shown(self, known, client):
        assert "No territory plan yet" in read(client, "/territory-plans")
        page = send(client, "/territory-plans", form="new", name="FY27", where="city in (Madrid, Sevilla)")
        plan = TerritoryPlan.objects.get()
        assert "The plan is begun" in page and 'id="work"' in page and "Waiting" in page and "Balance" not in page
        assert 'id="work"' in read(client, at(plan), **HTMX)
        run_all()
        assert client.get(at(plan), **HTMX)["HX-Refresh"] == "true"
        assert "4 accounts, city in (Madrid, Sevilla)" in read(client, at(plan))
        assert "FY27" in read(client, "/territory-plans")

    def test_what_is_refused_stands_at_its_field(self, plan, client):
        for sent, said in (
            ({"name": ""}, "Name is missing."),
            ({"name": "FY27"}, "already used"),
            ({"name": "B", "where": "city = Roma"}, "No account fulfils"),
            ({"name": "B", "where": "colour = blue"}, "no field called"),
        ):
            assert said in send(client, "/territory-plans", status=422, form="new", **sent)
        assert TerritoryPlan.objects.count() == 1

    def test_a_plan_is_copied(self, plan, client):
        assert "FY27, copy" in read(client, f"/territory-plans?copy={plan.pk}")
        send(client, f"/territory-plans?copy={plan.pk}", form="new", name="FY27 B")
        assert TerritoryPlan.objects.get(name="FY27 B").source == plan


class TestPlan:
    @pytest.mark.parametrize("layout", ["table", "grid", "map"])
    def test_each_layout_names_territories_and_writes_nothing(self, plan, client, layout):
        before = plan.version
        page = read(client, at(plan, f"?layout={layout}"))
        assert "Hugo Marchetti" in page and "Ines Navarro" in page and "Proposed moves" in page
        plan.refresh_from_db()
        assert plan.version == before

    def test_accounts_move_and_come_back(self, known, plan, client):
        hugo = place(plan, "Hugo Marchetti")
        two = [known["Madrid 1"].pk, known["Sevilla 1"].pk]
        page = send(client, at(plan, "/moves"), do="move", id=two, territory=hugo.pk, version=plan.version)
        assert "2 accounts moved to Hugo Marchetti" in page and "2 of 6 accounts" in page and "1 open deal, $5,000" in page
        moved = read(client, at(plan, "?moved=1"))
        assert "Madrid 1" in moved and "Madrid 2" not in moved
        [undo] = set(re.findall(r'action="(/territory-plans/\d+/moves/\d+/undo)"', page))
        assert "2 accounts put back" in send(client, undo)
        assert "Some of these accounts moved again since" in send(client, undo)
        assert plan.accounts.filter(place=hugo).count() == 2

    def test_what_cannot_be_moved_says_why(self, known, plan, client):
        ids = [known["Madrid 1"].pk]
        hugo = place(plan, "Hugo Marchetti").pk
        assert "Select some rows first." in send(client, at(plan, "/moves"), do="move", territory=hugo)
        assert "Choose where these accounts go." in send(client, at(plan, "/moves"), do="move", id=ids)
        assert "Somebody else drew FY27 meanwhile" in send(client, at(plan, "/moves"), do="move", id=ids, territory=hugo, version=99)
        assert "1 account changed" in send(client, at(plan, "/moves"), do="pin", id=ids)
        assert "stay where they are" in send(client, at(plan, "/moves"), do="move", id=ids, territory=hugo)
        send(client, at(plan, "/moves"), do="unpin", id=ids)
        send(client, at(plan, "/moves"), do="hold", id=ids)
        assert "waits for open deals" in read(client, at(plan))

    def test_territories_are_added_changed_followed_and_removed(self, known, plan, client, cast):
        send(client, at(plan), form="add", **{"new-name": "South", "new-owner": cast.ines.pk})
        south = place(plan, "South")
        where = at(plan, f"?territory={south.pk}")
        values = {
            "name": "South",
            "owner": cast.ines.pk,
            "where": "city = Sevilla",
            "capacity": "0.5",
            "latitude": "37.4",
            "longitude": "-6",
        }
        assert "Territory South saved" in send(client, where, form="alter", **values)
        assert "A capacity is above 0" in send(client, where, status=422, form="alter", **values | {"capacity": "0"})
        assert "2 accounts follow a rule now" in send(client, at(plan), form="sort")
        assert "still has 2 accounts" in send(client, where, form="remove")
        send(client, at(plan, "/moves"), do="move", id=[known["Sevilla 1"].pk, known["Sevilla 2"].pk], territory="0")
        assert "Accounts in no territory" in read(client, at(plan, "?territory=0"))
        assert "Territory South removed" in send(client, where, form="remove")

    def test_two_plans_are_compared(self, plan, client, cast):
        other = drawn.draft(cast.actor("chiara"), "Madrid", where="city = Madrid")
        assert "0 of 2 shared accounts lie elsewhere" in read(client, at(plan, f"?with={other.pk}"))

    def test_a_plan_of_nobodys_accounts_is_a_page_too(self, client, cast, system):
        from pacesetter.crm import accounts

        accounts.create(name="Alone", by=system)
        plan = drawn.draft(cast.actor("chiara"))
        for layout in ("table", "map"):
            assert "No territory yet" in read(client, at(plan, f"?layout={layout}"))
        assert read(client, at(plan, "/map.svg")).startswith("<svg")

    @pytest.mark.parametrize(
        "query", ["?cursor=x", f"?cursor={10**30}.1", f"?territory={10**30}", f"?with={10**30}", "?territory=x&layout=x"]
    )
    def test_a_forged_address_is_answered(self, plan, client, query):
        assert client.get(at(plan, query)).status_code in (200, 422)

    def test_forged_ids_move_nothing(self, known, plan, client):
        ids = [10**30, known["Madrid 1"].pk]
        assert "may not see it" in send(client, at(plan, "/moves"), do="move", id=ids, territory=place(plan, "Hugo Marchetti").pk)
        assert "may not see it" in send(client, at(plan, "/moves"), do="move", id=ids[1:], territory=10**30)
        assert not plan.accounts.exclude(how="live").exists()


class TestMap:
    def test_it_is_drawn_with_a_link_per_account(self, known, plan, client):
        svg = read(client, at(plan, "/map.svg?w=640"))
        assert svg.count('role="link"') == 6 and f"/accounts/{known['Milano 1'].pk}" in svg and "Sevilla" in svg and "NaN" not in svg

    def test_many_accounts_are_drawn_by_squares(self, known, plan, client, monkeypatch):
        monkeypatch.setattr(territory_map, "MOST", 3)
        svg = read(client, at(plan, "/map.svg"))
        assert svg.count('role="link"') == 3 and "2 accounts" in svg and "NaN" not in svg

    def test_its_spec_is_vega_lite(self, plan, cast):
        altair = pytest.importorskip("altair")
        from pacesetter.planning.territory_figures import Figures

        territory_drafts.alter(place(plan, "Ines Navarro"), latitude=40.4, longitude=-3.7, by=cast.actor("chiara"))
        spec = charts.coloured(Map(Figures(plan)).spec(), plain=True)
        altair.LayerChart.from_dict(spec, validate=True)


class TestLife:
    def test_submitted_sent_back_approved_published_and_taken_back(self, known, plan, client, cast):
        sevilla = known["Sevilla 1"].pk
        send(client, at(plan, "/moves"), do="move", id=[sevilla], territory=place(plan, "Hugo Marchetti").pk)
        send(client, at(plan), form="submit")
        assert "Sent back: Too far" in send(client, at(plan), form="return", reason="Too far")
        send(client, at(plan), form="submit")
        assert "Review and publish" in send(client, at(plan), form="approve")
        sheet = read(client, at(plan, "/publication"))
        assert "1 of 6 accounts" in sheet and "stay with who has them" in sheet
        assert "is over" in send(client, at(plan, "/publication"), status=422, do="publish", on="2020-01-01")
        page = send(client, at(plan, "/publication"), do="publish", on=clock.today().isoformat())
        assert 'id="work"' in page
        run_all()
        assert Account.objects.get(pk=sevilla).owner == cast.hugo
        assert "Take back" in read(client, at(plan)) and "1 account goes back" in read(client, at(plan, "/publication"))
        send(client, at(plan, "/publication"), do="withdraw")
        run_all()
        assert Account.objects.get(pk=sevilla).owner == cast.ines
        assert "Archived" in read(client, at(plan))

    def test_a_publication_ahead_says_its_day(self, plan, client, cast):
        chiara = cast.actor("chiara")
        territory_plans.approve(territory_plans.submit(plan, by=chiara), by=chiara)
        territory_publishing.publish(plan, on=clock.today() + dt.timedelta(days=30), by=chiara)
        assert "from 20 Dec on" in read(client, at(plan)) and "Its day has not come" in read(client, at(plan, "/publication"))

    def test_a_job_that_failed_is_said(self, known, client, cast):
        job = territory_plans.create("FY27", by=cast.actor("chiara"))
        jobs.cancel(job, by=cast.actor("chiara"))
        page = read(client, at(TerritoryPlan.objects.get()))
        assert "Cancelled" in page and "every 1s" not in page


class TestWhoMay:
    def test_sellers_have_no_door(self, plan, signed_in):
        for who in ("ines", "daniel", "nobody"):
            for where in ("/territory-plans", at(plan), at(plan, "/map.svg"), at(plan, "/publication")):
                assert signed_in(who).get(where).status_code == 403
            assert "Territories" not in read(signed_in(who), "/") if who != "nobody" else True

    def test_who_draws_does_not_approve(self, plan, signed_in):
        yuki = signed_in("yuki")
        assert 'value="submit"' in read(yuki, at(plan))
        assert 'value="approve"' not in send(yuki, at(plan), form="submit")
        assert yuki.post(at(plan), {"form": "approve"}).status_code == 403
        assert yuki.post(at(plan, "/publication"), {"do": "publish"}).status_code == 403

    def test_who_only_reads_has_nothing_to_press(self, known, plan, signed_in, cast, system):
        from pacesetter.base.models import Role

        users.edit(cast.hugo, role=Role.objects.get(key="executive"), by=system)
        page = read(signed_in("hugo"), at(plan))
        assert "Madrid 1" in page and 'name="form"' not in page.split("<main")[1] and "checkbox" not in page
        assert signed_in("hugo").post(at(plan, "/moves"), {"do": "pin", "id": [known["Madrid 1"].pk]}).status_code == 403


def test_in_spanish(known, plan, client, cast, system):
    users.edit(cast.chiara, language="es", by=system)
    page = read(client, at(plan))
    assert "Territorios" in page and "6 cuentas" in page and "Oportunidades abiertas" in page and "Carga de trabajo" in page
    assert "Planes de territorio" in read(client, "/territory-plans")
