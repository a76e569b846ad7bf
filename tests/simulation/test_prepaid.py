"""Who cancels a prepaid order whose receipt is still to be posted: not one whose receipt is on its way."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace as Fake
from typing import Any

import pytest

from tidegate.simulation import prepaid


class Company:
    """An office with one untouched prepaid order; a late receipt arrives when what is due is carried out."""

    def __init__(self, receipt: str) -> None:
        self.order = Fake(status="live", despatch="none", invoicing="none", customer_order_no="000000014")
        self.receivables = Fake(table=[])
        self.orders = Fake(cancel=self.cancel)
        self.staff = nullcontext
        self.pending = int(receipt == "on its way")
        self.receipt = receipt
        self.cancelled: list[Any] = []

    def cancel(self, order: Any) -> None:
        self.cancelled.append(order)

    def settle(self) -> None:
        if self.receipt == "due":
            self.receivables.table.append(Fake(kind="receipt", reference="000000014"))


@pytest.mark.parametrize(("receipt", "cancelled"), [("never sent", 1), ("due", 0), ("on its way", 0)])
def test_an_order_is_cancelled_before_its_receipt_alone(
    receipt: str, cancelled: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = Company(receipt)
    world: Any = Fake(sage=Fake(company=company), sage_wire=company, shopper=Fake(cancel=lambda _id: None))
    cashier = prepaid.Cashier(world)
    monkeypatch.setattr(cashier, "_prepaid", lambda: [company.order])
    monkeypatch.setattr(prepaid, "entity_id_of", lambda _order, _world: 17)
    cashier.carry_out("buyer-repents", {})
    cashier.before_orders()
    assert len(company.cancelled) == cancelled
