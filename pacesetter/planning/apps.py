from django.apps import AppConfig


class Config(AppConfig):
    name = "pacesetter.planning"
    label = "planning"
    verbose_name = "Planning"

    def ready(self) -> None:
        from pacesetter.planning import forecast_jobs, loaders, sources  # noqa: F401
