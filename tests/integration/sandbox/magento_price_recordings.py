"""What a recorded exchange about prices, products or customer groups found in the shop before it was asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integration.sandbox import magento_recordings as recordings
from integration.sandbox.magento_world import World
from tidegate_sandbox.magento.figure import encode

Preparation = Callable[[World], Any]

SHAPE_ONLY = {
    "products-create-again-upsert",
    "products-create-simple",
    "products-list-updated_at",
    "products-put-enable",
    "products-put-price-status",
    "products-put-unknown-sku",
}
"""The recorder made these products at other moments, and gave the last one another id."""


def _asked(*names: str) -> Preparation:
    """The recorded calls were made before."""

    def prepare(world: World) -> None:
        for name in names:
            request = recordings.exchange(name)["request"]
            answer = world.client.request(
                request["method"],
                request["path"],
                content=encode(request["body"]),
                headers={"Content-Type": "application/json"},
            )
            assert answer.status_code == recordings.exchange(name)["response"]["status"], answer.text

    return prepare


def _groups(count: int, *names: str) -> Preparation:
    def prepare(world: World) -> None:
        del world.store.customers.groups[count:]
        _asked(*names)(world)

    return prepare


def _group_6(world: World) -> None:
    world.post("customerGroups", {"group": {"code": "Six", "tax_class_id": 3}})


_TIERS = "tier-prices-post"
_UPDATED = "tier-prices-post-update-same-key"
_REPLACED = "tier-prices-put-replace"

PREPARED: dict[str, Preparation] = {
    "base-prices-4-decimals-read": _asked("base-prices-post-4-decimals"),
    "base-prices-information-post": _asked("base-prices-post", "base-prices-post-mixed-errors"),
    "base-prices-information-unknown-sku": _asked("base-prices-post"),
    "cost-information": _asked("cost-post"),
    "special-price-delete": _asked("special-price-post"),
    "special-price-information-post": _asked("special-price-post"),
    "tier-prices-delete": _asked(_TIERS),
    "tier-prices-delete-not-existing": _asked(_TIERS),
    "tier-prices-information-after-put": _asked(_TIERS, _UPDATED, _REPLACED),
    "tier-prices-information-after-update": _asked(_TIERS, _UPDATED),
    "tier-prices-information-post": _asked(_TIERS),
    "tier-prices-post-website-when-all-websites-exists": _asked(
        "tier-prices-post-all-websites-and-website-conflict"
    ),
    "products-group-price-tiers-get-by-group": _asked(_REPLACED),
    "products-create-simple": lambda world: world.store.catalogue.remove("HUB-0001"),
    "products-delete": _asked("products-put-unknown-sku"),
    "customerGroups-create-retail": _groups(4),
    "customerGroups-create-distributor": _groups(4, "customerGroups-create-retail"),
    "customerGroups-create-duplicate": _groups(
        4, "customerGroups-create-retail", "customerGroups-create-distributor"
    ),
    "customerGroups-delete": _group_6,
}
