"""Every page says everything in the reader's language, and writes numbers and dates its way."""

import pytest

from pacesetter.base import settings, users
from tests.web import pseudo
from tests.web.test_every_page import PAGES

# Names of things that are the same in every language.
NAMES = ["Pacesetter", "pacesetter", "English", "Español", "Italiano", "p80", "Meridian Group", "Europe/Madrid", "Authorization: Bearer"]
RECORDS = "{noun}s/{pk} {noun}s/{pk}/form"


@pytest.fixture
def looked_at(company, cast, system, signed_in):
    """The company of the web tests and the address of one page of every kind."""
    settings.put("company.name", "Meridian Group", by=system)
    records = [("account", "acme"), ("contact", "dana"), ("deal", "ours"), ("lead", "lead")]
    own = [address for noun, name in records for address in RECORDS.format(noun=noun, pk=company[name].pk).split()]
    deal, lead = company["ours"].pk, company["lead"].pk
    own += [f"deals/{deal}/closure?result={result}" for result in ("won", "lost")]
    own += [f"deals/{deal}?tab={tab}" for tab in ("people", "lines", "changes", "tasks")]
    own += [f"leads/{lead}/conversion", f"settings/people/{cast.ines.pk}", f"settings/teams/{cast.south.pk}"]
    own += [f"metrics/{key}" for key in ("win_rate", "bookings", "lead_response_time")] + ["metrics/win_rate/target"]
    return own


def test_no_word_is_left_untranslated(looked_at, signed_in, monkeypatch):
    client = signed_in("ada")
    pseudo.speak(monkeypatch)
    known, found = pseudo.data_values() + NAMES, set()
    for path in [*PAGES, *looked_at]:
        answer = client.get(f"/{path}")
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            found |= {(text, path) for text in pseudo.unwrapped(answer.content.decode(), known)}
    assert not found, "\n".join(sorted(f"{path}: {text}" for text, path in found))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Friday 20 November", "$46,000", "30 Nov"]),
        ("es", ["Viernes, 20 de noviembre", "46.000 $", "30 nov"]),
        ("it", ["Venerdì 20 novembre", "46.000 $", "30 nov"]),
    ],
)
def test_pages_write_the_readers_way(company, cast, system, signed_in, language, said):
    users.edit(cast.ines, by=system, language=language)
    client = signed_in("ines")
    pages = "".join(client.get(path).content.decode() for path in ("/", "/deals"))
    assert f'<html lang="{language}"' in pages
    assert [text for text in said if text not in pages.replace("\xa0", " ")] == []
