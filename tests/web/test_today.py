"""Today: clocks, tasks and deals of a person or a team."""

from tests.conftest import NOW


def test_a_clear_day_says_so(company, signed_in):
    assert b"You are clear." in signed_in("hugo").get("/").content


def test_a_task_is_shown_and_ticked_off(company, signed_in):
    client, pk = signed_in("ines"), company["ours"].pk
    client.post(
        "/activities", {"about": "deal", "record": pk, "kind": "task", "subject": "Book the review", "due_on": NOW.date().isoformat()}
    )
    page = client.get("/").content.decode()
    assert "Book the review" in page
    task = page.split("/activities/")[1].split("/")[0]
    client.post(f"/activities/{task}/completion")
    assert "You are clear." in client.get("/").content.decode()


def test_a_waiting_lead_is_on_top(company, signed_in):
    assert b"Nora Lindholm" in signed_in("ana").get("/").content


def test_a_manager_can_look_at_the_team(company, signed_in):
    assert b"Nora Lindholm" in signed_in("daniel").get("/").content
