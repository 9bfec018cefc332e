"""Models and migrations are in step."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", "base", "crm", "intake", "analytics", "planning", "enablement", check=True, dry_run=True, verbosity=0)
