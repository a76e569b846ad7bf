"""The translated order in the form that the product takes: fields of the header, and texts that are not lines."""

from __future__ import annotations

import msgspec

from tidegate.domain.orders.expressed import Charged
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.sales_order import Buyer, LineKind, SalesLine, SalesOrder
from tidegate.domain.orders.terms import Terms


def buyer_of(order: Order) -> Buyer:
    """Who ordered; our key of a customer is filled in where keys are known."""
    customer = order.customer
    return Buyer(
        customer_id=customer.id,
        website=order.website,
        name=customer.name or order.billing.name,
        company=order.billing.company,
        email=customer.email,
        vat_number=customer.vat_number or order.billing.vat_id,
    )


def as_taken(order: SalesOrder, terms: Terms, shipping: SalesLine | None) -> SalesOrder:
    """`order` with all as lines -> as the product takes it. `shipping` is its shipping line, None for none.

    Totals stay: what leaves the lines is a field of the header. Comments that may be no line become memos.
    """
    in_header = shipping if terms.shipping_as is Charged.HEADER_FIELD else None
    lines = [each for each in order.lines if each is not in_header]
    memos = order.memos
    if LineKind.COMMENT not in terms.line_kinds:
        comments = [each.description for each in lines if each.kind is LineKind.COMMENT]
        memos = (
            *memos,
            *(text for text in comments if text != order.note),
        )  # the note has a place of its own
        lines = [each for each in lines if each.kind is not LineKind.COMMENT]
    return msgspec.structs.replace(order, lines=tuple(lines), shipping=in_header, memos=memos)
