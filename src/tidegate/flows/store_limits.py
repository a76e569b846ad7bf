"""A store's limits, as its answers showed them: kept in the ledger for a week, then tried again.

A limit may have been lifted, or a queue started, in the meantime. `tidegate check` shows them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tidegate.flows.connection import Connection
from tidegate.ledger import marks

#: How long a limit is kept.
LEARNT_FOR = timedelta(days=7)


class ArrayLimit(msgspec.Struct, frozen=True):
    """The longest array that the store accepts (contract, point 28), and when it said so."""

    rows: int
    at: datetime


class Queue(msgspec.Struct, frozen=True):
    """What a trial of the store's message queue showed (contract, points 27, 32 and 40).

    `finished`: a small bulk was carried out in good time. The milliseconds are those of the same number
    of values by the queue and by the synchronous call; 0 while that was not measured.
    """

    finished: bool
    at: datetime
    values: int = 0
    queue_ms: int = 0
    direct_ms: int = 0

    @property
    def is_measured(self) -> bool:
        """Whether it needs no further trial to tell if it is faster."""
        return self.values > 0 or not self.finished

    @property
    def is_faster(self) -> bool:
        """Whether the queue is worth the detour."""
        return self.finished and 0 < self.queue_ms < self.direct_ms


class NoTierPrices(msgspec.Struct, frozen=True):
    """The store answered 404 for tier prices: what it said, and when."""

    said: str
    at: datetime


def array_limit(store: str, now: datetime) -> ArrayLimit | None:
    """The limit, as long as it holds."""
    kept = marks.read(_array_mark(store))
    if kept is None:
        return None
    if kept.isdecimal():  # as it was kept without a date
        return ArrayLimit(int(kept), now)
    found = msgspec.json.decode(kept, type=ArrayLimit)
    return found if now - found.at < LEARNT_FOR else None


def queue(store: str, now: datetime) -> Queue | None:
    """What is known of the queue, as long as it holds."""
    kept = marks.read(_queue_mark(store))
    found = msgspec.json.decode(kept, type=Queue) if kept is not None else None
    return found if found is not None and now - found.at < LEARNT_FOR else None


def no_tier_prices(store: str, now: datetime) -> NoTierPrices | None:
    """That the store has no tier prices, as long as it holds."""
    kept = marks.read(_tier_mark(store))
    found = msgspec.json.decode(kept, type=NoTierPrices) if kept is not None else None
    return found if found is not None and now - found.at < LEARNT_FOR else None


def recall(connection: Connection, now: datetime) -> None:
    """Before the calls: what an earlier cycle learnt; what is too old is forgotten, and learnt again."""
    limit = array_limit(connection.settings.store, now)
    client = connection.store.client
    if limit is not None:
        client.remember_array_limit(limit.rows)
    elif marks.read(_array_mark(connection.settings.store)) is not None:
        client.forget_array_limit()


def keep_array_limit(connection: Connection, now: datetime) -> None:
    """Store the array limit after the calls, in a transaction. A known limit keeps its date."""
    store, rows = connection.settings.store, connection.store.client.array_limit
    if rows is None:
        return
    known = array_limit(store, now)
    if known is None or known.rows != rows or known.at == now:
        marks.write(_array_mark(store), msgspec.json.encode(ArrayLimit(rows, now)).decode(), now)


def keep_queue(store: str, learnt: Queue, now: datetime) -> None:
    """Store what a trial of the queue showed, in a transaction."""
    marks.write(_queue_mark(store), msgspec.json.encode(learnt).decode(), now)


def keep_no_tier_prices(store: str, said: str, now: datetime) -> None:
    """Store why the store has no tier prices (`said`; "" = it has them), in a transaction."""
    if said:
        marks.write(_tier_mark(store), msgspec.json.encode(NoTierPrices(said, now)).decode(), now)
    else:
        marks.remove(_tier_mark(store), now)


def _array_mark(store: str) -> str:
    return f"array-limit:{store}"


def _queue_mark(store: str) -> str:
    return f"queue:{store}"


def _tier_mark(store: str) -> str:
    return f"no-tier-prices:{store}"
