"""Root URLs: the API under /api/v1, everything else is the web."""

from django.urls import include, path

from pacesetter.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("pacesetter.web.urls")),
]
handler403 = "pacesetter.web.errors.forbidden"
handler404 = "pacesetter.web.errors.not_found"
handler500 = "pacesetter.web.errors.broken"
