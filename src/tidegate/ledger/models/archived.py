"""What finished deliveries have left behind, in one compressed piece each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tidegate.ledger.models.delivery import Delivery


class Archived(models.Model):
    """Attempts, history, records of parcels and copies of one delivery; the delivery itself stays, with its key."""

    delivery = models.OneToOneField(
        Delivery, primary_key=True, on_delete=models.PROTECT, related_name="archived"
    )
    connection = models.TextField()
    at = models.DateTimeField()
    attempts = models.IntegerField()  # how many
    oldest_copy = models.DateTimeField(null=True)  # None: it holds no copy of what was sent
    content = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(
                fields=["connection", "oldest_copy"],
                name="archived_copies",
                condition=Q(oldest_copy__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"archive of delivery {self.delivery_id}"


class ArchivedRuns(models.Model):
    """Cycles that ran long ago, a range of their ids in one compressed piece."""

    bucket = models.BigIntegerField(primary_key=True)
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"archive of runs, range {self.bucket}"
