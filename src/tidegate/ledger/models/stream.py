"""How far streams were read, and small facts."""

from __future__ import annotations

from django.db import models


class Cursor(models.Model):
    """How far one stream of one connection was read."""

    connection = models.TextField()
    flow = models.TextField()
    name = models.TextField()
    value = models.TextField()
    moved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "flow", "name"], name="cursor_once")]

    def __str__(self) -> str:
        return f"{self.connection} {self.flow} {self.name} = {self.value}"


class Mark(models.Model):
    """A small fact by name."""

    name = models.TextField(unique=True)
    value = models.TextField()

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"
