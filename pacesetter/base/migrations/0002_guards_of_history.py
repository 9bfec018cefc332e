"""Nothing but a step to take: after every migrate the guards of history are made anew, and they refuse more now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("base", "0001_initial")]
    operations = []
