"""Spanish and Italian hold every message of the sources, translated, with the same placeholders."""

import ast
import pathlib
import re
import shutil

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po
from django.core.management import call_command

PACKAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "pacesetter"
LANGUAGES = ("es", "it")
CALLS = {"_": 0, "gettext": 0, "gettext_lazy": 0, "ngettext": 0, "pgettext": 1, "npgettext": 1, "mark": 0}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}|<[^>]+>")


def catalogue(language: str, package: pathlib.Path = PACKAGE) -> Catalog:
    """The catalogue of one language."""
    with (package / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file)


def messages(language: str, package: pathlib.Path = PACKAGE) -> dict[tuple, Message]:
    """Messages by their context and English."""
    return {(message.context, message.id): message for message in catalogue(language, package) if message.id}


def texts(of: str | tuple | list) -> list[str]:
    """One text, or its plural forms."""
    return [of] if isinstance(of, str) else list(of)


def differs(message: Message) -> bool:
    """Whether a form lacks placeholders or brings its own; the singular may say its number in words."""
    known = [set(PLACEHOLDER.findall(text)) for text in texts(message.id)]
    forms = [set(PLACEHOLDER.findall(text)) for text in texts(message.string)]
    return forms[-1] != known[-1] or any(not form <= known[-1] for form in forms)


def asked_for(file: pathlib.Path) -> set[str]:
    """The English that a module hands to a translation, wherever it stands."""
    calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    handed = [call.args[CALLS[call.func.id]] for call in calls if call.func.id in CALLS and call.args]
    return {given.value for given in handed if isinstance(given, ast.Constant)}


@pytest.fixture(scope="module")
def extracted(tmp_path_factory) -> pathlib.Path:
    """A copy of the package whose catalogues were just brought up to date, as `make messages` does."""
    if not shutil.which("xgettext"):
        pytest.skip("gettext is not installed")
    copy = tmp_path_factory.mktemp("sources") / "pacesetter"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "static", "*.mo"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copy)
        call_command("makemessages", all=True, no_obsolete=True, verbosity=0)
    return copy


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_in_the_catalogue(extracted, language):
    """Nothing is missing, nothing is left over."""
    known, fresh = messages(language), messages(language, extracted)
    assert {"missing": fresh.keys() - known.keys(), "left over": known.keys() - fresh.keys()} == {"missing": set(), "left over": set()}


def test_nothing_hides_from_the_extraction():
    """Gettext does not look into f-strings; this does."""
    known = {texts(english)[0] for _context, english in messages("es")}
    assert set().union(*(asked_for(file) for file in PACKAGE.rglob("*.py"))) - known == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_translated(language):
    """No empty form, no guess, no obsolete entry."""
    found = catalogue(language)
    assert [message.id for message in found if message.id and not all(texts(message.string))] == []
    assert [message.id for message in found if message.id and message.fuzzy] == []
    assert not found.obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_same(language):
    """What is filled in, and the tags around it."""
    assert [message.id for message in messages(language).values() if differs(message)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_can_be_compiled(language):
    """`pybabel compile` refuses what these checks find."""
    found = catalogue(language)
    assert [(message.id, problems) for message, problems in found.check()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_end_alike(language):
    """A full stop or a question mark stays one; labels have none, and nobody shouts."""
    for message in messages(language).values():
        for english, text in zip(texts(message.id), texts(message.string), strict=True):
            assert english.endswith((".", "…")) == text.endswith((".", "…")), english
            assert english.endswith("?") == text.endswith("?"), english
            assert "!" not in text, english
