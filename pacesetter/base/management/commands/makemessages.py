"""`make messages`: Django's extraction, which also finds `mark(…)` and leaves catalogues that only change with their words."""

import re
from pathlib import Path

from django.core.management.commands import makemessages

STABLE = ["--no-location", "--sort-output"]
CHURN = re.compile(r'^"(?:POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid-Bugs-To): .*\n', re.MULTILINE)


class Command(makemessages.Command):
    """Extraction into the catalogues of the folder it runs in."""

    xgettext_options = [*makemessages.Command.xgettext_options, *STABLE, "--keyword=mark"]
    msguniq_options = [*makemessages.Command.msguniq_options, *STABLE]
    # A guess at a translation looks like one: what is new stays empty until somebody translates it.
    msgmerge_options = ["--quiet", "--backup=none", "--update", "--no-fuzzy-matching", *STABLE]
    msgattrib_options = [*makemessages.Command.msgattrib_options, *STABLE]

    @property
    def settings_available(self) -> bool:
        """Not asked: the settings name the folder of a running Pacesetter, not the one of the sources."""
        return False

    def write_po_file(self, potfile: str, locale: str) -> None:
        """One catalogue without the dates and persons of gettext's header."""
        super().write_po_file(potfile, locale)
        catalogue = Path(Path(potfile).parent, locale, "LC_MESSAGES", f"{self.domain}.po")
        catalogue.write_text(CHURN.sub("", catalogue.read_text("utf-8")), "utf-8")
