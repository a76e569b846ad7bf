"""The routes of base prices, special prices and costs (point 23): the answer holds the items that failed.

Of special prices and costs only some refusals were recorded; the others follow Magento's published source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.catalogue import Product
from tidegate_sandbox.magento.figure import PRICE, figure
from tidegate_sandbox.magento.order import Row
from tidegate_sandbox.magento.prices import ALL, SpecialPrice
from tidegate_sandbox.magento.refusal import filled, wrong_field_type
from tidegate_sandbox.magento.routes import Route

RESOURCE: Final = "Magento_Catalog::catalog"
_INVALID: Final = "Invalid attribute %fieldName = %fieldValue."
_ROW: Final = " Row ID: SKU = %SKU, Store ID: %storeId."
_SPECIAL_ROW: Final = " Row ID: SKU = %SKU, Store ID: %storeId, Price From: %priceFrom, Price To: %priceTo."
_NO_STORE: Final = "Requested store is not found."
NO_PRODUCT: Final = "The product that was requested doesn't exist. Verify the product and try again."
_MOMENT: Final = "%Y-%m-%d %H:%M:%S"


def rows(call: Call, kinds: dict[str, str], interface: str) -> list[Row]:
    """The rows of ``prices`` in the body, their columns of the types ``kinds``; unknown columns are a 500."""
    sent = call.parameter("prices")
    call.limit(sent, f"Catalog\\Api\\Data\\{interface}")
    found = []
    for entry in sent if isinstance(sent, list) else [sent]:
        if not isinstance(entry, dict) or entry.keys() - kinds.keys() - {"extension_attributes"}:
            raise call.store.report()
        found.append({name: read(name, entry.get(name), kind) for name, kind in kinds.items()})
    return found


def read(name: str, value: Any, kind: str) -> Any:
    """A value as a column of type ``kind`` takes it: ``float``, ``int`` or ``string``. Refuses another."""
    if value is None or kind == "string":
        return None if value is None else str(value)
    try:
        number = Decimal(str(value))
        if kind == "int" and number != int(number):
            raise InvalidOperation
    except (InvalidOperation, ValueError, OverflowError):
        raise wrong_field_type(name, value, kind) from None
    return int(number) if kind == "int" else number


def failed(message: str, parameters: dict[str, Any], *, named: bool = False) -> Row:
    """An item that failed. ``parameters`` go out by position; the message is filled unless ``named``."""
    texts = {name: text(value) for name, value in parameters.items()}
    shown = {name: value or "" for name, value in texts.items()}
    return {"message": message if named else filled(message, shown), "parameters": list(texts.values())}


def text(value: Any) -> str | None:
    """A value as PHP writes it into a text."""
    return str(figure(value, PRICE)) if isinstance(value, Decimal) else None if value is None else str(value)


def product(call: Call, sku: str | None, types: tuple[str, ...] = ("simple", "virtual")) -> Product | None:
    """The product of a row, if it may have such a price."""
    found = call.store.catalogue.product(sku or "")
    return found if found is not None and found.type in types else None


def spelt(call: Call, row: Row) -> str:
    """The SKU of a checked row as the catalogue writes it."""
    return call.store.catalogue.products()[row["sku"].upper()].sku


def named_products(call: Call, types: tuple[str, ...] = ("simple", "virtual")) -> Iterator[Product]:
    """The products of ``skus`` in the body; others are silently left out."""
    skus = call.parameter("skus")
    found = (product(call, str(sku), types) for sku in (skus if isinstance(skus, list) else [skus]))
    return (known for known in found if known is not None)


def _own(kept: dict[int, Decimal]) -> set[int]:
    """The websites with a price of their own."""
    return kept.keys() - {ALL}


def _stores(call: Call) -> dict[int, int]:
    """The website of every store id, 0 among them."""
    return {ALL: ALL} | {view.id: view.website_id for view in call.store.views.values()}


def saved(
    call: Call, sent: list[Row], check: Callable[[Row], list[Row]], save: Callable[[Row], None]
) -> list[Row]:
    """Save what passes ``check``; the failures of the others. The fault ``prices_lost`` saves nothing."""
    failures = []
    good = []
    for row in sent:
        found = check(row)
        failures += found
        if not found:
            good.append(row)
    if call.injected("prices_lost") is None:
        for row in good:
            save(row)
    return failures


# Base prices


def put_base_prices(call: Call) -> list[Row]:
    """Set base prices: of all websites with store 0, otherwise of the whole website of the store."""
    stores = _stores(call)

    def check(row: Row) -> list[Row]:
        found = []
        if product(call, row["sku"]) is None:
            found.append(failed(_INVALID, {"fieldName": "SKU", "fieldValue": row["sku"]}, named=True))
        if row["price"] is None or row["price"] < 0:
            found.append(failed(_INVALID, {"fieldName": "Price", "fieldValue": row["price"]}, named=True))
        if row["store_id"] not in stores:
            found.append(failed(_NO_STORE + _ROW, {"SKU": row["sku"], "storeId": row["store_id"]}))
        return found

    def save(row: Row) -> None:
        kept = call.store.catalogue.prices.base.setdefault(spelt(call, row), {})
        kept[call.store.catalogue.prices.at(stores[row["store_id"]])] = row["price"]

    kinds = {"price": "float", "store_id": "int", "sku": "string"}
    return saved(call, rows(call, kinds, "BasePriceInterface"), check, save)


def base_prices(call: Call) -> list[Row]:
    """The base prices as they are kept: that of all stores, then every store of a website with its own."""
    catalogue, stores = call.store.catalogue, _stores(call)
    return [
        {
            "price": figure(catalogue.price(found.sku, website_id), PRICE),
            "store_id": store_id,
            "sku": found.sku,
        }
        for found in named_products(call)
        for store_id, website_id in sorted(stores.items())
        if website_id == ALL
        or catalogue.prices.at(website_id) in _own(catalogue.prices.base.get(found.sku, {}))
    ]


# Special prices


_SPECIAL_TYPES: Final = ("simple", "virtual", "bundle")
_SPECIAL_KINDS: Final = {
    "price": "float",
    "store_id": "int",
    "sku": "string",
    "price_from": "string",
    "price_to": "string",
}


def _check_special(call: Call, row: Row) -> list[Row]:
    about = {
        "SKU": row["sku"],
        "storeId": row["store_id"],
        "priceFrom": row["price_from"],
        "priceTo": row["price_to"],
    }
    found = []
    if product(call, row["sku"], _SPECIAL_TYPES) is None:
        found.append(failed(NO_PRODUCT + _SPECIAL_ROW, about))
    if row["store_id"] not in _stores(call):
        found.append(failed(_NO_STORE + _SPECIAL_ROW, about))
    if row["price"] is None or row["price"] < 0:
        message = "Invalid attribute Price = %price." + _SPECIAL_ROW
        found.append(failed(message, {"price": row["price"], **about}))
    # The message names the later date, whichever of the two is wrong.
    message = "Invalid attribute %label = %priceTo." + _SPECIAL_ROW
    for label, moment in (("Price From", row["price_from"]), ("Price To", row["price_to"])):
        if moment and not _is_moment(moment):
            found.append(failed(message, {"label": label, **about}))
    return found


def _is_moment(value: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", value):
        return False
    try:
        datetime.strptime(value, _MOMENT)  # noqa: DTZ007  checked only, never kept
    except ValueError:
        return False
    return True


def put_special_prices(call: Call) -> list[Row]:
    """Set special prices. One that ends before it begins is accepted, too."""

    def save(row: Row) -> None:
        kept = call.store.catalogue.prices.specials.setdefault(spelt(call, row), {})
        kept[call.store.catalogue.prices.at(row["store_id"])] = SpecialPrice(
            row["price"], row["price_from"], row["price_to"]
        )

    sent = rows(call, _SPECIAL_KINDS, "SpecialPriceInterface")
    return saved(call, sent, lambda row: _check_special(call, row), save)


def delete_special_prices(call: Call) -> list[Row]:
    """Delete special prices by SKU and store, whatever they are."""

    def save(row: Row) -> None:
        call.store.catalogue.prices.specials.get(spelt(call, row), {}).pop(
            call.store.catalogue.prices.at(row["store_id"]), None
        )

    sent = rows(call, _SPECIAL_KINDS, "SpecialPriceInterface")
    return saved(call, sent, lambda row: _check_special(call, row), save)


def special_prices(call: Call) -> list[Row]:
    """The special prices as they are kept."""
    return [
        {
            "price": figure(special.price, PRICE),
            "store_id": store_id,
            "sku": found.sku,
            "price_from": special.price_from,
            "price_to": special.price_to,
        }
        for found in named_products(call, _SPECIAL_TYPES)
        for store_id, special in call.store.catalogue.prices.specials.get(found.sku, {}).items()
    ]


# Costs


def put_costs(call: Call) -> list[Row]:
    """Set what products cost the merchant."""
    stores = _stores(call)

    def check(row: Row) -> list[Row]:
        about = {"SKU": row["sku"], "storeId": row["store_id"]}
        found = []
        if product(call, row["sku"]) is None:
            found.append(failed(_INVALID, {"fieldName": "SKU", "fieldValue": row["sku"]}, named=True))
        if row["cost"] is None or row["cost"] < 0:
            found.append(failed("Invalid attribute Cost = %cost." + _ROW, {"cost": row["cost"], **about}))
        if row["store_id"] not in stores:
            found.append(failed(_NO_STORE + _ROW, about))
        return found

    def save(row: Row) -> None:
        prices = call.store.catalogue.prices
        prices.costs.setdefault(spelt(call, row), {})[prices.at(row["store_id"])] = row["cost"]

    kinds = {"cost": "float", "store_id": "int", "sku": "string"}
    return saved(call, rows(call, kinds, "CostInterface"), check, save)


def costs(call: Call) -> list[Row]:
    """The costs as they are kept."""
    return [
        {"cost": figure(cost, PRICE), "store_id": store_id, "sku": found.sku}
        for found in named_products(call)
        for store_id, cost in call.store.catalogue.prices.costs.get(found.sku, {}).items()
    ]


def delete_costs(call: Call) -> bool:
    """Delete the costs of products, of all stores."""
    for found in named_products(call):
        call.store.catalogue.prices.costs.pop(found.sku, None)
    return True


ROUTES: Final = [
    Route("POST", "products/base-prices", RESOURCE, put_base_prices),
    Route("POST", "products/base-prices-information", RESOURCE, base_prices),
    Route("POST", "products/special-price", RESOURCE, put_special_prices),
    Route("POST", "products/special-price-information", RESOURCE, special_prices),
    Route("POST", "products/special-price-delete", RESOURCE, delete_special_prices),
    Route("POST", "products/cost", RESOURCE, put_costs),
    Route("POST", "products/cost-information", RESOURCE, costs),
    Route("POST", "products/cost-delete", RESOURCE, delete_costs),
]
