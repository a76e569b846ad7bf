"""What the work with a company has used."""

from __future__ import annotations

from django.db import models


class Usage(models.Model):
    """One minute of one company, by all processes."""

    company = models.TextField()
    minute = models.DateTimeField()
    calls = models.BigIntegerField(default=0)
    units = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    seat_seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "minute"], name="usage_once")]

    def __str__(self) -> str:
        return f"{self.company} {self.minute}: {self.calls} calls"
