"""What a document of the company comes to, against what the store made of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.invoicing import is_charge
from tidegate.domain.fulfilment.sage_documents import InvoiceLine
from tidegate.domain.fulfilment.store_document import StoreDocument
from tidegate.domain.fulfilment.store_order import StoreOrder
from tidegate.domain.money import ZERO, shown, total
from tidegate.domain.orders.line_keys import is_extra_key, item_key

CENT = Decimal("0.01")


def side_index(currency: str, order: StoreOrder) -> int | None:
    """Which of the order's sides is in this currency: 0 the website's base, 1 the order's own."""
    if currency == order.base_currency:
        return 0
    return 1 if order.sides is not None and currency == order.sides[1].currency else None


def own_lines(
    gross: Decimal | None, lines: Sequence[InvoiceLine], order: StoreOrder
) -> Sequence[InvoiceLine]:
    """The lines of this order; a document without a total of its own, `gross`, has those of others, too.

    With its fees and fixed product tax, where the company states the amount of each.
    """
    if gross is not None:
        return lines
    ids = {item_key(item.item_id) for item in order.items}
    items = [line for line in lines if line.line_key in ids]
    extras = [
        line for line in lines if line.line_key not in ids and is_extra_key(line.line_key, order.entity_id)
    ]
    return items if _summed(extras) is None else [*items, *extras]


def gross_of(gross: Decimal | None, lines: Sequence[InvoiceLine]) -> Decimal | None:
    """The company's total with tax: the document's own, else that of the lines; None when one has no amounts."""
    return gross if gross is not None else _summed(lines)


def charges_of(lines: Sequence[InvoiceLine]) -> Decimal | None:
    """The charges among the lines, with tax; None when the company does not state their amounts."""
    return _summed([line for line in lines if is_charge(line)])


def _summed(lines: Sequence[InvoiceLine]) -> Decimal | None:
    amounts = [(line.net, line.tax) for line in lines]
    if any(net is None or tax is None for net, tax in amounts):
        return None
    return total(part for pair in amounts for part in pair if part is not None)


def rounding_limit(tolerance: Decimal, lines: Sequence[InvoiceLine]) -> Decimal:
    """How far two calculations of a part of an order may be apart by rounding: a cent a line, or the tolerance."""
    return max(tolerance, CENT * len(lines))


def total_of(documents: Sequence[StoreDocument], side: int) -> Decimal | None:
    """The sum of the store's documents; None when one states no amount."""
    totals = [document.totals[side] for document in documents]
    return None if None in totals else total(each for each in totals if each is not None)


def another_total(
    what: str, number: str, ours: Decimal, documents: Sequence[StoreDocument], theirs: Decimal
) -> Failure:
    """The review of a document whose total differs in the store, with both figures."""
    names = ", ".join(document.number or str(document.id) for document in documents) or "invoice"
    text = (
        f"Sage's {what} {number} is {shown(ours)}, Magento's {names} is {shown(theirs)}: "
        f"{shown(abs(ours - theirs))} {'missing' if ours > theirs else 'too much'} in Magento. Correct it "
        "in Magento, then `tidegate queue link`."
    )
    details = {"sage": shown(ours), "magento": shown(theirs)}
    return Failure(Code.TOTALS_DIFFER, text, sent=False, details=details)


def invoice_differs(
    number: str,
    lines: Sequence[InvoiceLine],
    gross: Decimal | None,
    documents: Sequence[StoreDocument],
    side: int,
    *,
    every_ours: Decimal | None,
    every_theirs: Decimal | None,
    finished: bool,
    carriage: Decimal,
    limit: Decimal,
    stated: bool = False,
    slack: Decimal = ZERO,
) -> Failure | None:
    """A review when Magento's invoice is not Sage's.

    Magento puts all carriage and fees on an order's first invoice, and parts tax by its own rounding: an invoice
    of a part is compared without charges, within `limit`, and the order's invoices together, `every_…`, to the
    cent when it is `finished`. Where Sage does not state its charges, they may be the order's whole `carriage`.
    A document of several orders has no `gross`: its charges are this order's where they are `stated`; `slack` is how
    far `every_…` may be apart, as parts of such documents are rounded line by line.
    The `documents` are at full value (`domain/fulfilment/store_document_amounts.py`). What one side does not state is not
    compared.
    """
    if not documents:  # contained in an invoice of more: all of Sage's may not come to more than that
        if every_ours is None or every_theirs is None or every_ours - every_theirs <= slack:
            return None
        return another_total("invoices up to", number, every_ours, (), every_theirs)
    ours, theirs = gross_of(gross, lines), total_of(documents, side)
    if ours is None or theirs is None or ours == theirs:
        return None
    every = None if every_ours is None or every_theirs is None else every_ours - every_theirs
    if every is not None and abs(every) <= slack:
        return None
    shipping = total(document.carriage[side] for document in documents)
    if gross is None and abs(ours - (charges_of(lines) or ZERO) - (theirs - shipping)) <= limit:
        if not stated or not finished or every is None:
            return None  # whose its charges are is not reported, or not all of them are there to be compared
        return another_total("invoices up to", number, every_ours or ZERO, (), every_theirs or ZERO)
    charges = charges_of(lines)
    if not finished and charges is None and abs(ours - theirs) <= carriage + limit:
        return None
    if not finished and charges is not None and abs((ours - charges) - (theirs - shipping)) <= limit:
        return None
    return another_total("invoice", number, ours, documents, theirs)
