"""The products of the recorded shop: HUB-0001 to HUB-1000, two shirts of one configurable, and a kit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from tidegate_sandbox.magento import recorded
from tidegate_sandbox.magento.figure import PRICE, figure
from tidegate_sandbox.magento.prices import ALL, DISCOUNT, Prices, Tier, TierKey

COLUMNS: Final = {
    name: kind for name, kind in recorded.columns("product").items() if kind not in ("array", "object")
} | {"entity_id": "integer"}
WEIGHT: Final = Decimal("1.5")
WIDGETS: Final = 1000
ENABLED: Final = 1
DISABLED: Final = 2
ALONE_NOWHERE: Final = 1
"""The visibility of a product that is sold only as part of another product."""
_STEP: Final = Decimal("0.37")
_WEBSITE_PRICES: Final = MappingProxyType({"HUB-0001": {2: Decimal("8.19")}})
_FIRST: Final = datetime(2026, 11, 21, 2, 12, 22, tzinfo=UTC)
_EACH: Final = timedelta(seconds=2.7)
_SWAPPED: Final = MappingProxyType({12: 14, 13: 15, 14: 12, 15: 13})
_ALL_GROUPS: Final = 32000


@dataclass(frozen=True)
class Scope:
    """The scope of a value: a store view with its website; by default all store views."""

    store_id: int = ALL
    website_id: int = ALL


EVERYWHERE: Final = Scope()


@dataclass(frozen=True)
class Product:
    """A product of the shop. ``price`` is the price at its creation, in the website's base currency.

    Composite products have no price. ``created`` and ``updated`` None: the recorder made the product; its time follows
    from its id. ``legacy_quantity`` is the quantity of the older stock interface, None if it was never set.
    """

    id: int
    sku: str
    name: str
    type: str
    price: Decimal
    weight: Decimal = WEIGHT
    status: int = ENABLED
    visibility: int = 4
    url_key: str | None = None
    created: str | None = None
    updated: str | None = None
    legacy_quantity: int | None = 0

    @property
    def row(self) -> dict[str, Any]:
        """The columns that a list call can filter by, with the values for all store views."""
        made = f"{_FIRST + (self.id - 1) * _EACH:%Y-%m-%d %H:%M:%S}"
        created = self.created or made
        return {
            "id": self.id,
            "entity_id": self.id,
            "sku": self.sku,
            "name": self.name,
            "attribute_set_id": 4,
            "price": figure(self.price, PRICE),
            "status": self.status,
            "visibility": self.visibility,
            "type_id": self.type,
            "created_at": created,
            "updated_at": self.updated or created,
            "weight": figure(self.weight),
        }

    @property
    def slug(self) -> str:
        """The URL key of the product page."""
        return self.url_key or re.sub(r"[^a-z0-9]+", "-", self.name.lower())


class Catalogue:
    """The products and their prices; ``widgets`` is how many of the recorder's thousand widgets exist.

    ``overrides``: the values of a store view that replace "use default", by SKU and store id. Every save with the store
    code of a view keeps the sent values for that view, and later changes for all views no longer change them.
    """

    def __init__(self, widgets: int = WIDGETS) -> None:
        self._products = dict(_made(widgets))
        self.prices = Prices()
        self.prices.base |= {sku: dict(own) for sku, own in _WEBSITE_PRICES.items()}
        self._on_sale: list[str] | None = None
        self.overrides: dict[str, dict[int, dict[str, Any]]] = {}
        self.options: dict[
            str, list[dict[str, Any]]
        ] = {}  #: custom options by SKU, as the REST API returns them

    def product(self, sku: str) -> Product | None:
        """The product with this SKU; case is ignored, as in the database."""
        return self._products.get(sku.upper())

    def products(self) -> Mapping[str, Product]:
        """All products by SKU, in the order of their ids."""
        return self._products

    def put(self, product: Product) -> Product:
        """Store a new or changed product."""
        self._products[product.sku.upper()] = product
        self._on_sale = None
        return product

    def rename(self, sku: str, name: str) -> None:
        """Give a product and its prices another SKU. Raises KeyError for an unknown SKU."""
        renamed = replace(self._products[sku.upper()], sku=name)
        listed = (renamed if each.id == renamed.id else each for each in self._products.values())
        self._products = {each.sku.upper(): each for each in listed}
        self.prices.rename(sku, name)
        self._on_sale = None

    def remove(self, sku: str) -> None:
        """Delete a product and its prices. Raises KeyError for an unknown SKU."""
        del self._products[sku.upper()]
        self.prices.remove(sku)
        self.overrides.pop(sku, None)
        self.options.pop(sku, None)
        self._on_sale = None

    def next_id(self) -> int:
        """The id of the next product."""
        return max(product.id for product in self._products.values()) + 1

    @property
    def on_sale(self) -> list[str]:
        """The SKUs of enabled simple products that are sold alone, sorted."""
        if self._on_sale is None:
            sold = (p for p in self._products.values() if p.type == "simple" and p.status == ENABLED)
            self._on_sale = sorted(
                p.sku for p in sold if p.visibility != ALONE_NOWHERE and not p.sku.startswith("SHIRT-")
            )
        return self._on_sale

    def price(self, sku: str, website_id: int) -> Decimal:
        """The base price of a SKU on a website. Raises KeyError for an unknown SKU."""
        return self.prices.regular(sku, website_id, self._products[sku.upper()].price)

    def row(self, product: Product, scope: Scope) -> dict[str, Any]:
        """The columns of a product with the values of a store view."""
        price = figure(self.price(product.sku, scope.website_id), PRICE)
        own = self.overrides.get(product.sku, {}).get(scope.store_id, {})
        return {**product.row, "price": price, **own}

    def document(self, product: Product, scope: Scope) -> dict[str, Any]:
        """The product as the REST API returns it."""
        shape = recorded.products().get(product.type, recorded.products()["simple"])
        extension = dict(shape["extension_attributes"])
        stock = {**extension["stock_item"], "item_id": product.id, "product_id": product.id}
        if product.created is not None:  # made by a call, not by the recorder
            stock |= {"low_stock_date": None, "stock_status_changed_auto": 0}
            stock["qty"] = product.legacy_quantity
        row = self.row(product, scope)
        document = {**shape, **{key: value for key, value in row.items() if key in shape}}
        if product.created is not None and not product.weight:
            document.pop("weight", None)
        attributes = [
            {**entry, "value": product.slug} if entry["attribute_code"] == "url_key" else entry
            for entry in shape["custom_attributes"]
        ]
        tiers = self.prices.tiers.get(product.sku, {})
        return {
            **document,
            "extension_attributes": {**extension, "stock_item": stock},
            "options": self.options.get(product.sku, []),
            "tier_prices": [_tier(key, tier) for key, tier in tiers.items()],
            "custom_attributes": [*attributes, *self._more(product.sku, scope)],
        }

    def _more(self, sku: str, scope: Scope) -> list[dict[str, Any]]:
        """Cost and special price, if set: as text, like all custom attributes."""
        cost, special = self.prices.cost(sku, scope.store_id), self.prices.special(sku, scope.store_id)
        found: dict[str, str | None] = {"cost": None if cost is None else f"{cost:.6f}"}
        if special is not None:
            found["special_price"] = f"{special.price:.6f}"
            found |= {"special_from_date": special.price_from, "special_to_date": special.price_to}
        return [
            {"attribute_code": code, "value": value} for code, value in found.items() if value is not None
        ]

    def books(self) -> dict[str, Any]:
        """Every product with its prices, amounts as text; keys are website or store ids, ``0`` for all."""
        return {product.sku: self._account(product) for product in self._products.values()}

    def _account(self, product: Product) -> dict[str, Any]:
        prices, sku = self.prices, product.sku
        return {
            "id": product.id,
            "type": product.type,
            "status": product.status,
            "weight": str(product.weight),
            "price": {"0": str(product.price)}
            | _texts(
                {place: own for place, own in prices.base.get(sku, {}).items() if prices.at(place) == place}
            ),
            "cost": _texts(prices.costs.get(sku, {})),
            "special": {
                str(store): {"price": str(one.price), "from": one.price_from, "to": one.price_to}
                for store, one in prices.specials.get(sku, {}).items()
            },
            "tiers": [
                {
                    "website_id": key.website_id,
                    "group_id": key.group_id,
                    "quantity": str(key.quantity),
                    "price": str(tier.price),
                    "price_type": tier.price_type,
                }
                for key, tier in prices.tiers.get(sku, {}).items()
            ],
            "overrides": {str(store): own for store, own in self.overrides.get(sku, {}).items()},
        }


def _tier(key: TierKey, tier: Tier) -> dict[str, Any]:
    extension: dict[str, Any] = {"website_id": key.website_id}
    if tier.price_type == DISCOUNT:
        extension["percentage_value"] = figure(tier.price)
    group = _ALL_GROUPS if key.group_id is None else key.group_id
    return {
        "customer_group_id": group,
        "qty": figure(key.quantity),
        "value": figure(tier.price),
        "extension_attributes": extension,
    }


def _texts(amounts: Mapping[int, Decimal]) -> dict[str, str]:
    return {str(place): str(amount) for place, amount in amounts.items()}


@cache
def _made(widgets: int) -> Mapping[str, Product]:
    made = [_widget(number) for number in range(1, widgets + 1)]
    shirt = Decimal(25)
    made += [
        Product(201, "SHIRT-BLUE", "Shirt Blue", "simple", shirt),
        Product(202, "SHIRT-RED", "Shirt Red", "simple", shirt),
        Product(203, "SHIRT", "Shirt", "configurable", Decimal(0)),
        Product(204, "KIT-1", "Kit 1", "bundle", Decimal(0), Decimal(0)),
    ]
    return {product.sku: product for product in sorted(made, key=lambda product: product.id)}


def _widget(number: int) -> Product:
    """One widget. The recorder made HUB-0012 to HUB-0015 in another order, and the composites after HUB-0200."""
    id = _SWAPPED.get(number, number if number <= 200 else number + 4)
    return Product(id, f"HUB-{number:04}", f"Hub Widget {number}", "simple", 10 + _STEP * number)
