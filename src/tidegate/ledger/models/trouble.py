"""Halts, learnt closures and alerts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Halt(models.Model):
    """A connection that sends nothing until a person or a working credential lifts it."""

    connection = models.TextField()
    reason = models.TextField()
    code = models.TextField(default="")
    since = models.DateTimeField()
    by = models.TextField(default="engine")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection"], name="halt_once", condition=Q(lifted_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.connection}: {self.reason}"


class Closure(models.Model):
    """A company that said it is locked; closed until it is worth asking again."""

    company = models.TextField(unique=True)
    until = models.DateTimeField()
    reason = models.TextField(default="")
    learnt_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.company}: {self.reason}"


class Alert(models.Model):
    """Something that a person should know; at most one open alert per (code, connection, subject)."""

    code = models.TextField()
    connection = models.TextField(default="")
    subject = models.TextField(default="")
    text = models.TextField()
    raised_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.IntegerField(default=1)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "connection", "subject"], name="alert_open", condition=Q(cleared_at=None)
            )
        ]
        indexes = [
            models.Index(fields=["raised_at"], name="alert_history"),
            models.Index(fields=["cleared_at"], name="alert_ended", condition=Q(cleared_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.subject}: {self.text}"
