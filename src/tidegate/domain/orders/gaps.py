"""All that an order misses at once: no missing thing hides another one.

An order that cannot be translated is translated as far as it goes: amounts without a place are lines, what has
no mapping is blank. What that shows to be missing is said together with the failure that came first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing import together
from tidegate.domain.money import shown
from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.billing_lines import Billed, BilledLine, all_lines, billed
from tidegate.domain.orders.draft import drafted
from tidegate.domain.orders.expressed import Charged
from tidegate.domain.orders.extras import FIELDS, AmountTerms, cancelling, terms_for
from tidegate.domain.orders.mapping import Mapped, mapped_so_far
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.remaining import remaining
from tidegate.domain.orders.sales_lines import sales_lines
from tidegate.domain.orders.sales_order import LineKind, SalesLine
from tidegate.domain.orders.terms import Terms


@dataclass(frozen=True, slots=True)
class Named:
    """What an order names that the company must know; "" for what is not known yet, and not asked."""

    account: str
    currency: str
    lines: tuple[SalesLine, ...]


@dataclass(frozen=True, slots=True)
class _SoFar:
    """An order as far as its mappings go, and the failure that names the missing ones."""

    order: Order
    document: Billed
    lines: tuple[BilledLine, ...]
    found: Mapped
    failure: Failure | None
    terms: Terms


def with_other_gaps(order: Order, failure: Failure, terms: Terms, arithmetic: Arithmetic) -> Failure:
    """A failure that waits for something, together with all else that the translation of `order` misses.

    A failure that waits for nothing stays alone. `order` is what remains of it (`domain/orders/remaining.py`).
    """
    if failure.missing is None:
        return failure
    there = _so_far(order, terms)
    if there is None:
        return failure
    others = [there.failure] if there.failure is not None else []
    # Tax without a code is calculated at Magento's own rate here.
    draft = drafted(there.lines, there.found, there.terms, arithmetic, there.document.gross)
    needs_code = terms.rounding_as is not Charged.HEADER_FIELD and terms.zero_rate_code() is None
    if 0 < abs(draft.difference) <= terms.tolerance and needs_code:
        others.append(no_zero_rate(order, draft.difference, terms))
    return together([failure, *others]) or failure


def no_zero_rate(order: Order, amount: Decimal, terms: Terms) -> Failure:
    """A rounding line of `amount` has no tax code."""
    return Failure(
        Code.UNMAPPED_TAX,
        f"Order {order.increment_id} needs a rounding line of {shown(amount)}, but no tax code with rate 0 "
        f"is configured: set tax_code in [connections.{terms.connection}.rounding].",
        missing="rounding:tax_code",
        sent=False,
    )


def named(order: Order, terms: Terms, arithmetic: Arithmetic, *, account: str) -> Named | None:
    """What an order that cannot be translated names all the same; None when its lines cannot be read."""
    left = remaining(order, whole_bundles=terms.bundles == "parent")
    there = None if isinstance(left, Failure) else _so_far(left, terms)
    if there is None:
        return None
    found = there.found
    written = [
        one
        for line, code in zip(there.lines, found.tax, strict=True)
        if line.sku or line.source or terms.shipping_as is not Charged.HEADER_FIELD
        for one in sales_lines(line, code, found.shipping, there.terms, arithmetic, parted=False)
        if one.kind is not LineKind.CHARGE or one.code
    ]
    currency = there.document.currency if there.terms.amounts == terms.amounts else ""
    return Named(account, currency, tuple(written))


def _so_far(order: Order, terms: Terms) -> _SoFar | None:
    anyhow = _with_places(order, terms)
    document = billed(order, anyhow)
    if isinstance(document, Failure):
        return None
    lines = all_lines(order, document)
    found, failure = mapped_so_far(order, document, lines, anyhow)
    return _SoFar(order, document, lines, found, failure, anyhow)


def _with_places(order: Order, terms: Terms) -> Terms:
    """The terms with a place for every amount, and with a side for the order's currency."""
    unnamed = {f"{FIELDS}.{each.field}": each for each in cancelling(order.fields, terms.extras)}
    amounts = {each.source: each for each in order.extras if terms_for(each.source, terms.extras) is None}
    places = {source: AmountTerms(payment=each.is_payment) for source, each in (amounts | unnamed).items()}
    known = terms.amounts != "auto" or terms.currency in (order.currency, order.base_currency)
    side: Literal["auto", "base", "order"] = terms.amounts if known else "order"
    return replace(terms, extras={**places, **terms.extras}, amounts=side)
