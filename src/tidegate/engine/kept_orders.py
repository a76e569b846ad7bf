"""An order of the ledger as the reconciliation reads it: its sums, and where each line goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from tidegate.domain.books.agreement import FIGURES, NO_FIGURES, Figures, KeptLine, KeptOrder
from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.domain.money import ZERO, total
from tidegate.domain.orders.billing_lines import Billed, billed, shipping_line
from tidegate.domain.orders.capture import is_over
from tidegate.domain.orders.extras import AmountTerms, payments
from tidegate.domain.orders.keys import order_key
from tidegate.domain.orders.line_keys import item_key
from tidegate.domain.orders.mapping import mapped
from tidegate.domain.orders.order import Order, Totals
from tidegate.domain.orders.remaining import is_reduced, remaining
from tidegate.domain.orders.taken_back import as_sent
from tidegate.domain.orders.terms import Terms
from tidegate.domain.states import State
from tidegate.flows.orders.reductions import read_sent_with
from tidegate.flows.stored_order import read_order
from tidegate.ledger.period import KeptRow


def kept_order(
    row: KeptRow, terms: Terms | None, amounts: Mapping[str, AmountTerms], of_order: Callable[[str], bool]
) -> KeptOrder | None:
    """The order, without lines where a mapping is missing; None when it was never readable.

    `amounts` say what pays a part of an order, also when there are no `terms`; `of_order` whether an order in this
    currency is billed in it, and not in the website's.
    """
    if not row.document:
        return None
    order = read_order(row.document)
    document = billed(order, terms) if terms is not None else None
    lines: dict[str, KeptLine] = {}
    freight: KeptLine | None = None
    sent: Figures | None = None
    if isinstance(document, Billed) and terms is not None:
        lines, freight, sent = _sent(order, document, terms, row.subject)
        totals, gross = document.totals, document.gross
    else:
        own = of_order(order.currency)
        totals = order.totals if own else order.base_totals
        paid = payments(order.extras, order.fields, amounts)
        gross = totals.grand_total + total(each.amount if own else each.base for each in paid)
    figures = _figures(totals, gross)
    return KeptOrder(
        key=order_key(row.store, row.entity_id),
        number=row.increment_id,
        created_at=row.created_at,
        state=State(row.state),
        reason=row.reason,
        figures=figures,
        taken=_taken(order, figures, totals, of_order=totals is order.totals),
        lines=lines,
        freight=freight,
        sent=sent,
        cancelled_as=_cancelled_as(row),
    )


def _cancelled_as(row: KeptRow) -> str:
    """Its number in Sage, where somebody there had cancelled it before the hub heard that Sage has it."""
    heard = row.state == State.CONFIRMED and row.target_status == SalesOrderStatus.CANCELLED
    return row.target_number if heard else ""


def _figures(totals: Totals, gross: Decimal) -> Figures:
    """`gross` is the full value, what gift cards and the like have paid included."""
    return Figures(gross - totals.tax - totals.shipping, totals.shipping, totals.tax, gross)


def _taken(order: Order, figures: Figures, totals: Totals, *, of_order: bool) -> Figures:
    """What the store had cancelled or refunded when the order was last read."""
    if not is_reduced(order):
        return NO_FIGURES
    if is_over(order):
        return figures
    left = remaining(order)
    taken = order.reductions if of_order else order.base_reductions
    back = total(taken.given_back.values())
    if isinstance(left, Failure):  # Magento's totals leave something else than its pieces
        amount = taken.cancelled + taken.refunded + back
        return Figures(amount, ZERO, ZERO, amount)
    now = left.totals if of_order else left.base_totals
    rest = _figures(now, figures.total - totals.grand_total + now.grand_total - back)
    return Figures(*(getattr(figures, name) - getattr(rest, name) for name in FIGURES))


def _sent(
    order: Order, document: Billed, terms: Terms, subject: str
) -> tuple[dict[str, KeptLine], KeptLine | None, Figures | None]:
    """Lines, delivery charge and, where a part was sent, the sums, as the company got them; no lines if untold."""
    if not subject:
        return *_lines(order, document, terms), None
    part = as_sent(order, read_sent_with(subject))
    there = part if isinstance(part, Failure) else billed(part, terms)
    if isinstance(part, Failure) or isinstance(there, Failure):
        return {}, None, None
    return *_lines(part, there, terms), _figures(there.totals, there.gross)


def _lines(order: Order, document: Billed, terms: Terms) -> tuple[dict[str, KeptLine], KeptLine | None]:
    shipping = shipping_line(order, document)
    every = (*document.lines, *document.extras, *((shipping,) if shipping is not None else ()))
    found = mapped(order, document, every, terms)
    if isinstance(found, Failure):
        return {}, None
    lines: dict[str, KeptLine] = {}
    for line, code in zip((*document.lines, *document.extras), found.tax, strict=False):
        key = line.key if line.item_id is None else item_key(line.item_id)
        account = line.account if line.source else terms.revenue_account(line.sku)
        before = lines.get(key)  # parts of a bundle that are taxed differently share its item
        lines[key] = KeptLine(
            line.quantity + (before.quantity if before else Decimal(0)),
            line.net + (before.net if before else Decimal(0)),
            line.tax + (before.tax if before else Decimal(0)),
            before.tax_code if before else code,
            account,
        )
    freight = None
    if shipping is not None:
        freight = KeptLine(Decimal(1), shipping.net, shipping.tax, found.tax[-1], found.shipping.account)
    return lines, freight
