"""Who may work on what."""

from __future__ import annotations

from django.db import models


class Lease(models.Model):
    """The right to work on one flow of one scope; the row stays, so that the fence only grows."""

    scope = models.TextField()
    flow = models.TextField()
    holder = models.TextField(default="")
    fence = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "flow"], name="lease_once")]

    def __str__(self) -> str:
        return f"{self.scope} {self.flow} #{self.fence}"
