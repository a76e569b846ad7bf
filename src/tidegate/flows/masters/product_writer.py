"""Writes and reads cost, weight and status of the store's products, item by item.

Keys: `cost|SKU`, many in a call by the cost endpoint; `record|SKU`, one product a call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing_thing import missing_thing
from tidegate.domain.money import plain
from tidegate.flows.masters.customer_writer import card_of, written
from tidegate.ledger.mirror import MirrorItem
from tidegate.magento.prices import Cost, StorePrices
from tidegate.magento.products import DISABLED, ChangedProduct, NewProduct, StoreProduct, StoreProducts

COST, RECORD, STORE = "cost|", "record|", "store|"


def sku_of(key: str) -> str:
    """The SKU of an item."""
    return key.partition("|")[2]


@dataclass(eq=False)
class ProductWriter:
    """`known` are the store's SKUs in small letters; `names` are the company's, for products made here."""

    products: StoreProducts
    prices: StorePrices
    known: set[str]
    names: Mapping[str, str]
    create: bool
    attribute_set: int

    @property
    def flow(self) -> str:
        """The flow of the items."""
        return "products"

    def together(self, items: Sequence[MirrorItem]) -> Sequence[MirrorItem]:
        """Costs share a call, a product's record is written alone."""
        if not items[0].key.startswith(COST):
            return items[:1]
        return list(takewhile(lambda item: item.key.startswith(COST), items))

    def write(self, items: Sequence[MirrorItem]) -> Mapping[str, Failure] | Failure:
        """Write what the store has a product for; the others wait for their SKU."""
        absent = {item.key: _unknown(sku_of(item.key)) for item in items if not self.has(item.key)}
        if items[0].key.startswith(COST):
            return self._costs([item for item in items if item.key not in absent], absent)
        (item,) = items
        if item.key in absent:
            if not self.create:
                return absent
            failure = self._make(item)
        else:
            change = _change(item)
            failure = None if change is None else self.products.change(sku_of(item.key), change)
        return {} if failure is None else {item.key: failure}

    def has(self, key: str) -> bool:
        """Whether the store has the product; Magento finds SKUs whatever their capitals."""
        return sku_of(key).casefold() in self.known

    def read(self, keys: Sequence[str]) -> Mapping[str, str] | Failure:
        """What the store has, "" where it has no product."""
        found: dict[str, str] = {}
        records = [key for key in keys if key.startswith(RECORD)]
        if records:
            there = self.products.by_skus([sku_of(key) for key in records])
            if isinstance(there, Failure):
                return there
            by_sku = {each.sku.casefold(): each for each in there}
            found |= {key: seen(by_sku.get(sku_of(key).casefold())) for key in records}
        costs = [key for key in keys if key.startswith(COST)]
        if costs:
            rows = self.prices.costs([sku_of(key) for key in costs])
            if isinstance(rows, Failure):
                return rows
            known = {row.sku.casefold(): plain(row.cost) for row in rows if row.store_id == 0}
            found |= {key: known.get(sku_of(key).casefold(), "") for key in costs}
        return found

    def _costs(
        self, items: Sequence[MirrorItem], absent: dict[str, Failure]
    ) -> Mapping[str, Failure] | Failure:
        if not items:
            return absent
        answer = self.prices.write_costs([Cost(sku_of(item.key), Decimal(item.wanted)) for item in items])
        if isinstance(answer, Failure):
            return answer
        if not answer:
            return absent
        there = self.read([item.key for item in items])
        if isinstance(there, Failure):
            return Failure(Code.UNCLEAR_ANSWER, there.text, details=there.details)
        wrong = [item for item in items if there[item.key] != item.wanted]
        for item in wrong:
            about = [each for each in answer if each.names(sku_of(item.key))] or answer
            text = "; ".join(dict.fromkeys(each.text for each in about))
            absent[item.key] = Failure(Code.REFUSED, f"{sku_of(item.key)}: {text}")
        return absent

    def _make(self, item: MirrorItem) -> Failure | None:
        sku = sku_of(item.key)
        card = card_of(item.wanted)
        weight = Decimal(card["weight"]) if "weight" in card else None
        failure = self.products.create(
            NewProduct(
                sku, self.names.get(sku) or sku, self.attribute_set, Decimal(0), DISABLED, "simple", weight
            )
        )
        if failure is None:
            self.known.add(sku.casefold())
        return failure


def seen(product: StoreProduct | None, sent_before: str = "") -> str:
    """A product's record as the store has it, of what was written to it (all of it, when nothing was written)."""
    if product is None:
        return ""
    every = {
        "weight": "" if product.weight is None else plain(product.weight),
        "status": str(product.status or ""),
    }
    names = card_of(sent_before).keys() or every.keys()
    return written({name: every[name] for name in names})


def _change(item: MirrorItem) -> ChangedProduct | None:
    before, after = card_of(item.sent), card_of(item.wanted)
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    if not changed:
        return None
    weight = Decimal(changed["weight"]) if "weight" in changed else None
    return ChangedProduct(weight, int(changed["status"]) if "status" in changed else None)


def _unknown(sku: str) -> Failure:
    return Failure(
        Code.UNKNOWN_SKU,
        f"the store has no product {sku}: create it in Magento, or set products.create",
        missing=missing_thing("sku", sku),
        sent=False,
    )
