"""Captured documents."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tidegate.ledger.models.money import MoneyField


class Source(models.Model):
    """One document as the store last showed it; its identity is (store, kind, entity id).

    Texts that come from outside are TextFields: PostgreSQL would refuse what is longer than a
    declared length and SQLite would not, and one long value must not fail a page of a hundred.
    """

    connection = models.TextField()
    store = models.TextField()
    kind = models.TextField(default="order")
    entity_id = models.BigIntegerField()
    increment_id = models.TextField()
    store_view_id = models.IntegerField(default=0)
    website = models.TextField(default="")
    revision = models.TextField(default="")
    source_created_at = models.DateTimeField(null=True)
    source_updated_at = models.DateTimeField(null=True)
    state = models.TextField(default="")
    status = models.TextField(default="")
    document = models.TextField(default="")
    first_read_at = models.DateTimeField()
    read_at = models.DateTimeField()
    parent_entity_id = models.BigIntegerField(null=True)
    child_entity_id = models.BigIntegerField(null=True)
    grand_total = MoneyField(null=True)
    currency = models.TextField(default="")
    po_number = models.TextField(default="")  # the customer's own

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "kind", "entity_id"], name="source_identity")]
        indexes = [
            models.Index(fields=["increment_id"], name="source_increment"),
            models.Index(fields=["entity_id"], name="source_entity"),
            models.Index(fields=["connection", "kind"], name="source_account"),
            models.Index(fields=["source_created_at"], name="source_made"),
            # what the store has not finished with
            models.Index(
                fields=["connection", "kind", "id"],
                name="source_unfinished",
                condition=~Q(state__in=["canceled", "closed", "complete"]),
            ),
            models.Index(fields=["po_number"], name="source_po_number", condition=~Q(po_number="")),
        ]

    def __str__(self) -> str:
        return f"{self.store} {self.kind} {self.increment_id}"
