"""Tokens of the companies, encrypted."""

from __future__ import annotations

from django.db import models


class Token(models.Model):
    """One sign-in; `version` grows with every save."""

    name = models.TextField(unique=True)
    secret = models.BinaryField()
    obtained_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    signed_in_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
