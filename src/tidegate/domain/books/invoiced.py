"""Invoices against the orders they are made of: each order's invoices make what was sent of it, no more, no less.

Lines find each other by our line keys (`item:551`); what carries none is a charge: delivery and the
rounding line (`contracts/sage200/README.md` §9.6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from tidegate.domain.books.agreement import Difference, Facts, Figures, KeptOrder, Kind
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.domain.money import ZERO, product, quotient, rounded, shown, total


def invoiced_orders(facts: Facts, small: list[str] | None = None) -> Iterator[Difference]:
    """Orders that are invoiced in full or beyond, whose sums are not the order's.

    What is apart by no more than one rounding line is added to `small`, in words.
    An order on an invoice together with others is left out: charges cannot be told apart there.
    """
    of_order: defaultdict[str, list[SalesInvoice]] = defaultdict(list)
    shared: set[str] = set()
    for invoice in facts.invoices:
        for key in invoice.order_keys:
            of_order[key].append(invoice)
        if len(invoice.order_keys) > 1:
            shared.update(invoice.order_keys)
    for key, invoices in of_order.items():
        kept = facts.kept.get(key)
        if kept is None or key in shared or not kept.lines:
            continue
        charged = [invoice for invoice in invoices if not invoice.credit]
        billed = total(invoice.gross for invoice in charged)
        if in_full(kept, charged):
            yield from _apart(kept, sums(charged, kept), facts, small)
        elif billed > kept.billable.total:
            yield Difference(
                kind=Kind.INVOICED,
                subject=kept.number,
                text=f"invoiced {shown(billed)}, more than the order's {shown(kept.billable.total)}",
                figure="total",
                ledger=kept.billable.total,
                sage=billed,
            )


def in_full(kept: KeptOrder, invoices: Sequence[SalesInvoice]) -> bool:
    """Whether every line's quantity, as it was sent, is invoiced."""
    done: defaultdict[str, Decimal] = defaultdict(Decimal)
    for invoice in invoices:
        for line in invoice.lines:
            done[line.line_key] += line.quantity
    return all(done[key] >= line.quantity for key, line in kept.lines.items())


def sums(invoices: Sequence[SalesInvoice], kept: KeptOrder) -> Figures:
    """Goods are the lines with our keys; the rest of the net is charges.

    Lines of text, such as those of `skip_skus`, look alike in Sage, which then tells the amount of none: it is
    what the ledger has, as the document's total shows if it is not.
    """
    net = total(invoice.net for invoice in invoices)
    goods = total(
        line.net if line.net is not None else _net_of(line, kept)
        for invoice in invoices
        for line in invoice.lines
        if line.line_key
    )
    return Figures(
        goods,
        net - goods,
        total(invoice.tax for invoice in invoices),
        total(invoice.gross for invoice in invoices),
    )


def _net_of(line: InvoiceLine, kept: KeptOrder) -> Decimal:
    ours = kept.lines.get(line.line_key)
    if ours is None or not ours.quantity:
        return ZERO
    return rounded(quotient(product(ours.net, line.quantity), ours.quantity), 2)


def _apart(kept: KeptOrder, sage: Figures, facts: Facts, small: list[str] | None) -> Iterator[Difference]:
    """The total must agree to the cent; its parts up to what one rounding line may carry."""
    for figure in ("goods", "shipping", "tax", "total"):
        ours, theirs = getattr(kept.billable, figure), getattr(sage, figure)
        limit = ZERO if figure == "total" else facts.tolerance
        text = f"{figure} of the order is {shown(ours)}, of its invoices {shown(theirs)}"
        if abs(ours - theirs) > limit:
            yield Difference(
                kind=Kind.INVOICED, subject=kept.number, text=text, figure=figure, ledger=ours, sage=theirs
            )
        elif ours != theirs and small is not None:
            small.append(f"{kept.number}: {text}, within the rounding line's {shown(limit)}")


def without_order(facts: Facts) -> Iterator[Difference]:
    """Invoices that carry one of our keys, of an order that the ledger does not know."""
    for invoice in facts.invoices:
        unknown = [key for key in invoice.order_keys if facts.order_of(key) is None]
        if unknown or not invoice.order_keys:
            name = "credit note" if invoice.credit else "invoice"
            whose = ", ".join(unknown) or "no order"
            yield Difference(
                kind=Kind.WITHOUT_ORDER,
                subject=invoice.number,
                text=f"{name} of {shown(invoice.gross)} for {whose}, which the ledger does not know",
                sage=invoice.gross,
            )
