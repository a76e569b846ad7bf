"""Invoices against the orders they are made of: each order's invoices make what was sent of it, no more, no less.

Lines find each other by our line keys (`item:551`); what carries none is a charge: delivery and the
rounding line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from tidegate.domain.books.agreement import FIGURES, Difference, Facts, Figures, KeptOrder, Kind
from tidegate.domain.fulfilment.order_part import not_compared, part_of
from tidegate.domain.fulfilment.sage_documents import InvoiceLine, SalesInvoice
from tidegate.domain.money import ZERO, product, quotient, rounded, shown, total


def invoiced_orders(
    facts: Facts, small: list[str] | None = None, unchecked: list[str] | None = None
) -> Iterator[Difference]:
    """Orders that are invoiced in full or beyond, whose sums are not the order's.

    A difference of no more than one rounding line is added to `small`, in words. Where the charges of an invoice
    over several orders cannot be divided, only its goods are compared, and `unchecked` says so; so it does
    of orders whose lines are not known.
    """
    of_order: defaultdict[str, list[SalesInvoice]] = defaultdict(list)
    for invoice in facts.invoices:
        for key in invoice.order_keys if not invoice.credit else ():
            of_order[key].append(invoice)
    unparted: dict[str, None] = {}
    without_lines: list[str] = []
    for key, invoices in of_order.items():
        kept = facts.kept.get(key)
        if kept is None:
            continue
        if not kept.lines:
            without_lines.append(kept.number)
            continue
        parts = [part_of(invoice, key) for invoice in invoices]
        charged = [part for part in parts if part is not None]
        several = any(len(invoice.order_keys) > 1 for invoice in invoices)
        limit = facts.tolerance if several else ZERO
        billed = total(invoice.gross for invoice in charged)
        if len(charged) < len(parts):
            unparted |= {
                invoice.number: None for invoice, part in zip(invoices, parts, strict=True) if not part
            }
            if in_full(kept, invoices):
                yield from _apart(kept, _goods(invoices, kept), facts, small, ("goods",))
        elif in_full(kept, charged):
            yield from _apart(kept, sums(charged, kept), facts, small, limit=limit)
        elif billed - kept.billable.total > limit:
            yield Difference(
                kind=Kind.INVOICED,
                subject=kept.number,
                text=f"invoiced {shown(billed)}, more than the order's {shown(kept.billable.total)}",
                figure="total",
                ledger=kept.billable.total,
                sage=billed,
                order=key,
            )
    if unchecked is not None:
        unchecked += map(not_compared, unparted)
        if without_lines and facts.company is not None:
            unchecked.append(
                "the lines of these orders are not mapped, so their invoices are not compared: "
                f"{', '.join(without_lines[:20])}"
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

    Lines of text, such as those of `skip_skus`, look alike in Sage, which then states the amount of none: it is
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


def _goods(invoices: Sequence[SalesInvoice], kept: KeptOrder) -> Figures:
    """The order's goods on invoices whose other amounts may be anybody's."""
    own = [line for invoice in invoices for line in invoice.lines if line.line_key in kept.lines]
    goods = total(line.net if line.net is not None else _net_of(line, kept) for line in own)
    return Figures(goods, ZERO, ZERO, goods)


def _apart(
    kept: KeptOrder,
    sage: Figures,
    facts: Facts,
    small: list[str] | None,
    figures: Sequence[str] = FIGURES,
    limit: Decimal = ZERO,
) -> Iterator[Difference]:
    """The total must agree to the cent, or to `limit`; its parts up to what one rounding line may carry."""
    for figure in figures:
        ours, theirs = getattr(kept.billable, figure), getattr(sage, figure)
        most = limit if figure == "total" else facts.tolerance
        text = f"{figure} of the order is {shown(ours)}, of its invoices {shown(theirs)}"
        if abs(ours - theirs) > most:
            yield Difference(
                kind=Kind.INVOICED,
                subject=kept.number,
                text=text,
                figure=figure,
                ledger=ours,
                sage=theirs,
                order=kept.key,
            )
        elif ours != theirs and small is not None:
            small.append(f"{kept.number}: {text}, which the rounding line of up to {shown(most)} explains")


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
                text=f"the {name} of {shown(invoice.gross)} is for {whose}, which the ledger does not know",
                sage=invoice.gross,
            )
