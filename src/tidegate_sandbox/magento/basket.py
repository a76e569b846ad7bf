"""What is bought, by whom and on which terms: all that an order is made of, before any amount is reckoned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from tidegate_sandbox.magento.buyers import Person, Place
from tidegate_sandbox.magento.catalogue import Catalogue, Product
from tidegate_sandbox.magento.figure import ZERO
from tidegate_sandbox.magento.prices import Buyer
from tidegate_sandbox.magento.pricing import Priced, TaxRate, Terms
from tidegate_sandbox.magento.store_view import StoreView

METHODS: Final = {
    "checkmo": "Check / Money order",
    "purchaseorder": "Purchase Order",
    "banktransfer": "Bank Transfer Payment",
    "cashondelivery": "Cash On Delivery",
    "braintree": "Credit Card",
    "free": "No Payment Information Required",
}
_KIT: Final = (("HUB-0010", 1), ("HUB-0020", 2))


@dataclass(frozen=True)
class Line:
    """A line of the basket. ``price`` is what is asked, in base currency; ``original`` the regular price.

    ``store_percent`` is the tax within that price, where prices include it. ``variant`` is the simple product
    behind a configurable; ``parts`` are those of a bundle, with their own prices.
    """

    product: Product
    quantity: int
    price: Decimal
    original: Decimal
    rates: tuple[TaxRate, ...] = ()
    store_percent: Decimal = ZERO
    variant: Product | None = None
    parts: tuple[Line, ...] = ()

    def priced(self) -> list[Priced]:
        """What amounts are reckoned of: the line itself, or the parts of a bundle."""
        if self.parts:
            return [priced for part in self.parts for priced in part.priced()]
        return [Priced(self.quantity, self.price, self.rates, self.store_percent)]

    @property
    def pieces(self) -> int:
        """How many things are shipped."""
        return sum(part.quantity for part in self.parts) if self.parts else self.quantity

    def times(self, quantity: int) -> Line:
        """The same line in another quantity."""
        parts = tuple(
            replace(part, quantity=part.quantity // self.quantity * quantity) for part in self.parts
        )
        return replace(self, quantity=quantity, parts=parts)


@dataclass(frozen=True)
class Basket:
    """One order to be."""

    view: StoreView
    person: Person
    place: Place
    lines: tuple[Line, ...]
    terms: Terms
    method: str = "checkmo"
    po_number: str | None = None
    coupon: str | None = None
    note: str | None = None

    @property
    def rates(self) -> dict[str, Decimal]:
        """Every tax in the order, by code, with its percentage."""
        lines = [rate for line in self.lines for part in line.priced() for rate in part.rates]
        return {rate.code: rate.percent for rate in (*lines, *self.terms.shipping_rates)}


def line(
    catalogue: Catalogue,
    sku: str,
    buyer: Buyer,
    rates: tuple[TaxRate, ...],
    *,
    store_percent: Decimal = ZERO,
    price: Decimal | None = None,
) -> Line:
    """A line of ``sku``. A shirt is sold as the configurable it belongs to, a kit with its parts.

    ``buyer`` says how many. ``price`` replaces the catalogue's. KeyError for a SKU that is not sold.
    """
    quantity = buyer.quantity
    product = catalogue.product(sku)
    if product is None or product.type == "configurable":
        raise KeyError(sku)
    if product.type == "bundle":
        parts = tuple(
            line(
                catalogue, part, replace(buyer, quantity=count * quantity), rates, store_percent=store_percent
            )
            for part, count in _KIT
        )
        return Line(product, quantity, ZERO, ZERO, rates, store_percent, parts=parts)
    regular = catalogue.price(product.sku, buyer.website_id)
    asked = catalogue.prices.asked(product.sku, regular, buyer) if price is None else price
    if product.sku.startswith("SHIRT-"):
        shirt = catalogue.products()["SHIRT"]
        return Line(shirt, quantity, asked, regular, rates, store_percent, variant=product)
    return Line(product, quantity, asked, regular, rates, store_percent)
