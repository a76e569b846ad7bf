"""The routes of sources, stocks and what is salable, and the older ones of one stock number (point 25)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final
from zlib import crc32

from tidegate_sandbox.magento import listing, recorded
from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.catalogue import Product
from tidegate_sandbox.magento.criteria import Criteria
from tidegate_sandbox.magento.figure import ZERO, figure
from tidegate_sandbox.magento.order import Row
from tidegate_sandbox.magento.refusal import (
    Refusal,
    filled,
    no_route,
    plain_crash,
    required,
    wrong_field_type,
    wrong_type,
)
from tidegate_sandbox.magento.routes import Handler, Route
from tidegate_sandbox.magento.stock import COMPOSITES, DEFAULT, DEFAULT_STOCK, SourceItem, parts
from tidegate_sandbox.magento.store import MagentoStore

_SOURCE: Final = "Magento_InventoryApi::source"
_STOCK: Final = "Magento_InventoryApi::stock"
_LEGACY: Final = "Magento_CatalogInventory::cataloginventory"
_ITEM_COLUMNS: Final = {
    "sku": "string",
    "source_code": "string",
    "quantity": "number",
    "status": "integer",
}
_SOURCE_COLUMNS: Final = {
    **dict.fromkeys(("source_code", "name", "email", "country_id", "city", "postcode"), "string"),
    **dict.fromkeys(("enabled", "region_id"), "integer"),
}
_STOCK_COLUMNS: Final = {"stock_id": "integer", "name": "string"}
_LINK_COLUMNS: Final = {"stock_id": "integer", "source_code": "string", "priority": "integer"}
_NOT_NUMERIC: Final = '"%field" should be numeric.'
_TORN: Final = (
    'Not able to assign "%1" to product "%2", as it is part of bundle product <a href="%3">"%4"</a> with'
    ' shipment type "Ship Together" and has multiple sources or different source as other bundle selections.'
)


def source_items(call: Call) -> Row:
    """A page of what lies where."""
    criteria = call.criteria()
    rows = [item.row for item in call.store.stock.items(_skus(criteria))]
    return _page(call, rows, criteria, _ITEM_COLUMNS)


def _skus(criteria: Criteria) -> set[str] | None:
    """The SKUs that alone can be found, as the index on them tells the database; None for any."""
    for group in criteria.groups:
        if len(group) == 1 and group[0].field == "sku" and group[0].condition in ("eq", "in"):
            value = group[0].value or ""
            among = value if isinstance(value, list) else [value]
            if group[0].condition == "in" and isinstance(value, str):
                among = value.split(",")
            return {sku.rstrip(" ").upper() for sku in among}
    return None


def save(call: Call) -> list[Any]:
    """Write source items, all or nothing. Nobody looks whether there is such a SKU (point 25)."""
    stock, items = call.store.stock, _sent(call)
    errors = [error for sent in items for error in _errors(sent)]
    if errors:
        raise _invalid(errors)
    named = [
        SourceItem(str(sent["sku"]), str(sent["source_code"]), Decimal(sent["quantity"]), int(sent["status"]))
        for sent in items
    ]
    if torn := stock.torn(named):
        raise _invalid([_torn(call.store, item, bundle) for item, bundle in torn])
    if any(item.source_code not in stock.sources for item in named):
        raise Refusal(400, "Could not save Source Item")
    for item in named:
        stock.put(item)
    stock.writes += 1
    return []


def delete(call: Call) -> list[Any]:
    """Untie SKUs from sources; also those that were never tied."""
    for sent in _sent(call):
        call.store.stock.remove(str(sent.get("sku")), str(sent.get("source_code")))
    call.store.stock.writes += 1
    return []


def _sent(call: Call) -> list[Row]:
    sent = call.parameter("sourceItems")
    if not isinstance(sent, list) or not all(isinstance(item, dict) for item in sent):
        raise call.store.report()
    call.limit(sent, "InventoryApi\\Api\\Data\\SourceItemInterface")
    if not sent:
        raise Refusal(400, "Input data is empty")
    if any(key not in (*_ITEM_COLUMNS, "extension_attributes") for item in sent for key in item):
        raise call.store.report()
    return [{**item, **_numbers(item)} for item in sent]


def _numbers(item: Row) -> Row:
    """The numbers of a source item. Refuses a text that is none."""
    read: Row = {}
    for key, kind in (("quantity", "float"), ("status", "int")):
        value = item.get(key)
        if value is None:
            continue
        try:
            read[key] = Decimal(value)
            if not read[key].is_finite():
                raise ValueError(value)
        except (TypeError, ValueError, ArithmeticError):
            raise wrong_field_type(key, value, kind) from None
    return read


def _errors(sent: Row) -> list[Row]:
    found = [
        {"message": '"%field" can not be empty.', "parameters": {"field": key}}
        for key in ("sku", "source_code")
        if not sent.get(key)
    ]
    found += [
        {"message": _NOT_NUMERIC, "parameters": {"field": key}}
        for key in ("quantity", "status")
        if sent.get(key) is None
    ]
    if sent.get("status") not in (None, 0, 1):
        found.append({"message": '"%field" should a known status.', "parameters": {"field": "status"}})
    return found


def _torn(store: MagentoStore, item: SourceItem, bundle: str) -> Row:
    origin = store.public_url or "http://magento.example"
    page = f"{origin}/catalog/product/edit/id/{store.catalogue.products()[bundle].id}/"
    return {"message": _TORN, "parameters": [item.source_code, item.sku, page, bundle]}


def _invalid(errors: list[Row]) -> Refusal:
    first = filled(errors[0]["message"], errors[0]["parameters"])
    return Refusal(400, f"Validation Failed: {first}", errors=errors)


# Sources and stocks


def sources(call: Call) -> Row:
    """A page of sources."""
    return _page(call, call.store.stock.sources.values(), call.criteria(), _SOURCE_COLUMNS)


def source(call: Call) -> Row:
    """One source."""
    code = call.path["sourceCode"]
    found = call.store.stock.sources.get(code)
    if found is None:
        raise Refusal(404, 'Source with code "%value" does not exist.', {"value": code})
    return found


def stocks(call: Call) -> Row:
    """A page of stocks, with the websites they are for."""
    return _page(call, call.store.stock.stocks, call.criteria(), _STOCK_COLUMNS)


def links(call: Call) -> Row:
    """A page of which source belongs to which stock."""
    return _page(call, call.store.stock.links, call.criteria(), _LINK_COLUMNS)


def stock_resolver(call: Call) -> Row:
    """The stock of a website."""
    kind, code = call.path["type"], call.path["code"]
    if kind != "website" or code not in call.store.websites.codes:
        raise Refusal(404, "No linked stock found")
    return call.store.stock.stock_of(code)


def _page(call: Call, rows: Iterable[Row], criteria: Criteria, columns: dict[str, str]) -> Row:
    found = listing.search(rows, criteria, columns)
    page = listing.page(call, found, criteria, lambda row: crc32(repr(row).encode()))
    return listing.answer(call, page, criteria, len(found))


# What is salable


def salable_quantity(call: Call) -> Any:
    """What can still be bought of a simple product from a stock."""
    product, stock_id = call.store.catalogue.product(call.path["sku"]), _stock_id(call, call.path["stockId"])
    if product is None:
        raise plain_crash()
    if stock_id not in {stock["stock_id"] for stock in call.store.stock.stocks}:
        raise Refusal(400, "Could not receive Stock Item data")
    if product.type in COMPOSITES:
        raise Refusal(400, "Can't check requested quantity for products without Source Items support.")
    return figure(call.store.stock.salable(product.sku, stock_id))


def is_salable(call: Call) -> bool:
    """Whether anything can be bought of a product from a stock."""
    return _is_salable(call.store, call.path["sku"], _stock_id(call, call.path["stockId"]))


def are_salable(call: Call) -> list[Row]:
    """The same of several products."""
    skus = call.query.get("skus")
    if not isinstance(skus, dict):
        raise required("skus")
    if "stockId" not in call.query:
        raise required("stockId")
    stock_id = _stock_id(call, call.query["stockId"])
    return [
        {"sku": sku, "stock_id": stock_id, "salable": _is_salable(call.store, sku, stock_id)}
        for sku in skus.values()
    ]


def _stock_id(call: Call, value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise wrong_type(value, "int") from None


def _is_salable(store: MagentoStore, sku: str, stock_id: int) -> bool:
    product = store.catalogue.product(sku)
    if product is None:
        return False
    if product.type == "bundle":
        return all(store.stock.salable(part, stock_id) > 0 for part in parts(product.sku))
    if product.type == "configurable":
        variants = (known for known in store.catalogue.products() if known.startswith(f"{product.sku}-"))
        return any(store.stock.salable(variant, stock_id) > 0 for variant in variants)
    if product.sku.upper() in store.stock.backorders:  # nothing need be left, but status 0 is never sold
        return store.stock.is_on(product.sku, stock_id)
    return store.stock.salable(product.sku, stock_id) > 0


# The one number per SKU of older shops: here that of the source "default"


def stock_item(store: MagentoStore, product: Product) -> Row:
    """The stock item of a product, as it also stands in the product itself."""
    shape = recorded.products()[product.type]["extension_attributes"]["stock_item"]
    held, allowed = store.stock.item(product.sku, DEFAULT), product.sku.upper() in store.stock.backorders
    return {
        **shape,
        "item_id": product.id,
        "product_id": product.id,
        "stock_id": DEFAULT_STOCK,
        "qty": figure(held.quantity if held else ZERO),
        "is_in_stock": bool(held and held.status) or product.type in COMPOSITES,
        **({"backorders": 1, "use_config_backorders": False} if allowed else {}),
    }


def legacy_stock(call: Call) -> Row:
    """The stock item of one product."""
    return stock_item(call.store, _product(call))


def save_legacy_stock(call: Call) -> int:
    """Set quantity and status at the source ``default``."""
    stock, product = call.store.stock, _product(call)
    sent = call.parameter("stockItem")
    if not isinstance(sent, dict):
        raise call.store.report()
    old = stock.item(product.sku, DEFAULT) or SourceItem(product.sku, DEFAULT, ZERO, 0)
    quantity = _numbers({"quantity": sent.get("qty")}).get("quantity", old.quantity)
    in_stock = sent.get("is_in_stock")
    stock.put(
        SourceItem(product.sku, DEFAULT, quantity, old.status if in_stock is None else int(bool(in_stock)))
    )
    stock.writes += 1
    return call.whole("itemId")


def _product(call: Call) -> Product:
    found = call.store.catalogue.product(call.path["productSku"])
    if found is None:
        raise Refusal(404, "The product that was requested doesn't exist. Verify the product and try again.")
    return found


def _with_msi(handler: Callable[[Call], Any]) -> Handler:
    """A route of modules that a shop without sources does not have."""

    def answer(call: Call) -> Any:
        if not call.store.msi:
            raise no_route()
        return handler(call)

    return answer


_INVENTORY: Final = (
    ("GET", "source-items", _SOURCE, source_items),
    ("POST", "source-items", _SOURCE, save),
    ("POST", "source-items-delete", _SOURCE, delete),
    ("GET", "sources", _SOURCE, sources),
    ("GET", "sources/{sourceCode}", _SOURCE, source),
    ("GET", "stocks", _STOCK, stocks),
    ("GET", "stock-source-links", _STOCK, links),
    ("GET", "stock-resolver/{type}/{code}", _STOCK, stock_resolver),
    ("GET", "get-product-salable-quantity/{sku}/{stockId}", _STOCK, salable_quantity),
    ("GET", "is-product-salable/{sku}/{stockId}", _STOCK, is_salable),
    ("GET", "are-products-salable", _STOCK, are_salable),
)

ROUTES: Final = [
    *(Route(verb, f"inventory/{path}", acl, _with_msi(handler)) for verb, path, acl, handler in _INVENTORY),
    Route("GET", "stockItems/{productSku}", _LEGACY, legacy_stock),
    Route("PUT", "products/{productSku}/stockItems/{itemId}", _LEGACY, save_legacy_stock),
]
