"""What the merchant does by hand in Magento in a simulated week, and what befalls the shop's machinery."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from tidegate_sandbox.faults import Fault
from tidegate_sandbox.magento import edits
from tidegate_sandbox.magento.store import MagentoStore


class Merchant:
    """The people of one shop. `items` is how many of its products are ever touched."""

    def __init__(self, store: MagentoStore, *, items: int) -> None:
        self._store = store
        self._items = items

    def happen(self, what: str, options: dict[str, Any]) -> bool:
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

    def do_limits(self) -> None:
        """The merchant switches the shop's input limits on."""
        self._store.configure(limits=True)

    def do_consumer_stops(self) -> None:
        """Nobody carries out what the message queue holds."""
        self._store.faults.add(Fault("consumer_stopped", None))

    def do_consumer_starts(self) -> None:
        """The queue is worked off again."""
        self._store.faults.clear("consumer_stopped")

    def sku(self, pick: float) -> str:
        """One of the products."""
        return f"HUB-{1 + int(pick * self._items):04d}"
