"""Settings for tests: a throw-away data folder, then the program's own settings."""

import os
import tempfile

os.environ["PACESETTER_DATA"] = tempfile.mkdtemp(prefix="pacesetter-test-")

from pacesetter.conf.settings import *  # noqa: F403

API_RATE = 1_000_000  # tests are quicker than people
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
