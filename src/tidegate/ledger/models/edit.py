"""Users' edits of single deliveries."""

from __future__ import annotations

from django.db import models

from tidegate.ledger.models.delivery import Delivery


class Edit(models.Model):
    """One field of one delivery, edited before it was sent; the newest of a field counts. Never updated.

    `own` is what the store said at that moment, `before` what would have been sent until then.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, db_index=False, related_name="edits")
    field = models.TextField()
    own = models.TextField(default="")
    before = models.TextField(default="")
    value = models.TextField(default="")
    at = models.DateTimeField()
    by = models.TextField()
    reason = models.TextField(default="")

    class Meta:
        indexes = [models.Index(fields=["delivery", "id"], name="edit_of_delivery")]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.field}"
