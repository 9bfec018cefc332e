"""Make the data folder ready: create it, migrate it, make sure of triggers and start data."""

import contextlib
import io
import os
from pathlib import Path


def ready(*, quiet: bool = True) -> None:
    """Set Django up and bring the data folder up to date; quick when there is nothing to do."""
    set_up(quiet=quiet)
    if _behind() or _begun().exists():
        migrate()


def set_up(*, quiet: bool = True) -> None:
    """Set Django up over the data folder, and leave the database alone."""
    import logging

    import django
    from django.conf import settings

    settings.PACESETTER_DATA.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    django.setup()
    if quiet:
        logging.getLogger().setLevel(logging.WARNING)
    _catalogues(Path(settings.PACESETTER_DATA))


def _behind() -> bool:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> None:
    """Bring the database up to date, with its triggers and start data; who is killed before all is there is followed by the next."""
    from django.core.management import call_command

    from pacesetter.base import ensure

    _begun().touch()
    with contextlib.redirect_stdout(io.StringIO()):
        call_command("migrate", interactive=False, verbosity=0)
    ensure.ensure()
    _begun().unlink(missing_ok=True)


def _begun() -> Path:
    """A mark in the data folder while the database is brought up to date."""
    from django.conf import settings

    return Path(settings.PACESETTER_DATA) / "migrating"


def _catalogues(data: Path) -> None:
    """An installed package has no compiled catalogues: compile them into the data folder."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    sources = (Path(__file__).parent.parent / "locale").glob("*/LC_MESSAGES/django.po")
    for source in sources:
        target = data / "locale" / source.parent.parent.name / "LC_MESSAGES" / "django.mo"
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            target.parent.mkdir(parents=True, exist_ok=True)
            scratch = target.with_suffix(f".{os.getpid()}")
            with source.open("rb") as text, scratch.open("wb") as out:
                write_mo(out, read_po(text))
            scratch.replace(target)
