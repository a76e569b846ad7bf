"""Which account a store's customer belongs to."""

from __future__ import annotations

from django.db import models


class CustomerLink(models.Model):
    """The account of one customer; the key is the e-mail in lower case or the store's customer id."""

    connection = models.TextField()
    website = models.TextField()
    customer_key = models.TextField()
    account = models.TextField()
    target_id = models.TextField(default="")
    how = models.TextField(default="")
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "website", "customer_key"], name="customer_once")
        ]
        indexes = [models.Index(fields=["connection", "account"], name="customer_account")]

    def __str__(self) -> str:
        return f"{self.customer_key} = {self.account}"
