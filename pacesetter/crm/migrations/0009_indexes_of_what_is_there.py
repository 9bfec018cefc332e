import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

ASKED = ["owner", "status", "archived_at"]


def key(name: str, to: str, related: str, index: str) -> migrations.SeparateDatabaseAndState:
    """A foreign key without the index over all rows; SQLite would otherwise write the whole table anew for it."""
    plain = models.ForeignKey(to, null=True, blank=True, on_delete=django.db.models.deletion.PROTECT, related_name=related, db_index=False)
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(f'DROP INDEX IF EXISTS "{index}"', f'CREATE INDEX IF NOT EXISTS "{index}" ON "crm_deal" ("{name}_id")')
        ],
        state_operations=[migrations.AlterField("deal", name, plain)],
    )


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0008_walked_by_step_and_type"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        key("campaign", "crm.campaign", "deals", "crm_deal_campaign_id_57e63a54"),
        key("lead", "crm.lead", "deals", "crm_deal_lead_id_734d9686"),
        key("sourced_by", settings.AUTH_USER_MODEL, "+", "crm_deal_sourced_by_id_d616af46"),
        migrations.RemoveIndex("deal", "deals_by_lost_reason"),
        migrations.AddIndex(
            "deal",
            models.Index(fields=["lost_reason", "id", *ASKED], condition=Q(lost_reason__isnull=False), name="deals_with_lost_reason"),
        ),
        *(
            migrations.AddIndex("deal", models.Index(fields=[name], condition=Q(**{f"{name}__isnull": False}), name=f"deals_with_{name}"))
            for name in ("sourced_by", "campaign", "lead")
        ),
    ]
