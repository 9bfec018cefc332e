"""Saved views: a name for a list's address."""

from pacesetter.base.models import SavedView


def test_a_view_is_saved_pinned_and_removed(company, signed_in):
    client = signed_in("ines")
    client.post("/deals/views", {"name": "Big ones", "query": "where=amount+>=+40000", "pinned": "on"})
    view = SavedView.objects.get()
    page = client.get("/deals").content.decode()
    assert f"view={view.pk}&amp;where" in page  # as a tab and as a pinned place
    assert ">Big ones<" in page
    assert "Platform rollout" in client.get(f"/deals?view={view.pk}&{view.query}").content.decode()
    client.post(f"/views/{view.pk}", {"remove": ""})
    assert not SavedView.objects.exists()


def test_a_seller_may_not_share(company, signed_in):
    answer = signed_in("ines").post("/deals/views", {"name": "For all", "query": "", "shared": "on"})
    assert answer.status_code == 403


def test_somebody_elses_view_is_not_there(company, signed_in):
    signed_in("ines").post("/deals/views", {"name": "Mine", "query": ""})
    assert signed_in("hugo").post(f"/views/{SavedView.objects.get().pk}", {"remove": ""}).status_code == 404
