"""The whole family in one hub: a store of seven websites, each with another Sage product behind it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from documents import check
from integration.demo.test_evening import demo
from tidegate.demo.family.family import staged
from tidegate.simulation.products import SIMULATED

#: Real seconds on two cores that nobody else uses; the requirement.
MOST_SECONDS = 300.0
PATIENCE = 1800.0


@pytest.mark.slow
def test_one_configuration_serves_all_of_them(tmp_path: Path) -> None:
    with staged(tmp_path, 1) as family:
        family.write_configuration()
        configuration = family.sign_in()
    assert list(configuration.connections) == list(configuration.companies) == list(SIMULATED)
    websites = [each.websites for each in configuration.connections.values()]
    assert websites == [(name,) for name in SIMULATED]
    assert {each.store for each in configuration.connections.values()} == {"main"}
    for name, house in SIMULATED.items():
        flows = set(configuration.connections[name].flows)
        assert flows - {"orders", "order-status"} == house.flows


@pytest.mark.process
@pytest.mark.campaign
def test_one_products_trouble_delays_no_other(tmp_path: Path) -> None:
    with demo(tmp_path, "--sage", "all", "--headless", "--json") as process:
        stdout, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, stderr
    report = json.loads(stdout)
    check("demo", report)
    assert report["websites"] == report["digests"] == len(SIMULATED) == 7
    assert list(report["products"]) == list(report["closings"]) == list(SIMULATED)
    assert report["adds_up"]
    assert report["unexplained"] == report["duplicates"] == report["review"] == report["held"] == 0
    assert (
        report["calls_while_closed"] == report["waiting"] == report["in_doubt"] == report["handed_over"] == 0
    )
    assert report["kills"] == 1
    for name, each in report["closings"].items():
        assert each["waited"] >= 1, name  # its own orders
        assert each["delayed"] == 0, name
        assert each["least_cycles"] >= 1, name
    for name, each in report["products"].items():
        flows = SIMULATED[name].flows
        assert each["confirmed"] == each["sage_orders"] > 5, name
        assert each["trial_balance"] == 0, name
        assert each["stock_writes"] > 50, name
        assert each["price_writes"] > 50, name
        if "shipments" in flows:
            assert each["shipped"] == each["confirmed"], name
        if "payments" in flows:
            assert each["paid"] == each["chain_complete"] == each["confirmed"] - 1, name  # one paid in part
    assert not list(tmp_path.iterdir()), stderr  # its folder is gone
