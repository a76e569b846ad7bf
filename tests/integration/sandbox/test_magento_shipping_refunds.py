"""What a credit memo gives back of shipping for one number, by how the shop shows it (contract, point 35)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integration.sandbox.magento_world import make_world
from tidegate_sandbox.magento import creditmemo, invoice
from tidegate_sandbox.magento.figure import figure

D = Decimal


def given_back(display: int, net: str, tax: str, asked: str) -> tuple[Any, Any]:
    """Shipping and its tax in the memo of an order whose shipping is `net` + `tax`, all other taxes 0."""
    world = make_world()
    world.store.configure(sales_shipping_display=display)
    placed = world.shopper.place_order(
        kind="guest", lines=[("HUB-0001", 2)], shipping=D(net), tax_percent=D(0)
    )
    order = world.store.order(placed)
    for side in ("base_", ""):
        order.row[f"{side}shipping_tax_amount"] = figure(D(tax))
        order.row[f"{side}shipping_incl_tax"] = figure(D(net) + D(tax))
        order.row[f"{side}tax_amount"] = figure(D(order.row[f"{side}tax_amount"]) + D(tax))
        order.row[f"{side}grand_total"] = figure(D(order.row[f"{side}grand_total"]) + D(tax))
    invoice.invoice(world.store, order)
    first = next(item["item_id"] for item in order.items)
    memo = creditmemo.refund(world.store, order, {first: D(1)}, creditmemo.Arguments(shipping=D(asked)))
    return D(str(memo["base_shipping_amount"])), D(str(memo["base_shipping_tax_amount"]))


@pytest.mark.parametrize("display", [2, 3])
def test_point_35_the_number_is_with_tax_where_the_shop_shows_it_so(display: int) -> None:
    assert given_back(display, "4.12", "0.83", "4.12") == (D("3.43"), D("0.69"))


def test_point_35_the_number_is_without_tax_by_default() -> None:
    """The recorded 4.13 + 0.82 is all of a shipping without tax of 4.13."""
    assert given_back(1, "4.13", "0.82", "4.13") == (D("4.13"), D("0.82"))
    assert given_back(1, "4.12", "0.83", "4.12") == (D("4.12"), D("0.83"))
