"""The products of the recorded shop: HUB-0001 to HUB-1000, two shirts of one configurable, and a kit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from tidegate_sandbox.magento import recorded
from tidegate_sandbox.magento.figure import figure

COLUMNS: Final = {
    name: kind for name, kind in recorded.columns("product").items() if kind not in ("array", "object")
} | {"entity_id": "integer"}
WEIGHT: Final = Decimal("1.5")
WIDGETS: Final = 1000
_STEP: Final = Decimal("0.37")
_WEBSITE_PRICES: Final = MappingProxyType({(2, "HUB-0001"): Decimal("8.19")})
_FIRST: Final = datetime(2026, 11, 21, 2, 12, 22, tzinfo=UTC)
_EACH: Final = timedelta(seconds=2.7)
_SWAPPED: Final = MappingProxyType({12: 14, 13: 15, 14: 12, 15: 13})


@dataclass(frozen=True)
class Product:
    """A product as the shop sells it. ``price`` is in the website's base currency; composites have none."""

    id: int
    sku: str
    name: str
    type: str
    price: Decimal
    weight: Decimal = WEIGHT

    @property
    def row(self) -> dict[str, Any]:
        """The columns that a list call may filter by. The recorder made one product after the other."""
        made = f"{_FIRST + (self.id - 1) * _EACH:%Y-%m-%d %H:%M:%S}"
        return {
            "id": self.id,
            "entity_id": self.id,
            "sku": self.sku,
            "name": self.name,
            "attribute_set_id": 4,
            "price": figure(self.price),
            "status": 1,
            "visibility": 4,
            "type_id": self.type,
            "created_at": made,
            "updated_at": made,
            "weight": figure(self.weight),
        }


class Catalogue:
    """What is sold. Read only in this release: prices and stock are written by a later one."""

    def product(self, sku: str) -> Product | None:
        """The product of this SKU, without regard to case as in the database."""
        return _products().get(sku.upper())

    def products(self) -> Mapping[str, Product]:
        """All products by SKU, by their ids."""
        return _products()

    def price(self, sku: str, website_id: int) -> Decimal:
        """The price of a SKU on a website. KeyError for a SKU that there is not."""
        return _WEBSITE_PRICES.get((website_id, sku), _products()[sku].price)

    def document(self, product: Product, website_id: int | None) -> dict[str, Any]:
        """The product as the REST API answers it; None for the scope of all stores."""
        shape = recorded.products()[product.type]
        price = product.price if website_id is None else self.price(product.sku, website_id)
        extension = dict(shape["extension_attributes"])
        stock = {**extension["stock_item"], "item_id": product.id, "product_id": product.id}
        own = {key: value for key, value in product.row.items() if key in shape}
        attributes = [
            {**entry, "value": re.sub(r"[^a-z0-9]+", "-", product.name.lower())}
            if entry["attribute_code"] == "url_key"
            else entry
            for entry in shape["custom_attributes"]
        ]
        return {
            **shape,
            **own,
            "price": figure(price),
            "extension_attributes": {**extension, "stock_item": stock},
            "custom_attributes": attributes,
        }


@cache
def _products() -> Mapping[str, Product]:
    made = [_widget(number) for number in range(1, WIDGETS + 1)]
    shirt = Decimal(25)
    made += [
        Product(201, "SHIRT-BLUE", "Shirt Blue", "simple", shirt),
        Product(202, "SHIRT-RED", "Shirt Red", "simple", shirt),
        Product(203, "SHIRT", "Shirt", "configurable", Decimal(0)),
        Product(204, "KIT-1", "Kit 1", "bundle", Decimal(0), Decimal(0)),
    ]
    return {product.sku: product for product in sorted(made, key=lambda product: product.id)}


def _widget(number: int) -> Product:
    """The recorder made HUB-0012 to HUB-0015 in another order, and the composites after HUB-0200."""
    id = _SWAPPED.get(number, number if number <= 200 else number + 4)
    return Product(id, f"HUB-{number:04}", f"Hub Widget {number}", "simple", 10 + _STEP * number)
