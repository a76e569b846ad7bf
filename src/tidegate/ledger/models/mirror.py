"""What was written to a reader last, item by item, and what is still to be written."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tidegate.domain.states import State


class MirrorSnapshot(models.Model):
    """A part of the settled items of one mirror, folded: keys and values as compressed Arrow IPC."""

    connection = models.TextField()
    flow = models.TextField()
    part = models.IntegerField()
    items = models.IntegerField()
    content = models.BinaryField()
    folded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "flow", "part"], name="picture_part")]

    def __str__(self) -> str:
        return f"{self.connection} {self.flow} #{self.part}: {self.items}"


class MirrorRow(models.Model):
    """One item that has something open, or was written since the last fold. `state` is a `domain.states.State`.

    `sent` is what the reader has, "" when that is nothing; `leaving` is what is on its way to it.
    """

    connection = models.TextField()
    flow = models.TextField()
    key = models.TextField()
    wanted = models.TextField()
    sent = models.TextField(default="")
    leaving = models.TextField(default="")
    in_picture = models.BooleanField(default=False)  # the fold has it, too: it counts once
    state = models.TextField()
    failures = models.IntegerField(default=0)
    reason_code = models.TextField(default="")
    reason = models.TextField(default="")
    waits_for = models.TextField(default="")
    due_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
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

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "flow", "key"], name="mirror_key")]
        indexes = [
            models.Index(fields=["connection", "flow", "state", "key"], name="mirror_queue"),
            models.Index(fields=["connection", "waits_for"], name="mirror_waits", condition=~Q(waits_for="")),
            models.Index(
                fields=["scope", "flow"], name="mirror_sending", condition=Q(state=State.SENDING.value)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.connection} {self.flow} {self.key} {self.state}"
