"""Reading a delivery's stored order, and naming it the way the company knows it."""

from __future__ import annotations

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.billing_lines import stated
from tidegate.domain.orders.keys import order_key, revision
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.remaining import remaining, whole
from tidegate.domain.orders.sales_order import SalesOrder
from tidegate.domain.orders.terms import Terms
from tidegate.domain.orders.totals import translate
from tidegate.ledger import keys
from tidegate.ledger.intake import SourceRow
from tidegate.ledger.queue import Item

read_order = msgspec.json.Decoder(Order).decode
write_order = msgspec.json.Encoder(decimal_format="string").encode


#: Somebody retried an order that the store has never been able to show: there is nothing to send.
NEVER_READ = Failure(
    Code.UNREADABLE,
    "the store cannot show this order at present; it is read again in every cycle, and continues by itself "
    "when that succeeds",
    sent=False,
)


def source_row(connection: str, order: Order) -> SourceRow:
    """The order as the ledger keeps it, whatever it was read from."""
    return SourceRow(
        connection=connection,
        store=order.store,
        entity_id=order.entity_id,
        increment_id=order.increment_id,
        revision=revision(order),
        document=write_order(order).decode(),
        store_view_id=order.store_view_id,
        website=order.website,
        source_created_at=order.created_at,
        source_updated_at=order.updated_at,
        state=order.state,
        status=order.status,
        parent_entity_id=order.parent_entity_id,
        child_entity_id=order.child_entity_id,
        grand_total=order.totals.grand_total,
        currency=order.currency,
        po_number=order.po_number,
    )


def expected(item: Item, terms: Terms, arithmetic: Arithmetic, *, as_placed: bool = False) -> SalesOrder:
    """What the company should have for this delivery: key, reference and total.

    A mapping may have gone since the order was sent; key, reference and the total of what remains still hold. Where
    Magento's own figures leave no such total, it is that of the whole order: `flows/orders/found_orders.py` takes it
    for nothing else. `as_placed`: with all that Magento has cancelled or refunded since.
    """
    order = whole(read_order(item.document)) if as_placed else read_order(item.document)
    key = keys.of_sources([(order.store, order.entity_id)]).get((order.store, order.entity_id))
    translated = translate(order, terms, arithmetic, account="")
    if not isinstance(translated, Failure):
        return translated if key is None else msgspec.structs.replace(translated, key=key)
    left = remaining(order)
    currency, totals, gross = stated(order if isinstance(left, Failure) else left, terms)
    return SalesOrder(
        key=key or order_key(order.store, order.entity_id),
        reference=terms.reference_prefix + order.increment_id,
        account="",
        date=order.created_at.date(),
        currency=currency,
        lines=(),
        net=gross - totals.tax,
        tax=totals.tax,
        gross=gross,
    )
