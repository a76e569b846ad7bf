"""The kinds of orders that the shopper places: every recorded one, and the ones that hurt."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from tidegate_sandbox.magento.additions import Additions
from tidegate_sandbox.magento.pricing import TaxRate

After = Literal["", "cancel", "ship", "ship_partly", "complete", "close", "hold", "pending_payment", "review"]


@dataclass(frozen=True)
class Kind:
    """How an order of this kind is made. ``weight``: how often it comes when no kind is asked for.

    ``place`` names a set of ``people.PLACES``, ``goods`` what is bought; ``account``: by a customer.
    """

    views: tuple[str, ...] = ("default",)
    place: str = "michigan"
    goods: Literal["simple", "configurable", "bundle"] = "simple"
    account: bool = False
    discount: bool = False
    method: str | None = None
    mixed_taxes: bool = False
    free_shipping: bool = False
    shipping_discount: bool = False
    free: bool = False
    special_price: bool = False
    after: After = ""
    weight: int = 2


KINDS: Final = {
    "guest": Kind(method="checkmo", weight=20),
    "customer": Kind(account=True, weight=12),
    "coupon": Kind(discount=True, weight=8),
    "purchase_order": Kind(account=True, discount=True, method="purchaseorder", weight=6),
    "configurable": Kind(goods="configurable", weight=5),
    "bundle": Kind(goods="bundle", weight=5),
    "no_tax": Kind(place="untaxed", weight=6),
    "french": Kind(views=("default_fr",), weight=3),
    "eur": Kind(views=("b2b_eu",), place="britain", account=True, discount=True, weight=6),
    "gbp": Kind(views=("b2b_en",), place="britain", account=True, method="purchaseorder", weight=6),
    "export": Kind(views=("b2b_eu", "b2b_en"), place="abroad", weight=2),
    "mixed_tax": Kind(mixed_taxes=True, weight=3),
    "mixed_vat": Kind(views=("b2b_en", "b2b_eu"), place="britain", mixed_taxes=True, discount=True, weight=3),
    "special_price": Kind(special_price=True, weight=2),
    "free_shipping": Kind(free_shipping=True, weight=2),
    "shipping_discount": Kind(shipping_discount=True, weight=1),
    "zero_total": Kind(free=True, method="free", weight=1),
    "cancelled": Kind(place="untaxed", method="checkmo", after="cancel", weight=1),
    "partly_shipped": Kind(discount=True, after="ship_partly", weight=1),
    "complete": Kind(discount=True, after="complete", weight=1),
    "closed": Kind(views=("b2b_eu",), place="britain", account=True, discount=True, after="close", weight=1),
    "held": Kind(after="hold", weight=1),
    "pending_payment": Kind(method="braintree", after="pending_payment", weight=1),
    "payment_review": Kind(method="braintree", after="review", weight=1),
}


@dataclass(frozen=True)
class Choices:
    """What the caller decides instead of chance. None leaves it to the kind and to chance.

    ``lines``: (SKU, quantity) or (SKU, quantity, price in base currency). ``customer``: the id of one.
    ``tax_percent`` is one tax on everything, ``line_tax_percents`` one for every line; 0 is none.
    ``beside``: what is bought with whatever lines there are.
    """

    store_view: str | None = None
    customer: int | None = None
    lines: tuple[tuple[str, int] | tuple[str, int, Decimal], ...] | None = None
    discount_percent: Decimal | None = None
    coupon: str | None = None
    shipping: Decimal | None = None
    shipping_discount_percent: Decimal | None = None
    tax_percent: Decimal | None = None
    line_tax_percents: tuple[Decimal, ...] | None = None
    tax_inclusive: bool | None = None
    rate: Decimal | None = None
    method: str | None = None
    po_number: str | None = None
    note: str | None = None
    email: str | None = None
    place: str | None = None
    state: str | None = None
    status: str | None = None
    additions: Additions | None = None
    beside: tuple[tuple[str, int], ...] = ()


def tax(percent: Decimal) -> tuple[TaxRate, ...]:
    """A tax of this percentage, named after it; 0 is none."""
    return (TaxRate(f"TAX-{percent.normalize():f}", percent),) if percent else ()
