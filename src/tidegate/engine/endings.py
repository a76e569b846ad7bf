"""How a cycle ended: done, or early, because a call that concerned no single record failed.

Once is nothing: a shop restarts, Sage is backed up. In a row it is reported: a flow that ends early every time
makes no progress although its cycles run.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tidegate.domain.errors import Code, Group
from tidegate.flows import unreadable
from tidegate.ledger import alerts, marks
from tidegate.opening import SHORTEST

if TYPE_CHECKING:
    from tidegate.flows.cycle import Cycle

if TYPE_CHECKING:
    from tidegate.flows.cycle import Cycle

DONE, EARLY = "done", "ended early"
#: The outcomes of cycles that were carried out: the next one is due by the flow's own rule.
CARRIED_OUT = (DONE, EARLY)
#: The alert; its subject is the flow. Raised by this many early endings in a row, ended by a good cycle.
ALERT, IN_A_ROW = "ended-early", 3
#: Another alert: no seat of the company was free, by our own limit or by the company's answer.
SEATS = "seats-exhausted"


def outcome(cycle: Cycle) -> tuple[str, str]:
    """The outcome of a cycle that kept its lease, and what there is to say about it."""
    if cycle.ended_by is not None and not window_began(cycle):
        return EARLY, f"ended early: {cycle.ended_by.text}"
    if cycle.store_failure is not None:
        return EARLY, f"the store was not read completely: {cycle.store_failure.text}"
    return DONE, f"closed: {cycle.closed_reason}" if cycle.closed_reason else ""


def heed_refused_keys(cycle: Cycle) -> None:
    """A store that has refused the keys halts the connection, whatever the flow made of that answer.

    Else each flow that only looks for news in passing would ask it again and again.
    """
    refused = cycle.connection.store.client.keys_refused(cycle.started)
    if refused is not None and cycle.ended_by is None:
        cycle.call_failed(refused, of_company=False)


def window_began(cycle: Cycle) -> bool:
    """Whether the call that ended the cycle came too late for the company's window: that is no failure."""
    if cycle.ended_by is None or cycle.ended_by.group is not Group.WAIT_FOR_WINDOW:
        return False
    closed = cycle.connection.calendar.closed(cycle.now() + timedelta(seconds=SHORTEST))
    if closed is not None:
        cycle.closed_reason = cycle.closed_reason or closed.reason
    return closed is not None


def note(cycle: Cycle, ended: str, text: str) -> None:
    """Count early endings, alert when they repeat, clear the alert after a good cycle. In a transaction.

    A closed company is neither.
    """
    now, name = cycle.now(), mark(cycle.name, cycle.flow)
    if cycle.ended_by is not None and cycle.ended_by.code is Code.NO_SEAT:
        alerts.raise_alert(
            SEATS, cycle.name, cycle.flow, f"the flow {cycle.flow} had to wait: {cycle.ended_by.text}", now
        )
    if ended == EARLY:
        count = in_a_row(cycle.name, cycle.flow) + 1
        marks.write(name, str(count), now)
        if count >= IN_A_ROW:
            message = f"the last {count} cycles of the flow {cycle.flow} ended early. {text}"
            alerts.raise_alert(ALERT, cycle.name, cycle.flow, message, now)
    elif ended == DONE and not cycle.closed_reason:
        if marks.read(name) is not None:
            marks.remove(name, now)
        alerts.clear_kinds((ALERT, SEATS), cycle.name, cycle.flow, now)


def in_a_row(connection: str, flow: str) -> int:
    """How many of the flow's last cycles in a row ended early."""
    return int(marks.read(mark(connection, flow)) or 0)


def mark(connection: str, flow: str) -> str:
    """The name of the mark that counts them."""
    return f"early:{connection}:{flow}"


def tell_bad_rows(cycle: Cycle) -> None:
    """The store's rows that could not be read in this cycle, by their own names."""
    bad = cycle.connection.store.client.take_bad_rows()
    all_read = cycle.all_read and cycle.ended_by is None and not cycle.closed_reason
    unreadable.report(cycle.name, cycle.flow, unreadable.STORE, bad, cycle.now(), all_read=all_read)
