"""One order's whole life, by the command line: from the shop to Intacct, and back as shipment and invoice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from integration.intacct.hub import IntacctHub
from tidegate.ledger import database
from tidegate_sandbox.faults import Fault

BASKET = (("HUB-0001", 2), ("HUB-0002", 1))


@pytest.fixture
def hub(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[IntacctHub]:
    made = IntacctHub(tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "200")
    shutil.copyfile(migrated, tmp_path / "tidegate.db")
    yield made
    database.close()
    made.close()


def test_an_order_is_confirmed_shipped_and_invoiced(hub: IntacctHub) -> None:
    hub.cycle("inventory")
    (entity_id,) = hub.shopper.place_orders(1, "guest", lines=BASKET)

    hub.cycle("orders")

    (order,) = hub.company.orders.table
    (placed,) = hub.shop.books()["orders"]
    assert order.external_key == f"magento:main:{entity_id}"
    assert order.totals.gross == Decimal(str(placed["grand_total"]))

    hub.cycle("order-status")
    docid = f"Sales Order-{order.number}"
    shipped = hub.staff("convert", document=docid, to="Shipper", carrier="UPS Ground", tracking="1Z999")
    hub.cycle("shipments")
    invoiced = hub.staff("convert", document=shipped["docid"], to="Sales Invoice")
    hub.cycle("invoices")
    hub.cycle("order-status")

    (told,) = hub.shop.books()["orders"]
    (shipment,) = told["shipments"]
    assert "1Z999" in str(hub.shop.shipments.of(entity_id))
    assert {item["qty"] for item in shipment["items"]} == {"2", "1"}
    (invoice,) = told["invoices"]
    assert Decimal(str(invoice["grand_total"])) == order.totals.gross

    number = invoiced["docid"].removeprefix("Sales Invoice-")
    hub.staff(
        "receive-payment",
        customer="WEB",
        value=str(order.totals.gross),
        invoice=number,
        reference="000000001",
    )
    hub.cycle("payments")
    chain = hub.json("trace", "000000001")["orders"][0]["chain"]
    assert (chain["missing"], chain["complete"], chain["not_told"]) == ([], True, [])
    assert hub.json("reconcile", "--from", "2026-03-20")["differences"] == []


def test_a_cancelled_order_is_closed_in_the_company(hub: IntacctHub) -> None:
    (entity_id,) = hub.shopper.place_orders(1, "guest", lines=BASKET)
    hub.cycle("orders")
    hub.shopper.cancel(entity_id)
    hub.cycle("orders")

    (order,) = hub.company.orders.table
    assert (order.status, order.extra["closed"]) == ("cancelled", True)


def test_a_session_that_has_run_out_and_a_lost_answer_double_nothing(hub: IntacctHub) -> None:
    hub.faults.add(Fault("drop_after", body="<create_sotransaction>"))
    hub.faults.add(Fault("session_expired", times=1))
    placed = hub.shopper.place_orders(3, "guest", lines=BASKET)
    hub.cycle("orders", code=1)
    hub.cycle("orders")

    keys = [one.external_key for one in hub.company.orders.table]
    assert sorted(keys) == sorted(f"magento:main:{one}" for one in placed)
    assert hub.json("status")["connections"]["web"]["flows"]["orders"]["steps"]["order"]["confirmed"] == 3


def test_a_prepaid_order_has_its_receipt_set_against_its_invoice(hub: IntacctHub) -> None:
    text = hub.config.read_text(encoding="utf-8")
    prepaid = '\n[connections.web.payments.checkmo]\naccount = "BOA"\nprepaid = true\n'
    hub.config.write_text(text + prepaid, encoding="utf-8")
    hub.shopper.place_orders(1, "guest", lines=BASKET, method="checkmo")
    hub.cycle("orders")
    hub.cycle("payments")
    (order,) = hub.company.orders.table
    shipped = hub.staff("convert", document=f"Sales Order-{order.number}", to="Shipper")
    hub.staff("convert", document=shipped["docid"], to="Sales Invoice")
    for flow in ("shipments", "invoices", "payments", "payments"):
        hub.cycle(flow)

    entries = {one.kind: one for one in hub.company.receivables.table}
    assert (entries["receipt"].gross, entries["receipt"].outstanding) == (-order.totals.gross, 0)
    assert entries["invoice"].outstanding == 0
