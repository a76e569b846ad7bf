"""Pieces of web orders that Sage does not have yet, for stores without multi-source inventory.

Such a store has taken them off the number that we overwrite. They wait in the ledger, or in Magento,
if they were not read yet. Design, *Availability*, traps 1 and 2.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO
from tidegate.domain.orders.capture import CaptureRules
from tidegate.domain.orders.order import Order
from tidegate.domain.stock.stock_level import WebLine
from tidegate.flows.connection import Connection
from tidegate.flows.cycle import Cycle
from tidegate.flows.orders import capture
from tidegate.flows.orders.intake import FLOW, capture_rules
from tidegate.flows.stock import missed_orders
from tidegate.flows.stored_keys import entities
from tidegate.flows.stored_order import read_order
from tidegate.ledger import cursors, intake, marks, queued, shipped
from tidegate.magento.open_orders import OpenOrder, read_open_orders

#: An order that the ledger took in so shortly before it was asked may have been committed after it was.
COMMITTING = timedelta(minutes=1)
NOTED = "orders"  #: cursor of the flow `inventory`: up to when changes of the store's numbers were noted
UNDONE = ("canceled", "closed")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the ledger said at one moment.

    `unread_since` is from when on Magento may have orders that the ledger has not read; None: they are not read.
    """

    asked_at: datetime
    unread_since: datetime | None
    orders: dict[int, tuple[tuple[str, Decimal], ...]]  #: pieces by SKU, by entity id


@dataclass(frozen=True, slots=True)
class Owed:
    """All pieces that Sage does not know of, by its codes in small letters.

    `moved` are the store's SKUs, in small letters, whose number orders have changed since it was last written.
    `missed` are orders that could not be read: they may have changed numbers, too. None: the store was not asked.
    """

    pieces: dict[str, Decimal]
    moved: frozenset[str]
    missed: frozenset[int] | None


def in_ledger(cycle: Cycle) -> Waiting:
    """Orders that wait, and those that are never sent but hold pieces. To be asked before Sage is.

    An order that reaches Sage meanwhile, after its lines were read, then counts twice for one cycle, and not never.
    """
    asked_at, since = cycle.now(), unread_since(cycle)  # an order that is read from here on counts as unread
    rules = capture_rules(cycle.connection.settings)
    waiting = [read_order(document) for document in queued.documents(cycle.name)]
    left = [read_order(document) for document in queued.passed_over(cycle.name)]
    waiting += [order for order in left if order_is_withheld(order, rules) and holds_pieces(order, rules)]
    return Waiting(asked_at, since, {order.entity_id: held_by(order) for order in waiting})


def held_by(order: Order) -> tuple[tuple[str, Decimal], ...]:
    """The pieces that an order still holds: Sage will get no more than the store has left of it.

    This also holds when the order waits for a person because money remains to be entered. Of an order that was
    shipped in the store all pieces count: Sage does not know of any that left, refunded since or not.
    """
    return tuple((line.sku, line.quantity if order.shipped else line.remaining) for line in order.lines)


def with_unread(cycle: Cycle, waiting: Waiting, lines: Iterable[WebLine]) -> Owed | Failure:
    """The waiting pieces, with those that only Magento has. `lines` are what Sage knows.

    Calls the store for what the ledger has not read: so it comes last, right before the numbers are written. A new
    order that cannot be read is a failure: its pieces are unknown, and until the flow `orders` finds it
    no alert names it.
    """
    connection = cycle.connection
    settings, store = connection.settings, connection.settings.store
    unread: list[OpenOrder] = []
    moved: set[str] = set()
    missed: frozenset[int] | None = None
    if waiting.unread_since is not None:
        noted = noted_since(cycle)
        changed = missed_orders.changed_since(cycle, min(waiting.unread_since, noted or waiting.unread_since))
        found = read_open_orders(
            connection.store.client,
            connection.store.shop,
            changed,
            skus=connection.store.orders.skus,
        )
        if isinstance(found, Failure):
            return found
        unnamed = found.unreadable.keys() - intake.known_ids(store, "order", found.unreadable)
        if unnamed:
            return _unnamed(min(unnamed), found.unreadable)
        rules = capture_rules(settings)
        ids = {order.entity_id for order in found.orders}
        counted = waiting.orders.keys() | entities(connection, [line.order_key for line in lines]).values()
        counted |= intake.known_ids(store, "order", ids, read_before=waiting.asked_at - COMMITTING)
        unread = [
            each for each in found.orders if each.entity_id not in counted and holds_pieces(each, rules)
        ]
        moving = [
            each
            for each in found.orders
            if each.entity_id in changed.missed or (noted and (each.created_at >= noted or gave_back(each)))
        ]
        missed = missed_orders.left_out(changed, found)
        moved = {sku.casefold() for order in moving for sku, _ in order.pieces}
    pieces: defaultdict[str, Decimal] = defaultdict(Decimal)
    there = in_company(cycle.connection, waiting, lines)
    for entity_id, held in [*waiting.orders.items(), *[(order.entity_id, order.pieces) for order in unread]]:
        for sku, quantity in held:
            name = settings.skus.get(sku, sku).casefold()
            has = min(there.get((entity_id, name), ZERO), quantity)
            there[entity_id, name] = there.get((entity_id, name), ZERO) - has
            pieces[name] += quantity - has
    return Owed(pieces, frozenset(moved), missed)


def _unnamed(entity_id: int, reasons: Mapping[int, str]) -> Failure:
    text = (
        f"the new order with entity id {entity_id} cannot be read ({reasons[entity_id]}), so the pieces "
        "that it reserves are not known. Stock is written again after the next cycle of the flow orders "
        "has put it into review"
    )
    return Failure(Code.UNREADABLE, text, sent=False)


def in_company(
    connection: Connection, waiting: Waiting, lines: Iterable[WebLine]
) -> dict[tuple[int, str], Decimal]:
    """What Sage has of orders that wait here all the same, by order and its code in small letters.

    A ledger that was restored, or a second hub: the order was sent, and this ledger does not know of it. Its lines
    tell, and when Sage has finished with it its despatches. Lines are read before the levels, so that what they hold
    is taken off those.
    """
    lines = list(lines)
    ours = entities(connection, [line.order_key for line in lines])
    found: defaultdict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.order_key in ours:
            found[ours[line.order_key], line.sku.casefold()] += line.ordered
    gone = waiting.orders.keys() - set(ours.values())
    for one in shipped.despatched_lines(connection.name, shipped.despatched(connection.name, gone)):
        found[one.entity_id, one.sku.casefold()] += one.quantity
    return found


def gave_back(order: OpenOrder) -> bool:
    """Whether the store may have put pieces of an order back on its number."""
    return order.state in UNDONE or order.is_reduced


def noted_since(cycle: Cycle) -> datetime | None:
    """From when on orders may have changed numbers that the ledger takes for what was written to the store."""
    noted = cursors.read(cycle.name, cycle.flow, NOTED)
    overlap = timedelta(minutes=cycle.connection.settings.capture.overlap_minutes)
    return datetime.fromisoformat(noted) - overlap if noted else None


def unread_since(cycle: Cycle) -> datetime | None:
    """From where the flow `orders` reads next, its overlap taken off; None when it does not run."""
    settings = cycle.connection.settings
    orders = settings.flows.get(FLOW)
    if orders is None or not orders.enabled:
        return None
    written = cursors.read(cycle.name, FLOW, capture.CURSOR)
    if written is not None:
        return datetime.fromisoformat(written) - timedelta(minutes=settings.capture.overlap_minutes)
    began = marks.read(capture.first_mark(cycle))
    return settings.capture.since or (datetime.fromisoformat(began) if began else None)


def order_is_withheld(order: Order, rules: CaptureRules) -> bool:
    """Whether its state keeps it from Sage, and no person: who skips an order has seen to its pieces."""
    return order.status in rules.statuses_never or order.state not in rules.states


def holds_pieces(order: Order | OpenOrder, rules: CaptureRules) -> bool:
    """Whether the store has taken an order's pieces off, and Sage will not learn of them in another way."""
    if rules.websites and order.website and order.website not in rules.websites:
        return False  # another connection's
    if rules.since is not None and order.created_at < rules.since:
        return False  # Sage has those by another way
    return order.state not in queued.FINISHED or (order.state == "complete" and order.state in rules.states)
