"""People at accounts."""

from django.db import models

from pacesetter.crm.models.accounts import Account
from pacesetter.crm.models.records import Person, Record

WALKED = ("name_key", "title", "account", "email", "phone")


class Contact(Person, Record):
    """A person at an account."""

    NOUN = "contact"

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts", db_index=False)
    opted_out = models.BooleanField(default=False)

    class Meta:
        ordering = ["name_key", "id"]
        indexes = [
            models.Index(fields=["owner", "name_key", "id"]),
            *(models.Index(fields=[name, "id", "owner", "archived_at"], name=f"contacts_by_{name}") for name in WALKED),
        ]
