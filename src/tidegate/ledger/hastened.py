"""Flows whose next cycle is due at once, because the company has called: one mark a flow, however often it calls."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tidegate.ledger import marks, rows

_PREFIX = "hasten:"


def hasten(connection: str, flows: Iterable[str], now: datetime) -> None:
    """The next cycle of these flows is due at once. In a transaction."""
    for flow in sorted(flows):
        marks.write(_name(connection, flow), now.isoformat(), now)


def hastened(connection: str) -> dict[str, datetime]:
    """The flows that are due at once, and since when."""
    beginning = _name(connection, "")
    found = rows.fetch_all(
        "SELECT name, value FROM tidegate_mark WHERE substr(name, 1, %s) = %s", len(beginning), beginning
    )
    return {name[len(beginning) :]: datetime.fromisoformat(value) for name, value in found}


def begun(connection: str, flow: str, now: datetime) -> None:
    """A cycle of the flow begins: what is heard from now on asks for another one. In a transaction."""
    marks.remove(_name(connection, flow), now)


def _name(connection: str, flow: str) -> str:
    return f"{_PREFIX}{connection}:{flow}"
