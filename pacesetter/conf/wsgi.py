"""The WSGI entry for a web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pacesetter.conf.settings")
application = get_wsgi_application()

from pacesetter.web import warming  # noqa: E402  (the application must be set up first)

warming.start()
