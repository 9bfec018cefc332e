"""Where there are more people than a list can name, one searches for them: in filters, forms and credits."""

import pytest

from pacesetter.crm import choices


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch):
    monkeypatch.setattr(choices, "MANY", 1)


def test_the_owner_is_searched_for_in_filters_and_named_without_javascript(signed_in, company, cast):
    client = signed_in("daniel")
    shown = client.get(f"/deals?view=all&owner={cast.ines.pk}").content.decode()
    assert f'<input type="hidden" name="owner" value="{cast.ines.pk}">' in shown
    assert f'name="owner_text" value="{cast.ines.name}"' in shown
    assert 'data-src="/options/user?me=1"' in shown
    assert shown.count("<tr data-href") == client.get(f"/deals?view=all&owner_text={cast.ines.name}").content.decode().count(
        "<tr data-href"
    )


def test_people_are_suggested_within_ones_scope(signed_in, cast):
    name = cast.daniel.name
    assert name in signed_in("daniel").get(f"/options/user?q={name[:3]}").content.decode()
    assert name not in signed_in("mei").get(f"/options/user?q={name[:3]}").content.decode()
    assert 'data-value="@me"' in signed_in("ines").get("/options/user?me=1&q=me").content.decode()


def test_a_deal_is_given_to_somebody_by_name(signed_in, company, cast):
    pk = company["ours"].pk
    client = signed_in("daniel")
    assert "x-combo" in client.get(f"/deals/{pk}/fields/owner").content.decode()
    client.post(f"/deals/{pk}/fields/owner", {"owner": "", "owner_text": cast.daniel.name})
    company["ours"].refresh_from_db()
    assert company["ours"].owner_id == cast.daniel.pk
    assert client.post(f"/deals/{pk}/fields/owner", {"owner": "", "owner_text": "Nobody at all"}).status_code == 422


def test_credits_name_people_too(signed_in, company, cast):
    pk = company["ours"].pk
    client = signed_in("daniel")
    assert 'name="user_text"' in client.get(f"/deals/{pk}").content.decode()
    sent = {"user": ["", ""], "user_text": [cast.daniel.name, ""], "kind": ["owner", "owner"], "share": ["100", ""]}
    client.post(f"/deals/{pk}/credits", sent)
    assert [row.user_id for row in company["ours"].credits.all()] == [cast.daniel.pk]
