from django.apps import AppConfig
from django.db.backends.signals import connection_created


class Config(AppConfig):
    name = "pacesetter.base"
    label = "base"
    verbose_name = "Foundation"

    def ready(self) -> None:
        from pacesetter.base import answers, factors, sources  # noqa: F401
        from pacesetter.base.keeping import looks  # noqa: F401

        connection_created.connect(_teach_sqlite, dispatch_uid="pacesetter_fold")


def _teach_sqlite(sender: object, connection: object, **_: object) -> None:
    """SQLite has no unaccent: lend it our own `fold`. Nor does it let anybody queue who wants to write."""
    from pacesetter.base import turns
    from pacesetter.core.text import fold

    if connection.vendor == "sqlite":  # type: ignore[attr-defined]
        connection.connection.create_function("pacesetter_fold", 1, fold, deterministic=True)  # type: ignore[attr-defined]
        turns.teach(connection)
