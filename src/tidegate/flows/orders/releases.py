"""Held orders go on by themselves when the mapping, SKU or customer that they wait for appears.

One order per missing thing is tried; when that one would pass, all that wait for the same thing
are released together.
"""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing_thing import kind_of
from tidegate.domain.orders.order import Order
from tidegate.domain.states import FINAL, State
from tidegate.flows.cycle import Cycle
from tidegate.flows.orders.batch import OrderBatch
from tidegate.flows.orders.customers import CustomerDesk
from tidegate.flows.stored_order import read_order, source_row
from tidegate.ledger import alerts, delivery, intake, lookups, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item
from tidegate.magento import product_skus

UNASKED = Failure(Code.UNKNOWN_CUSTOMER, "the company could not be asked for what is missing")

#: Things tried in one cycle; the rest waits for the next one.
MOST = 100


def run(cycle: Cycle, batch: OrderBatch) -> None:
    """Release what is complete now."""
    present: list[str] = []
    for waits_for in list(queue.waiting_for(cycle.name, cycle.flow))[:MOST]:
        if not cycle.may_call_company():
            break
        items = lookups.held_for(cycle.name, cycle.flow, "order", waits_for, limit=1)
        if items and is_present(cycle, batch, items[0]):
            present.append(waits_for)
    if present:
        with transaction("release"):
            cycle.count("released", delivery.release_waiting(cycle.name, present, cycle.now()))
            alerts.clear_subjects(cycle.name, present, cycle.now())


def is_present(cycle: Cycle, batch: OrderBatch, item: Item) -> bool:
    """Whether what the order waits for is there now."""
    order = read_order(item.document)
    if kind_of(item.waits_for) == "order":
        return parent_is_settled(order)
    if kind_of(item.waits_for) == "sku":
        order = under_own_skus(cycle, item, order)
    return still_missing(cycle, batch, item, order) != item.waits_for


def under_own_skus(cycle: Cycle, item: Item, order: Order) -> Order:
    """The order by its products' own SKUs, and all that wait with it; they are kept so.

    Without the permission to read products an order is taken in by what its lines are called: with the suffixes of
    their options, which no company knows.
    """
    if not product_skus.may_be_unread(order):
        return order
    waiting = lookups.held_for(cycle.name, cycle.flow, "order", item.waits_for, limit=MOST)
    orders = [read_order(each.document) for each in waiting]
    own = cycle.connection.store.orders.skus.own(orders)
    if isinstance(own, Failure):
        return order
    known = [new for new, old in zip(own, orders, strict=True) if new != old]
    with transaction("own SKUs"):
        intake.save_sources([source_row(cycle.name, each) for each in known], cycle.now())
    return next((each for each in known if each.entity_id == order.entity_id), order)


def parent_is_settled(order: Order) -> bool:
    """Whether the order that this one replaces is out of the company, by rule or by hand."""
    parent = order.parent_entity_id
    replaced = (
        lookups.step_of_document(order.store, parent, "orders", "order") if parent is not None else None
    )
    if replaced is None:
        return False
    cancellation = lookups.step_of(replaced.source_id, "orders", "cancel")
    if replaced.state in (State.CANCELLED, State.SKIPPED):
        return cancellation is None or cancellation.state in FINAL
    return cancellation is not None and cancellation.state is State.CONFIRMED


def still_missing(cycle: Cycle, batch: OrderBatch, item: Item, order: Order) -> str:
    """What the order waits for now; "" when nothing is missing. Changes nothing."""
    desk = CustomerDesk(cycle, batch.session)
    if kind_of(item.waits_for) == "registration":  # an account in the making: go on making it
        account = desk.accounts([item], {item.id: order}).get(item.id, UNASKED)
    else:
        account = desk.known_account(item, order)
    if isinstance(account, Failure):
        return account.missing or item.waits_for
    translated = batch.translate(order, account)
    if isinstance(translated, Failure):
        return translated.missing or ""
    (answer,) = batch.session.orders.prepare([translated])
    if isinstance(answer, Failure):
        if answer.ends_cycle:
            cycle.call_failed(answer)
            return item.waits_for
        return answer.missing or ""
    return ""
