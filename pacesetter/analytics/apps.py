from django.apps import AppConfig


class Config(AppConfig):
    name = "pacesetter.analytics"
    label = "analytics"
    verbose_name = "Numbers"

    def ready(self) -> None:
        from pacesetter.analytics import sources, warm  # noqa: F401
