"""The permissions that the flows need, tried one by one without any effect.

A write is tried with an id that no record has, or without its required body: the shop looks at the
permission first, so that 400 or 404 says that it is there and 401 that it is missing (contract point 24;
`orders-post-unknown-entity-id`, `orders-comments-post-unknown-order`, `source-items-post-empty`,
`error-400-missing-root-key`). That the calls of shipments, holds and cancellations refuse an unknown order
as its other calls do was not recorded: assumed. Reads of invoices and credit memos stand for their writes,
which ask for the same resource.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.magento.answer import RESOURCE, status_of
from tidegate.magento.client import StoreClient
from tidegate.magento.notes import CommentBody, CommentEntry, NoBody, NumberBody, NumberEntity
from tidegate.magento.search import NO_ORDER, Search
from tidegate.magento.stock import ITEMS, ItemsBody
from tidegate.reading.shape import ANYTHING

NOBODY = 2**32 - 1
"""No shop gets there: entity ids are unsigned 32-bit numbers. Order 0 would be made anew."""
NO_SKU = "tidegate-check-no-such-sku"
NO_BULK = "00000000-0000-0000-0000-000000000000"
REFUSED = (400, 404)  #: statuses that only come once the permission was found to be there


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission; `allowed` is None when the answer does not tell."""

    resource: str
    allowed: bool | None
    text: str


class _Skus(msgspec.Struct, frozen=True):
    skus: list[str]


@dataclass(frozen=True, slots=True)
class _Probe:
    resource: str
    purpose: str
    call: Callable[[StoreClient], Any]
    refusals: tuple[int, ...] = ()


def _reads(path: str, search: Search | None = None) -> Callable[[StoreClient], Any]:
    """A list read for its count alone."""
    wanted = (search or Search()).sized(1).only("total_count")
    return lambda client: client.search(path, wanted, ANYTHING)


def _posts(path: str, body: msgspec.Struct) -> Callable[[StoreClient], Any]:
    return lambda client: client.post(path, body)


_NUMBER = NumberBody(NumberEntity(NOBODY, "tidegate-check"))
_COMMENT = CommentBody(CommentEntry("", "pending", 0, 0))
_CUSTOMERS = (
    _Probe(
        "Magento_Customer::manage",
        "write customers",
        lambda client: client.put(f"/V1/customers/{NOBODY}", NoBody()),
        REFUSED,
    ),
)
_GROUPS = _Probe("Magento_Customer::group", "read customer groups", _reads("/V1/customerGroups/search"))
_PRODUCTS = _Probe("Magento_Catalog::products", "read products", _reads("/V1/products"))
_PRICES = _Probe(
    "Magento_Catalog::catalog",
    "read and write prices",
    _posts("/V1/products/base-prices-information", _Skus([NO_SKU])),
)
_SCOPE = _Probe(
    "Magento_Catalog::attributes_attributes",
    "read the scope of prices",
    lambda client: client.get("/V1/products/attributes/price"),
)
_INVOICES = _Probe(
    "Magento_Sales::sales_invoice", "read and make invoices", _reads("/V1/invoices", Search().where(NO_ORDER))
)

ALWAYS = (
    _Probe("Magento_Sales::actions_view", "read orders", _reads("/V1/orders", Search().where(NO_ORDER))),
    # An order that cannot be there: 400 says that saving is allowed, 401 that it is not.
    _Probe(
        "Magento_Sales::create", "store the ERP's number on orders", _posts("/V1/orders", _NUMBER), REFUSED
    ),
    _Probe("Magento_Sales::comment", "comment on orders", _posts("/V1/orders/0/comments", _COMMENT), REFUSED),
    _Probe("Magento_Customer::customer", "read customers", _reads("/V1/customers/search")),
    _Probe(
        "Magento_Backend::store",
        "read the store configuration",
        lambda client: client.get("/V1/store/storeConfigs"),
    ),
)

#: What each use of the store needs besides; the names are those of the flows, and those of `uses_of`.
NEEDS: dict[str, tuple[_Probe, ...]] = {
    "shipments": (
        _Probe(
            "Magento_Sales::shipment",
            "read shipments, add tracking numbers",
            _reads("/V1/shipments", Search().where(NO_ORDER)),
        ),
        _Probe("Magento_Sales::ship", "ship orders", _posts(f"/V1/order/{NOBODY}/ship", NoBody()), REFUSED),
        _PRODUCTS,
    ),
    "invoices": (_INVOICES,),
    "payments": (_INVOICES,),
    "credits": (
        _Probe(
            "Magento_Sales::sales_creditmemo",
            "read and make credit memos",
            _reads("/V1/creditmemos", Search().where(NO_ORDER)),
        ),
    ),
    "prices": (_PRICES, _SCOPE, _GROUPS),
    "products": (_PRODUCTS, _PRICES),
    "customers": (*_CUSTOMERS, _GROUPS),
    "registrations": _CUSTOMERS,
    "sources": (
        _Probe(
            "Magento_InventoryApi::source",
            "write stock at sources",
            _posts(ITEMS, ItemsBody([])),
            REFUSED,
        ),
        _Probe(
            "Magento_InventoryApi::stock",
            "read which website sells from which source",
            _reads("/V1/inventory/stock-source-links"),
        ),
        _PRODUCTS,
    ),
    "single stock": (
        _Probe(
            "Magento_CatalogInventory::cataloginventory",
            "write the stock of products",
            lambda client: client.get(f"/V1/stockItems/{NO_SKU}"),
            REFUSED,
        ),
        _PRODUCTS,
    ),
    "bulk": (
        _Probe(
            "Magento_Logging::system_magento_logging_bulk_operations",
            "read how bulk calls ended",
            lambda client: client.get(f"/V1/bulk/{NO_BULK}/status"),
            REFUSED,
        ),
    ),
    "hold": tuple(
        _Probe(
            f"Magento_Sales::{action}",
            f"{action} orders",
            _posts(f"/V1/orders/{NOBODY}/{action}", NoBody()),
            REFUSED,
        )
        for action in ("hold", "unhold")
    ),
    "cancel": (
        _Probe(
            "Magento_Sales::cancel", "cancel orders", _posts(f"/V1/orders/{NOBODY}/cancel", NoBody()), REFUSED
        ),
    ),
}


def try_permissions(client: StoreClient, uses: Collection[str] = ()) -> list[Permission]:
    """What orders need, and what these `uses` (keys of `NEEDS`) need besides; each permission once."""
    probes = list(ALWAYS)
    for use, needed in NEEDS.items():
        if use in uses:
            probes += [probe for probe in needed if probe not in probes]
    return [_tried(probe, probe.call(client)) for probe in probes]


def _tried(probe: _Probe, answer: Any) -> Permission:
    resource, purpose = probe.resource, probe.purpose
    if not isinstance(answer, Failure):
        if probe.refusals:
            return Permission(
                resource, None, (f"{purpose}: the store accepted a call that it should have refused")
            )
        return Permission(resource, True, purpose)
    # A route that the shop does not have tells nothing of a permission, although it is a 404, too.
    if answer.code == Code.REFUSED and status_of(answer) in probe.refusals:
        return Permission(resource, True, purpose)
    if answer.code in (Code.NOT_PERMITTED, Code.NOT_AUTHENTICATED):
        return Permission(answer.details.get(RESOURCE, resource), False, f"{purpose}: {answer.text}")
    return Permission(resource, None, f"{purpose}: {answer.text}")
