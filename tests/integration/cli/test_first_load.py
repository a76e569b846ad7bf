"""The first load: a store that has everything already is written nothing, and only what differs is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from integration.cli.conftest import ready
from integration.cli.terminal import Terminal

FLOWS = ("customers", "products", "prices", "inventory")
SKU, SOURCE = "HUB-0001", "wh_detroit"


@pytest.fixture
def grown(terminal: Terminal, migrated: Path, tmp_path: Path) -> Terminal:
    """Store and company agree since long ago; this ledger has seen nothing but `match --import`."""
    terminal.write_config(back=dict.fromkeys(FLOWS, "1h"))
    cycles(terminal)  # whoever kept the store right before
    ready(terminal, migrated)
    decisions = tmp_path / "decisions.csv"
    terminal.run("match", "--export", str(decisions), code=1)  # one e-mail: a person says yes
    text = decisions.read_text(encoding="utf-8")
    decisions.write_text(text.replace("likely,email,,", "likely,email,,yes"), encoding="utf-8")
    terminal.run("match", "--import", str(decisions))
    return terminal


def cycles(terminal: Terminal) -> dict[str, list[str]]:
    """One cycle of each flow; the calls by flow that wrote anything."""
    written = {}
    for flow in FLOWS:
        terminal.world.clock.advance(60)
        terminal.world.shop_wire.clear_log()
        report = terminal.json("cycle", flow, "--now")
        assert report["outcome"] == "done", report
        seen = [f"{one[1]} {one[2]}" for one in terminal.world.shop_wire.requests_seen]
        written[flow] = [call for call in seen if not call.startswith("GET") and "information" not in call]
    return written


def test_the_first_cycles_after_the_import_write_nothing(grown: Terminal) -> None:
    assert cycles(grown) == {flow: [] for flow in FLOWS}


def test_only_what_differs_is_written(grown: Terminal) -> None:
    shop = grown.world.shop
    right = shop.stock.item(SKU, SOURCE)
    assert right is not None
    shop.catalogue.prices.base[SKU] = {1: shop.catalogue.prices.regular(SKU, 1, Decimal(0)) + 1}
    shop.stock.put(replace(right, quantity=Decimal(1)))
    written = {flow: calls for flow, calls in cycles(grown).items() if calls}
    assert {flow: len(calls) for flow, calls in written.items()} == {"prices": 1, "inventory": 1}
    assert shop.stock.item(SKU, SOURCE) == right
