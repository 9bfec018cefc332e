"""`python -m pacesetter.intake.beside`: the process that makes chunks for a load in another one (`ahead.py`), over a socket that it inherits."""

import os
import sys
from multiprocessing.connection import Connection


def main() -> None:
    """Answer whoever started us."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pacesetter.conf.settings")
    django.setup()
    from pacesetter.intake.ahead import serve

    serve(Connection(int(sys.argv[1])))


if __name__ == "__main__":
    main()
