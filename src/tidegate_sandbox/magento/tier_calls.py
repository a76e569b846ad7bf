"""The routes of tier prices: by website, customer group and quantity (point 23).

Not recorded, and so assumed: a tier of all websites is refused beside a stored one of a website, as the other way
round; a delete takes only the tier whose price and type are those sent; a composite has none but by percentage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.figure import HUNDRED, PRICE, ZERO, figure
from tidegate_sandbox.magento.order import Row
from tidegate_sandbox.magento.price_calls import (
    NO_PRODUCT,
    RESOURCE,
    failed,
    named_products,
    product,
    rows,
    saved,
    spelt,
)
from tidegate_sandbox.magento.prices import ALL, DISCOUNT, FIXED, Tier, TierKey
from tidegate_sandbox.magento.refusal import Refusal
from tidegate_sandbox.magento.routes import Route

_ALL_GROUPS: Final = "all groups"
_TYPES: Final = ("simple", "virtual", "bundle")
_KINDS: Final = {
    "price": "float",
    "price_type": "string",
    "website_id": "int",
    "sku": "string",
    "customer_group": "string",
    "quantity": "float",
}
_ROW: Final = " Row ID: SKU = %SKU, Website ID: %websiteId, Customer Group: %customerGroup, Quantity: %qty."
_TWICE: Final = (
    "We found a duplicate website, tier price, customer group and quantity:"
    " Customer Group = %customerGroup, Website ID = %websiteId, Quantity = %qty."
)
_STORED: Final = Decimal("0.0001")


def _sent(call: Call) -> list[Row]:
    """The rows, at the websites where they are kept. From 2.4.7 on one unknown SKU refuses them all (point 38)."""
    sent = rows(call, _KINDS, "TierPriceInterface")
    catalogue = call.store.catalogue
    if call.store.refuses_unknown_tiers and any(catalogue.product(row["sku"] or "") is None for row in sent):
        raise Refusal(404, NO_PRODUCT)
    known = {ALL, *(view.website_id for view in call.store.views.values())}
    return [
        {**row, "website_id": catalogue.prices.at(row["website_id"])} if row["website_id"] in known else row
        for row in sent
    ]


def update(call: Call) -> list[Row]:
    """Add tier prices, or change those with the same key."""
    return _saved(call, _sent(call), call.store.catalogue.prices.put_tier, beside_stored=True)


def replace(call: Call) -> list[Row]:
    """Put tier prices in the place of all that the named products have."""
    prices, sent = call.store.catalogue.prices, _sent(call)
    cleared: set[str] = set()

    def save(sku: str, key: TierKey, tier: Tier) -> None:
        if sku not in cleared:
            prices.replace_tiers([sku])
            cleared.add(sku)
        prices.put_tier(sku, key, tier)

    return _saved(call, sent, save)


def delete(call: Call) -> list[Row]:
    """Delete tier prices; those that there are not are no failure."""
    return _saved(call, _sent(call), call.store.catalogue.prices.remove_tier)


def _saved(
    call: Call,
    sent: list[Row],
    save: Callable[[str, TierKey, Tier], None],
    *,
    beside_stored: bool = False,
) -> list[Row]:
    """Save the rows in which nothing is wrong; all that is wrong with the others."""
    same: dict[tuple[Any, ...], int] = defaultdict(int)
    for row in sent:
        same[_key(row)] += 1

    groups = call.store.customers.group_ids()  # once: a shop may have a group per contract

    def check(row: Row) -> list[Row]:
        return _wrong(call, row, groups, same[_key(row)] - 1, beside_stored=beside_stored)

    def keep(row: Row) -> None:
        save(spelt(call, row), _tier_key(row, groups), Tier(row["price"], row["price_type"]))

    return saved(call, sent, check, keep)


def _key(row: Row) -> tuple[Any, ...]:
    return row["sku"], row["website_id"], (row["customer_group"] or "").casefold(), row["quantity"]


def _wrong(call: Call, row: Row, groups: dict[str, int], twins: int, *, beside_stored: bool) -> list[Row]:
    """In Magento's order. ``twins``: how many more rows of the call have this key; each is one failure."""
    about = {
        "SKU": row["sku"],
        "websiteId": row["website_id"],
        "customerGroup": row["customer_group"],
        "qty": row["quantity"],
    }
    price, kind, found = row["price"], row["price_type"], product(call, row["sku"], _TYPES)
    wrong: list[tuple[str, dict[str, Any]]] = []
    if found is None:
        wrong.append(("Invalid attribute SKU = %SKU.", {}))
    if price is None or price < 0 or (kind == DISCOUNT and price > HUNDRED):
        wrong.append(("Invalid attribute Price = %price.", {"price": price}))
    if kind not in (FIXED, DISCOUNT) or (found and found.type == "bundle" and kind != DISCOUNT):
        wrong.append(("Invalid attribute Price Type = %priceType.", {"priceType": kind}))
    if found and (row["quantity"] or ZERO) < 1:
        wrong.append(("Invalid attribute Quantity = %qty.", {}))
    if row["website_id"] not in {ALL, *(view.website_id for view in call.store.views.values())}:
        wrong.append(("Invalid attribute Website ID = %websiteId.", {}))
    wrong += [(_TWICE, {})] * twins
    failures = [failed(message + _ROW, {**more, **about}, named=True) for message, more in wrong]
    try:
        key = _tier_key(row, groups)
    except KeyError:
        message = "No such entity with Customer Group = %customerGroup." + _ROW
        return [*failures, failed(message, about, named=True)]
    if found and beside_stored:
        stored = call.store.catalogue.prices.tiers.get(found.sku, {})
        failures += [_beside(call, found.sku, other) for other in stored if other.overlaps(key)]
    return failures


def _beside(call: Call, sku: str, other: TierKey) -> Row:
    """The failure of a row beside a stored one, which it names as the database writes it."""
    about = {
        "SKU": sku,
        "websiteId": other.website_id,
        "customerGroup": _codes(call)[other.group_id],
        "qty": str(other.quantity.quantize(_STORED)),
    }
    return failed(_TWICE + _ROW, about, named=True)


def _tier_key(row: Row, groups: dict[str, int]) -> TierKey:
    """The key of a row. KeyError for a customer group that there is not."""
    code = (row["customer_group"] or "").casefold()
    group_id = None if code == _ALL_GROUPS else groups[code]
    return TierKey(row["website_id"], group_id, row["quantity"] or ZERO)


def _codes(call: Call) -> dict[int | None, str]:
    return {None: _ALL_GROUPS, **{row["id"]: row["code"] for row in call.store.customers.groups}}


def information(call: Call) -> list[Row]:
    """The tier prices of products; those of all customer groups are ``all groups``, in lower case."""
    tiers, codes = call.store.catalogue.prices.tiers, _codes(call)
    return [
        {
            "price": figure(tier.price, PRICE),
            "price_type": tier.price_type,
            "website_id": key.website_id,
            "sku": found.sku,
            "customer_group": codes[key.group_id],
            "quantity": figure(key.quantity),
        }
        for found in named_products(call, _TYPES)
        for key, tier in tiers.get(found.sku, {}).items()
    ]


def of_group(call: Call) -> list[Row]:
    """The tier prices of one product for one customer group, by its id."""
    found = call.store.catalogue.product(call.path["sku"])
    if found is None:
        raise Refusal(404, NO_PRODUCT)
    group_id = call.whole("customerGroupId")
    return [
        {"customer_group_id": group_id, "qty": figure(key.quantity), "value": figure(tier.price, PRICE)}
        for key, tier in call.store.catalogue.prices.tiers.get(found.sku, {}).items()
        if key.group_id == group_id
    ]


ROUTES: Final = [
    Route("POST", "products/tier-prices", RESOURCE, update),
    Route("PUT", "products/tier-prices", RESOURCE, replace),
    Route("POST", "products/tier-prices-delete", RESOURCE, delete),
    Route("POST", "products/tier-prices-information", RESOURCE, information),
    Route("GET", "products/{sku}/group-prices/{customerGroupId}/tiers", RESOURCE, of_group),
]
