"""Orders whose cancellation the store takes back, as extensions do when a payment arrives late.

What was not carried out yet is not carried out any more; a later cancellation counts as the first did. Where Sage may have
carried it out, a person is asked (`domain/orders/capture.py`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tidegate.domain.orders.capture import is_over
from tidegate.domain.orders.keys import StoreStatus, revision, store_status
from tidegate.domain.orders.order import Order
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.ledger import delivery, intake
from tidegate.ledger.queue import Item

#: A cancellation that came to nothing: Sage did not have the order, a person left it, or the store took it back.
IN_VAIN = (State.CANCELLED, State.SKIPPED)
_NOT_ASKED_YET = (State.QUEUED, State.HELD, State.REVIEW)
#: Magento's states of an order that is over.
_OVER = ("canceled", "closed")


def without_undone(cycle: Cycle, order: Order, cancellation: Item | None, now: datetime) -> Item | None:
    """The recorded cancellation; it ends, in a transaction, where the store has taken it back before it was carried out."""
    if cancellation is None or cancellation.state not in _NOT_ASKED_YET or is_over(order):
        return cancellation
    undone = Verdict(cancellation.id, "n", text="Magento has taken the cancellation back")
    refused = delivery.apply([undone], now, lease=cycle.lease)
    return cancellation if refused else replace(cancellation, state=State.SKIPPED)


def is_recorded(order: Order, before: intake.Known, cancellation: Item | None) -> bool:
    """Whether a recorded cancellation is the one that the store's order has now, not one from before it was revived."""
    if cancellation is None:
        return False
    if cancellation.state not in IN_VAIN:
        return True
    anew = store_status(order) is not StoreStatus.OPEN or before.revision != revision(order)
    return is_over(order) and (before.state in _OVER or not anew)
