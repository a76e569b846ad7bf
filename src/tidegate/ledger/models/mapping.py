"""Mappings that users changed while the hub ran."""

from __future__ import annotations

from django.db import models


class Mapping(models.Model):
    """One change of one entry, on top of the configuration file; the newest of an entry counts.

    `value` is JSON, "" = the entry is as the file has it again. Never updated: the rows are the history.
    """

    connection = models.TextField()
    kind = models.TextField()
    name = models.TextField()
    value = models.TextField(default="")
    at = models.DateTimeField()
    by = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["connection", "kind", "name", "id"], name="mapping_entry")]

    def __str__(self) -> str:
        return f"{self.connection} {self.kind} {self.name}"
