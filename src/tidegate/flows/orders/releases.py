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
from tidegate.flows.stored_order import read_order
from tidegate.ledger import alerts, delivery, lookups, queue
from tidegate.ledger.database import transaction
from tidegate.ledger.queue import Item

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
    if kind_of(item.waits_for) == "order":
        return parent_is_settled(read_order(item.document))
    return still_missing(cycle, batch, item) != item.waits_for


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


def still_missing(cycle: Cycle, batch: OrderBatch, item: Item) -> str:
    """What the order waits for now; "" when nothing is missing. Changes nothing."""
    order = read_order(item.document)
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
