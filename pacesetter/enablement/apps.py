from django.apps import AppConfig


class Config(AppConfig):
    name = "pacesetter.enablement"
    label = "enablement"
    verbose_name = "Enablement"

    def ready(self) -> None:
        from pacesetter.enablement import sources  # noqa: F401
