"""Copies of what attempts sent."""

from __future__ import annotations

from django.db import models

from tidegate.ledger.models.attempt import Attempt


class PayloadCopy(models.Model):
    """What one attempt handed over to be sent: JSON without secrets, compressed. It expires; the hash stays."""

    attempt = models.OneToOneField(Attempt, primary_key=True, on_delete=models.CASCADE, related_name="copy")
    connection = models.TextField()
    at = models.DateTimeField()
    content = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["connection", "at"], name="copy_age")]

    def __str__(self) -> str:
        return f"copy of attempt {self.attempt_id}"
