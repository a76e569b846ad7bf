"""Which of the connection's mappings an order needs, and which of them are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import plain
from tidegate.domain.orders.billing_lines import Billed, BilledLine
from tidegate.domain.orders.expressed import Tax
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.terms import PaymentTerms, ShippingTerms, Terms

#: Magento's own method for orders that cost nothing: there is no money to put anywhere.
_FREE = "free"


@dataclass(frozen=True, slots=True)
class Mapped:
    """The mappings of one order; `tax` holds a code for each line, in the order of the lines."""

    payment: PaymentTerms
    shipping: ShippingTerms
    tax: tuple[str, ...]


def mapped(order: Order, document: Billed, lines: Sequence[BilledLine], terms: Terms) -> Mapped | Failure:
    """All mappings of an order, or a `hold for fix` failure.

    The failure waits for the first thing missing; its text and details name all of them, so that a
    person adds them in one go.
    """
    found, failure = mapped_so_far(order, document, lines, terms)
    return failure or found


def mapped_so_far(
    order: Order, document: Billed, lines: Sequence[BilledLine], terms: Terms
) -> tuple[Mapped, Failure | None]:
    """The mappings that there are, blank where one is missing, and the failure that names the missing ones."""
    missing: list[tuple[Code, str, str]] = []
    place = f"connections.{terms.connection}"
    payment = terms.payment(order.payment_method)
    if payment is None:
        payment = PaymentTerms()
        if not (order.payment_method == _FREE and document.totals.grand_total == 0):
            key = f"[{place}.payments.{order.payment_method}]"
            missing.append((Code.UNMAPPED_PAYMENT, f"payment:{order.payment_method}", key))
    shipping = terms.carriage(order.shipping_method)
    if shipping is None:
        shipping = ShippingTerms()
        if order.shipping_method or document.totals.shipping != 0:
            method = order.shipping_method or "*"
            missing.append((Code.UNMAPPED_SHIPPING, f"shipping:{method}", f'[{place}.shipping."{method}"]'))
    codes: list[str] = []
    by_schedule = terms.tax is Tax.BY_SCHEDULE  # a code is the line's tax class there, if anybody names one
    for line in lines:
        if line.rate == 0 and line.tax != 0 and not line.tax_names and not by_schedule:
            malformed = Failure(
                Code.MALFORMED,
                f"Line {line.sku or line.name} of order {order.increment_id} has tax {plain(line.tax)} but "
                "neither a tax rate nor a rate's name, so its tax code cannot be determined.",
                sent=False,
            )
            return Mapped(payment, shipping, ("",) * len(lines)), malformed
        code = line.tax_code or _tax_code(line, terms)
        codes.append(code or "")
        if code is None and not by_schedule:
            name = "+".join(line.tax_names) or plain(line.rate)
            missing.append((Code.UNMAPPED_TAX, f"tax:{name}", f'"{name}" in [{place}.tax.codes]'))
    held = _hold(order, list(dict.fromkeys(missing))) if missing else None
    return Mapped(payment, shipping, tuple(codes)), held


def _tax_code(line: BilledLine, terms: Terms) -> str | None:
    """By the rate's name, then by the percent.

    Several rates on one line (state and county) are one name joined by `+`; their single names
    only count when all mean the same code, since one of two rates is not the tax.
    """
    if line.tax_names:
        code = terms.tax_code("+".join(line.tax_names))
        if code is not None:
            return code
    code = terms.tax_code(plain(line.rate))
    if code is None and len(line.tax_names) > 1:
        single = {terms.tax_code(name) for name in line.tax_names}
        if len(single) == 1:
            return single.pop()
    return code


def _hold(order: Order, missing: Sequence[tuple[Code, str, str]]) -> Failure:
    code, first, _ = missing[0]
    keys = ", ".join(key for _, _, key in missing)
    return Failure(
        code,
        f"Order {order.increment_id} waits for {', '.join(name for _, name, _ in missing)}. Add {keys}.",
        missing=first,
        sent=False,
        details={"missing": ", ".join(name for _, name, _ in missing), "keys": keys},
    )
