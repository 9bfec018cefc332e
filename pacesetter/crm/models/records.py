"""What account, contact, lead, deal and their like have in common."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models

from pacesetter.base.find import noun_of
from pacesetter.base.scope import scope_of
from pacesetter.core.text import fold

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor


class Records(models.QuerySet):  # type: ignore[type-arg]
    """Questions about many owned records."""

    def visible_to(self, actor: "Actor") -> Self:
        return scope_of(actor, noun_of(self.model)).queryset(self)

    def editable_by(self, actor: "Actor") -> Self:
        return scope_of(actor, noun_of(self.model), to="edit").queryset(self)

    def live(self) -> Self:
        return self.filter(archived_at__isnull=True)


class Record(models.Model):
    """An owned record with a history, company-made fields, a version and an archive date."""

    NOUN = ""

    owner = models.ForeignKey(
        "base.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # leads wider ones
    custom = models.JSONField(default=dict, blank=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = Records.as_manager()

    class Meta:
        abstract = True

    @property
    def noun(self) -> str:
        return self.NOUN


class Named(models.Model):
    """A name that is found, sorted and compared by its folded form."""

    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def fold_name(self) -> None:
        self.name_key = fold(self.name)[:200]

    @staticmethod
    def names(columns: Mapping[str, Sequence[Any]]) -> list[str]:
        """The names of many, from their columns."""
        return list(columns["name"])

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fold_name()
        super().save(*args, **kwargs)


class Person(models.Model):
    """First and last name, and the ways to reach somebody."""

    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    name_key = models.CharField(max_length=200, editable=False)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    mobile = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @staticmethod
    def names(columns: Mapping[str, Sequence[Any]]) -> list[str]:
        """The names of many, from their columns."""
        parts = zip(columns["first_name"], columns["last_name"], columns["email"], strict=True)
        return [f"{first} {last}".strip() or email for first, last, email in parts]

    def fold_name(self) -> None:
        self.name_key = fold(self.name)[:200]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.fold_name()
        super().save(*args, **kwargs)
