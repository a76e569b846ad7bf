"""The account of one flow's step, counted in one statement: a single view of the database."""

from __future__ import annotations

from typing import Any

from tidegate.domain.flow_account import Account
from tidegate.domain.states import State
from tidegate.ledger import families, rows, tally

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

_EACH = (
    "SELECT state, count(*) FROM tidegate_delivery WHERE connection = %s AND flow = %s AND {} GROUP BY state"
)
_READ = "SELECT 'read', count(*) FROM tidegate_source WHERE connection = %s AND kind = %s"

#: What has not arrived is counted row by row; of all the others only what came after the tally. Names are joined to
#: an empty text where an index of theirs would lead past a million rows.
_OPEN = (
    "SELECT state, count(*) FROM tidegate_delivery "
    "WHERE connection = %s AND flow = %s AND {} AND NOT (state = 'confirmed') GROUP BY state"
)
_TALLIED = (
    "SELECT '{}', coalesce(sum(count), 0) FROM tidegate_tally "
    "WHERE kind = '{}' AND connection = %s AND flow = %s AND step = %s AND upto = %s"
)
_LATER = (
    "SELECT 'all', count(*) FROM tidegate_delivery "
    "WHERE id > %s AND connection || '' = %s AND flow || '' = %s AND {}"
)
_LATER_READ = (
    "SELECT 'read', count(*) FROM tidegate_source WHERE id > %s AND connection || '' = %s AND kind || '' = %s"
)
_UPTO = "SELECT '{0} upto', upto FROM tidegate_tally WHERE kind = '{0}' AND connection = ''"


def account(connection: str, flow: str, step: str) -> Account:
    """Read = confirmed + handed over + waiting + in doubt + review + held + cancelled + skipped.

    What is left over is `unexplained`. Steps that have no captured document of their own (the note back to the store)
    read what was created. Something unexplained is said only after everything was counted, row by row.
    """
    quick = _quick(connection, flow, step)
    return quick if quick is not None and not quick.unexplained else _counted(connection, flow, step)


def _steps(step: str) -> tuple[str, tuple[str, ...]]:
    """The condition that names the step, or all of its family."""
    if step in families.FAMILIES:
        return "step >= %s AND step <= %s", families.span(step)
    return "step = %s", (step,)


def _counted(connection: str, flow: str, step: str) -> Account:
    """Counted row by row, along an index that has all that is asked."""
    which, names = _steps(step)
    kind = READ_AS.get((flow, step))
    sql, parameters = _EACH.format(which), [connection, flow, *names]
    if kind is not None:
        sql, parameters = f"{sql} UNION ALL {_READ}", [*parameters, connection, kind]
    return _account(dict(rows.fetch_all(sql, *parameters)), kind)


def _quick(connection: str, flow: str, step: str) -> Account | None:
    """Counted from the tally on; None where there is none yet, or where it moves too fast to be read."""
    which, names = _steps(step)
    kind = READ_AS.get((flow, step))
    for _ in range(3):
        upto = {name: tally.counted(name) for name in (tally.DELIVERY, tally.SOURCE)}
        if not all(upto.values()):
            return None
        deliveries = upto[tally.DELIVERY]
        parts: list[tuple[str, tuple[Any, ...]]] = [
            (_OPEN.format(which), (connection, flow, *names)),
            (_TALLIED.format("all", tally.DELIVERY), (connection, flow, names[0], deliveries)),
            (_LATER.format(which), (deliveries, connection, flow, *names)),
            (_UPTO.format(tally.DELIVERY), ()),
        ]
        if kind is not None:
            sources = upto[tally.SOURCE]
            parts += [
                (_TALLIED.format("read", tally.SOURCE), (connection, kind, "", sources)),
                (_LATER_READ, (sources, connection, kind)),
                (_UPTO.format(tally.SOURCE), ()),
            ]
        sql = " UNION ALL ".join(part for part, _ in parts)
        found: dict[str, int] = {}
        for name, count in rows.fetch_all(sql, *(each for _, given in parts for each in given)):
            found[name] = found.get(name, 0) + int(count)
        moved = [name for name in upto if found.pop(f"{name} upto", upto[name]) != upto[name]]
        if not moved:
            found["confirmed"] = found.pop("all") - sum(
                count for name, count in found.items() if name != "read"
            )
            return _account(found, kind)
    return None


def _account(found: dict[str, int], kind: str | None) -> Account:
    read = found.pop("read", 0) if kind is not None else sum(found.values())
    places: dict[str, int] = {}
    for state, count in found.items():
        place = _PLACE[State(state)]
        places[place] = places.get(place, 0) + count
    return Account(read=read, **places)
