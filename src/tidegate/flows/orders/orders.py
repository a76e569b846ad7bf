"""The `orders` flow: Magento -> Sage.

One cycle: read what changed; then, if the company is open: look up what is in doubt, release what
was held and is complete now, cancel, and carry the queue in batches over the company's seats.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta

from tidegate.domain.errors import Failure, Group
from tidegate.domain.orders.terms import Terms
from tidegate.flows.books import books
from tidegate.flows.cycle import Cycle
from tidegate.flows.orders import (
    cancellations,
    capture,
    invoicing,
    new_accounts,
    parcels,
    reductions,
    releases,
    withheld,
)
from tidegate.flows.orders.batch import OrderBatch
from tidegate.flows.orders.customers import forget_unneeded
from tidegate.flows.orders.verification import verify_customers, verify_orders
from tidegate.flows.status import late_numbers
from tidegate.flows.writing import results
from tidegate.ledger import database, delivery, lookups, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.sage.port.session import Purpose

FLOW = "orders"
STEP = "order"
#: Limit of one cycle; the next one sends the rest.
LONGEST_CYCLE = timedelta(hours=1)


def run(cycle: Cycle) -> None:
    """One cycle of the flow."""
    capture.run(cycle)
    try:
        deliver(cycle)
    finally:
        reductions.run(cycle)


def deliver(cycle: Cycle) -> None:
    """Carry to the company what waits for it, when it is open."""
    if not cycle.may_call_company():
        return
    with transaction("reclaim"):
        cycle.count("in_doubt", delivery.reclaim(cycle.lease, cycle.now()))
    invoicing.release(cycle)
    if not something_to_do(cycle):
        return
    forget_unneeded(cycle)
    terms = cycle.connection.terms()
    if isinstance(terms, Failure):
        cycle.call_failed(terms)
        return
    with cycle.session(Purpose.WRITING) as session:
        if session is None:
            return
        books.remember_without_books(cycle.connection, session)
        parcels.collect(cycle, session, terms)
        new_accounts.collect(cycle, session)
        cancellations.collect(cycle, session)
        verify_orders(cycle, session, terms)
        verify_customers(cycle, session)
        late_numbers.look_up(cycle, session)
        withheld.run(cycle, session)
        cancellations.run(cycle, session)
        invoicing.run(cycle, session)
        releases.run(cycle, OrderBatch(cycle, session, terms))
        if not capture.is_known(cycle):
            return
        batches = Batches(cycle)
        if cycle.connection.company.about.seats == 1:
            for items in batches:
                OrderBatch(cycle, session, terms).carry(items)
            return
    carry_side_by_side(cycle, terms, batches)


def something_to_do(cycle: Cycle) -> bool:
    """Whether the company needs to be called at all: an empty queue costs no seat."""
    waiting = lookups.has_work(cycle.name, FLOW, cycle.now())
    return waiting or results.are_waited_for(cycle) or late_numbers.are_waited_for(cycle)


def carry_side_by_side(cycle: Cycle, terms: Terms, batches: Batches) -> None:
    """Send as many batches at once as the company has seats.

    A door that stays shut for one of them ends the cycle only when no other one opened, or when the failure
    halts the connection: a thread with a seat continues.
    """
    shut: list[Failure] = []

    def work() -> None:
        try:
            with cycle.connection.company.session(Purpose.WRITING) as session:
                if isinstance(session, Failure):
                    shut.append(session)
                    if session.group is Group.HALT_AND_ALERT:
                        cycle.call_failed(session)
                    return
                for items in batches:
                    OrderBatch(cycle, session, terms).carry(items)
        finally:
            database.close()

    seats = cycle.connection.company.about.seats
    # Each in a copy of this context: their requests count for this cycle.
    with ThreadPoolExecutor(max_workers=seats, thread_name_prefix=cycle.name) as pool:
        for future in [pool.submit(copy_context().run, work) for _ in range(seats)]:
            future.result()
    if len(shut) == seats and cycle.may_go_on():
        cycle.call_failed(shut[0])


class Batches:
    """The queue, read once from its head, batch by batch, by all seats together."""

    def __init__(self, cycle: Cycle) -> None:
        self._cycle = cycle
        self._last: Item | None = None
        self._lock = threading.Lock()
        self._size = cycle.connection.settings.flows[FLOW].batch

    def __iter__(self) -> Iterator[list[Item]]:
        while items := self.next():
            yield items

    def next(self) -> list[Item]:
        """The next batch; empty when the queue is, or when the cycle must end."""
        with self._lock:
            if not self._cycle.may_call_company() or self._cycle.now() - self._cycle.started > LONGEST_CYCLE:
                return []
            if self._cycle.should_stop():
                return []
            items = queue.due(self._cycle.name, FLOW, STEP, self._size, self._cycle.now(), after=self._last)
            if items:
                self._last = items[-1]
            return items
