"""Messages to users, and the digests that some of them carry."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tidegate.ledger.models.trouble import Alert


class Digest(models.Model):
    """One connection's digest of one day of its company, as it was at that instant; `document` is JSON."""

    connection = models.TextField()
    day = models.DateField()
    made_at = models.DateTimeField()
    document = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "day"], name="digest_once")]

    def __str__(self) -> str:
        return f"{self.connection} {self.day}"


class Notification(models.Model):
    """One message to one target, about an alert or with a digest. `kind` is raised, escalated, resolved or digest.

    `dropped_at`: it was never sent, because it was over before its turn came. `end_planned`: the end of its alert is
    in the outbox, too, or no message is to be sent about it.
    """

    target = models.TextField()
    kind = models.TextField()
    alert = models.ForeignKey(Alert, null=True, on_delete=models.CASCADE, related_name="notifications")
    digest = models.ForeignKey(Digest, null=True, on_delete=models.CASCADE, related_name="notifications")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    error = models.TextField(default="")
    sent_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    end_planned = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "target", "kind"], name="notification_of_alert", condition=~Q(alert=None)
            ),
            models.UniqueConstraint(
                fields=["digest", "target"], name="notification_of_digest", condition=~Q(digest=None)
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="notification_due", condition=Q(sent_at=None, dropped_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.target}"
