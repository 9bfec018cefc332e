"""Every refusal that the code raises has a sentence, and every sentence names only parameters."""

import importlib
import pathlib
import pkgutil
import re
import string

import pacesetter
from pacesetter.core.errors import SENTENCES

PACKAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "pacesetter"
RAISED = re.compile(r"(?:Refused|Invalid|NotAllowed|NotFound|Conflict|RateMissing)\(\s*\"([a-z_]+)\"")


def import_everything():
    """Rooms add their sentences next to the code that raises them."""
    for module in pkgutil.walk_packages(pacesetter.__path__, "pacesetter."):
        if not module.name.endswith(("__main__", "wsgi")):
            importlib.import_module(module.name)


def test_every_code_has_a_sentence():
    import_everything()
    raised = {code for file in PACKAGE.rglob("*.py") for code in RAISED.findall(file.read_text())}
    assert raised - SENTENCES.keys() == set()


def test_sentences_are_whole():
    for code, sentence in SENTENCES.items():
        names = [name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None]
        assert all(name.isidentifier() for name in names), code
        assert sentence[-1] in ".?…”" or sentence.endswith("}"), code
