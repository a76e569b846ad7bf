"""An order translated so that the ERP arrives at Magento's grand total after tax, to the cent.

What Magento has cancelled or refunded of it is left out first (`domain/orders/remaining.py`).

Magento's net figures are taken as given and handed over as quantity × price; the ERP calculates tax
by its own rules. What remains between its total and Magento's is one rounding line within the
connection's tolerance; beyond it a person sees both calculations. The algorithm in words, with
worked tables: `docs/algorithms/order-totals.md`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from tidegate.domain.calendar import zone
from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import plain, rounded, shown, total
from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.billing_lines import Billed, BilledLine, all_lines, billed, check_sum
from tidegate.domain.orders.charges import rounding_line, rounding_without_code, without_place
from tidegate.domain.orders.destinations import Destination, destination_of
from tidegate.domain.orders.draft import Draft, drafted, rate_of
from tidegate.domain.orders.expressed import Charged, Customers, Tax
from tidegate.domain.orders.gaps import no_zero_rate, with_other_gaps
from tidegate.domain.orders.keys import order_key
from tidegate.domain.orders.mapping import Mapped, mapped
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.remaining import remaining
from tidegate.domain.orders.sales_order import Prepaid, SalesLine, SalesOrder
from tidegate.domain.orders.side_by_side import Row, text_table
from tidegate.domain.orders.taken_as import as_taken, buyer_of
from tidegate.domain.orders.terms import Terms
from tidegate.domain.orders.texts import memos, options_comment, order_comments


def translate(order: Order, terms: Terms, arithmetic: Arithmetic, *, account: str) -> SalesOrder | Failure:
    """The order in the ERP's terms, for the customer `account`.

    Failures are values, none of them sent: `review` when Magento's own figures do not add up, when
    the ERP's total would differ by more than the tolerance, or when the order number is too long;
    `hold for fix` when a mapping is missing.
    """
    reference = terms.reference_prefix + order.increment_id
    if terms.reference_length is not None and len(reference) > terms.reference_length:
        return Failure(
            Code.TOO_LONG,
            f"The order number {reference!r} has {len(reference)} characters, but the company allows "
            f"{terms.reference_length}. Shorten reference_prefix in [connections.{terms.connection}].",
            sent=False,
        )
    left = remaining(order, whole_bundles=terms.bundles == "parent")
    if isinstance(left, Failure):
        return left
    order = left
    document = billed(order, terms)
    if isinstance(document, Failure):
        return with_other_gaps(order, document, terms, arithmetic)
    problem = check_sum(order, document, terms) or _unusable(order, document, arithmetic)
    if problem is not None:
        return with_other_gaps(order, problem, terms, arithmetic)
    lines = all_lines(order, document)
    found = mapped(order, document, lines, terms)
    if isinstance(found, Failure):
        return with_other_gaps(order, found, terms, arithmetic)
    unfit = without_place(order, lines, found, terms)
    if unfit is not None:
        return with_other_gaps(order, unfit, terms, arithmetic)
    destination = Destination(country="")
    if terms.tax is Tax.BY_SCHEDULE:
        there = destination_of(order, terms.destinations, terms.connection)
        if isinstance(there, Failure):
            return with_other_gaps(order, there, terms, arithmetic)
        destination = there
    draft = drafted(lines, found, terms, arithmetic, document.gross)
    if abs(draft.difference) > terms.tolerance:
        return _beyond_tolerance(order, document, lines, draft, terms)
    written = _with_options(lines, draft, terms)
    if draft.difference and terms.rounding_as is not Charged.HEADER_FIELD:
        zero_rate = terms.zero_rate_code()
        if zero_rate is None:
            return no_zero_rate(order, draft.difference, terms)
        uncoded = rounding_without_code(order, draft.difference, terms)
        if uncoded is not None:
            return uncoded
        written.append(rounding_line(draft.difference, zero_rate, terms))
    written += order_comments(order, document, terms)
    sold = _sales_order(order, document, terms, found, written, reference, account, draft.difference)
    sold = msgspec.structs.replace(
        sold,
        tax_group=destination.group,
        tax_schedule=destination.schedule,
        buyer=buyer_of(order) if terms.customers is Customers.INSIDE_THE_ORDER else None,
    )
    shipping = draft.parts[-1][0] if lines and not lines[-1].sku and not lines[-1].source else None
    return as_taken(sold, terms, shipping)


def _with_options(lines: Sequence[BilledLine], draft: Draft, terms: Terms) -> list[SalesLine]:
    written: list[SalesLine] = []
    for line, parts in zip(lines, draft.parts, strict=True):
        comment = options_comment(line, terms)
        written += [*parts, comment] if comment is not None else parts
    return written


def _unusable(order: Order, document: Billed, arithmetic: Arithmetic) -> Failure | None:
    for line in document.lines:
        if line.quantity <= 0 or rounded(line.quantity, arithmetic.quantity_decimals) != line.quantity:
            return Failure(
                Code.MALFORMED,
                f"Line {line.sku} of order {order.increment_id} has the quantity {plain(line.quantity)}, "
                f"but the company allows positive quantities with up to {arithmetic.quantity_decimals} "
                "decimals.",
                sent=False,
            )
    return None


def _sales_order(
    order: Order,
    document: Billed,
    terms: Terms,
    found: Mapped,
    lines: Sequence[SalesLine],
    reference: str,
    account: str,
    rounding: Decimal,
) -> SalesOrder:
    adjustment = rounding if terms.rounding_as is Charged.HEADER_FIELD else Decimal(0)
    net, tax = total(line.net for line in lines) + adjustment, total(line.tax for line in lines)
    return SalesOrder(
        key=order_key(order.store, order.entity_id),
        reference=reference,
        account=account,
        date=order.created_at.astimezone(zone(terms.time_zone)).date(),
        currency=document.currency,
        lines=tuple(lines),
        delivery=order.shipping,
        invoice=order.billing,
        po_number=order.po_number,
        payment_method=order.payment_method,
        carrier=found.shipping.carrier,
        note=order.note,
        net=net,
        tax=tax,
        gross=net + tax,
        prepaid=tuple(
            Prepaid(each.extra.source, each.text, each.amount, each.terms.account)
            for each in document.prepaid
        ),
        memos=memos(order, document, terms),
        rounding=rounding,
        adjustment=adjustment,
    )


def rows(lines: Sequence[BilledLine], draft: Draft, terms: Terms) -> list[Row]:
    """Both calculations, line by line."""
    return [
        Row(
            line.sku or line.name,
            line.quantity,
            line.net,
            line.tax,
            total(part.net for part in parts),
            total(part.tax for part in parts),
            parts[0].tax_code,
            rate_of(line, parts[0].tax_code, terms),
        )
        for line, parts in zip(lines, draft.parts, strict=True)
    ]


def _beyond_tolerance(
    order: Order, document: Billed, lines: Sequence[BilledLine], draft: Draft, terms: Terms
) -> Failure:
    magento = document.gross
    sage = total(part.net + part.tax for part in draft.lines)
    table = text_table(rows(lines, draft, terms), magento)
    wrong = sorted(
        {
            f"tax code {part.tax_code} is {plain(terms.tax_rates[part.tax_code])} % in Sage, but Magento "
            f"charged {plain(line.rate)} %"
            for line, parts in zip(lines, draft.parts, strict=True)
            for part in parts
            if not terms.tax.from_store
            and part.tax_code in terms.tax_rates
            and terms.tax_rates[part.tax_code] != line.rate
            and line.net
        }
    )
    text = (
        f"Sage's total for order {order.increment_id} would be {shown(sage)} {document.currency}, but "
        f"Magento's total after tax is {shown(magento)}. The difference of {shown(magento - sage)} is above "
        f"the tolerance of {shown(terms.tolerance)}."
    )
    if wrong:
        text += f" Note: {'; '.join(wrong)}."
    return Failure(
        Code.TOTALS_DIFFER,
        f"{text}\n{table}",
        sent=False,
        details={
            "currency": document.currency,
            "magento": shown(magento),
            "sage": shown(sage),
            "difference": shown(magento - sage),
            "tolerance": shown(terms.tolerance),
            "table": table,
        },
    )
