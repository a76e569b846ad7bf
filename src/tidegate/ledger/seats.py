"""Seats of companies as leases: counted over all processes and machines, and free again when their holder is lost.

The scope of such a lease is the pool (a company, or an endpoint of several), its flow the number of the seat.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tidegate.ledger import holder as holding
from tidegate.ledger import lease, models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.lease import Lease

SEAT_SECONDS = 600  #: how long a holder may be silent before it loses its seat
SCOPE = "seats:"


def take(pool: str, limit: int, holder: str, now: datetime, *, ours: Collection[Lease] = ()) -> Lease | None:
    """One of the pool's `limit` seats; None when all are taken.

    `ours` are leases of this holder that it could not give back, and under which nothing works any more.
    """
    inside(now)
    scope, left = scope_of(pool), _left(pool, ours)
    taken = _taken(scope, left, now)
    if len(taken) >= limit:  # a limit that was lowered counts those above it, too
        return None
    for number in map(str, range(1, limit + 1)):
        if number not in taken:
            held = lease.acquire(scope, number, holder, SEAT_SECONDS, now, again=number in left)
            if held is not None:  # else another process was first
                return held
    return None


def is_free(pool: str, limit: int, now: datetime, *, ours: Collection[Lease] = ()) -> bool:
    """Whether one of the seats is free now; only `take` makes sure of it."""
    return len(_taken(scope_of(pool), _left(pool, ours), now)) < limit


def _left(pool: str, ours: Collection[Lease]) -> set[str]:
    scope = scope_of(pool)
    return {one.flow for one in ours if one.scope == scope}


def _taken(scope: str, left: set[str], now: datetime) -> set[str]:
    """The numbers of the seats that others hold, or work of this process."""
    held = rows.find(models.Lease, ("flow", "holder", "expires_at"), "WHERE scope = %s", scope)
    return {
        number
        for number, held_by, until in held
        if held_by and until is not None and until > now and number not in left and not holding.gone(held_by)
    }


def in_use(pool: str, now: datetime) -> int:
    """Seats that are taken now, by all processes."""
    return len(holders(pool, now))


def holders(pool: str, now: datetime) -> list[str]:
    """Who holds them, one entry a seat: host, process id and what else names the process."""
    found = rows.find(models.Lease, ("holder", "expires_at"), "WHERE scope = %s ORDER BY id", scope_of(pool))
    return [str(holder) for holder, until in found if holder and until is not None and until > now]


def scope_of(pool: str) -> str:
    """The pool among all scopes of leases."""
    return f"{SCOPE}{pool}"
