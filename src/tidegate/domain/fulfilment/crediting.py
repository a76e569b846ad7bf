"""How a credit memo is requested, so that its total equals that of the company's credit note.

`shipping_amount` of Magento's call is an amount with tax in a shop that shows shipping so in sales documents,
without tax in others, and REST does not state which (Magento contract, point 35). All carriage that is left is
given back by leaving it out, which is the same in both; a part of it needs to be known, or is learnt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.document_totals import charges_of
from tidegate.domain.fulfilment.invoicing import is_charge, keys_given_back, left_to_refund
from tidegate.domain.fulfilment.sage_documents import InvoiceLine
from tidegate.domain.fulfilment.store_amounts import CENTS, Carriage, MemoLine, memo_total
from tidegate.domain.fulfilment.store_document import StoreDocument
from tidegate.domain.fulfilment.store_document_amounts import fixed_tax_of, is_explained, wrapping_left
from tidegate.domain.fulfilment.store_order import StoreOrder, is_rest
from tidegate.domain.money import ZERO, product, quotient, rounded, shown
from tidegate.domain.orders.extras import AmountTerms


class CarriageRule(StrEnum):
    """What a shop takes `shipping_amount` for; UNKNOWN is treated as without tax, Magento's default."""

    UNKNOWN = ""
    WITHOUT_TAX = "without-tax"
    WITH_TAX = "with-tax"


@dataclass(frozen=True, slots=True)
class MemoPlan:
    """What the call names: `shipping` None is all that is left. Amounts in the website's base currency."""

    shipping: Decimal | None
    adjustment: Decimal = ZERO

    def teaches(self, carriage: Carriage) -> bool:
        """Whether the memo will show which rule the shop has."""
        return bool(self.shipping) and carriage.taxed and self.shipping != carriage.net_left


def plan_memo(
    number: str,
    lines: Sequence[InvoiceLine],
    gross: Decimal | None,
    pieces: Mapping[int, Decimal],
    order: StoreOrder,
    side: int,
    rule: CarriageRule,
    *,
    limit: Decimal,
    adjust: bool,
    terms: Mapping[str, AmountTerms],
    earlier: Sequence[StoreDocument] = (),
) -> MemoPlan | Failure:
    """The call whose memo comes to `gross`, the credit note's total in the currency of `side`.

    What rounding leaves, up to `limit`, is an adjustment; more is one only with `adjust`, else a review with both
    figures before anything is written. Where the total of either is not known beforehand, nothing is adjusted.
    Magento gives fixed product tax back by pieces, and the wrapping of the whole order with the first memo that no
    `earlier` one has. What goes back to gift cards and the like is a part of the memo, as of its full value.
    """
    assert order.sides is not None  # noqa: S101 - read with its amounts
    base, amounts = order.sides[0].carriage, order.sides[side]
    unasked = keys_given_back(order)
    charges = [line for line in lines if is_charge(line) and line.line_key not in unasked]
    stated = charges_of(charges)
    if gross is None or not is_explained(order, side, terms):
        return MemoPlan(_named(stated, base, amounts.carriage, rule) if charges else ZERO)
    left = left_to_refund(order)
    last = is_rest(pieces, left, order)
    parts = [
        MemoLine(item.amounts[side], pieces[item.item_id], left[item.item_id])
        for item in order.items
        if pieces.get(item.item_id)
    ]

    fixed = fixed_tax_of(pieces, order, side)
    besides = fixed + wrapping_left(order, earlier, side)

    def comes_to(shipping: Decimal | None) -> Decimal:
        return besides + memo_total(parts, amounts, _ratio(shipping, base, rule), last=last)

    shipping: Decimal | None = ZERO
    if charges and abs(gross - comes_to(ZERO)) > limit:
        shipping = None
        if abs(gross - comes_to(None)) > limit:
            if stated and len(charges) == sum(map(is_charge, lines)):
                stated -= besides  # a company without our keys shows it among the charges
            shipping = _named(stated or gross - comes_to(ZERO), base, amounts.carriage, rule)
    there = comes_to(shipping)
    difference = gross - there
    if not difference:
        return MemoPlan(shipping)
    adjustment = rounded(quotient(difference, order.rate), CENTS) if side else difference
    exact = not side or rounded(product(adjustment, order.rate), CENTS) == difference
    if exact and (adjust or abs(difference) <= limit):
        return MemoPlan(shipping, adjustment)
    text = (
        f"Sage's credit note {number} is for {shown(gross)}, but Magento's credit memo for the same items "
        f"would be {shown(there)} {amounts.currency}; nothing was written. Make the credit memo in Magento "
        'by hand, then `tidegate queue link`. With fulfilment.allowances = "adjustment" Tidegate adjusts '
        "Magento's credit memo to Sage's amount."
    )
    details = {"sage": shown(gross), "magento": shown(there)}
    return Failure(Code.TOTALS_DIFFER, text, sent=False, details=details)


def learnt(asked: Decimal, there: Decimal, base: Carriage) -> CarriageRule:
    """The shop's rule, by the shipping without tax of a memo and the amount requested for it."""
    if there == asked:
        return CarriageRule.WITHOUT_TAX
    of_gross = rounded(quotient(product(base.net, asked), base.gross), CENTS) if base.gross else ZERO
    return CarriageRule.WITH_TAX if there == of_gross else CarriageRule.UNKNOWN


def _named(gross: Decimal | None, base: Carriage, carriage: Carriage, rule: CarriageRule) -> Decimal | None:
    """The memo's shipping amount for this carriage, tax included, in the currency of `carriage`."""
    whole = carriage.part(Decimal(1))
    if gross is None or not whole or gross >= carriage.part(None):
        return None
    whole_here = base.gross if rule is CarriageRule.WITH_TAX else base.net
    return rounded(quotient(product(whole_here, max(gross, ZERO)), whole), CENTS)


def _ratio(shipping: Decimal | None, base: Carriage, rule: CarriageRule) -> Decimal | None:
    """Which part of the whole shipping Magento takes an amount for; None for all that is left."""
    with_tax = rule is CarriageRule.WITH_TAX
    whole, left = (base.gross, base.gross_left) if with_tax else (base.net, base.net_left)
    if shipping is None or shipping == left or not whole:
        return None
    return quotient(shipping, whole)
