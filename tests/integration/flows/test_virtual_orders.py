"""Goods that nobody ships, alone and beside stocked ones: through despatch and invoice of the company."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import Stage
from tidegate.domain.states import State
from tidegate_sandbox.magento.additions import Additions

LINES = (("HUB-0001", 2), ("HUB-0002", 3))


@pytest.fixture
def shop(stage: Stage) -> Fulfilled:
    return Fulfilled(stage)


def make_virtual(shop: Fulfilled, placed: int, sku: str) -> None:
    """The shop's item of the order is a service."""
    for item in shop.stage.shop.order(placed).items:
        if item["sku"] == sku:
            item |= {"is_virtual": 1, "product_type": "virtual"}


def reported(shop: Fulfilled, placed: int) -> tuple[list[Any], list[Any]]:
    """The shop's shipments and invoices of the order."""
    documents = shop.documents(placed)
    return documents["shipments"], documents["invoices"]


def test_point_39_only_virtual_is_invoiced_and_never_shipped(shop: Fulfilled) -> None:
    placed = shop.sent(lines=LINES, shipping=Decimal(0), additions=Additions(virtual="virtual"))
    shop.despatch(placed)
    shop.invoice(placed)
    shop.run("shipments", "invoices")
    shipments, invoices = reported(shop, placed)
    assert shipments == []
    assert [Decimal(str(each["grand_total"])) for each in invoices] == [shop.stage.total(placed)]
    assert set(shop.steps(placed, "shipments").values()) <= {State.SKIPPED, State.CONFIRMED}
    assert shop.stage.shop_order(placed)["state"] == "complete"


def test_beside_stocked_goods_only_those_are_shipped_and_all_is_invoiced(shop: Fulfilled) -> None:
    placed = shop.sent(lines=LINES)
    make_virtual(shop, placed, "HUB-0002")
    shop.despatch(placed)
    shop.invoice(placed)
    shop.run("shipments", "invoices")
    (shipment,), (invoice,) = reported(shop, placed)
    assert [(each["sku"], Decimal(str(each["qty"]))) for each in shipment["items"]] == [("HUB-0001", 2)]
    assert Decimal(str(invoice["grand_total"])) == shop.stage.total(placed)
    assert shop.stage.shop_order(placed)["state"] == "complete"
