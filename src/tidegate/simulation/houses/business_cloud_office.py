"""What happens in weeks with Business Cloud Accounting alone: the shop ships by itself, staff invoice by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from tidegate.simulation.event import Event, moment


def script(seed: int, start: datetime, days: int) -> Iterator[Event]:
    """One week's, from a random stream of its own."""
    rng = random.Random(f"business-cloud-{seed}")
    for _ in range(3 * days):
        partly = rng.random() < 0.3
        yield Event(moment(rng, start, days), "ships-in-the-shop", {"pick": rng.random(), "partly": partly})
    for _ in range(rng.randrange(3)):
        yield Event(moment(rng, start, days), "invoices-by-hand", {"pick": rng.random()})


class Office:
    """The shop's warehouse, which no product tells what to do, and the office of the business."""

    def __init__(self, face: Any, shopper: Any) -> None:
        self._face = face
        self._shopper = shopper

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        deeds: dict[str, Callable[..., None]] = {
            "ships-in-the-shop": self._ship,
            "invoices-by-hand": self._invoice,
        }
        if what not in deeds:
            return False
        deeds[what](**options)
        return True

    def peace(self) -> None:
        """Nothing of theirs lasts."""

    def _ship(self, pick: float, partly: bool) -> None:
        from tidegate_sandbox.magento.refusal import Refusal

        orders = [
            order.entity_id
            for order in self._shopper.store.orders.all()
            if order.row.get("state") in ("new", "processing")
        ]
        if orders:
            with suppress(Refusal):
                self._shopper.ship(orders[int(pick * len(orders))], partly=partly)

    def _invoice(self, pick: float) -> None:
        from tidegate_sandbox.business_cloud.problem import Invalid
        from tidegate_sandbox.erp.refusal import Refusal

        business = self._face.business
        open_ = [
            order
            for order in business.company.orders.table
            if "form" in order.extra and order.status != "cancelled" and business.invoice_of(order) is None
        ]
        if open_:
            with suppress(Refusal, Invalid):
                self._face.perform("release", {"document": open_[int(pick * len(open_))].number})
