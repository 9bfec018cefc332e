from django.apps import AppConfig


class Config(AppConfig):
    name = "pacesetter.crm"
    label = "crm"
    verbose_name = "Customer records"

    def ready(self) -> None:
        from pacesetter.crm import activities, campaigns, deals, fields, leads, leaving, listings, loaders, looks, products, sources  # noqa: F401
