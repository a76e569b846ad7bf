"""The account of one flow's step, counted in one statement: a single view of the database."""

from __future__ import annotations

from django.db import connection as database_connection

from tidegate.domain.flow_account import Account
from tidegate.domain.states import State

#: Steps whose documents are captured: `read` is then counted from the sources, not from the deliveries.
READ_AS = {("orders", "order"): "order"}

_PLACE = {
    State.CAPTURED: "waiting",
    State.QUEUED: "waiting",
    State.SENDING: "waiting",
    State.HANDED_OVER: "handed_over",
    State.IN_DOUBT: "in_doubt",
    State.CONFIRMED: "confirmed",
    State.REVIEW: "review",
    State.HELD: "held",
    State.CANCELLED: "cancelled",
    State.SKIPPED: "skipped",
}

_DELIVERIES = (
    "SELECT state, count(*) FROM tidegate_delivery "
    "WHERE connection = %s AND flow = %s AND step = %s GROUP BY state"
)
_SOURCES = "SELECT 'read', count(*) FROM tidegate_source WHERE connection = %s AND kind = %s"


def account(connection: str, flow: str, step: str) -> Account:
    """Read = confirmed + handed over + waiting + in doubt + review + held + cancelled + skipped.

    What is left over is `unexplained`. Steps that have no captured document of their own (the note back to the store) read what was created.
    """
    kind = READ_AS.get((flow, step))
    sql, parameters = _DELIVERIES, [connection, flow, step]
    if kind is not None:
        sql, parameters = f"{_DELIVERIES} UNION ALL {_SOURCES}", [*parameters, connection, kind]
    with database_connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: dict[str, int] = dict(cursor.fetchall())
    read = found.pop("read", 0) if kind is not None else sum(found.values())
    places: dict[str, int] = {}
    for state, count in found.items():
        place = _PLACE[State(state)]
        places[place] = places.get(place, 0) + count
    return Account(read=read, **places)
