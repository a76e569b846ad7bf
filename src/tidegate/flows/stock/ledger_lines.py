"""What web orders hold of the stock where the company has no list of them: from the ledger.

Such a company states of its figures when they were true. An order that was confirmed by then was in its books, and
its pieces are off the figure; of one that was confirmed later nobody knows, and it counts as not taken off yet. Both
err towards caution. It holds what it was sent with: what the store has shipped, refunded or finished since, the company
was not told.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from tidegate.domain.stock.stock_level import WebLine
from tidegate.flows.connection import Connection
from tidegate.flows.stored_keys import stored_keys
from tidegate.flows.stored_order import read_order
from tidegate.ledger import queued


def read(connection: Connection, as_of: datetime, warehouse: str) -> list[WebLine]:
    """The lines of confirmed orders; all of them are in this one place."""
    settings = connection.settings
    found = [
        (read_order(document), confirmed_at)
        for document, confirmed_at in queued.confirmed(connection.name, as_of)
    ]
    names = stored_keys(connection, [(order.store, order.entity_id) for order, _ in found])
    return [
        WebLine(
            order_id=names[order.store, order.entity_id],
            order_number="",
            order_key=names[order.store, order.entity_id],
            line_id=str(line.item_id),
            line_key=f"item:{line.item_id}",
            sku=settings.skus.get(line.sku, line.sku),
            warehouse=warehouse,
            ordered=line.quantity,
            allocated=line.quantity if confirmed_at <= as_of else Decimal(0),
            despatched=Decimal(0),
            invoiced=Decimal(0),
        )
        for order, confirmed_at in found
        for line in order.lines
        if line.sku not in settings.skip_skus
    ]
