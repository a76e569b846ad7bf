"""Invoices and credit memos at the full value that the ERP knows: what gift cards paid is part of it.

What a document has besides goods, shipping and tax goes where the connection's `amounts` say; what they do not
name is refused by its own name. The algorithm in words: `docs/algorithms/documents.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.store_amounts import CENTS
from tidegate.domain.fulfilment.store_document import StoreDocument
from tidegate.domain.fulfilment.store_order import StoreOrder
from tidegate.domain.money import ZERO, product, rounded, shown, total
from tidegate.domain.orders.extras import (
    FIELDS,
    FIXED_TAX,
    WRAPPING,
    AmountTerms,
    Extra,
    configured,
    explains,
    payments,
    placed,
)


def valued(
    documents: Sequence[StoreDocument],
    order: StoreOrder,
    side: int,
    terms: Mapping[str, AmountTerms],
    connection: str,
    what: str,
) -> tuple[StoreDocument, ...] | Failure:
    """The documents with `totals` at full value and all charges in `carriage`, in the currency of `side`.

    UNMAPPED_AMOUNT, with its own name, for an amount that `terms` do not place; `what` is `invoice` or
    `credit memo`.
    """
    found = []
    for document in documents:
        amounts = [*_fixed_tax(document, order), *document.extras, *configured(document.fields or (), terms)]
        there = placed(
            amounts,
            terms,
            base=side == 0,
            connection=connection,
            subject=f"Magento's {what} {document.number or document.id}",
        )
        if isinstance(there, Failure):
            return there
        paid = total(each.amount for each in there if each.terms.payment)
        charged = total(each.amount + each.tax for each in there if not each.terms.payment)
        totals, carriage = list(document.totals), list(document.carriage)
        whole = totals[side]
        totals[side] = None if whole is None else whole + paid
        carriage[side] += charged
        found.append(replace(document, totals=(totals[0], totals[1]), carriage=(carriage[0], carriage[1])))
    return tuple(found)


def _fixed_tax(document: StoreDocument, order: StoreOrder) -> list[Extra]:
    base, own = (fixed_tax_of(document.pieces, order, side) for side in (0, 1))
    if not base and not own:
        return []
    return [Extra(source=FIXED_TAX, field="weee_tax_applied_amount", amount=own, base=base)]


def fixed_tax_of(pieces: Mapping[int, Decimal], order: StoreOrder, side: int) -> Decimal:
    """The fixed product tax of these pieces, with its tax."""
    parts = (product(item.fixed_tax[side], pieces.get(item.item_id, ZERO)) for item in order.items)
    return rounded(total(parts), CENTS)  # of a piece it may be a third of a cent, of a document it is not


def wrapping_left(order: StoreOrder, memos: Sequence[StoreDocument], side: int) -> Decimal:
    """The wrapping and printed cards of the order that no credit memo has given back yet, with tax.

    The next memo gives all of it back (A: Adobe's published source).
    """

    def charged(extras: Sequence[Extra]) -> Decimal:
        return total(
            (each.base + each.base_tax) if side == 0 else (each.amount + each.tax)
            for each in extras
            if each.source in WRAPPING
        )

    return charged(order.extras) - total(charged(memo.extras) for memo in memos)


def order_charges(order: StoreOrder, side: int, terms: Mapping[str, AmountTerms]) -> Decimal:
    """What the whole order has of charges besides goods and shipping, with tax."""
    pays = payments(order.extras, (), terms)
    every = {item.item_id: item.ordered for item in order.items}
    return fixed_tax_of(every, order, side) + total(
        (each.base + each.base_tax) if side == 0 else (each.amount + each.tax)
        for each in order.extras
        if each not in pays
    )


def is_explained(order: StoreOrder, side: int, terms: Mapping[str, AmountTerms]) -> bool:
    """Whether the order's grand total is goods, shipping, tax and amounts that Magento names."""
    assert order.sides is not None  # noqa: S101 - read with its amounts
    paid = total(each.base if side == 0 else each.amount for each in payments(order.extras, (), terms))
    taxes = total(each.base_tax if side == 0 else each.tax for each in order.extras)
    left = order.sides[side].other - order_charges(order, side, terms) + paid
    return not left or not left + taxes  # an extension may have its tax in Magento's own, too


def unnamed(
    documents: Sequence[StoreDocument],
    difference: Decimal,
    side: int,
    terms: Mapping[str, AmountTerms],
    connection: str,
    what: str,
) -> Failure | None:
    """The refusal of a field of an extension that holds exactly the difference and that no key names."""
    for document in documents:
        for each in explains(document.fields or (), difference, base=side == 0):
            if each.source in terms:
                continue
            value = each.base if side == 0 else each.amount
            key = f"[connections.{connection}.amounts.{FIELDS}.{each.field}]"
            return Failure(
                Code.UNMAPPED_AMOUNT,
                f"Magento's {what} {document.number or document.id} has {each.field} {shown(value)}, which "
                "is exactly the difference from Sage's document, and no key of the configuration says how "
                f"to treat it. Add {key}.",
                missing=f"amount:{each.source}",
                sent=False,
                details={"missing": each.source, "keys": key},
            )
    return None
