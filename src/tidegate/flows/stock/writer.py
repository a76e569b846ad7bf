"""Writes the stock of a connection's sources into the store, and reads it there.

An item of the mirror is a SKU at a source (`HUB-0001@wh_london`), its value quantity and status (`77;1`):
status 1 as long as there is any. Contract points 25 and 28.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tidegate.clock import Clock
from tidegate.domain.errors import Failure, Group
from tidegate.domain.money import plain
from tidegate.flows import bulk, mirrored
from tidegate.ledger.mirror import MirrorItem
from tidegate.magento.answer import ARRAY_LIMIT
from tidegate.magento.bulk import Operation
from tidegate.magento.call_size import LARGEST, CallSize
from tidegate.magento.client import StoreClient
from tidegate.magento.stock import ITEMS, ItemsBody, SourceItem, StockItem, StoreStock, items_body

#: The one source of a store without sources.
DEFAULT = "default"


def key_of(sku: str, source: str) -> str:
    """The mirror's key of a SKU at a source; source codes hold no `@`."""
    return f"{sku}@{source}"


def place_of(key: str) -> tuple[str, str]:
    """SKU and source."""
    sku, _, source = key.rpartition("@")
    return sku, source


def value_of(quantity: Decimal, status: int) -> str:
    """A source item's numbers as the mirror keeps them."""
    return f"{plain(quantity)};{status}"


def source_item(key: str, value: str) -> SourceItem:
    """What is written for an item of the mirror."""
    sku, source = place_of(key)
    quantity, _, status = value.partition(";")
    return SourceItem(sku, source, Decimal(quantity), int(status))


@dataclass(eq=False)
class StockWriter:
    """A store with sources. The size of a call follows the time that the calls take, by the clock handed in."""

    store: StoreStock
    client: StoreClient
    clock: Clock
    sources: Sequence[str]
    call_size: CallSize = field(default_factory=CallSize)

    @property
    def flow(self) -> str:
        """Whose items."""
        return "inventory"

    def together(self, items: Sequence[MirrorItem]) -> Sequence[MirrorItem]:
        """The first items, as many as the store takes within reasonable time."""
        self.call_size.limit = self.client.array_limit
        return items[: self.call_size.now]

    @property
    def queued(self) -> bulk.ByQueue:
        """The call of the source items carries many values, too, and answers nothing."""
        return bulk.ByQueue("POST", ITEMS, bulk.WORTH_IT, most=20_000, races=True, answers=False)

    def by_queue(self, item: MirrorItem) -> bool:
        """Any value."""
        return True

    def body(self, items: Sequence[MirrorItem]) -> ItemsBody:
        """The body of one element."""
        return items_body(source_item(item.key, item.wanted) for item in items)

    def carried_out(
        self,
        operation: Operation,
        items: Sequence[MirrorItem],
    ) -> Mapping[str, Failure]:
        """Believed, but for samples."""
        return {}

    def write(self, items: Sequence[MirrorItem]) -> Mapping[str, Failure] | Failure:
        """One call, all or nothing; in parts when the shop has just refused an array of this length."""
        began = self.clock.monotonic()
        failure = self.store.write([source_item(item.key, item.leaving or item.wanted) for item in items])
        if failure is None:
            self.call_size.took(len(items), int((self.clock.monotonic() - began) * 1000))
            return {}
        limit = self.client.array_limit
        if ARRAY_LIMIT in failure.details and limit is not None and limit < len(items):
            failures: dict[str, Failure] = {}
            for start in range(0, len(items), limit):
                failures |= mirrored.written(self, items[start : start + limit])
            return failures
        named = {item.key: failure for item in items if is_named(item.key, failure)}
        if failure.group is Group.REVIEW and 0 < len(named) < len(items):
            return {**named, **mirrored.written(self, [item for item in items if item.key not in named])}
        return failure

    def read(self, keys: Sequence[str]) -> Mapping[str, str] | Failure:
        """The quantities at the sources now; "" for what the store does not have there."""
        found = self.store.items(sorted({place_of(key)[0] for key in keys}), self.sources)
        return found if isinstance(found, Failure) else there_of(found, keys)

    def read_all(self, keys: Sequence[str]) -> Mapping[str, str] | Failure:
        """The same for very many: all pages, then again what was not among them."""
        found = self.store.all_items(self.sources)
        if isinstance(found, Failure):
            return found
        there = there_of(found, keys)
        missing = [key for key, value in there.items() if not value]
        again = self.read(missing) if missing else {}
        return again if isinstance(again, Failure) else {**there, **again}


def is_named(key: str, failure: Failure) -> bool:
    """Whether the store's refusal is about this item: it names source and SKU of parts of a bundle (point 25)."""
    sku, source = place_of(key)
    return f'"{source}" to product "{sku}"' in failure.text


def there_of(found: Sequence[SourceItem], keys: Sequence[str]) -> dict[str, str]:
    """What was read, by the keys that were asked for: Magento's SKUs ignore case."""
    by_name = {
        key_of(one.sku.casefold(), one.source_code): value_of(one.quantity, one.status) for one in found
    }
    folded = {key: key_of(place_of(key)[0].casefold(), place_of(key)[1]) for key in keys}
    return {key: by_name.get(name, "") for key, name in folded.items()}


@dataclass(eq=False)
class LegacyWriter:
    """A store without sources: one number for each SKU, one call for each number.

    `ids` are the stock items' ids by SKU, which a write must name; `learnt` says whether any is new.
    """

    store: StoreStock
    ids: dict[str, int] = field(default_factory=dict)
    learnt: bool = False

    @property
    def flow(self) -> str:
        """Whose items."""
        return "inventory"

    def together(self, items: Sequence[MirrorItem]) -> Sequence[MirrorItem]:
        """A batch is what is settled at once; each SKU is a call of its own."""
        return items[:50]

    def write(self, items: Sequence[MirrorItem]) -> Mapping[str, Failure] | Failure:
        """Write one by one; after a failure that ends the cycle nothing more is called."""
        failures: dict[str, Failure] = {}
        for item in items:
            last = next(reversed(failures.values()), None)
            failure = last if last is not None and last.ends_cycle else self._write(item)
            if failure is not None:
                failures[item.key] = failure
        return failures

    def _write(self, item: MirrorItem) -> Failure | None:
        wanted = source_item(item.key, item.leaving or item.wanted)
        if wanted.sku not in self.ids:
            held = self._stock_item(wanted.sku)
            if isinstance(held, Failure):
                return held
        failure = self.store.write_stock_item(
            wanted.sku, self.ids[wanted.sku], wanted.quantity, in_stock=bool(wanted.status)
        )
        if failure is not None and failure.group is Group.REVIEW:
            del self.ids[wanted.sku]  # the product may be another one by now: asked for again
            self.learnt = True
        return failure

    def _stock_item(self, sku: str) -> StockItem | Failure:
        held = self.store.stock_item(sku)
        if not isinstance(held, Failure) and self.ids.get(sku) != held.item_id:
            self.ids[sku], self.learnt = held.item_id, True
        return held

    def read(self, keys: Sequence[str]) -> Mapping[str, str] | Failure:
        """The numbers, one call each."""
        there: dict[str, str] = {}
        for key in keys:
            held = self._stock_item(place_of(key)[0])
            if isinstance(held, Failure):
                if held.ends_cycle:
                    return held
                there[key] = ""
            else:
                there[key] = value_of(held.qty or Decimal(0), int(bool(held.is_in_stock)))
        return there

    def read_all(self, keys: Sequence[str]) -> Mapping[str, str] | Failure:
        """The quantities one by one, as the store has no list of them."""
        return self.read(keys)


Writer = StockWriter | LegacyWriter
#: Items looked at together on their way out.
PAGE = LARGEST
