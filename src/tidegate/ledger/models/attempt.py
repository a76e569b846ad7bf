"""Batches and attempts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tidegate.ledger.models.delivery import KEY_LENGTH, Delivery


class Batch(models.Model):
    """One cycle's run."""

    connection = models.TextField()
    flow = models.TextField()
    scope = models.TextField(default="")
    fence = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    sent = models.IntegerField(default=0)
    confirmed = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    in_doubt = models.IntegerField(default=0)
    handed_over = models.IntegerField(default=0)
    calls = models.IntegerField(default=0)
    note = models.TextField(default="")
    #: it had nothing to do, and was counted (`IdleCycles`): the next cycle of the flow takes this row
    idle = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes = [
            models.Index(fields=["connection", "flow", "started_at"], name="batch_history"),
            models.Index(fields=["connection", "flow"], name="batch_open", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.connection} {self.flow} {self.started_at:%Y-%m-%d %H:%M}"


class Attempt(models.Model):
    """One recorded try of one delivery; `outcome` "" means that it is in doubt."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, db_index=False, related_name="attempts")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="attempts")
    number = models.IntegerField()
    key = models.CharField(max_length=KEY_LENGTH)
    payload_hash = models.TextField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="")
    code = models.TextField(default="")
    text = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number"),
            # the database itself refuses a second try while the first is unresolved
            models.UniqueConstraint(fields=["delivery"], name="attempt_unresolved", condition=Q(outcome="")),
        ]

    def __str__(self) -> str:
        return f"{self.key} #{self.number}"
