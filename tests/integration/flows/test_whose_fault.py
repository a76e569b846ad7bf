"""A 401 or 403 is one record's or the keys': nothing halts before a probe with the same keys has failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integration.flows.conftest import Build
from integration.flows.stage import CONNECTION, SETTLED, Stage
from tidegate.config.model import Flow
from tidegate.config.products import Products
from tidegate.config.stock import Stock
from tidegate.domain.states import State
from tidegate.flows import mirrored
from tidegate.ledger import halts, mirror
from tidegate.magento import client

DAY = timedelta(days=1, minutes=1)
ODD = "HUB/0001"
WEIGHED = {"flows": {"orders": Flow(every="15m"), "products": Flow(every="1h")}}


def called(stage: Stage, sku: str) -> None:
    """Shop and company know the first product by this name."""
    product = stage.shop.catalogue.product("HUB-0001")
    assert product is not None
    stage.shop.catalogue.remove("HUB-0001")
    stage.shop.catalogue.put(replace(product, sku=sku))
    stage.company.rename_product("HUB-0001", sku)


@pytest.fixture
def weighed(build: Build) -> Stage:
    """The flow products writes weights, one call a product."""
    stage = build()
    stage.reopen(products=Products(cost=False, weight=True), **WEIGHED)
    return stage


def orders_go_on(stage: Stage) -> None:
    """The connection works."""
    placed = stage.order("guest", lines=(("HUB-0002", 1),))
    stage.cycle()
    stage.cycle(after=SETTLED)
    assert halts.halted(CONNECTION) is None
    assert stage.state(placed) is State.CONFIRMED


@pytest.mark.parametrize("version", ["2.4.6", "2.4.8"])
def test_a_sku_with_a_slash_is_written_like_any_other(weighed: Stage, version: str) -> None:
    weighed.shop.configure(version=version)
    called(weighed, ODD)
    report = weighed.cycle("products")
    assert (report.outcome, report.text) == ("done", "")
    assert f"record|{ODD}" not in reviewed(weighed, "products")
    orders_go_on(weighed)


def test_a_sku_with_a_slash_has_its_stock_written_without_sources(build: Build) -> None:
    stage = build()
    stage.shop.configure(msi=False)
    called(stage, ODD)
    flows = {"orders": Flow(every="15m"), "inventory": Flow(every="15m")}
    stage.reopen(flows=flows, stock=Stock(msi=False, warehouses={"HOME": "default"}, buffer="0%"))
    stage.company.stock_adjust(ODD, "HOME", to=Decimal(41))
    stage.cycle()
    report = stage.cycle("inventory")
    assert (report.outcome, report.text) == ("done", "")
    kept = stage.shop.stock.item(ODD, "default")
    assert kept is not None
    assert kept.quantity == 41


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_of_one_record_is_that_records(weighed: Stage, status: int) -> None:
    refuse(weighed, "HUB-0002$", status)
    report = weighed.cycle("products")
    assert report.text == ""
    assert set(reviewed(weighed, "products")) == {"record|HUB-0002"}
    assert "accepts others with the same keys" in reviewed(weighed, "products")["record|HUB-0002"]
    weighed.mend()
    orders_go_on(weighed)


def test_a_firewall_s_page_for_one_value_asks_a_person_the_third_time(weighed: Stage) -> None:
    refuse(weighed, "HUB-0002$", 403, body="<html><title>Request blocked</title></html>")
    for _ in range(2):  # looked up, and tried again in the next cycle
        weighed.cycle("products", after=SETTLED)
        assert reviewed(weighed, "products") == {}
    weighed.cycle("products", after=SETTLED)
    assert "Request blocked" in reviewed(weighed, "products")["record|HUB-0002"]
    assert halts.halted(CONNECTION) is None


def test_a_firewall_s_page_that_was_a_whim_asks_nobody(weighed: Stage) -> None:
    refuse(weighed, "HUB-0002$", 403, body="<html><title>Request blocked</title></html>")
    weighed.cycle("products", after=SETTLED)
    weighed.mend()
    weighed.cycle("products", after=SETTLED)
    assert mirror.listing(CONNECTION, "products", states=(State.REVIEW, State.IN_DOUBT, State.QUEUED)) == []


def test_bug_the_first_page_is_trusted(weighed: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirrored, "patiently", lambda refused, _: refused)
    with pytest.raises(AssertionError):
        test_a_firewall_s_page_for_one_value_asks_a_person_the_third_time(weighed)


def test_keys_that_are_refused_everywhere_halt(weighed: Stage) -> None:
    weighed.shop.revoke_token()
    weighed.cycle("products")
    halted = halts.halted(CONNECTION)
    assert halted is not None
    assert halted.code == "not-authenticated"


def test_a_probe_without_an_answer_proves_nothing(weighed: Stage) -> None:
    refuse(weighed, "V1/products", 401)
    refuse(weighed, "V1/orders$", 503)
    weighed.cycle("products")
    assert halts.halted(CONNECTION) is None


def test_a_list_that_is_refused_alone_is_not_read_and_halts_nothing(weighed: Stage) -> None:
    refuse(weighed, "V1/products$", 403)
    report = weighed.cycle("products")
    assert report.text.startswith("ended early: the store refuses this call")
    weighed.mend()
    orders_go_on(weighed)


def test_bug_the_first_401_halts(weighed: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deliberate bug: without the probe one record stops everything, and the checks above see it."""
    monkeypatch.setattr(client, "blames_keys", lambda answer: False)
    refuse(weighed, "HUB-0002$", 401)
    weighed.cycle("products")
    assert halts.halted(CONNECTION) is not None


SIGNATURE = '{"message": "The signature is invalid. Verify and try again."}'


def refuse(stage: Stage, path: str, status: int, body: str = SIGNATURE) -> None:
    """The shop, or what stands before it, answers so."""
    kind = "application/json" if body.startswith("{") else "text/html"
    stage.break_shop("status", None, path=path, status=status, body=body, content_type=kind)


def reviewed(stage: Stage, flow: str) -> dict[str, Any]:
    """Why items wait for a person."""
    return {item.key: item.reason for item in mirror.listing(CONNECTION, flow, states=(State.REVIEW,))}
