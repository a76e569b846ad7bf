"""Orders as a kind of record that goes to the company, and those of one batch that are ready to leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from tidegate.domain.errors import Failure
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.orders import reductions
from tidegate.flows.orders.confirmed import carry_out
from tidegate.flows.orders.found_orders import verdict_of_accepted
from tidegate.flows.writing.attempts import Record
from tidegate.flows.writing.writing import Writing, nothing
from tidegate.ledger.queue import Item
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Accepted, HandedOver, Outcome
from tidegate.sage.port.parcels import Scope
from tidegate.sage.port.session import Session

Confirm = Callable[[Item, Accepted, int | None], Sequence[Verdict]]


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


def unasked(item: Item, accepted: Accepted, attempt_id: int | None) -> Sequence[Verdict]:
    """For a value of the kind that nothing is sent or collected with."""
    raise AssertionError("internal error: no order can be confirmed by this value")


def orders_of(
    cycle: Cycle,
    session: Session,
    confirm: Confirm = unasked,
    remember: Callable[[Sequence[Record], datetime], None] = nothing,
    reserve: Callable[[Sequence[Record]], HandedOver | Failure] | None = None,
) -> Writing:
    """How this company takes orders."""
    about = session.orders.about
    return Writing(
        scope=Scope.ORDERS,
        size=about.orders_per_call,
        in_parcels=about.hands_over,
        one_parcel=about.one_parcel,
        all_or_nothing=about.all_or_nothing,
        confirm=confirm,
        settle=partial(carry_out, cycle),
        remember=remember,
        reserve=reserve,
    )


class Leaving:
    """The orders of one batch that are not there yet."""

    def __init__(self, cycle: Cycle, session: Session, ready: Sequence[Ready]) -> None:
        self.cycle = cycle
        self.session = session
        self.by_key = {each.order.key: each for each in ready}
        self.by_id = {each.item.id: each for each in ready}
        self.records = [
            Record(each.item, each.order.key, each.prepared.payload_hash, each.prepared.payload)
            for each in ready
        ]

    @property
    def writing(self) -> Writing:
        """What is done with them."""
        named = self.session.order_tracking is not None
        reserve = self.reserve if named else None
        return orders_of(self.cycle, self.session, self.confirm, self.remember, reserve)

    def call(self, records: Sequence[Record]) -> Iterator[tuple[str, Outcome]]:
        """One call."""
        return self.session.orders.send(self.prepared(records))

    def reserve(self, records: Sequence[Record]) -> HandedOver | Failure:
        """The reference of the next call."""
        desk = self.session.order_tracking
        assert desk is not None  # noqa: S101 - else nobody asks
        return desk.reserve(self.prepared(records))

    def prepared(self, records: Sequence[Record]) -> list[Prepared]:
        """Their payloads."""
        return [self.by_key[record.key].prepared for record in records]

    def remember(self, records: Sequence[Record], now: datetime) -> None:
        """With an order that is sent in part, what it is sent without."""
        for record in records:
            each = self.by_id[record.item.id]
            reductions.remember(each.item, each.read, each.order, now)

    def confirm(self, item: Item, accepted: Accepted, attempt_id: int | None) -> Sequence[Verdict]:
        """The company has it."""
        order, states = self.by_id[item.id].order, self.session.orders.about.states_totals
        return [verdict_of_accepted(self.cycle, item, accepted, order, attempt_id, states_totals=states)]
