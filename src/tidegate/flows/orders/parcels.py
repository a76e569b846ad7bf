"""Orders that lie with the company: their results are read first in a cycle (`flows/writing/results.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from tidegate.domain.errors import Failure
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.terms import Terms
from tidegate.domain.verdict import Verdict
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.orders.found_orders import as_it_was_sent, verdict_of_accepted, verdict_on_found
from tidegate.flows.orders.leaving import orders_of
from tidegate.flows.stored_order import expected
from tidegate.flows.writing import results
from tidegate.ledger.queue import Item
from tidegate.sage.port.orders import Found, OrderKey, OrderSearch
from tidegate.sage.port.outcomes import Accepted
from tidegate.sage.port.session import Session


def collect(cycle: Cycle, session: Session, terms: Terms) -> None:
    """Read what became of the orders that were handed over."""
    about, search = session.orders.about, session.order_search
    writing = orders_of(cycle, session, partial(confirm, cycle, session, terms))
    if results.collect(cycle, writing, session.orders.collect) and search is not None:
        late = partial(look_up, cycle, session, terms, search)
        results.look_up_late(cycle, writing, about.lookups_per_call, late)


def known(cycle: Cycle, session: Session, terms: Terms, item: Item) -> SalesOrder | Failure:
    """The order as the company should have it, or why that cannot be said."""
    return fenced(item.label, partial(expected, item, terms, session.orders.about.arithmetic))


def confirm(
    cycle: Cycle, session: Session, terms: Terms, item: Item, accepted: Accepted, attempt_id: int | None
) -> Sequence[Verdict]:
    """A parcel's result says that the company has it."""
    order = known(cycle, session, terms, item)
    if isinstance(order, Failure):
        return [cycle.after_failure(item, order, attempt_id)]
    there = Found(
        id=accepted.id,
        number=accepted.number,
        status=accepted.status,
        key="",
        reference="",
        ours=True,
        gross=accepted.gross,
    )
    order = as_it_was_sent(cycle, item, there, order)
    if isinstance(order, Failure):
        return [cycle.after_failure(item, order, attempt_id)]
    states = session.orders.about.states_totals
    return [verdict_of_accepted(cycle, item, accepted, order, attempt_id, states_totals=states)]


def look_up(
    cycle: Cycle, session: Session, terms: Terms, search: OrderSearch, items: Sequence[Item]
) -> Mapping[int, Sequence[Verdict]] | Failure:
    """One pooled look-up of orders whose parcel is overdue: those that are there after all."""
    orders = {item.id: known(cycle, session, terms, item) for item in items}
    keys = [OrderKey(each.key, each.reference) for each in orders.values() if not isinstance(each, Failure)]
    found = search.find(keys) if keys else {}
    if isinstance(found, Failure):
        return found
    verdicts: dict[int, Sequence[Verdict]] = {}
    for item in items:
        order = orders[item.id]
        if isinstance(order, Failure):
            verdicts[item.id] = ()  # not asked for: nothing is known of it
        elif (checked := verdict_on_found(cycle, item, found[order.key], order)) is not None:
            verdicts[item.id] = (checked,)
    return verdicts
