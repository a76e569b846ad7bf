"""Seats in use and budgets of a company, for `status`, the digest and the metrics.

What a company's room says of them is kept in the ledger when a hub opens it, so that a process that only reads reports
needs neither secrets nor a room. What is used is counted in the ledger, over all processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from tidegate.ledger import marks, seats, usage
from tidegate.ledger.database import transaction
from tidegate.sage.port.usage import Allowance, Measure, Usage

if TYPE_CHECKING:
    from tidegate.sage.port.company import Company

LIMITS = "limits-of:"


class Known(msgspec.Struct, frozen=True):
    """What a room said: the pool that its seats are counted in, how many there are, and its allowances."""

    pool: str = ""
    seats: int = 0
    budget: tuple[tuple[str, int, int, int, bool], ...] = ()  #: measure, amount, reserved, seconds, shared


def remember(companies: Mapping[str, Company], now: datetime) -> None:
    """Keep what the rooms say; nothing is written when it is what it was."""
    new: dict[str, str] = {}
    for name, company in companies.items():
        about = company.about
        budget = tuple(
            (each.measure.value, each.amount, each.reserved, int(each.per.total_seconds()), each.shared)
            for each in company.budget()
        )
        known = msgspec.json.encode(Known(about.seat_pool, about.seats, budget)).decode()
        if marks.read(LIMITS + name) != known:
            new[LIMITS + name] = known
    if new:
        with transaction("limits"):
            for name, known in new.items():
                marks.write(name, known, now)


def known_of(company: str) -> Known:
    """What was kept; nothing before a hub has opened the company."""
    written = marks.read(LIMITS + company)
    return Known() if written is None else msgspec.json.decode(written, type=Known)


def seat_row(company: str, now: datetime) -> dict[str, Any] | None:
    """Seats that are taken now, by which processes, of how many; None when not known."""
    known = known_of(company)
    if not known.pool:
        return None
    holders = seats.holders(known.pool, now)
    return {"limit": known.seats, "in_use": len(holders), "holders": holders}


def budget_rows(company: str, now: datetime) -> list[dict[str, Any]]:
    """Each allowance of the company, with what all processes have used of it in its span."""
    rows = []
    for measure, amount, reserved, seconds, shared in known_of(company).budget:
        allowance = Allowance(Measure(measure), amount, timedelta(seconds=seconds), shared, reserved)
        found = usage.since(company, now - allowance.per)
        used = Usage(found.calls, found.units, found.bytes, found.seat_seconds).of(allowance.measure)
        rows.append(
            {
                "measure": measure,
                "amount": allowance.ours,
                "used": used,
                "left": max(allowance.ours - used, 0),
                "per_seconds": seconds,
                "shared": shared,
                "words": allowance.words,
            }
        )
    return rows
