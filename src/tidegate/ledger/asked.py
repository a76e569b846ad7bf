"""Cycles that users requested: kept until one begins, by whichever process, and over a restart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tidegate.ledger import marks, rows
from tidegate.ledger.database import inside


def ask(connection: str, flow: str, now: datetime) -> None:
    """The flow's next cycle is due at once. In a transaction."""
    marks.write(_name(connection, flow), now.isoformat(), now)


def turns(connection: str, flows: Sequence[str]) -> tuple[dict[str, datetime], set[str]]:
    """When these flows last began to run, and which of them were requested: by one statement."""
    last = {marks.last_run(connection, flow): flow for flow in flows}
    wanted = {_name(connection, flow): flow for flow in flows}
    found = marks.read_all([*last, *wanted])
    began = {last[name]: datetime.fromisoformat(at) for name, at in found.items() if name in last}
    return began, {wanted[name] for name in found if name in wanted}


def begun(connection: str, flow: str, now: datetime) -> None:
    """Record that a cycle begins: a later request is for another one. In a transaction."""
    inside(now)
    rows.execute("DELETE FROM tidegate_mark WHERE name = %s", _name(connection, flow))


def _name(connection: str, flow: str) -> str:
    return f"asked:{connection}:{flow}"
