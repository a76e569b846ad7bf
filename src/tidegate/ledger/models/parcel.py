"""Parcels: what was handed over in one piece, and the records in it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tidegate.ledger.models.attempt import Attempt
from tidegate.ledger.models.delivery import KEY_LENGTH, Delivery


class Parcel(models.Model):
    """One file or request that a company works on later; `scope` is what it carries, e.g. `orders`.

    `single` is true where the company takes one parcel of a scope at a time: the database itself refuses a second.
    """

    connection = models.TextField()
    company = models.TextField()
    scope = models.TextField()
    digest = models.TextField()
    tracking = models.TextField(default="")  # the company's reference; "" until it has answered
    single = models.BooleanField(default=True)
    opened_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    refused = models.BooleanField(default=False)  # as a whole, without saying which record is at fault

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "scope"], name="parcel_single", condition=Q(closed_at=None, single=True)
            )
        ]
        indexes = [
            models.Index(fields=["connection", "opened_at"], name="parcel_open", condition=Q(closed_at=None)),
            models.Index(fields=["tracking"], name="parcel_tracking", condition=~Q(tracking="")),
        ]

    def __str__(self) -> str:
        return f"{self.company} {self.scope} {self.tracking or self.digest[:12]}"


class ParcelRecord(models.Model):
    """One record of a parcel; `outcome` is "" until the result says what became of it."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, db_index=False, related_name="records")
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="parcel_records")
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, db_index=False, related_name="+")
    key = models.CharField(max_length=KEY_LENGTH)
    outcome = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parcel", "delivery"], name="parcel_record_once"),
            models.UniqueConstraint(fields=["attempt"], name="parcel_record_attempt"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.outcome}"
