"""An order that is ready to leave, and how long it may stand so after its attempt was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tidegate.domain.orders.order import Order
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.ledger.queue import Item
from tidegate.sage.port.orders import Prepared

#: A pause shorter than this between record and request is never too long.
SHORTEST_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Ready:
    """An order with everything it needs to leave."""

    item: Item
    prepared: Prepared
    read: Order  #: as the store has it

    @property
    def order(self) -> SalesOrder:
        """The order in the company's terms."""
        return self.prepared.order


def longest_pause(cycle: Cycle) -> timedelta:
    """A machine may sleep between record and request; by the settle time others may act on the record."""
    return max(timedelta(minutes=cycle.connection.company_settings.settle_minutes) / 2, SHORTEST_PAUSE)


def too_late(each: Ready, attempt_id: int) -> Verdict:
    """Recorded, but not sent: it goes with the next cycle, after another look-up."""
    text = "not sent: this machine paused between recording the attempt and sending it"
    return Verdict(each.item.id, "g", attempt_id=attempt_id, text=text)
