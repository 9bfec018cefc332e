from django.apps import AppConfig


class Config(AppConfig):
    name = "pacesetter.web"
    label = "web"
    verbose_name = "Web"
