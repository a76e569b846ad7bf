"""What the shop has to sell: pieces per source, and what open orders have reserved of them (points 19, 25)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any, Final

from tidegate_sandbox.magento import recorded
from tidegate_sandbox.magento.catalogue import WIDGETS, Catalogue
from tidegate_sandbox.magento.figure import ZERO, Number, figure
from tidegate_sandbox.magento.order import Order, Row
from tidegate_sandbox.magento.refusal import Refusal
from tidegate_sandbox.magento.websites import Websites

DEFAULT: Final = "default"
DEFAULT_STOCK: Final = 1
COMPOSITES: Final = frozenset({"configurable", "bundle"})
_START: Final = {DEFAULT: (0, 0), "wh_detroit": (500, 1), "wh_london": (300, 1)}
"""Quantity and status of every simple product, by source, when the recording began."""
_START_LEGACY: Final = {DEFAULT: (800, 1)}

Items = dict[str, dict[str, "SourceItem"]]
Pieces = defaultdict[str, Decimal]


@dataclass(frozen=True)
class SourceItem:
    """What of a SKU lies at a source. ``status`` 0 is not salable, whatever the quantity."""

    sku: str
    source_code: str
    quantity: Decimal
    status: int

    @property
    def row(self) -> Row:
        """As the REST API answers it."""
        return {
            "sku": self.sku,
            "source_code": self.source_code,
            "quantity": figure(self.quantity),
            "status": self.status,
        }


@dataclass(frozen=True, slots=True)
class Reservation:
    """One entry of the reservations: below zero is reserved, above zero compensates an earlier one."""

    stock_id: int
    sku: str
    quantity: Decimal
    event: str
    order_id: int


class Stock:
    """All source items and reservations. Whoever calls holds the store's lock; SKUs know no case.

    Without ``msi`` there is one number per SKU, that of the source ``default``: placing an order lowers it,
    cancelling raises it, and there are no reservations. Pieces are counted by simple SKUs: the variant of a
    configurable, the parts of a bundle. ``together`` are the bundles that ship together (point 25).
    """

    def __init__(
        self,
        website_of: Callable[[Any], int | None],
        websites: Websites,
        *,
        msi: bool = True,
        widgets: int = WIDGETS,
    ) -> None:
        self.msi = msi
        self.sources: dict[str, Row] = {
            row["source_code"]: dict(row)
            for row in recorded.inventory()["sources"]
            if msi or row["source_code"] == DEFAULT
        }
        self.stocks: list[Row] = list(recorded.inventory()["stocks"])
        self.links: list[Row] = list(recorded.inventory()["links"])
        self.reservations: list[Reservation] = []
        self.together: set[str] = set()
        self.backorders: set[str] = set()  #: SKUs, in capitals, that are sold though nothing is left
        self.writes = 0
        self._websites = websites
        self._website_of = website_of  #: the website of a store view
        self._items: Items = {sku: dict(held) for sku, held in _start(msi, widgets).items()}
        self._reserved: defaultdict[tuple[int, str], Decimal] = defaultdict(Decimal)
        self._open: defaultdict[int, Pieces] = defaultdict(_pieces)
        #: pieces by order item whose reservation neither a shipment nor a cancellation ended
        self._released: dict[int, Decimal] = {}

    # What lies where

    def item(self, sku: str, source_code: str) -> SourceItem | None:
        """What of a SKU lies at a source; None where the two were never tied."""
        return self._items.get(sku.upper(), {}).get(source_code)

    def items(self, skus: Collection[str] | None = None) -> Iterator[SourceItem]:
        """All source items, or those of ``skus`` (in capitals)."""
        if skus is not None and len(skus) == 1:
            (only,) = skus
            yield from self._items.get(only, {}).values()
            return
        for sku, held in self._items.items():
            if skus is None or sku in skus:
                yield from held.values()

    def put(self, item: SourceItem) -> None:
        """Set what lies at a source."""
        self._items.setdefault(item.sku.upper(), {})[item.source_code] = item

    def remove(self, sku: str, source_code: str) -> None:
        """Untie a SKU from a source."""
        self._items.get(sku.upper(), {}).pop(source_code, None)

    def restock(self, sku: str, quantity: Number, source_code: str = DEFAULT) -> None:
        """Put pieces back, as a credit memo with return to stock does; a negative number takes some out."""
        old = self.item(sku, source_code) or SourceItem(sku, source_code, ZERO, 1)
        self.put(replace(old, quantity=old.quantity + quantity))

    def take_off(self, order: Order, sku: str, quantity: Decimal) -> Decimal:
        """Pieces that no shipment takes: off the sources of the order's stock, one after the other.

        Returns how many there were.
        """
        if not self.msi:
            return quantity
        left = quantity
        for item in self._by_priority(order, sku):
            if self.sources[item.source_code]["enabled"]:
                taken = min(max(item.quantity, ZERO), left)
                self.put(replace(item, quantity=item.quantity - taken))
                left -= taken
        return quantity - left

    def first_source(self, order: Order, sku: str) -> str:
        """Where pieces come back that no shipment took: the first source of the order's stock that has the SKU."""
        return next((item.source_code for item in self._by_priority(order, sku)), DEFAULT)

    def _by_priority(self, order: Order, sku: str) -> list[SourceItem]:
        links = self._links_of(self.stock_id(order))
        found = (self.item(sku, link["source_code"]) for link in links)
        return [item for item in found if item is not None]

    def _links_of(self, stock_id: int) -> list[Row]:
        links = [link for link in self.links if link["stock_id"] == stock_id]
        return sorted(links, key=lambda link: link.get("priority", 0))

    def source_of(self, order: Order) -> str:
        """Where the order's shipments leave from: the first source of its stock."""
        links = self._links_of(self.stock_id(order))
        return str(links[0]["source_code"]) if links else DEFAULT

    def open(self, website: str, name: str, *, like: str, pieces: Decimal) -> None:
        """A stock for a website, with a source of its own that lies where the first one of `like` does."""
        model = self._links_of(self.stock_of(like)["stock_id"])[0]["source_code"]
        source, id = f"wh_{website}", max(stock["stock_id"] for stock in self.stocks) + 1
        self.sources[source] = {**self.sources[model], "source_code": source, "name": name}
        channels = [{"type": "website", "code": website}]
        self.stocks.append(
            {"stock_id": id, "name": f"{name} Stock", "extension_attributes": {"sales_channels": channels}}
        )
        self.links.append({"stock_id": id, "source_code": source, "priority": 1})
        for sku in list(self._items):
            self.put(SourceItem(sku, source, pieces, 1))

    # What is salable

    def stock_of(self, channel: str) -> Row:
        """The stock of a website by its code; the default stock where none names the website."""
        for stock in self.stocks:
            if any(of["code"] == channel for of in stock["extension_attributes"]["sales_channels"]):
                return stock
        return self.stocks[0]

    def stock_id(self, order: Order) -> int:
        """The stock from whose sources the order is sold."""
        website = self._website_of(order.row.get("store_id"))
        found: int = self.stock_of(self._websites.code_of(website))["stock_id"]
        return found

    def on_hand(self, sku: str, stock_id: int) -> Decimal:
        """The pieces at the enabled sources of a stock, without what is out of stock by its status."""
        held = self._items.get(sku.upper(), {})
        codes = [link["source_code"] for link in self.links if link["stock_id"] == stock_id]
        if not self.msi:
            codes = [DEFAULT]
        found = [held[code] for code in codes if code in held and self.sources[code]["enabled"]]
        return sum((item.quantity for item in found if item.status), ZERO)

    def salable(self, sku: str, stock_id: int) -> Decimal:
        """What a shopper can still buy: on hand less the open reservations (point 25)."""
        return self.on_hand(sku, stock_id) + self._reserved[stock_id, sku.upper()]

    def is_on(self, sku: str, stock_id: int) -> bool:
        """Whether the SKU has status 1 at a source of the stock."""
        codes = {link["source_code"] for link in self.links if link["stock_id"] == stock_id} or {DEFAULT}
        return any(item.status and item.source_code in codes for item in self.items({sku.upper()}))

    def awaited(self, order_id: int) -> dict[str, str]:
        """What the shop holds back for an order, by SKU: pieces that it has still to ship."""
        return {sku: str(pieces) for sku, pieces in self._open[order_id].items() if pieces}

    def books(self) -> dict[str, dict[str, str]]:
        """What lies where, by SKU and source."""
        return {
            sku: {code: str(item.quantity) for code, item in held.items()}
            for sku, held in self._items.items()
            if held
        }

    # What orders do to it

    def reserve(self, order: Order) -> None:
        """An order was placed, or loaded: reserve its pieces that are still to be shipped."""
        self._settle(order, "order_placed")

    def release(self, order: Order, event: str = "order_canceled") -> None:
        """Give up what is reserved for pieces that, by the order's lines, are no longer to be shipped.

        To be called after the lines were changed.
        """
        self._settle(order, event)

    def refund(self, order: Order, released: dict[int, Decimal]) -> None:
        """Give up what is reserved for pieces refunded before they were shipped, by order item."""
        self._end(order, released, "creditmemo_created")

    def sell_virtual(self, order: Order, lines: Iterable[tuple[Row, Decimal]]) -> None:
        """Virtual items were invoiced: that is when they leave a store with several sources.

        Their pieces go off the sources of the order's stock, as many as are there, and so many are reserved no
        more (Magento's published inventory modules). To be called after ``qty_invoiced`` was raised.
        """
        if not self.msi:
            return
        released = {
            item["item_id"]: self.take_off(order, order.sku_of(item), quantity)
            for item, quantity in lines
            if item.get("is_virtual")
        }
        if released:
            self._end(order, released, "invoice_created")

    def _end(self, order: Order, released: dict[int, Decimal], event: str) -> None:
        for item_id, pieces in released.items():
            self._released[item_id] = self._released.get(item_id, ZERO) + pieces
        self._settle(order, event)

    def debit(
        self, order: Order, lines: Iterable[tuple[str, Number]], source_code: str | None = None
    ) -> None:
        """A shipment leaves: debit the source and compensate the reservation.

        ``lines`` are simple SKUs with pieces. To be called before ``qty_shipped`` is raised. Without a source
        it is ``default``, whether or not the website's stock has it. All or nothing: refuses an unknown
        source, one that lacks the pieces, and more pieces than are open, all with one text (point 19).
        """
        source, leaving = source_code or DEFAULT, _pieces()
        for sku, count in lines:
            leaving[sku.upper()] += count
        held = self._open[order.entity_id]
        for sku, quantity in leaving.items():
            item = self.item(sku, source)
            short = item is None or item.quantity < quantity
            if held[sku] < quantity or (self.msi and short):
                raise Refusal(400, "Could not save a shipment, see error log for details")
        for sku, quantity in leaving.items():
            if self.msi:
                self.restock(sku, -quantity, source)
                self._book(order, sku, -quantity, "shipment_created")
            else:
                held[sku] -= quantity

    def _settle(self, order: Order, event: str) -> None:
        """Bring the reservation of an order to what its lines still ask for."""
        wanted, held = _to_ship(order, self._released, msi=self.msi), self._open[order.entity_id]
        for sku in sorted(wanted.keys() | held.keys()):
            if wanted[sku] != held[sku]:
                self._book(order, sku, wanted[sku] - held[sku], event)

    def _book(self, order: Order, sku: str, pieces: Decimal, event: str) -> None:
        """Reserve ``pieces`` more, or fewer."""
        self._open[order.entity_id][sku] += pieces
        if not self.msi:
            self.restock(sku, -pieces)
            return
        stock_id = self.stock_id(order)
        self._reserved[stock_id, sku] -= pieces
        self.reservations.append(Reservation(stock_id, sku, -pieces, event, order.entity_id))

    # Bundles that ship together

    def ship_together(self, bundle: str, source_code: str) -> None:
        """Let a bundle ship together: all pieces of its parts come to lie at one source."""
        self.together.add(bundle)
        for sku in parts(bundle):
            total = sum((item.quantity for item in self._items[sku].values()), ZERO)
            self._items[sku] = {source_code: SourceItem(sku, source_code, total, 1)}

    def torn(self, named: Iterable[SourceItem]) -> list[tuple[SourceItem, str]]:
        """Which of the items to be written would scatter a bundle that ships together, and the bundle."""
        found, named = [], list(named)
        for bundle in sorted(self.together):
            of = parts(bundle)
            mine = [item for item in named if item.sku.upper() in of]
            stored = {item.source_code for item in self.items(of) if item.quantity}
            if len(stored | {item.source_code for item in mine}) > 1:
                found += [(item, bundle) for item in mine]
        return found


@cache
def parts(bundle: str) -> frozenset[str]:
    """The SKUs that a bundle is made of. KeyError for a SKU that is none."""
    product = Catalogue().products()[bundle]
    options: list[dict[str, Any]] = recorded.products()[product.type]["extension_attributes"][
        "bundle_product_options"
    ]
    return frozenset(link["sku"] for option in options for link in option["product_links"])


def never_left(item: Row, quantity: Decimal, refunded_before: Decimal | int, *, msi: bool) -> Decimal:
    """How many of ``quantity`` refunded pieces had not been shipped, by Magento's published source.

    Those that are invoiced and neither shipped nor refunded before, as far as they go; the rest had been. Virtual
    pieces left with their invoice.
    """
    if msi and item.get("is_virtual"):
        return ZERO
    left = (item.get("qty_invoiced") or 0) - refunded_before - (item.get("qty_shipped") or 0)
    return max(min(quantity, Decimal(left)), ZERO)


def _to_ship(order: Order, released: dict[int, Decimal], *, msi: bool) -> Pieces:
    """The pieces by simple SKU that are neither shipped, cancelled, nor refunded before they were shipped.

    The variant of a configurable is counted by its parent's line, which is the one that is shipped (point 20).
    Of a line that was loaded with a refund, that is reckoned as if it had been the last deed; of a virtual one
    everything that is invoiced had been taken off a source.
    """
    by_id = {item.get("item_id"): item for item in order.items}
    found = _pieces()
    for item in order.items:
        if item.get("product_type") in COMPOSITES:
            continue
        parent = by_id.get(item.get("parent_item_id"), item)
        counted = parent if parent.get("product_type") == "configurable" else item
        done = sum((counted.get(f"qty_{part}") or 0 for part in ("canceled", "shipped")), ZERO)
        done += released.get(counted.get("item_id", 0), _released_before(counted, msi=msi))
        found[order.sku_of(item).upper()] += max(counted["qty_ordered"] - done, ZERO)
    return found


def _released_before(item: Row, *, msi: bool) -> Decimal:
    """What a loaded line tells of pieces that neither a shipment nor a cancellation released."""
    if msi and item.get("is_virtual"):
        return Decimal(item.get("qty_invoiced") or 0)
    return never_left(item, Decimal(item.get("qty_refunded") or 0), 0, msi=msi)


def _pieces() -> Pieces:
    return defaultdict(Decimal)


@cache
def _start(msi: bool, widgets: int) -> Items:
    start = _START if msi else _START_LEGACY
    return {
        sku: {
            code: SourceItem(sku, code, Decimal(quantity), status)
            for code, (quantity, status) in start.items()
        }
        for sku, product in Catalogue(widgets).products().items()
        if product.type not in COMPOSITES
    }
