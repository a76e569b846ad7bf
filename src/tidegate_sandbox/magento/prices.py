"""What is asked for a product: base, special and tier prices, and its cost (point 23).

Not recorded, and so assumed: special prices and costs are kept by the store id that was sent; a special price holds
by whole days in UTC; of all prices that hold for a buyer the lowest is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tidegate_sandbox.magento.figure import HUNDRED

ALL: Final = 0
"""The website and the store that stand for all of them."""
FIXED: Final = "fixed"
DISCOUNT: Final = "discount"


@dataclass(frozen=True)
class SpecialPrice:
    """A lower price for a time. The dates are as sent, ``YYYY-MM-DD HH:MM:SS``; None is open."""

    price: Decimal
    price_from: str | None = None
    price_to: str | None = None

    def holds(self, at: str) -> bool:
        """Whether it is asked on the day of ``at``."""
        day = at[:10]
        return (self.price_from or day)[:10] <= day <= (self.price_to or day)[:10]


@dataclass(frozen=True)
class TierKey:
    """What a tier price is for. ``group_id`` None is all groups, ``website_id`` 0 all websites."""

    website_id: int
    group_id: int | None
    quantity: Decimal

    def overlaps(self, other: TierKey) -> bool:
        """The same group and quantity, and one of the two for all websites."""
        same = (self.group_id, self.quantity) == (other.group_id, other.quantity)
        return same and self.website_id != other.website_id and ALL in (self.website_id, other.website_id)


@dataclass(frozen=True)
class Tier:
    """A price from some quantity on: an amount (``fixed``), or a percentage off (``discount``)."""

    price: Decimal
    price_type: str = FIXED

    def of(self, regular: Decimal) -> Decimal:
        """What is asked instead of ``regular``."""
        return regular * (HUNDRED - self.price) / HUNDRED if self.price_type == DISCOUNT else self.price


class Prices:
    """All prices of the shop, by SKU. What was never written is what the product was made with.

    ``scope`` is that of the attribute price: with ``global``, Magento's default, whatever is written for a website
    or a store view is kept for all of them (point 31).
    """

    def __init__(self, scope: str = "global") -> None:
        self.scope = scope
        self.base: dict[str, dict[int, Decimal]] = {}  # by website
        self.costs: dict[str, dict[int, Decimal]] = {}  # by store
        self.specials: dict[str, dict[int, SpecialPrice]] = {}  # by store
        self.tiers: dict[str, dict[TierKey, Tier]] = {}

    def at(self, place: int) -> int:
        """The website or store view for which a price of this one is kept."""
        return ALL if self.scope == "global" else place

    def regular(self, sku: str, website_id: int, made_with: Decimal) -> Decimal:
        """The base price on a website: its own, or that of all websites."""
        own = self.base.get(sku, {})
        return own.get(self.at(website_id), own.get(ALL, made_with))

    def cost(self, sku: str, store_id: int) -> Decimal | None:
        """What a product costs the merchant: the store's own figure, or that of all stores."""
        own = self.costs.get(sku, {})
        return own.get(self.at(store_id), own.get(ALL))

    def special(self, sku: str, store_id: int) -> SpecialPrice | None:
        """The special price of a store, whether it holds today or not: its own, or that of all stores."""
        own = self.specials.get(sku, {})
        return own.get(self.at(store_id), own.get(ALL))

    def asked(self, sku: str, regular: Decimal, buyer: Buyer) -> Decimal:
        """The price of one piece for ``buyer``: the lowest of the regular, the special and the tier prices."""
        found = [regular]
        special = self.special(sku, buyer.store_id)
        if special is not None and special.holds(buyer.at):
            found.append(special.price)
        found += [tier.of(regular) for key, tier in self.tiers.get(sku, {}).items() if buyer.gets(key)]
        return min(found)

    def replace_tiers(self, skus: Iterable[str]) -> None:
        """Forget all tier prices of these SKUs."""
        for sku in skus:
            self.tiers.pop(sku, None)

    def put_tier(self, sku: str, key: TierKey, tier: Tier) -> None:
        """Add a tier price, or change the one with this key in its place."""
        self.tiers.setdefault(sku, {})[key] = tier

    def remove_tier(self, sku: str, key: TierKey, tier: Tier) -> None:
        """Delete a tier price; one of another amount stays."""
        if self.tiers.get(sku, {}).get(key) == tier:
            del self.tiers[sku][key]

    def remove_group(self, group_id: int) -> None:
        """The tier prices of a customer group go with it."""
        for tiers in self.tiers.values():
            for key in [key for key in tiers if key.group_id == group_id]:
                del tiers[key]

    def rename(self, sku: str, name: str) -> None:
        """The product of these prices has another SKU."""
        tables: tuple[dict[str, Any], ...] = (self.base, self.costs, self.specials, self.tiers)
        for table in tables:
            if sku in table:
                table[name] = table.pop(sku)

    def remove(self, sku: str) -> None:
        """All prices of a product go with it."""
        for table in (self.base, self.costs, self.specials, self.tiers):
            table.pop(sku, None)


@dataclass(frozen=True)
class Buyer:
    """For whom, where, when (UTC, as the database holds it) and how much of it."""

    website_id: int
    store_id: int
    group_id: int
    at: str
    quantity: int

    def gets(self, key: TierKey) -> bool:
        """Whether a tier price is for this buyer."""
        here = key.website_id in (ALL, self.website_id) and key.group_id in (None, self.group_id)
        return here and self.quantity >= key.quantity
