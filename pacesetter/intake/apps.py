from django.apps import AppConfig


class Config(AppConfig):
    name = "pacesetter.intake"
    label = "intake"
    verbose_name = "Imports"

    def ready(self) -> None:
        from pacesetter.intake import imports, looks, work  # noqa: F401
