"""The files of an import where they are kept."""

from pathlib import Path

from django.conf import settings

from pacesetter.intake.models import Import, ImportFile
from pacesetter.intake.readers.dialect import Dialect
from pacesetter.intake.readers.formats import open_table
from pacesetter.intake.readers.tables import Table


def folder(batch: Import) -> Path:
    """Where the files of an import are kept."""
    return Path(settings.PACESETTER_DATA) / "uploads" / str(batch.batch)


def table_of(file: ImportFile) -> Table:
    """The file, read in the way that was shown when it was uploaded."""
    path = folder(file.batch) / file.path
    facts = file.facts
    dialect = (
        Dialect(**{key: facts[key] for key in ("encoding", "delimiter", "quote", "escape", "newline")})
        if facts.get("format") == "csv"
        else None
    )
    return open_table(path, dialect)
