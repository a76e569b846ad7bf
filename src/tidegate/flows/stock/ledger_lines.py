"""What web orders hold of the stock where the company has no list of them, or one of an earlier time: from the ledger.

Such a company states of its figures when they were true. An order that was confirmed by then was in its books, and
its pieces are off the figure; for one that was confirmed later this is unknown, so it counts as not taken off yet:
with all that it was sent with, for the company does not hear what the store has shipped, refunded or finished since. Both err
towards caution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.money import ZERO
from tidegate.domain.orders.line_keys import item_key
from tidegate.domain.orders.order import Order, OrderLine
from tidegate.domain.stock.stock_level import WebLine
from tidegate.flows.connection import Connection, InvoicedAnswer
from tidegate.flows.stored_keys import entities, search_keys, stored_keys
from tidegate.flows.stored_order import read_order
from tidegate.ledger import intake, order_documents, queued
from tidegate.sage.port.orders import Found, OrderSearch

ASKED_AGAIN = timedelta(days=1)  #: (own choice) after which an order that has ended is looked up again


def read(connection: Connection, as_of: datetime, warehouse: str) -> list[WebLine]:
    """The lines of confirmed orders; all of them are in this one place."""
    confirmed = [
        (read_order(document), confirmed_at <= as_of)
        for document, confirmed_at in queued.confirmed(connection.name, as_of)
    ]
    names = stored_keys(connection, [(order.store, order.entity_id) for order, _ in confirmed])
    skus, skipped = connection.settings.skus, connection.settings.skip_skus
    return [
        _line(line, names[order.store, order.entity_id], skus.get(line.sku, line.sku), warehouse, pieces)
        for order, is_off in confirmed
        for line in order.lines
        if line.sku not in skipped
        for pieces in [_off(order, line) if is_off else _still_on(line)]
    ]


def entered_since(
    connection: Connection, listed: Iterable[WebLine], as_of: datetime, warehouse: str
) -> list[WebLine]:
    """The lines of orders that were confirmed after that, and that the company's list, which is as old, does not have.

    They are not off the figures. All of them are in this one place.
    """
    ours = set(entities(connection, [line.order_key for line in listed]).values())
    orders = [
        order
        for document, confirmed_at in queued.confirmed(connection.name, as_of)
        if confirmed_at > as_of and (order := read_order(document)).entity_id not in ours
    ]
    return _lines(connection, orders, warehouse, lambda _order, line: _still_on(line))


def invoiced(
    connection: Connection, listed: Iterable[WebLine], now: datetime, search: OrderSearch | None
) -> list[Order] | Failure:
    """The confirmed orders that the company lists no more since it has invoiced them.

    For companies that list what waits for its invoice, and no shipments. An order that is not listed, and whose invoice
    was not read yet, is looked up: it may be void or gone as well. Once found so, or invoiced, it is looked up once a
    day: the shop may ship it weeks later, and the flow `invoices` may be off. To be asked before the figures are: what
    is invoiced by then is off them. The goods of a void invoice are back on.
    """
    ours = set(entities(connection, [line.order_key for line in listed]).values())
    unlisted = {
        order.entity_id: order
        for document, _ in queued.confirmed(connection.name, now)
        for order in [read_order(document)]
        if order.entity_id not in ours
    }
    known = intake.known(connection.settings.store, "order", unlisted)
    billed = order_documents.invoiced([one.source_id for one in known.values()])
    read = [order for id, order in unlisted.items() if id in known and billed.get(known[id].source_id)]
    unread = [order for id, order in unlisted.items() if id in known and known[id].source_id not in billed]
    found = _complete(connection, unread, now, search)
    return found if isinstance(found, Failure) else [*read, *found]


def _complete(
    connection: Connection, orders: Sequence[Order], now: datetime, search: OrderSearch | None
) -> list[Order] | Failure:
    """Those that the company has invoiced, by a look-up, or by one of the last day."""
    if search is None:
        return []
    answers = {
        order.entity_id: answer
        for order in orders
        if (answer := connection.invoiced.get(order.entity_id)) and now - answer.at < ASKED_AGAIN
    }
    found = _looked_up(connection, [order for order in orders if order.entity_id not in answers], search)
    if isinstance(found, Failure):
        return found
    answers |= {id: InvoicedAnswer(now, invoiced) for id, invoiced in found.items() if invoiced is not None}
    connection.invoiced = answers
    complete = {id for id, answer in answers.items() if answer.invoiced}
    return [order for order in orders if order.entity_id in complete]


def _looked_up(
    connection: Connection, orders: Sequence[Order], search: OrderSearch
) -> dict[int, bool | None] | Failure:
    """Whether the company has invoiced these orders, by their ids; None where one is open."""
    size = connection.company.about.orders.lookups_per_call
    answers: dict[int, bool | None] = {}
    for start in range(0, len(orders), size):
        part = {(order.store, order.entity_id): order for order in orders[start : start + size]}
        keys = search_keys(connection, {source: order.increment_id for source, order in part.items()})
        found = search.find(list(keys.values()))
        if isinstance(found, Failure):
            return found
        for source, order in part.items():
            answers[order.entity_id] = _is_invoiced([one for one in found[keys[source].key] if one.ours])
    return answers


def _is_invoiced(found: Sequence[Found]) -> bool | None:
    statuses = {one.status for one in found}
    if SalesOrderStatus.COMPLETE in statuses:
        return True
    return False if statuses <= {SalesOrderStatus.CANCELLED} else None


def off_the_figure(connection: Connection, orders: Sequence[Order], warehouse: str) -> list[WebLine]:
    """The lines of such orders; all of them are in this one place."""
    return _lines(connection, orders, warehouse, _off)


def _lines(
    connection: Connection,
    orders: Sequence[Order],
    warehouse: str,
    pieces: Callable[[Order, OrderLine], tuple[Decimal, Decimal]],
) -> list[WebLine]:
    names = stored_keys(connection, [(order.store, order.entity_id) for order in orders])
    skus, skipped = connection.settings.skus, connection.settings.skip_skus
    return [
        _line(
            line,
            names[order.store, order.entity_id],
            skus.get(line.sku, line.sku),
            warehouse,
            pieces(order, line),
        )
        for order in orders
        for line in order.lines
        if line.sku not in skipped
    ]


def _off(order: Order, line: OrderLine) -> tuple[Decimal, Decimal]:
    """Ordered and allocated, at least: what remains. Of an order that was shipped, how much is on no list here."""
    pieces = ZERO if order.shipped else line.remaining
    return pieces, pieces


def _still_on(line: OrderLine) -> tuple[Decimal, Decimal]:
    """Ordered and allocated, at most: all that it can have been sent with."""
    return line.quantity, ZERO


def _line(line: OrderLine, key: str, sku: str, warehouse: str, pieces: tuple[Decimal, Decimal]) -> WebLine:
    ordered, allocated = pieces
    return WebLine(
        order_id=key,
        order_number="",
        order_key=key,
        line_id=str(line.item_id),
        line_key=item_key(line.item_id),
        sku=sku,
        warehouse=warehouse,
        ordered=ordered,
        allocated=allocated,
        despatched=ZERO,
        invoiced=ZERO,
    )
