"""What people do in the admin panel to prices, products and customers, past the hub: the drift of a scenario.

The control routes ``POST /_sandbox/...`` of these names take the arguments as keys; amounts may be numbers or text.

==============  =====================================================================================
``prices``      ``sku`` with any of ``price``, ``cost``, ``special`` (an amount, or null to end it) and
                ``tiers`` (a list of ``{"group_id", "quantity", "price", "website_id", "price_type"}``, all there
                are from then on); ``website_id`` for the price, ``store_id`` for cost and special, 0 if left out
``products``    ``sku`` with ``status``, ``weight`` or ``name``; a new SKU is added (``price``, 1 if left out);
                ``remove`` true deletes it
``customers``   ``id`` with columns of the customer, ``custom_attributes`` (an object) and ``password``
``attributes``  ``code`` and ``label``: a module adds a custom attribute of customers
==============  =====================================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from tidegate_sandbox.magento.catalogue import Product
from tidegate_sandbox.magento.prices import ALL, FIXED, SpecialPrice, Tier, TierKey
from tidegate_sandbox.magento.store import MagentoStore

Edit = Callable[[MagentoStore, dict[str, Any]], Any]

_COLUMNS: Final = ("group_id", "email", "firstname", "lastname", "taxvat", "website_id")


def edit_prices(store: MagentoStore, sent: dict[str, Any]) -> Any:
    """Change the prices of a product by hand. KeyError for a SKU that there is not."""
    prices, sku = store.catalogue.prices, store.catalogue.products()[str(sent["sku"]).upper()].sku
    store_id = prices.at(sent.get("store_id", ALL))
    if "price" in sent:
        prices.base.setdefault(sku, {})[prices.at(sent.get("website_id", ALL))] = _amount(sent["price"])
    if "cost" in sent:
        prices.costs.setdefault(sku, {})[store_id] = _amount(sent["cost"])
    if "special" in sent:
        specials = prices.specials.setdefault(sku, {})
        if sent["special"] is None:
            specials.pop(store_id, None)
        else:
            specials[store_id] = SpecialPrice(_amount(sent["special"]))
    if "tiers" in sent:
        prices.replace_tiers([sku])
        for tier in sent["tiers"]:
            key = TierKey(
                prices.at(tier.get("website_id", ALL)), tier["group_id"], _amount(tier.get("quantity", 1))
            )
            prices.put_tier(sku, key, Tier(_amount(tier["price"]), tier.get("price_type", FIXED)))
    return store.catalogue.books()[sku]


def edit_product(store: MagentoStore, sent: dict[str, Any]) -> Any:
    """Add, change or delete a product by hand; ``updated_at`` moves."""
    catalogue, sku = store.catalogue, str(sent["sku"])
    if sent.get("remove"):
        catalogue.remove(sku)
        return None
    now = store.now()
    old = catalogue.product(sku)
    if old is None:
        price = _amount(sent.get("price", 1))
        old = Product(catalogue.next_id(), sku, sent.get("name", sku), "simple", price, created=now)
    new = replace(old, updated=now, **{key: sent[key] for key in ("status", "name") if key in sent})
    if "weight" in sent:
        new = replace(new, weight=_amount(sent["weight"]))
    catalogue.put(new)
    return catalogue.books()[new.sku]


def edit_customer(store: MagentoStore, sent: dict[str, Any]) -> Any:
    """Change a customer by hand; ``updated_at`` moves. Raises Refusal for one that there is not."""
    customers = store.customers
    old = customers.get(int(sent["id"]))
    attributes = {entry["attribute_code"]: entry["value"] for entry in old.get("custom_attributes", [])}
    attributes |= sent.get("custom_attributes", {})
    if unknown := attributes.keys() - customers.attributes.keys():
        raise KeyError(unknown.pop())
    changed: dict[str, Any] = {key: sent[key] for key in _COLUMNS if key in sent}
    entries = [{"attribute_code": code, "value": str(value)} for code, value in attributes.items() if value]
    customers.put({**old, **changed, "custom_attributes": entries, "updated_at": store.now()})
    if "password" in sent:
        customers.passwords[old["id"]] = str(sent["password"])
    return customers.books()[str(old["id"])]


def add_attribute(store: MagentoStore, sent: dict[str, Any]) -> Any:
    """Give the shop a custom attribute of customers, which is kept and answered from then on."""
    store.customers.attributes[str(sent["code"])] = str(sent.get("label", sent["code"]))
    return store.customers.attributes


EDITS: Final[dict[str, Edit]] = {
    "prices": edit_prices,
    "products": edit_product,
    "customers": edit_customer,
    "attributes": add_attribute,
}


def _amount(value: object) -> Decimal:
    return Decimal(str(value))
