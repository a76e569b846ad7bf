"""What confirmed orders hold of a figure that was true at another time: they hold what they were sent with."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import Stage
from tidegate.config.model import Flow
from tidegate.domain.states import State
from tidegate.flows.stock import ledger_lines
from tidegate_sandbox.magento import creditmemo, lifecycle

SKU = "HUB-0001"
PIECES = Decimal(3)


@pytest.fixture
def shop(build: Build) -> Stage:
    """A store, a company, and orders that go out."""
    stage = build()
    stage.reopen(flows={"orders": Flow(every="15m")})
    return stage


def owed(stage: Stage, as_of: datetime) -> list[Decimal]:
    """Of each line, the pieces that the figure still has and nobody may buy."""
    lines = ledger_lines.read(stage.connection, as_of, "HOME")
    return [line.ordered - line.allocated for line in lines if line.sku == SKU]


@pytest.mark.parametrize("happens", ["nothing", "is shipped in part", "is delivered", "is refunded in part"])
def test_an_order_is_off_a_later_figure_and_whole_in_an_earlier_one(shop: Stage, happens: str) -> None:
    placed = shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()
    assert shop.state(placed) is State.CONFIRMED
    confirmed = shop.now
    order = shop.shop.order(placed)
    if happens != "nothing":
        lifecycle.invoice(shop.shop, order)
    if happens == "is refunded in part":
        part, rest = {order.items[0]["item_id"]: Decimal(1)}, creditmemo.Arguments(shipping=Decimal(0))
        creditmemo.refund(shop.shop, order, part, rest)
    elif happens != "nothing":
        lifecycle.ship(shop.shop, order, partly=happens == "is shipped in part")
    shop.cycle()
    before, after = confirmed - timedelta(hours=1), confirmed + timedelta(hours=1)
    assert owed(shop, before) == [PIECES]
    assert sum(owed(shop, after)) == 0


def test_an_order_that_the_shop_has_cancelled_is_promised_to_nobody(shop: Stage) -> None:
    placed = shop.order("guest", lines=[(SKU, 3)])
    shop.cycle()
    shop.shopper.cancel(placed)
    shop.cycle()
    assert owed(shop, shop.now - timedelta(days=1)) == []
