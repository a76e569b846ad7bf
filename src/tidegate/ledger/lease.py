"""Leases with fencing numbers: one worker at a time on one flow of one scope.

A lease is lost when another worker acquired it after it had expired. The fence grows with each
acquisition, so a late worker is recognised by its old number, whatever its clock says.
What a process leaves behind that has provably ended on this machine is taken over at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from tidegate.ledger import holder as holding
from tidegate.ledger import models, rows
from tidegate.ledger.database import inside
from tidegate.ledger.faults import LeaseLost

_RELEASE = """
    UPDATE tidegate_lease SET holder = '', expires_at = NULL
    WHERE scope = %s AND holder = %s AND
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on `flow` of `scope` (a company, a connection, a store) until `expires_at`."""

    scope: str
    flow: str
    holder: str
    fence: int
    expires_at: datetime


def acquire(
    scope: str, flow: str, holder: str, ttl_seconds: float, now: datetime, *, again: bool = False
) -> Lease | None:
    """Take the lease if it is free, expired, or left behind by a process that has ended; else None.

    The same holder does not get it twice either, unless it says with `again` that nothing works under its
    former one any more.
    """
    taken = acquire_all(scope, (flow,), holder, ttl_seconds, now, again=again)
    return None if isinstance(taken, str) else taken[0]


def acquire_all(
    scope: str, flows: Sequence[str], holder: str, ttl_seconds: float, now: datetime, *, again: bool = False
) -> list[Lease] | str:
    """Take the leases of all these flows, or none: then the first flow whose lease cannot be had."""
    inside(now)
    if not holder:
        raise ValueError("a lease needs a holder")
    found = _locked(scope, flows)
    if len(found) < len(flows):
        missing = [models.Lease(scope=scope, flow=flow) for flow in flows if flow not in found]
        models.Lease.objects.bulk_create(missing, ignore_conflicts=True)
        found = _locked(scope, flows)
    for flow in flows:
        _, held_by, _, until = found[flow]
        in_force = held_by and until is not None and until > now
        if in_force and not (again and held_by == holder) and not holding.gone(held_by):
            return flow
    expires_at = now + timedelta(seconds=ttl_seconds)
    rows.update(
        models.Lease,
        ("holder", "fence", "expires_at"),
        [(found[flow][0], holder, found[flow][2] + 1, expires_at) for flow in flows],
    )
    return [Lease(scope, flow, holder, found[flow][2] + 1, expires_at) for flow in flows]


def _locked(scope: str, flows: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """The leases' rows (id, holder, fence, end) by flow, kept until the transaction ends; always locked in one order."""
    columns = ("flow", "id", "holder", "fence", "expires_at")
    ending = f"WHERE scope = %s AND flow IN ({rows.marks(flows)}) ORDER BY flow {rows.for_update()}"
    return {flow: tuple(row) for flow, *row in rows.find(models.Lease, columns, ending, scope, *flows)}


def check(lease: Lease, now: datetime, *, late: bool = False) -> None:
    """Raise `LeaseLost` unless the lease is still ours; until the transaction ends no other worker can take it.

    With `late`, an expired lease that was not taken still counts: what a slow call came back with
    is true and may be recorded. Nothing new may be begun under it.
    """
    inside(now)
    found = rows.find(
        models.Lease,
        ("holder", "fence", "expires_at"),
        f"WHERE scope = %s AND flow = %s {rows.for_update()}",
        lease.scope,
        lease.flow,
    )
    if not found or found[0][:2] != (lease.holder, lease.fence):
        raise LeaseLost(f"{lease.scope} {lease.flow}: {lease.holder} lost its lease (fence {lease.fence})")
    expires_at = found[0][2]
    if not late and (expires_at is None or expires_at <= now):
        raise LeaseLost(f"{lease.scope} {lease.flow}: the lease of {lease.holder} expired at {expires_at}")


def renew(lease: Lease, ttl_seconds: float, now: datetime) -> Lease:
    """Prolong it; raises `LeaseLost` when another worker has taken it meanwhile."""
    check(lease, now, late=True)
    renewed = replace(lease, expires_at=now + timedelta(seconds=ttl_seconds))
    models.Lease.objects.filter(scope=lease.scope, flow=lease.flow).update(expires_at=renewed.expires_at)
    return renewed


def release(lease: Lease, now: datetime) -> bool:
    """Give it back; false when it was lost before (nothing to do then)."""
    return release_all([lease], now) == 1


def release_all(leases: Sequence[Lease], now: datetime) -> int:
    """Give back leases of one holder and scope; returns how many had not been lost before."""
    inside(now)
    if not leases:
        return 0
    each = " OR ".join(["(flow = %s AND fence = %s)"] * len(leases))
    numbers = [value for lease in leases for value in (lease.flow, lease.fence)]
    return rows.execute(f"{_RELEASE} ({each})", leases[0].scope, leases[0].holder, *numbers)


def holders(now: datetime) -> list[Lease]:
    """The leases in force, for the status page."""
    return [
        Lease(row.scope, row.flow, row.holder, row.fence, row.expires_at)
        for row in models.Lease.objects.filter(expires_at__gt=now)
        .exclude(holder="")
        .order_by("scope", "flow")
        if row.expires_at is not None
    ]
