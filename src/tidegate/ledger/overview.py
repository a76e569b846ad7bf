"""Which connections, flows and steps the ledger holds anything of; read only."""

from __future__ import annotations

from collections.abc import Iterator

from tidegate.ledger import rows
from tidegate.ledger.families import family_of, span


def steps() -> list[tuple[str, str, str]]:
    """Every (connection, flow, step) that has a delivery, also of connections that are configured no more.

    Steps of a family are given once, by the family's name. Jumps from one name to the next by the
    index, so that it takes no longer with a million deliveries.
    """
    return [
        (connection, flow, step)
        for connection in _names()
        for flow in _names(connection)
        for step in _names(connection, flow)
    ]


_NEXT = (
    "SELECT min(connection) FROM tidegate_delivery WHERE connection > %s",
    "SELECT min(flow) FROM tidegate_delivery WHERE connection = %s AND flow > %s",
    "SELECT min(step) FROM tidegate_delivery WHERE connection = %s AND flow = %s AND step > %s",
)


def _names(*within: str) -> Iterator[str]:
    """Connections, the flows of one, the steps of one of its flows."""
    last = ""
    while True:
        (name,) = rows.fetch_one(_NEXT[len(within)], *within, last) or (None,)
        if name is None:
            return
        family = family_of(name) if len(within) == 2 else ""
        yield family or name
        last = span(family)[1] if family else name
