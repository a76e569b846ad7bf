"""A firewall's page in answer to a look-up proves nothing: what is in doubt stays in doubt, and its stock waits."""

from __future__ import annotations

import pytest

from integration.flows.fulfilment import Fulfilled
from integration.flows.stage import SETTLED, Stage
from tidegate.domain.states import State
from tidegate.magento import client

SHIP = "order/[0-9]+/ship$"


@pytest.fixture
def shop(stage: Stage) -> Fulfilled:
    """The flows' stage."""
    return Fulfilled(stage)


def blocked(shop: Fulfilled) -> int:
    """An order whose shipment was written, while the answer was lost, and whose look-up is blocked on the way."""
    placed = shop.sent()
    shop.despatch(placed)
    shop.stage.break_shop("drop_after", method="POST", path=SHIP)
    shop.run("shipments")
    page = "<html><title>Request blocked</title></html>"
    shop.stage.break_shop(
        "status",
        None,
        method="GET",
        path="V1/orders/[0-9]+$",
        status=403,
        body=page,
        content_type="text/html",
    )
    return placed


def test_a_shipment_in_doubt_asks_nobody_while_its_look_up_is_blocked(shop: Fulfilled) -> None:
    placed = blocked(shop)
    shop.run("shipments", after=SETTLED)
    assert shop.item(placed, "shipments", "shipment:").state is State.IN_DOUBT
    shop.stage.mend()
    shop.run("shipments", after=SETTLED)
    item = shop.item(placed, "shipments", "shipment:")
    assert (item.state, item.adopted) == (State.CONFIRMED, True)
    assert len(shop.documents(placed)["shipments"]) == 1


def test_bug_the_page_is_taken_for_the_store_s_word(shop: Fulfilled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "of_one_record", lambda answer: answer)
    with pytest.raises(AssertionError):
        test_a_shipment_in_doubt_asks_nobody_while_its_look_up_is_blocked(shop)
