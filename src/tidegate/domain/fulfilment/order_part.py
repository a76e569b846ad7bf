"""One order's part of an invoice that the company made of several orders.

A charge, such as carriage, carries none of our keys: whose it is can only be said where the company tells the order
of each line. Where it does not, or hides an amount, the part is not known, and nothing is compared with it.
"""

from __future__ import annotations

from dataclasses import replace

from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.domain.money import ZERO, total


def part_of(invoice: SalesInvoice, key: str) -> SalesInvoice | None:
    """The order's own lines and what they come to; the whole document where it is of this order alone.

    None when it is not known. Tax of a part is that of its lines, rounded line by line.
    """
    if invoice.order_keys == (key,):
        return invoice
    own = tuple(line for line in invoice.lines if line.order_key == key)
    if not all(line.order_key for line in invoice.lines) or not all(states_amounts(line) for line in own):
        return None
    net = total(line.net or ZERO for line in own)
    tax = total(line.tax or ZERO for line in own)
    return replace(invoice, order_keys=(key,), lines=own, net=net, tax=tax, gross=net + tax)


def states_amounts(line: InvoiceLine) -> bool:
    """Whether the company states the line's amount."""
    return line.net is not None and line.tax is not None


def not_compared(number: str) -> str:
    """What is said of such a document instead of nothing."""
    return f"the carriage of invoice {number} is not compared, since the invoice is for several orders"
