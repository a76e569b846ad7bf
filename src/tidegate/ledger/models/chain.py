"""The tied identifiers of one order through its financial life."""

from __future__ import annotations

from django.db import models

from tidegate.ledger.models.delivery import Delivery
from tidegate.ledger.models.source import Source


class Link(models.Model):
    """One identifier that belongs to a captured document."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, db_index=False, related_name="links")
    delivery = models.ForeignKey(
        Delivery, null=True, on_delete=models.PROTECT, db_index=False, related_name="links"
    )
    kind = models.TextField()
    identifier = models.TextField()
    number = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "kind", "identifier"], name="link_once")]
        indexes = [
            models.Index(fields=["number"], name="link_by_number"),
            models.Index(fields=["identifier", "kind"], name="link_by_identifier"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number or self.identifier}"
