"""Figures about the ledger itself: how deep its queues were, what of it has been counted already, and idle cycles."""

from __future__ import annotations

from django.db import models


class Depth(models.Model):
    """What was open of one flow of one connection in one quarter of an hour; `oldest` = since when it waits."""

    connection = models.TextField()
    flow = models.TextField()
    at = models.DateTimeField()
    waiting = models.IntegerField(default=0)
    handed_over = models.IntegerField(default=0)
    in_doubt = models.IntegerField(default=0)
    held = models.IntegerField(default=0)
    review = models.IntegerField(default=0)
    oldest = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "at", "flow"], name="depth_once")]

    def __str__(self) -> str:
        return f"{self.connection} {self.flow} {self.at:%Y-%m-%d %H:%M}"


class Tally(models.Model):
    """How many rows of one kind lie at or below the id `upto`; the row without a connection has them all."""

    kind = models.TextField()
    connection = models.TextField(default="")
    flow = models.TextField(default="")
    step = models.TextField(default="")
    upto = models.BigIntegerField(default=0)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "connection", "flow", "step"], name="tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.connection} {self.flow} {self.step}: {self.count}"


class IdleCycles(models.Model):
    """Cycles of one flow that had nothing to do, in the quarter of an hour that ends at `at`."""

    connection = models.TextField()
    flow = models.TextField()
    at = models.DateTimeField()
    cycles = models.IntegerField(default=0)
    calls = models.IntegerField(default=0)
    first_at = models.DateTimeField()  # when the first and the last of them began
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "at", "flow"], name="idle_cycles_once")]

    def __str__(self) -> str:
        return f"{self.connection} {self.flow} {self.at:%Y-%m-%d %H:%M}: {self.cycles}"
