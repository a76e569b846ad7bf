"""What the company's books said of our orders when they were read last."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tidegate.ledger.models.money import MoneyField


class BookInvoice(models.Model):
    """An invoice or credit note of orders with our key; `lines` and `order_keys` are JSON."""

    connection = models.TextField()
    identifier = models.TextField()
    number = models.TextField(default="")
    credit = models.BooleanField(default=False)
    day = models.DateField(null=True)
    account = models.TextField(default="")
    net = MoneyField()
    tax = MoneyField()
    gross = MoneyField()
    currency = models.TextField(default="")
    posted = models.BooleanField(default=True)
    returned = models.BooleanField(default=False)
    #: what was kept before this was known may bill anything: it is not shown until it is read again
    bills_others = models.BooleanField(default=True)
    order_ids = models.TextField(default="[]")
    order_keys = models.TextField(default="[]")
    lines = models.TextField(default="[]")
    learnt_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identifier", "connection"], name="book_invoice_once")]
        indexes = [
            models.Index(fields=["connection", "day"], name="book_invoice_by_day"),
            models.Index(fields=["number", "connection"], name="book_invoice_by_number"),
            models.Index(fields=["connection", "account"], name="book_invoice_of_account"),
        ]

    def __str__(self) -> str:
        return f"{'credit note' if self.credit else 'invoice'} {self.number}"


class BookEntry(models.Model):
    """An entry of the company's sales ledger."""

    connection = models.TextField()
    identifier = models.TextField()
    urn = models.TextField()
    kind = models.TextField()
    account = models.TextField(default="")
    reference = models.TextField(default="")
    second_reference = models.TextField(default="")
    day = models.DateField(null=True)
    due = models.DateField(null=True)
    settled = models.DateField(null=True)
    gross = MoneyField()
    outstanding = MoneyField()
    net = MoneyField(null=True)
    tax = MoneyField(null=True)
    currency = models.TextField(default="")
    learnt_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identifier", "connection"], name="book_entry_once")]
        indexes = [
            # a number is looked for in all connections: it comes first
            models.Index(fields=["urn", "connection"], name="book_entry_by_urn"),
            models.Index(fields=["reference", "connection"], name="book_entry_by_reference"),
            models.Index(
                fields=["second_reference"], name="book_entry_by_second", condition=~Q(second_reference="")
            ),
            models.Index(fields=["connection", "day"], name="book_entry_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference or self.urn}"


class BookPosting(models.Model):
    """One line of the nominal ledger; `place` numbers the lines of one entry."""

    connection = models.TextField()
    urn = models.TextField()
    place = models.IntegerField()
    account = models.TextField()
    debit = MoneyField()
    credit = MoneyField()
    period = models.TextField(default="")
    day = models.DateField(null=True)
    reference = models.TextField(default="")
    narrative = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "urn", "place"], name="book_posting_once")
        ]

    def __str__(self) -> str:
        return f"{self.urn} {self.account}"
