"""Orders that are not sent as they stand, since they are on hold or a part is taken back: the company may have them all the same.

An older copy of the ledger has forgotten what it sent, and a hub with another ledger may have sent it. Each is
looked up once. Absent: it waits as before. Present: it is confirmed; that the store has it on hold is an alert, and
what the store has taken back is a matter of its own (`flows/orders/reductions.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.remaining import is_reduced
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.orders import cancellations, reductions
from tidegate.flows.stored_order import read_order
from tidegate.ledger import alerts, delivery, lookups, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.sage.port.session import Session

STEP = "look-up"
#: Look-ups in one cycle; the rest waits for the next one.
MOST = 200
#: Magento's state of an order on hold, and the alert of one that the company has.
HOLDED, ON_HOLD = "holded", "on-hold-in-store"


def is_withheld(order: Order) -> bool:
    """Whether an order that is not sent must not be delivered as it was placed, should the company have it."""
    return order.state == HOLDED or is_reduced(order)


def run(cycle: Cycle, session: Session) -> None:
    """Look up what waits for it, and carry on with what is there."""
    due = queue.due(cycle.name, cycle.flow, STEP, MOST, cycle.now())
    look_up(
        cycle, session, [(item, order) for item, order in with_orders(due) if order.state is State.SKIPPED]
    )
    for item, order in with_orders(lookups.items([each.id for each in due])):
        if item.state is State.QUEUED and order.state is not State.SKIPPED:
            failure = fenced(item.label, partial(settle, cycle, item, order))
            if failure is not None:
                cycle.apply([cycle.after_failure(item, failure, None)])


def with_orders(items: Sequence[Item]) -> list[tuple[Item, Item]]:
    """Each with the delivery of its order."""
    found = ((item, lookups.step_of(item.source_id, item.flow, "order")) for item in items)
    return [(item, order) for item, order in found if order is not None]


def look_up(cycle: Cycle, session: Session, pairs: Sequence[tuple[Item, Item]]) -> None:
    """Pooled: those that are there are confirmed, of the others the matter is closed."""
    search, size = session.order_search, session.orders.about.lookups_per_call
    if search is None:
        cycle.apply([cannot_be_asked(cycle, item) for item, _ in pairs])
        return
    cancellations.adopt_found(cycle, search, size, pairs, lambda item, _: close(cycle, item))


def close(cycle: Cycle, item: Item) -> None:
    """The company does not have it: it waits as before."""
    cycle.apply([Verdict(item.id, "m", text="the company does not have the order")])


def cannot_be_asked(cycle: Cycle, item: Item) -> Verdict:
    """The product cannot be asked for an order: a person looks whether one is there whose pieces were taken back."""
    if not is_reduced(read_order(item.document)):
        return Verdict(item.id, "n", text="this Sage product cannot be asked whether it has the order")
    failure = Failure(
        Code.CHANGED_AFTER_SEND,
        f"Magento has taken back a part of order {item.label}, which is not sent as it stands, and this Sage product "
        "cannot be asked whether it has the order. Look for it in Sage and correct it if it is there; then `tidegate "
        f"queue skip {item.label} --step {STEP} --reason corrected`.",
        sent=False,
    )
    return cycle.after_failure(item, failure, None)


def settle(cycle: Cycle, item: Item, order: Item) -> None:
    """The order is no longer withheld here: the company has it, or it is sent, which looks it up first."""
    now = cycle.now()
    with transaction("look-up"):
        if not cancellations.stands_there(order) or item.source_id is None:
            delivery.apply([Verdict(item.id, "m", text="the order is sent")], now, lease=cycle.lease)
            return
        read = read_order(item.document)
        found = Verdict(item.id, "e", text="the company has the order", target_id=order.target_id)
        delivery.apply([found], now, lease=cycle.lease)
        reason = reductions.unexplained_of(read, order, item.source_id)
        if reason:
            reductions.ask(cycle, read, item.source_id, reason, now)
        if read.state == HOLDED and order.target_status != SalesOrderStatus.ON_HOLD:
            report_hold(cycle, item.label, order.target_number)


def report_hold(cycle: Cycle, label: str, number: str) -> None:
    """The alert of an order on hold that the company will deliver, in a transaction; it ends when the hold does."""
    text = (
        f"Order {label} was put on hold in Magento after it was sent as {number or 'an order that Sage may have'}, "
        "and Sage will deliver it. Put it on hold in Sage, too, or release it in Magento: then this alert ends by "
        "itself."
    )
    alerts.raise_alert(ON_HOLD, cycle.name, label, text, cycle.now())
