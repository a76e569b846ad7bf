"""The status of orders in Sage, reported to the store: statuses by mapping, hold, release and cancellation.

A part of the flow `order-status`, for connections that map statuses. Only what is newest is reported; a
status is written with a comment (contract, point 1), hold and cancellation by their own calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.order_status import CANCELLED_STATUS, HELD_STATUS, OrderStatus
from tidegate.domain.fulfilment.sage_documents import OrderProgress, SalesOrderStatus
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.desks import lacks
from tidegate.flows.fence import Taking
from tidegate.flows.order_steps import known_orders, new_step
from tidegate.flows.status import late_numbers
from tidegate.flows.status.steps import FLOW, LIFT, STATUS, Progress, read_progress, word_of
from tidegate.flows.writing import documents as carrying
from tidegate.flows.writing.document_steps import Adopt, Drop, Step, Write
from tidegate.ledger import cursors, delivery, order_documents
from tidegate.ledger.database import transaction
from tidegate.ledger.intake import Known
from tidegate.ledger.queue import Item
from tidegate.magento.notes import Action, CommentBody, CommentEntry, OrderNow
from tidegate.sage.port.session import Purpose

CURSOR = "progress"
#: Magento's states that our statuses never replace.
SETTLED = ("canceled", "closed", "holded")


class OrderCall(msgspec.Struct, frozen=True):
    """`POST /V1/orders/{id}/hold`, `unhold` or `cancel`; there is no body."""

    order: int
    call: str


def are_reported(cycle: Cycle) -> bool:
    """Whether any status is mapped, and open can be distinguished from paid.

    Before invoices and payments were read once, every invoiced order would look open.
    """
    settings = cycle.connection.settings
    needed = [
        (name, cursor)
        for name, cursor in (("invoices", "invoices"), ("payments", "entries"))
        if name in settings.flows and settings.flows[name].enabled
    ]
    return bool(settings.statuses) and all(cursors.read(cycle.name, *each) is not None for each in needed)


def read(cycle: Cycle) -> None:
    """Store the statuses of orders and the cursor in one commit."""
    since = cursors.read(cycle.name, FLOW, CURSOR)
    with cycle.session(Purpose.READING) as session:
        if session is None:
            return
        if session.progress is None:
            cycle.ask_a_person(lacks("how far orders have come"), FLOW)  # notes are written all the same
            return
        changes = session.progress.read(since)
    if isinstance(changes, Failure):
        cycle.call_failed(changes)
        return
    cycle.count("read", len(changes.rows))
    known = known_orders(cycle.connection, [row.order_key for row in changes.rows])
    now = cycle.now()
    taking = Taking(cycle)
    with transaction("capture"):
        for row in changes.rows:
            order = known.get(row.order_key)
            if order is not None:
                taking.one(row.order_number, partial(take, cycle, row, order, now))
        if changes.cursor != since and not taking.failures:
            cursors.move(cycle.name, FLOW, CURSOR, changes.cursor, now)
    late_numbers.learn(cycle, {row.order_key: row.order_number for row in changes.rows if row.order_number})


def take(cycle: Cycle, row: OrderProgress, order: Known, now: datetime) -> None:
    """Create a step for a new status, which supersedes older unsent ones, in a transaction."""
    reported = order_documents.steps(order.source_id, FLOW, STATUS)
    progress = Progress(order.entity_id, row.order_number, row.status, row.despatched, row.invoiced)
    before = read_progress(reported[-1].subject) if reported else None
    fresh = OrderProgress(row.order_id, row.order_number, row.order_key, SalesOrderStatus.LIVE)
    if progress == before or (before is None and row == fresh):
        return
    if row.status is SalesOrderStatus.CANCELLED and order.delivery_id is not None:
        # Our own cancellation of the Magento order must not come back as a wish to cancel Sage's.
        text = "cancelled in Sage"
        delivery.apply([Verdict(order.delivery_id, "q", text=text)], now, lease=cycle.lease)
    older = [each for each in reported if each.state in (State.QUEUED, State.HELD)]
    delivery.apply(
        [Verdict(each.id, "n", text="superseded by a newer status") for each in older],
        now,
        lease=cycle.lease,
    )
    number = len(reported) + 1
    statuses = cycle.connection.settings.statuses
    wanted = []
    held = before is not None and before.status is SalesOrderStatus.ON_HOLD
    if (
        held
        and row.status is not SalesOrderStatus.ON_HOLD
        and statuses.get(OrderStatus.ON_HOLD) == HELD_STATUS
    ):
        wanted.append(new_step(cycle, FLOW, order, f"{LIFT}{number}", progress))
    word = word_of(order.source_id, progress)
    state, reason = State.QUEUED, ""
    if word not in statuses:
        state, reason = State.SKIPPED, f"no status is mapped to {word}"
    wanted.append(new_step(cycle, FLOW, order, f"{STATUS}{number}", progress, state=state, reason=reason))
    delivery.create_many(wanted, now)
    cycle.count("captured")


def carry(cycle: Cycle) -> None:
    """Write what waits."""
    carrying.carry(cycle, StatusHandler(cycle.connection), (STATUS, LIFT))


def preview(connection: Connection) -> list[dict[str, Any]]:
    """What waits to be written."""
    return carrying.preview(StatusHandler(connection), (STATUS, LIFT))


@dataclass(frozen=True)
class StatusHandler:
    """Decides about the statuses of one connection."""

    connection: Connection
    flow: str = FLOW
    link: str = ""
    after: tuple[str, ...] = ()

    def decide(self, item: Item) -> Step:
        """What to write, by the order as it is now."""
        progress = read_progress(item.subject)
        there = self.connection.store.notes.read_status(progress.entity_id)
        if isinstance(there, Failure):
            return there
        if item.step.startswith(LIFT):
            if there.state != "holded":
                return Adopt(str(there.entity_id), "", "the order is not on hold")
            return self.call(there, "unhold")
        assert item.source_id is not None  # noqa: S101 - these steps are made for known orders only
        reported = order_documents.steps(item.source_id, FLOW, STATUS)
        # What is not mapped, or was left by a person, replaces nothing.
        if any(each.id > item.id and each.state not in (State.SKIPPED, State.CANCELLED) for each in reported):
            return Drop("superseded by a newer status")
        word = word_of(item.source_id, progress)
        status = self.connection.settings.statuses.get(word)
        if status is None:
            return Drop(f"no status is mapped to {word}")
        if status == HELD_STATUS:
            return self.hold(there)
        if status == CANCELLED_STATUS:
            return self.cancel(there)
        if there.status == status:
            return Adopt(str(there.entity_id), "", f"the order already has the status {status}")
        if there.state in SETTLED:
            return Drop(f"the Magento order is {there.state}: its status is not changed any more")
        subject = f"Sage order {progress.number}" if progress.number else "The order in Sage"
        return self.comment(there, f"{subject} is {word.replace('-', ' ')}", status)

    def comment(self, there: OrderNow, text: str, status: str) -> Step:
        """A comment that brings the status."""
        visible = self.connection.settings.notes.comment == "visible"
        return Write(
            CommentBody(CommentEntry(text, status, there.entity_id, int(visible))),
            lambda: (
                self.connection.store.notes.add_comment(there.entity_id, text, visible=visible, status=status)
                or there.entity_id
            ),
            lambda _: status,
        )

    def hold(self, there: OrderNow) -> Step:
        """Put on hold what can be put on hold."""
        if there.state == "holded":
            return Adopt(str(there.entity_id), "", "the order is on hold already")
        if there.state in ("canceled", "complete", "closed"):
            return Drop(f"the Magento order is {there.state} and cannot be put on hold")
        return self.call(there, "hold")

    def cancel(self, there: OrderNow) -> Step:
        """Cancel what is not cancelled."""
        if there.state == "canceled":
            return Adopt(str(there.entity_id), "", "the order is cancelled already")
        if there.state in ("complete", "closed"):
            text = (
                f"the order is cancelled in Sage, but {there.state} in Magento. Settle it in Magento by "
                "hand, then `tidegate queue skip`."
            )
            return Failure(Code.OTHER_CONTENT, text, sent=False)
        return self.call(there, "cancel")

    def call(self, there: OrderNow, name: Action) -> Step:
        """One of Magento's own calls."""
        number = there.entity_id
        return Write(
            OrderCall(number, name),
            lambda: self.connection.store.notes.bring_about(number, name) or number,
            lambda _: name,
        )
