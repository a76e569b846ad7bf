"""Deliveries and their history."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tidegate.domain.states import State
from tidegate.ledger.models.money import MoneyField
from tidegate.ledger.models.source import Source

KEY_LENGTH = 120


class Delivery(models.Model):
    """One document's way to its target. `state` is a `domain.states.State`.

    The order of a queue is (changed_at, id): a refused delivery goes to the back, so that a batch
    full of bad records cannot block the good ones behind it.
    """

    connection = models.TextField()
    flow = models.TextField()
    step = models.TextField()
    key = models.CharField(max_length=KEY_LENGTH)
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT, related_name="deliveries")
    label = models.TextField(default="")
    state = models.TextField()
    failures = models.IntegerField(default=0)
    reason_code = models.TextField(default="")
    reason = models.TextField(default="")
    waits_for = models.TextField(default="")
    overruled = models.TextField(default="")  # reason codes that an operator set aside, space-separated
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    subject = models.TextField(default="")
    target_id = models.TextField(default="")
    target_number = models.TextField(default="")
    target_status = models.TextField(default="")
    target_kind = models.TextField(default="", db_default="")  # of orders: what the company made of it
    target_total = MoneyField(null=True)
    adopted = models.BooleanField(default=False)
    scope = models.TextField(default="")  # of the lease that began it last, with its fence and batch
    fence = models.BigIntegerField(default=0)
    #: not enforced: the rows of old cycles go, and no index would find who names them
    batch = models.ForeignKey(
        "Batch",
        null=True,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    archived_at = models.DateTimeField(
        null=True
    )  # what it left behind was looked at then: it is in the archive

    class Meta:
        # not unique=True: PostgreSQL would get a second index, for LIKE, that no query uses
        constraints = [models.UniqueConstraint(fields=["key"], name="delivery_key")]
        indexes = [
            # one index answers: what is due, what is in doubt, and the account without touching the table
            models.Index(
                fields=["connection", "flow", "step", "state", "changed_at", "id"], name="delivery_queue"
            ),
            # and these: how old, how many and which, of one connection or of all
            models.Index(fields=["connection", "state", "id"], name="delivery_of_connection"),
            models.Index(fields=["state", "id"], name="delivery_of_state"),
            models.Index(fields=["label"], name="delivery_label"),
            models.Index(fields=["target_number"], name="delivery_number", condition=~Q(target_number="")),
            models.Index(
                fields=["connection", "waits_for"], name="delivery_waits", condition=~Q(waits_for="")
            ),
            models.Index(
                fields=["connection"],
                name="delivery_numberless",
                condition=Q(step="order", state=State.CONFIRMED.value, target_number=""),
            ),
            # what is not history: counted, with its ages, without reading what has arrived
            models.Index(
                fields=["connection", "flow", "step", "state", "created_at"],
                name="delivery_open",
                condition=~Q(state=State.CONFIRMED.value),
            ),
            # and of what is history: a page of one flow, which may be rare among all that has arrived
            models.Index(
                fields=["connection", "flow", "state", "id"],
                name="delivery_finished",
                condition=Q(state=State.CONFIRMED.value)
                | Q(state=State.CANCELLED.value)
                | Q(state=State.SKIPPED.value),
            ),
            # what goes on, by the document that it is about: no flow looks for it among what is over
            models.Index(
                fields=["connection", "flow", "source", "id"],
                name="delivery_live",
                condition=~Q(state__in=["cancelled", "confirmed", "skipped"]),
            ),
            # what has moved pieces, by the time when it arrived: orders, shipments, credit memos
            models.Index(
                fields=["connection", "changed_at"],
                name="delivery_arrived",
                condition=Q(state=State.CONFIRMED.value, flow__in=["orders", "shipments", "credits"]),
            ),
            # what has arrived and is not archived yet, the oldest first
            models.Index(
                fields=["connection", "changed_at"],
                name="delivery_unarchived",
                condition=Q(archived_at=None, state=State.CONFIRMED.value),
            ),
            models.Index(
                fields=["scope", "flow"], name="delivery_sending", condition=Q(state=State.SENDING.value)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class Event(models.Model):
    """One line of a delivery's history; `letter` is "" for its creation and for notes."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    letter = models.TextField(default="")
    before = models.TextField(default="")
    after = models.TextField(default="")
    actor = models.TextField(default="engine")
    text = models.TextField(default="")

    def __str__(self) -> str:
        return f"{self.before} -> {self.after}"
