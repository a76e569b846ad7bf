"""The attempt: on disk before anything leaves. Committed here and nowhere else.

How long a record may wait between its attempt and its call, and how long an unanswered call may still take
effect, are one matter: by then others may act on the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from structlog.contextvars import bound_contextvars

from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.ledger import copies, delivery, mirror
from tidegate.ledger.database import transaction
from tidegate.ledger.mirror import MirrorItem
from tidegate.ledger.queue import Item

#: How long an unanswered call to a store may still take effect; a company configures it (`settle_minutes`).
STORE_SETTLES = timedelta(minutes=10)
#: A pause shorter than this between attempt and call is never too long.
SHORTEST_PAUSE = timedelta(seconds=30)
PAUSED = "not sent: this machine was suspended between recording the attempt and sending it"


class Target(StrEnum):
    """Whom a call goes to."""

    COMPANY = "company"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class Record:
    """A record that is ready to leave: its delivery, the key by which the answer names it, its content's hash.

    `payload` is what is handed over to be sent, for the copy that users can read; None = there is none.
    """

    item: Item
    key: str
    payload_hash: str
    payload: Any = field(default=None, compare=False, repr=False)


def settle_time(cycle: Cycle, target: Target = Target.COMPANY) -> timedelta:
    """How long an unanswered call may still take effect."""
    if target is Target.STORE:
        return STORE_SETTLES
    return timedelta(minutes=cycle.connection.company_settings.settle_minutes)


def settled_before(cycle: Cycle, target: Target = Target.COMPANY) -> datetime:
    """What began after this may still take effect: no look-up proves it absent."""
    return cycle.now() - settle_time(cycle, target)


def commit(
    cycle: Cycle,
    records: Sequence[Record],
    now: datetime,
    before: Callable[[], object] = tuple,
    after: Callable[[Mapping[int, int]], object] = lambda attempts: None,
) -> Mapping[int, int]:
    """Begin an attempt for each record, in one commit: {delivery: attempt} of those that may leave.

    In the same commit and `before` it: what is known of records that left earlier, a commit on disk being the
    dearest part of a record; `after` it what the attempts travel in.
    """
    cycle.keep_lease()
    with transaction("attempt"):
        before()
        wanted = [(record.item.id, record.payload_hash) for record in records]
        attempts = delivery.begin(cycle.lease, cycle.batch_id, wanted, now)
        keep_copies(cycle, records, attempts, now)
        after(attempts)
    return attempts


def keep_copies(cycle: Cycle, records: Sequence[Record], attempts: Mapping[int, int], now: datetime) -> None:
    """Store a copy of what each attempt sends, in the transaction of the attempts."""
    if cycle.connection.settings.copies.keep:
        payloads = {
            attempts[record.item.id]: record.payload
            for record in records
            if record.item.id in attempts and record.payload is not None
        }
        copies.keep(cycle.name, payloads, now)


def is_too_late(cycle: Cycle, recorded_at: datetime, target: Target = Target.COMPANY) -> bool:
    """Whether the machine slept so long since the attempt that others may have acted on the record.

    A clock that was put back meanwhile hides how long that took.
    """
    longest = max(settle_time(cycle, target) / 2, SHORTEST_PAUSE)
    return not timedelta(0) <= cycle.now() - recorded_at <= longest


def too_late(item: Item, attempt_id: int) -> Verdict:
    """Recorded, but not sent: it goes with the next cycle, after another look-up."""
    return Verdict(item.id, "g", attempt_id=attempt_id, text=PAUSED)


@contextmanager
def logged(records: Sequence[Record], attempts: Mapping[int, int]) -> Iterator[None]:
    """Every line of the log meanwhile, that of each call above all, names what leaves: keys, and the attempts of the
    ledger. The key is what ties Magento's order, its trace and the record in the company."""
    leaving = [record for record in records if record.item.id in attempts]
    with bound_contextvars(
        keys=[record.key for record in leaving], attempts=[attempts[record.item.id] for record in leaving]
    ):
        yield


def commit_mirrored(cycle: Cycle, items: Sequence[MirrorItem]) -> list[MirrorItem]:
    """Commit the attempts of a mirror's items; returns those that may be sent now."""
    cycle.keep_lease()
    recorded_at = cycle.now()
    with transaction("attempt"):
        begun = mirror.begin(cycle.lease, cycle.batch_id, [item.key for item in items], recorded_at)
    leaving = [item for item in items if item.key in begun]
    if leaving and is_too_late(cycle, recorded_at, Target.STORE):
        with transaction("settle"):
            late = [Verdict(item.id, "g", text=PAUSED) for item in leaving]
            mirror.settle(cycle.lease, late, cycle.now())
        return []
    return leaving
