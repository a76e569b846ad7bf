"""How the company's stock moved without web orders."""

from __future__ import annotations

from django.db import models

from tidegate.ledger.models.money import MoneyField


class StockMovement(models.Model):
    """One SKU on one day of the company; pieces that left and that came, neither for a web order."""

    connection = models.TextField()
    sku = models.TextField()
    day = models.DateField()
    left = MoneyField()
    came = MoneyField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "day", "sku"], name="movement_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.sku} -{self.left} +{self.came}"
