"""Invoices and credit notes as Magento's: which order items, how many pieces, what is left.

The invoice of a bundle takes its parent (Magento contract, point 20). That a credit memo takes the parts
which have prices of their own is assumed: a parent named there refunds nothing (Magento's published source).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import InvoiceLine
from tidegate.domain.fulfilment.store_amounts import CENTS
from tidegate.domain.fulfilment.store_order import (
    BUNDLE,
    StoreItem,
    StoreOrder,
    allocate_lines,
    is_rest,
    named,
)
from tidegate.domain.money import ZERO, product, quotient, rounded, total
from tidegate.domain.orders.extras import FIXED_TAX, WRAPPING
from tidegate.domain.orders.line_keys import extra_key, is_item_key, item_key


def wanted(
    lines: Sequence[InvoiceLine], order: StoreOrder, codes: Mapping[str, str], side: int | None
) -> dict[int, Decimal] | Failure:
    """Pieces by the order item that an invoice names; charges have none. `side` is the lines' currency."""
    whole = {item.item_id for item in order.items if item.kind == BUNDLE}
    return named(allocate_lines(_counted(lines, order, side), order, codes).pieces, order, whole)


def credited(
    lines: Sequence[InvoiceLine], order: StoreOrder, codes: Mapping[str, str], side: int | None
) -> dict[int, Decimal] | Failure:
    """Pieces by the order item that a credit memo names."""
    whole = {
        item.item_id
        for item in order.items
        if item.kind == BUNDLE and not any(part.price for part in order.children(item))
    }
    return named(allocate_lines(_counted(lines, order, side), order, codes).pieces, order, whole)


def _counted(lines: Sequence[InvoiceLine], order: StoreOrder, side: int | None) -> Sequence[InvoiceLine]:
    """The lines with the pieces of the items that the company knows as an amount alone.

    All pieces, but where the amount is what fewer whole ones come to: a part of them was credited.
    """
    items = {item_key(item.item_id): item for item in order.items}
    return [
        replace(line, quantity=_pieces_for(line.net, items[line.line_key], side))
        if line.amount and line.line_key in items
        else line
        for line in lines
    ]


def _pieces_for(net: Decimal | None, item: StoreItem, side: int | None) -> Decimal:
    pieces = item.ordered - item.cancelled
    if net is None or side is None or not item.worth[side]:
        return pieces
    part = rounded(quotient(product(net, item.ordered), item.worth[side]), 0)
    return part if ZERO < part < pieces and net == _worth(item, part, side) else pieces


def _worth(item: StoreItem, pieces: Decimal, side: int) -> Decimal:
    """What so many of its pieces come to after discount: what an order of them is sent with."""
    return rounded(quotient(product(item.worth[side], pieces), item.ordered), CENTS)


def beside(
    lines: Sequence[InvoiceLine], order: StoreOrder, skus: Collection[str], side: int | None
) -> dict[int, Decimal]:
    """All pieces of `skus`, where an amount that the company bills or credits is just what they come to.

    The company does not know these products: to it they are an amount of the order, which names none of them.
    """
    if side is None:
        return {}
    items = [
        item
        for item in order.items
        if item.sku in skus
        and item.parent_id is None
        and item.kind != BUNDLE
        and item.ordered > item.cancelled
    ]
    pieces = {item.item_id: item.ordered - item.cancelled for item in items}
    worth = total(_worth(item, pieces[item.item_id], side) for item in items)
    amounts = [line.net for line in lines if line.amount]
    return pieces if worth and worth in amounts else {}


def is_last(
    pieces: Mapping[int, Decimal],
    lines: Sequence[InvoiceLine],
    left: Mapping[int, Decimal],
    order: StoreOrder,
    skus: Collection[str],
) -> bool:
    """Whether an invoice of these pieces is the order's last, so that all of them together can be compared.

    Where it bills amounts that name no item, products of `skus` are in none that comes later.
    """
    unnamed = any(line.amount and not line.line_key for line in lines)
    beside = {item.item_id for item in order.items if unnamed and item.sku in skus}
    return is_rest(pieces, {id: count for id, count in left.items() if id not in beside}, order)


def is_allowance(lines: Sequence[InvoiceLine], order: StoreOrder, codes: Mapping[str, str]) -> bool:
    """Whether a credit note names no pieces at all, neither of the order nor of anything else."""
    allocated = allocate_lines(lines, order, codes)
    return not allocated.pieces and not allocated.unmatched


def left_to_invoice(order: StoreOrder) -> dict[int, Decimal]:
    """Pieces by item that are neither invoiced nor cancelled."""
    return {item.item_id: max(item.ordered - item.invoiced - item.cancelled, ZERO) for item in order.items}


def left_to_refund(order: StoreOrder) -> dict[int, Decimal]:
    """Pieces by item that are invoiced and not refunded."""
    return {item.item_id: max(item.invoiced - item.refunded, ZERO) for item in order.items}


def charges(lines: Sequence[InvoiceLine]) -> Decimal:
    """Net of the lines that are neither an item of the order nor a product: carriage."""
    return total(line.net for line in lines if line.net is not None and is_charge(line))


def keys_given_back(order: StoreOrder) -> set[str]:
    """Our keys of what Magento's credit memo gives back unasked: fixed product tax with its pieces, wrapping at once."""
    fixed = {extra_key(order.entity_id, FIXED_TAX, item.item_id) for item in order.items}
    return fixed | {extra_key(order.entity_id, source) for source in WRAPPING}


def is_charge(line: InvoiceLine) -> bool:
    """Whether a line is neither an item of the order nor a product: carriage, or a rounding line."""
    return not line.sku and not is_item_key(line.line_key)
