from typing import Any

from django.db import migrations, models

from pacesetter.base import guards


def unprotect(apps: Any, schema_editor: Any) -> None:
    """SQLite copies the table, whose guards refuse that; they are made again after every migrate."""
    guards.unprotect()


class Migration(migrations.Migration):
    dependencies = [("planning", "0003_forecast_reviews")]

    operations = [
        migrations.RunPython(unprotect, migrations.RunPython.noop),
        migrations.AddField("forecastcall", "reason", models.CharField(blank=True, default="", max_length=20)),
    ]
