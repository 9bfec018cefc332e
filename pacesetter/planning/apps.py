from django.apps import AppConfig


class Config(AppConfig):
    name = "pacesetter.planning"
    label = "planning"
    verbose_name = "Planning"
