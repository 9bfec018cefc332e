from django.apps import AppConfig


class Config(AppConfig):
    name = "pacesetter.planning"
    label = "planning"
    verbose_name = "Planning"

    def ready(self) -> None:
        from pacesetter.planning import calls, forecast_jobs, loaders, market_loaders, rounds, scenarios, sources, territory_jobs, warnings  # noqa: F401
