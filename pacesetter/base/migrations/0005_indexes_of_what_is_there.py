from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("base", "0004_second_factors")]

    operations = [migrations.RemoveIndex(model_name="dirty", name="base_dirty_noun_4adb64_idx")]
