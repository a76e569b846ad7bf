"""A gift box that Intacct does not know: an amount of the order there, an item of the invoice in the shop."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integration.intacct.hub import IntacctHub
from tidegate.domain.fulfilment import invoicing
from tidegate.domain.states import State
from tidegate.ledger import database, queue
from tidegate.simulation.world import sell_beside
from tidegate_sandbox.magento.additions import Additions


@pytest.fixture
def hub(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[IntacctHub]:
    made = IntacctHub(tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    text = made.config.read_text(encoding="utf-8")
    text = text.replace('"4905" = "Handling" }', '"4905" = "Handling", "4000" = "Sold beside" }')
    text = text.replace('websites = ["base"]\n', 'websites = ["base"]\nskip_skus = ["BOX-1"]\n', 1)
    made.config.write_text(text + '\n[connections.web.revenue.accounts]\n"*" = "4000"\n', encoding="utf-8")
    made.face.tenant.store.more["subtotals"]["Sold beside"] = "4000"
    sell_beside(made.shop, "BOX-1")
    shutil.copyfile(migrated, tmp_path / "tidegate.db")
    yield made
    database.close()
    made.close()


def sold_and_billed(hub: IntacctHub, kind: str = "guest", **choices: Any) -> Any:
    """The shop's order, after its goods have left and were billed."""
    hub.cycle("inventory")
    sold = {"lines": (("HUB-0001", 2),), "beside": (("BOX-1", 1),)}
    hub.shopper.place_order(kind, **(sold | choices))
    hub.cycle("orders")
    (order,) = hub.company.orders.table
    shipped = hub.staff("convert", document=f"Sales Order-{order.number}", to="Shipper")
    hub.staff("convert", document=shipped["docid"], to="Sales Invoice")
    for flow in ("shipments", "invoices"):
        hub.cycle(flow)
    (placed,) = hub.shop.books()["orders"]
    return placed


@pytest.mark.parametrize("kind", ["guest", "coupon"])
def test_it_is_invoiced_with_what_it_was_sold_beside(hub: IntacctHub, kind: str) -> None:
    placed = sold_and_billed(hub, kind)
    (invoice,) = placed["invoices"]
    assert {row["sku"]: row["qty"] for row in invoice["items"]} == {"HUB-0001": "2", "BOX-1": "1"}
    assert Decimal(str(invoice["grand_total"])) == Decimal(str(placed["grand_total"]))


def test_one_with_a_custom_option_is_known_by_its_product(hub: IntacctHub) -> None:
    engraved = Additions(option=("red", "For Ben"))
    lines = (("BOX-1", 1), ("HUB-0001", 2))
    placed = sold_and_billed(hub, lines=lines, beside=(), additions=engraved)
    (invoice,) = placed["invoices"]
    assert {row["sku"]: row["qty"] for row in invoice["items"]} == {"HUB-0001": "2", "BOX-1-red": "1"}


def test_the_bug_that_leaves_it_out_shows(hub: IntacctHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoicing, "beside", lambda lines, order, skus, side: {})
    (invoice,) = sold_and_billed(hub)["invoices"]
    assert [row["sku"] for row in invoice["items"]] == ["HUB-0001"]


def test_where_no_amount_is_what_it_comes_to_a_person_is_asked(
    hub: IntacctHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that comes later bills it: the order would stay open, and nobody would know."""
    monkeypatch.setattr(invoicing, "beside", lambda lines, order, skus, side: {})
    sold_and_billed(hub)
    (asked,) = queue.listing(connection="web", state=State.REVIEW)
    assert (asked.flow, asked.reason_code) == ("invoices", "totals-differ")
    assert "missing in Magento" in asked.reason
