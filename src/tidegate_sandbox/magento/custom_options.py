"""Custom options of products: one that is written, and one whose value is chosen.

Shapes of `catalog-data-product-custom-option-interface`: ids of options and of values are numbers, unique in a
shop; the order's line says both as text, without any title (`catalog-data-custom-option-interface`).
"""

from __future__ import annotations

from typing import Any, Final

from tidegate_sandbox.magento.catalogue import Catalogue, Product

COLOURS: Final = ("Red", "Blue")
_FIELD, _CHOICE = 1, 2  #: ids: ten of them for each product


def engraving(catalogue: Catalogue, product: Product, text: str) -> dict[str, str]:
    """What the line of an order says of an engraving; the product has the option from now on."""
    option = _option(product, _FIELD, "Engraving", "field") | {"max_characters": 0}
    return _said(_offered(catalogue, product, option), text)


def colour(catalogue: Catalogue, product: Product, title: str) -> dict[str, str]:
    """The same of a colour that was chosen, by the id of its value."""
    option = _option(product, _CHOICE, "Colour", "drop_down")
    values = {name: product.id * 10 + position for position, name in enumerate(COLOURS, 1)}
    option["values"] = [
        {"title": name, "sort_order": 0, "price": 0, "price_type": "fixed", "option_type_id": number}
        for name, number in values.items()
    ]
    return _said(_offered(catalogue, product, option), str(values[title]))


def _option(product: Product, position: int, title: str, kind: str) -> dict[str, Any]:
    return {
        "product_sku": product.sku,
        "option_id": product.id * 10 + position,
        "title": title,
        "type": kind,
        "sort_order": position,
        "is_require": False,
        "price": 0,
        "price_type": "fixed",
    }


def _offered(catalogue: Catalogue, product: Product, option: dict[str, Any]) -> dict[str, Any]:
    offered = catalogue.options.setdefault(product.sku, [])
    if option["option_id"] not in [each["option_id"] for each in offered]:
        offered.append(option)
    return option


def _said(option: dict[str, Any], value: str) -> dict[str, str]:
    return {"option_id": str(option["option_id"]), "option_value": value}
