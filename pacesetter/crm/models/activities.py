"""What was done, said and planned."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, F, Q, When

from pacesetter.base.scope import scope_of
from pacesetter.core.labels import mark

if TYPE_CHECKING:
    from pacesetter.base.actor import Actor

KINDS = [("call", mark("Call")), ("email", mark("Email")), ("meeting", mark("Meeting")), ("task", mark("Task")), ("note", mark("Note"))]


class Activities(models.QuerySet["Activity"]):
    """Questions about many activities; an activity is visible to who did it, and as visible as the record it is about."""

    def visible_to(self, actor: "Actor") -> Self:
        scope = scope_of(actor, "activity")
        if scope.everything:
            return self
        return self.filter(scope.q("user_id") | _inherited(actor))

    def editable_by(self, actor: "Actor") -> Self:
        scope = scope_of(actor, "activity", to="edit")
        return self if scope.everything else self.filter(scope.q("user_id"))

    def open_tasks(self) -> Self:
        return self.filter(kind="task", done_at__isnull=True)

    def signs_of_life(self, until: dt.datetime) -> Self:
        """What passed by then between a deal's people and us, or was done for it: `at` is when, `sign` what, of a task its subject.

        A note is only a thought, what a machine sent is nobody's doing, and a task counts when it was done.
        """
        passed = Q(kind__in=("call", "email", "meeting"), happened_at__lte=until) | Q(kind="task", done_at__lte=until)
        is_task = Q(kind="task")
        return self.filter(passed, deal__isnull=False, automatic=False).annotate(
            at=Case(When(is_task, then=F("done_at")), default=F("happened_at")),
            sign=Case(When(is_task, then=F("subject")), default=F("kind")),
        )


def _inherited(actor: "Actor") -> Q:
    """An activity about a deal is as visible as the deal; else as its lead; else as its account or contact."""
    deal, lead = (Q(**{f"{noun}__isnull": True}) for noun in ("deal", "lead"))
    account, contact = (Q(**{f"{noun}__isnull": False}) & scope_of(actor, noun).q(f"{noun}__owner_id") for noun in ("account", "contact"))
    return (
        (~deal & scope_of(actor, "deal").q("deal__owner_id"))
        | (deal & ~lead & scope_of(actor, "lead").q("lead__owner_id"))
        | (deal & lead & (account | contact))
    )


class Activity(models.Model):
    """A call, e-mail, meeting, task or note. A task has `due_on` until it is done."""

    NOUN = "activity"

    kind = models.CharField(max_length=10, choices=KINDS)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    user = models.ForeignKey("base.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("crm.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="activities")
    contact = models.ForeignKey("crm.Contact", null=True, blank=True, on_delete=models.PROTECT, related_name="activities")
    lead = models.ForeignKey("crm.Lead", null=True, blank=True, on_delete=models.PROTECT, related_name="activities")
    deal = models.ForeignKey("crm.Deal", null=True, blank=True, on_delete=models.PROTECT, related_name="activities")
    inbound = models.BooleanField(default=False)
    automatic = models.BooleanField(default=False)
    happened_at = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    minutes = models.IntegerField(null=True, blank=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()

    objects = Activities.as_manager()

    class Meta:
        ordering = ["-happened_at", "-id"]
        indexes = [
            models.Index(fields=["deal", "-happened_at"]),
            models.Index(fields=["lead", "-happened_at"]),
            models.Index(fields=["account", "-happened_at"]),
            models.Index(fields=["contact", "-happened_at"]),
            models.Index(fields=["user", "due_on"], condition=Q(kind="task", done_at__isnull=True), name="open_tasks"),
            models.Index(fields=["deal", "happened_at", "kind"], condition=Q(kind="meeting"), name="covered_meetings"),
        ]

    @property
    def noun(self) -> str:
        return self.NOUN

    def __str__(self) -> str:
        return self.subject or dict(KINDS)[self.kind]
