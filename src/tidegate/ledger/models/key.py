"""Which source a key that a company keeps belongs to."""

from __future__ import annotations

from django.db import models

from tidegate.ledger.models.delivery import KEY_LENGTH


class StoredKey(models.Model):
    """The key of one source, one for ever. `company` is "" where it was never recorded."""

    company = models.TextField()
    kind = models.TextField(default="order")
    key = models.CharField(max_length=KEY_LENGTH)
    store = models.TextField()
    entity_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "kind", "company"], name="stored_key_once"),
            models.UniqueConstraint(fields=["entity_id", "store", "kind"], name="stored_key_of_source"),
        ]

    def __str__(self) -> str:
        return f"{self.company} {self.key}"
