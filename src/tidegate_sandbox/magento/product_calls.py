"""The routes of products.

A save with the store code of a view leaves a value of that view's own instead of "use default", only for the keys
that were sent (assumed; a price is kept for the whole website, as recorded). SKU, type and weight have no scope.
Not recorded, and so assumed: a product without a name, a cost or special price among the custom attributes.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from tidegate_sandbox.magento import recorded
from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.catalogue import COLUMNS, EVERYWHERE, Catalogue, Product, Scope
from tidegate_sandbox.magento.customer_calls import searched
from tidegate_sandbox.magento.figure import ZERO
from tidegate_sandbox.magento.order import Row
from tidegate_sandbox.magento.price_calls import read
from tidegate_sandbox.magento.refusal import Refusal
from tidegate_sandbox.magento.routes import Route

_PRODUCTS: Final = "Magento_Catalog::products"
_KEYS: Final = recorded.columns("product")
_SCOPED: Final = ("name", "status", "visibility")
_TYPES: Final = {"integer": "int", "number": "float", "string": "string"}
_ATTRIBUTE_SET: Final = 4
_LEFT_OUT: Final = ("product_links", "tier_prices")
"""What every answer was recorded without that followed a SKU in the body, but for bulk calls."""


def scope(call: Call) -> Scope:
    """What the store code of the URL stands for: ``all`` is everywhere, none is the default view."""
    view = call.store.views.get(call.store_code)
    return Scope(view.id, view.website_id) if view else EVERYWHERE


def get(call: Call) -> Row:
    """One product by its SKU, with the values of the store view that the URL names."""
    return _document(call, _found(call))


def search(call: Call) -> Row:
    """A page of products."""
    catalogue, where = call.store.catalogue, scope(call)
    rows = [catalogue.row(found, where) for found in catalogue.products().values()]
    answer = searched(call, rows, COLUMNS)
    if answer["items"]:
        page = [catalogue.products()[row["sku"].upper()] for row in answer["items"]]
        answer["items"] = [_document(call, found) for found in page]
    return answer


def _document(call: Call, product: Product) -> Row:
    """A product as it is read; the recorded bundle ships separately unless the store is configured otherwise."""
    document = call.store.catalogue.document(product, scope(call))
    if product.sku not in call.store.stock.together:
        return document
    attributes = [
        {**entry, "value": "0"} if entry["attribute_code"] == "shipment_type" else entry
        for entry in document["custom_attributes"]
    ]
    return {**document, "custom_attributes": attributes}


def create(call: Call) -> Row:
    """A new product, or a change of the one with this SKU."""
    sent = _sent(call)
    return _save(call, str(sent.get("sku") or ""), sent)


def update(call: Call) -> Row:
    """Change what is sent; a SKU that there is not becomes a product."""
    return _save(call, call.path["sku"], _sent(call))


def delete(call: Call) -> bool:
    """Delete a product."""
    call.store.catalogue.remove(_found(call).sku)
    return True


def _found(call: Call) -> Product:
    found = call.store.catalogue.product(call.path["sku"])
    if found is None:
        raise Refusal(404, "The product that was requested doesn't exist. Verify the product and try again.")
    return found


def _sent(call: Call) -> Row:
    """The product in the body, its columns of the right types; an unknown key is a 500."""
    sent = call.parameter("product")
    if not isinstance(sent, dict) or sent.keys() - _KEYS.keys():
        raise call.store.report()
    return {
        key: read(key, value, _TYPES[_KEYS[key]]) if _KEYS[key] in _TYPES else value
        for key, value in sent.items()
        if value is not None
    }


def _save(call: Call, sku: str, sent: Row) -> Row:
    document = _saved(call, sku, sent)
    if "sku" not in sent or "/async/" in call.url_path:
        return document
    return {key: value for key, value in document.items() if key not in _LEFT_OUT}


def _saved(call: Call, sku: str, sent: Row) -> Row:
    store, where = call.store, scope(call)
    old = store.catalogue.product(sku)
    if old is None:
        made = store.catalogue.put(_made(call, sku, sent))
        return store.catalogue.document(made, where)
    custom = _custom(call, sent)
    new = replace(
        old,
        updated=store.now(),
        weight=sent.get("weight", old.weight),
        url_key=custom.get("url_key", old.url_key),
    )
    scoped: Row = {key: sent[key] for key in _SCOPED if key in sent}
    if where == EVERYWHERE:
        new = replace(new, **scoped)
    elif scoped:
        own = store.catalogue.overrides.setdefault(old.sku, {}).setdefault(where.store_id, {})
        own |= scoped
    store.catalogue.put(new)
    if "price" in sent:
        prices = store.catalogue.prices
        prices.base.setdefault(old.sku, {})[prices.at(where.website_id)] = sent["price"]
    if "cost" in custom:
        _set_cost(store.catalogue, old.sku, where, custom["cost"])
    return store.catalogue.document(new, where)


def _set_cost(catalogue: Catalogue, sku: str, where: Scope, value: Any) -> None:
    try:
        prices = catalogue.prices
        prices.costs.setdefault(sku, {})[prices.at(where.store_id)] = Decimal(str(value))
    except InvalidOperation:
        raise Refusal(400, "Please enter a number 0 or greater in this field.") from None


def _custom(call: Call, sent: Row) -> dict[str, Any]:
    entries = sent.get("custom_attributes") or []
    if not all(isinstance(entry, dict) and "attribute_code" in entry for entry in entries):
        raise call.store.report()
    return {entry["attribute_code"]: entry.get("value") for entry in entries}


def _made(call: Call, sku: str, sent: Row) -> Product:
    if sent.get("attribute_set_id") != _ATTRIBUTE_SET:
        raise Refusal(400, "Invalid product data: %1", ["Invalid attribute set entity type"])
    if not sent.get("name"):
        message = 'The "Product Name" attribute value is empty. Set the attribute and try again.'
        raise Refusal(400, message)
    stock = (sent.get("extension_attributes") or {}).get("stock_item") or {}
    made = Product(
        call.store.catalogue.next_id(),
        sku,
        sent["name"],
        sent.get("type_id", "simple"),
        sent.get("price", ZERO),
        sent.get("weight", ZERO),
        sent.get("status", 1),
        sent.get("visibility", 4),
        _custom(call, sent).get("url_key"),
        created=call.store.now(),
        legacy_quantity=stock.get("qty"),
    )
    if any(known.slug == made.slug for known in call.store.catalogue.products().values()):
        raise Refusal(400, "URL key for specified store already exists.")
    return made


ROUTES: Final = [
    Route("GET", "products", _PRODUCTS, search),
    Route("POST", "products", _PRODUCTS, create),
    Route("GET", "products/{sku}", _PRODUCTS, get),
    Route("PUT", "products/{sku}", _PRODUCTS, update),
    Route("DELETE", "products/{sku}", _PRODUCTS, delete),
]
