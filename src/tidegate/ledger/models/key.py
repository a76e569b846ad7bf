"""Which source a key that a company keeps belongs to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tidegate.ledger.models.delivery import KEY_LENGTH


class StoredKey(models.Model):
    """The key of one source, one for ever. `company` is "" where it was never recorded.

    `name` is the ledger's own name of a source that has no document there: of a customer.
    """

    company = models.TextField()
    kind = models.TextField(default="order")
    key = models.CharField(max_length=KEY_LENGTH)
    store = models.TextField()
    entity_id = models.BigIntegerField()
    name = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "kind", "company"], name="stored_key_once"),
            models.UniqueConstraint(fields=["entity_id", "store", "kind"], name="stored_key_of_source"),
        ]
        indexes = [models.Index(fields=["name"], name="stored_key_name", condition=~Q(name=""))]

    def __str__(self) -> str:
        return f"{self.company} {self.key}"
