"""What the merchant does by hand in Magento in a simulated week, and what befalls the shop's machinery."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from typing import Any

from tidegate.simulation import bulk_queue
from tidegate.simulation.odd_skus import Names, sku_of
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.magento import creditmemo, edits, invoice, order_actions
from tidegate_sandbox.magento.order import Order
from tidegate_sandbox.magento.order_item import OrderItems
from tidegate_sandbox.magento.refusal import Refusal
from tidegate_sandbox.magento.store import InputLimits, MagentoStore


class Merchant:
    """The people of one shop. `items` is how many of its products are ever touched, `skus` their odd names."""

    def __init__(self, store: MagentoStore, *, items: int, skus: Names | None = None) -> None:
        self._store = store
        self._items = items
        self._skus = skus or {}

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        deed = getattr(self, "do_" + what.replace("-", "_"), None)
        if deed is None:
            return False
        with self._store.lock:
            deed(**options)
        return True

    def do_stock_by_hand(self, pick: float, change: float) -> None:
        """Somebody types a stock number that Sage owns."""
        stock, sku = self._store.stock, self.sku(pick)
        for item in list(stock.items({sku})):
            if item.source_code != "default" or not stock.msi:
                stock.put(replace(item, quantity=item.quantity + Decimal(round(change * 20) - 10)))
                return

    def do_price_by_hand(self, pick: float, change: float) -> None:
        """Somebody types a price that Sage owns."""
        price = Decimal(round(5 + change * 400)) + Decimal("0.99")
        for website_id in (1, 2):
            edits.edit_prices(self._store, {"sku": self.sku(pick), "price": price, "website_id": website_id})

    def do_refund(self, pick: float, share: float, returned: float) -> None:
        """Somebody refunds a part of an order, or all of it, before it has left."""
        orders = [
            order
            for order in self._store.orders.all()
            if order.row.get("state") in ("new", "processing")
            and not any(item["qty_shipped"] or item["qty_refunded"] for item in order.items)
        ]
        self._refund(orders, pick, share, returned)

    def do_refund_what_left(self, pick: float, share: float, returned: float) -> None:
        """Somebody refunds in the shop a part of an order that has left, or all of it."""
        orders = [
            order
            for order in self._store.orders.all()
            if order.row.get("state") in ("processing", "complete")
            and any(item["qty_shipped"] for item in order.items)
        ]
        self._refund(orders, pick, share, returned)

    def _refund(self, orders: Sequence[Order], pick: float, share: float, returned: float) -> None:
        """One of them, whole or a part of its first line; invoiced first where that was left to somebody else."""
        if not orders:
            return
        order = orders[int(pick * len(orders))]
        with suppress(Refusal):
            if OrderItems(order).can_invoice():
                invoice.invoice(self._store, order)
            items = [item for item in OrderItems(order).counted() if OrderItems(order).to_refund(item)]
            wanted = {item["item_id"]: pieces(item["qty_ordered"], share) for item in items[:1]}
            back = [item["item_id"] for item in items] if returned < 0.5 else []
            chosen = None if share > 0.8 else wanted
            creditmemo.refund(self._store, order, chosen, creditmemo.Arguments(return_to_stock=back))

    def do_cancel_rest(self, pick: float, share: float) -> None:
        """Somebody invoices a part of an order that has not left, and cancels the rest."""
        orders = [
            order
            for order in self._store.orders.all()
            if order.row.get("state") in ("new", "processing")
            and not any(item["qty_shipped"] or item["qty_invoiced"] for item in order.items)
            and not any("parent_item_id" in item for item in order.items)
            and any(item["qty_ordered"] > 1 for item in order.items)
        ]
        if not orders:
            return
        order = orders[int(pick * len(orders))]
        item = max(order.items, key=lambda each: Decimal(each["qty_ordered"]))
        part = min(pieces(item["qty_ordered"], share), Decimal(item["qty_ordered"]) - 1)
        with suppress(Refusal):
            invoice.invoice(self._store, order, {item["item_id"]: part})
            order_actions.cancel(self._store, order)

    def do_limits(self) -> None:
        """The merchant switches the shop's input limits on."""
        self._store.configure(limits=True)

    def do_small_limits(self) -> None:
        """The merchant lets a call have a few lines only: fewer than many documents have."""
        self._store.configure(limits=InputLimits(list_length=4))

    def do_consumer_stops(self) -> None:
        """Nobody carries out what the message queue holds."""
        self._store.faults.add(Fault("consumer_stopped", None))

    def do_consumer_starts(self) -> None:
        """The queue is worked off again."""
        self._store.faults.clear("consumer_stopped")

    def do_queue_lies(self, options: dict[str, Any]) -> None:
        """The next operation of the queue is lost, or called done without having been carried out."""
        self._store.faults.add(bulk_queue.lying(options))

    def sku(self, pick: float) -> str:
        """One of the products."""
        return sku_of(1 + int(pick * self._items), self._skus)


def pieces(ordered: Any, share: float) -> Decimal:
    """So much of a line, at least one piece."""
    part = Decimal(ordered) * Decimal(str(round(share, 2)))
    return max(part.to_integral_value(ROUND_CEILING), Decimal(1))
