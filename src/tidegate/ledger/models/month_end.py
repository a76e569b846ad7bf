"""Month's ends: what was compared, and what was signed."""

from __future__ import annotations

from django.db import models


class MonthEnd(models.Model):
    """The last run of one company's period; `document` is JSON."""

    company = models.TextField()
    period = models.TextField()
    ran_at = models.DateTimeField()
    document = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "period"], name="month_end_once")]

    def __str__(self) -> str:
        return f"{self.company} {self.period}"


class SignOff(models.Model):
    """Somebody's name under a period, with the figures that he signed; never changed, the latest counts."""

    company = models.TextField()
    period = models.TextField()
    by = models.TextField()
    at = models.DateTimeField()
    note = models.TextField(default="")
    document = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["company", "period", "id"], name="sign_off_of_period")]

    def __str__(self) -> str:
        return f"{self.company} {self.period} by {self.by}"
