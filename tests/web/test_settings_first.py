"""/settings leads on to the first page that one may open."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("who", "to"), [("ada", "/settings/company"), ("ines", "/settings/tokens")])
def test_it_leads_on(signed_in, who, to):
    assert signed_in(who).get("/settings")["Location"] == to


def test_without_a_role_there_is_nothing(signed_in):
    assert signed_in("nobody").get("/settings").status_code == 403
