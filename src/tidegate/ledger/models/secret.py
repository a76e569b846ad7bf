"""Secrets of the companies, encrypted."""

from __future__ import annotations

from django.db import models


class Secret(models.Model):
    """One named secret of one owner; `version` grows with every change.

    A row without a name holds the pair of tokens of an older version, until they are kept by their names.
    """

    owner = models.TextField()
    name = models.TextField(default="")
    sealed = models.BinaryField()
    obtained_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    granted_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="secret_once")]

    def __str__(self) -> str:
        return f"{self.owner} {self.name} v{self.version}"
