"""What a changed machine clock does to stored instants, and how it is undone.

An instant of ours that lies in the future was written by a clock that has been put back since. Compared
with the present it would make things wait until the old time returns. So all of them are brought to the
present in one place, as soon as the change is noticed: nothing waits longer than it would have anyway.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from django.db.models import F

from tidegate.ledger import models, rows
from tidegate.ledger.database import inside

#: An instant as `datetime.isoformat` or JSON writes it, in UTC.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)")
#: A doubt that began so long before a jump forward was settled without it, too.
_SETTLED = timedelta(hours=1)


def put_back(now: datetime, by: timedelta, longest_lease: timedelta) -> None:
    """The clock was put back by `by` (positive): no stored instant of ours stays in the future.

    What is due after a pause keeps its pause, counted from now. A lease ends at the latest
    `longest_lease` from now; an access token lives as long as it would have. Read positions of the other
    systems follow their clocks and stay. In a transaction.
    """
    inside(now)
    models.Attempt.objects.filter(started_at__gt=now).update(started_at=now)
    for queue in (models.Delivery, models.MirrorRow):
        waiting = queue.objects.filter(changed_at__gt=now).exclude(due_at=None)
        later = [
            (pk, now + max(due_at - changed_at, timedelta(0)))
            for pk, due_at, changed_at in waiting.values_list("pk", "due_at", "changed_at")
            if due_at is not None
        ]
        rows.update(queue, ("due_at",), later)
        queue.objects.filter(changed_at__gt=now).update(changed_at=now)
    models.Delivery.objects.filter(created_at__gt=now).update(created_at=now)
    models.Lease.objects.filter(expires_at__gt=now + longest_lease).update(expires_at=now + longest_lease)
    _closures_and_secrets(now)
    models.Alert.objects.filter(last_at__gt=now).update(last_at=now)
    models.Cursor.objects.filter(moved_at__gt=now).update(moved_at=now)
    for cursor in models.Cursor.objects.filter(value__endswith="+00:00"):
        if _INSTANT.fullmatch(cursor.value) and datetime.fromisoformat(cursor.value) > now:
            models.Cursor.objects.filter(pk=cursor.pk).update(value=now.isoformat())
    for mark in models.Mark.objects.filter(name__startswith="last-run:"):
        last = datetime.fromisoformat(mark.value) - by  # as long ago as it really is
        models.Mark.objects.filter(pk=mark.pk).update(value=min(last, now).isoformat())
    for mark in models.Mark.objects.exclude(name__startswith="last-run:"):
        value = _INSTANT.sub(lambda found: _at_most(found[0], now), mark.value)
        if value != mark.value:
            models.Mark.objects.filter(pk=mark.pk).update(value=value)


def _closures_and_secrets(now: datetime) -> None:
    """They last as long as they would have, counted from now."""
    for closure in models.Closure.objects.filter(learnt_at__gt=now):
        closure.until, closure.learnt_at = now + (closure.until - closure.learnt_at), now
        closure.save(update_fields=["until", "learnt_at"])
    for secret in models.Secret.objects.filter(obtained_at__gt=now):
        if secret.expires_at is not None:
            secret.expires_at = now + (secret.expires_at - secret.obtained_at)
        secret.obtained_at = now
        secret.save(update_fields=["expires_at", "obtained_at"])
    models.Secret.objects.filter(granted_at__gt=now).update(granted_at=now)


def _at_most(written: str, now: datetime) -> str:
    instant = datetime.fromisoformat(written)
    if instant <= now:
        return written
    return now.astimezone(UTC).isoformat() if written.endswith("+00:00") else f"{now:%Y-%m-%dT%H:%M:%S.%f}Z"


def put_forward(now: datetime, jump: timedelta) -> None:
    """The clock was put forward: what is in doubt has not waited for its settle time.

    A look-up that came too early would take an order for absent that is still on its way. In a transaction.
    """
    inside(now)
    since = now - jump - _SETTLED
    models.Attempt.objects.filter(outcome="", started_at__gt=since, started_at__lt=now).update(started_at=now)
    models.MirrorRow.objects.filter(state="in doubt", changed_at__gt=since, changed_at__lt=now).update(
        changed_at=now
    )
    # a company that said how long it does not want to be asked meant real minutes
    models.Closure.objects.filter(until__gt=now - jump, learnt_at__lt=now).update(until=F("until") + jump)
