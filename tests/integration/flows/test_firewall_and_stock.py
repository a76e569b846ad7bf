"""A firewall's page in answer to a write of stock is no word of the store: only the third one asks a person."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, SETTLED, Stage
from integration.flows.stocking import adjust, free, inventory, lies, stocked
from tidegate.config.stock import Stock
from tidegate.domain.states import State
from tidegate.flows import mirrored
from tidegate.ledger import halts, mirror

BLOCKED = "<html><title>Request blocked</title></html>"


@pytest.fixture(params=["sources", "one number for each SKU"])
def shop(build: Build, request: pytest.FixtureRequest) -> Stage:
    """Stock is written, and then one product's moves: its next write is blocked on the way."""
    stage = build()
    where = "inventory/source-items$"
    if request.param == "sources":
        stocked(stage)
    else:
        stage.shop.configure(msi=False)
        stocked(stage)
        stage.reopen(stock=Stock(msi=False, warehouses={"HOME": "default"}))
        where = "products/HUB-0001/stockItems"
    inventory(stage)
    adjust(stage, 41)
    stage.break_shop(
        "status",
        None,
        method="POST" if request.param == "sources" else "PUT",
        path=where,
        status=403,
        body=BLOCKED,
        content_type="text/html",
    )
    return stage


def reviewed(stage: Stage) -> dict[str, str]:
    """Why stock waits for a person, by SKU."""
    found = mirror.listing(CONNECTION, "inventory", states=(State.REVIEW,))
    return {item.key.partition("@")[0]: item.reason for item in found}


def test_the_third_page_asks_a_person(shop: Stage) -> None:
    for _ in range(2):
        inventory(shop, after=SETTLED)
        assert reviewed(shop) == {}
    inventory(shop, after=SETTLED)
    assert list(reviewed(shop)) == ["HUB-0001"]
    assert "Request blocked" in reviewed(shop)["HUB-0001"]
    assert halts.halted(CONNECTION) is None


def test_a_page_that_was_a_whim_asks_nobody(shop: Stage) -> None:
    inventory(shop, after=SETTLED)
    shop.mend()
    inventory(shop, after=SETTLED)
    assert reviewed(shop) == {}
    source = "wh_detroit" if shop.connection.settings.stock.msi else "default"
    assert lies(shop, source=source) == Decimal(free(shop, "HUB-0001"))


def test_bug_the_first_page_is_trusted(shop: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirrored, "patiently", lambda refused, _: refused)
    with pytest.raises(AssertionError):
        test_the_third_page_asks_a_person(shop)
