"""Writes and reads cost, weight and status of the store's products, item by item.

Keys: `cost|SKU`, many in a call by the cost endpoint; `record|SKU`, one product a call, or many by the store's queue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing_thing import missing_thing
from tidegate.domain.money import plain
from tidegate.flows import bulk
from tidegate.flows.masters.customer_writer import card_of, written
from tidegate.ledger.mirror import MirrorItem
from tidegate.magento.bulk import Operation
from tidegate.magento.prices import Cost, StorePrices
from tidegate.magento.products import (
    BY_SKU,
    DISABLED,
    ChangeBody,
    ChangedProduct,
    NewBody,
    NewProduct,
    StoreProduct,
    StoreProducts,
    shown_by,
)

COST, RECORD, STORE = "cost|", "record|", "store|"


def sku_of(key: str) -> str:
    """The SKU of an item."""
    return key.partition("|")[2]


@dataclass(eq=False)
class ProductWriter:
    """`known` are the store's SKUs by those in small letters; `names` are the company's, for products made here.

    A SKU whose spelling there could not be read is "".
    """

    products: StoreProducts
    prices: StorePrices
    known: dict[str, str]
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

    @property
    def queued(self) -> bulk.ByQueue:
        """The record of a product: of a SKU that there is not, the call makes it.

        A call carries one, so that the queue saves calls, however fast it is; of 500 in a bulk, since a store takes most
        of a second to save a product.
        """
        return bulk.ByQueue("PUT", BY_SKU, bulk.RECORDS_WORTH_IT, most=500, races=False, answers=True)

    def by_queue(self, item: MirrorItem) -> bool:
        """Records that are changed or made; a cost has a call for many."""
        if not item.key.startswith(RECORD):
            return False
        if not self.has(item.key):
            return self.create
        return bool(self.known[sku_of(item.key).casefold()]) and _change(item) is not None

    def body(self, items: Sequence[MirrorItem]) -> ChangeBody | NewBody:
        """The body of one element."""
        (item,) = items
        change = _change(item) if self.has(item.key) else None
        if change is None:
            return NewBody(self._new(item))
        # Magento would rename the product to another spelling
        return ChangeBody(msgspec.structs.replace(change, sku=self.known[sku_of(item.key).casefold()]))

    def carried_out(self, operation: Operation, items: Sequence[MirrorItem]) -> Mapping[str, Failure]:
        """The product that the operation answers must be this one, with what was sent."""
        (item,) = items
        failure = shown_by(sku_of(item.key), self.body(items), operation.result)
        if failure is None:
            self.known.setdefault(sku_of(item.key).casefold(), sku_of(item.key))
        return {} if failure is None else {item.key: failure}

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

    def _new(self, item: MirrorItem) -> NewProduct:
        sku = sku_of(item.key)
        card = card_of(item.wanted)
        weight = Decimal(card["weight"]) if "weight" in card else None
        name = self.names.get(sku) or sku
        return NewProduct(sku, name, self.attribute_set, Decimal(0), DISABLED, "simple", weight)

    def _make(self, item: MirrorItem) -> Failure | None:
        sku = sku_of(item.key)
        failure = self.products.create(self._new(item))
        if failure is None:
            self.known[sku.casefold()] = sku
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
