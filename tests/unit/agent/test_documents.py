"""Shipments, invoices, payments and ledger through the agent: the chain of section 7.2, and its batch days."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage100.staff import Staff
from unit.agent.hub import Stand, order


@pytest.fixture
def stand(tmp_path: Path) -> Any:
    made = Stand(tmp_path)
    made.send(order())
    yield made
    assert made.is_even()


def staff(stand: Stand) -> Staff:
    return Staff(stand.sage, stand.sage.companies["ABC"])


def rows(stand: Stand, dataset: str, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stand.get(f"/v1/companies/ABC/data/{dataset}", **more)["rows"]
    return found


def stock(stand: Stand) -> dict[str, Decimal]:
    (row,) = [row for row in rows(stand, "stock", WarehouseCode="001") if row["ItemCode"] == "ABC-1"]
    return {
        name: Decimal(row[name]) for name in ("QuantityOnHand", "QuantityOnSalesOrder", "QuantityInShipping")
    }


def test_in_data_entry_the_order_is_locked_and_stock_stands_still(stand: Stand) -> None:
    before = stock(stand)
    entry = staff(stand).ship("0000001", tracking="1Z999")
    (shipment,) = rows(stand, "open-shipments", columns="InvoiceNo,SalesOrderNo,UDF_MAGENTO_ORDER")
    assert (shipment["InvoiceNo"], shipment["SalesOrderNo"]) == (entry.invoice, "0000001")
    assert shipment["UDF_MAGENTO_ORDER"] == "main:000000123"
    (package,) = rows(stand, "shipment-tracking")
    assert package["TrackingID"] == "1Z999"
    assert rows(stand, "orders")[0]["CurrentInvoiceNo"] == entry.invoice
    assert stock(stand) == {**before, "QuantityInShipping": Decimal(2)}
    with pytest.raises(Refusal, match="being invoiced"):
        staff(stand).ship("0000001")


def test_a_posted_journal_moves_stock_and_makes_the_chain(stand: Stand) -> None:
    before = stock(stand)
    entry = staff(stand).ship("0000001", tracking="1Z999")
    staff(stand).post_sales_journal()
    after = stock(stand)
    assert after["QuantityOnHand"] == before["QuantityOnHand"] - 2
    assert (after["QuantityOnSalesOrder"], after["QuantityInShipping"]) == (0, 0)
    assert rows(stand, "orders") == []  # complete: it has left the open file
    (history,) = rows(stand, "order-history")
    assert (history["OrderStatus"], history["LastInvoiceNo"]) == ("C", entry.invoice)
    links = rows(stand, "order-invoice-links", SalesOrderNo="0000001")
    assert {one["InvoiceNo"] for one in links} == {entry.invoice}
    (invoice,) = rows(stand, "invoices")
    total = sum(
        Decimal(invoice[name])
        for name in ("TaxableSalesAmt", "NonTaxableSalesAmt", "FreightAmt", "SalesTaxAmt")
    )
    assert total - Decimal(invoice["DiscountAmt"]) == Decimal("48.09")
    (item,) = rows(stand, "open-items")
    assert (item["InvoiceNo"], item["InvoiceType"], item["Balance"]) == (entry.invoice, "IN", "48.09")
    assert rows(stand, "tracking", InvoiceNo=entry.invoice)[0]["TrackingID"] == "1Z999"


def test_the_ledger_waits_for_the_daily_transaction_register(stand: Stand) -> None:
    staff(stand).ship("0000001")
    staff(stand).post_sales_journal()
    before = len(rows(stand, "gl-postings"))
    staff(stand).daily_transaction_register()
    (invoice,) = rows(stand, "invoices")
    posted = [
        one
        for one in rows(stand, "gl-postings")
        if (one["SourceJournal"], one["JournalRegisterNo"])
        == (invoice["SourceJournal"], invoice["JournalNoGLBatchNo"])
        and one["DocumentNo"] == invoice["InvoiceNo"]
    ]
    assert len(rows(stand, "gl-postings")) > before
    assert sum(Decimal(one["DebitAmount"]) - Decimal(one["CreditAmount"]) for one in posted) == 0
    keys = {one["AccountKey"] for one in rows(stand, "accounts")}
    assert {one["AccountKey"] for one in posted} <= keys


def test_a_part_leaves_the_rest_open(stand: Stand) -> None:
    staff(stand).ship("0000001", {"ABC-1": Decimal(1)})
    staff(stand).post_sales_journal()
    (line, *_) = rows(stand, "order-lines", SalesOrderNo="0000001")
    assert (Decimal(line["QuantityOrdered"]), Decimal(line["QuantityShipped"])) == (2, 1)
    staff(stand).ship("0000001")
    staff(stand).post_sales_journal()
    assert rows(stand, "orders") == []
    assert len(rows(stand, "invoices")) == 2


def test_a_receipt_settles_the_invoice_and_a_credit_takes_it_back(stand: Stand) -> None:
    entry = staff(stand).ship("0000001")
    staff(stand).post_sales_journal()
    kernel = stand.sage.companies["ABC"].kernel
    kernel.receipt("00-WEB0001", Decimal("48.09"), reference="CHK-1", invoice=entry.invoice)
    assert rows(stand, "open-items") == []
    (payment,) = rows(stand, "payments")
    assert (payment["InvoiceNo"], payment["TransactionAmt"], payment["CheckNo"]) == (
        entry.invoice,
        "-48.09",
        "CHK-1",
    )
    (receipt,) = rows(stand, "receipts")
    assert (receipt["CheckNo"], receipt["CashAmountApplied"]) == ("CHK-1", "48.09")
    staff(stand).credit("0000001")
    assert sorted(one["InvoiceType"] for one in rows(stand, "invoices")) == ["CM", "IN"]


def test_the_backup_fails_while_our_session_is_open(stand: Stand) -> None:
    assert staff(stand).backup() == "blocked"
    stand.post("/v1/drain")
    assert staff(stand).backup() == "done"
    stand.post("/v1/resume")


def test_staff_that_holds_all_seats_keeps_the_agent_out(tmp_path: Path) -> None:
    stand = Stand(tmp_path, seats=2)
    held = staff(stand).take_seats(2)
    body = {"batch": "b", "orders": [order()]}
    assert stand.call("POST", "/v1/companies/ABC/orders", body)[0] == 503
    staff(stand).leave(held)
    assert stand.send(order())[0]["outcome"] == "created"
    assert stand.is_even()


def test_a_user_at_lunch_defers_the_cancelling(tmp_path: Path) -> None:
    stand = Stand(tmp_path, {"sage100": {"allow_cancel": True}})
    stand.send(order())
    back = staff(stand).edit("0000001")
    path, body = "/v1/companies/ABC/orders/0000001/cancel", {"key": "main:000000123"}
    assert stand.post(path, body)["outcome"] == "deferred"
    back()
    assert stand.post(path, body)["outcome"] == "cancelled"
    assert stand.is_even()


def test_the_kernels_own_staff_works_the_same_chain(stand: Stand) -> None:
    """A despatch that waits for the invoice run is data entry; scenarios that know no Sage 100 can trade in it."""
    kernel = stand.sage.companies["ABC"].kernel
    before = stock(stand)
    despatch = kernel.despatch("0000001", courier="UPS BLUE", consignment="1Z7")
    (shipment,) = rows(stand, "open-shipments")
    assert (shipment["InvoiceNo"], shipment["ShipVia"]) == (despatch.number, "UPS BLUE")
    assert rows(stand, "orders")[0]["CurrentInvoiceNo"] == despatch.number
    assert stock(stand) == {**before, "QuantityInShipping": Decimal(2)}
    (invoice,) = kernel.invoice_run()
    assert stock(stand)["QuantityOnHand"] == before["QuantityOnHand"] - 2
    assert rows(stand, "open-shipments") == rows(stand, "orders") == []
    assert rows(stand, "tracking", InvoiceNo=invoice.number)[0]["TrackingID"] == "1Z7"
    kernel.run_posting()
    (header,) = rows(stand, "invoices")
    assert [
        one for one in rows(stand, "gl-postings") if one["JournalRegisterNo"] == header["JournalNoGLBatchNo"]
    ]
    assert kernel.ledger.trial_balance() == 0


def test_price_levels_are_the_kernels_lists(stand: Stand) -> None:
    lines = [{"division": "00", "customer": "WANDA01", "item": "HUB-0001", "quantity": "1"}]
    (probe,) = stand.post("/v1/companies/ABC/price-probe", {"lines": lines})["results"]
    (row,) = [row for row in rows(stand, "price-codes") if row["ItemCode"] == "HUB-0001"]
    assert (row["PriceCodeRecord"], row["CustomerPriceLevel"], row["PricingMethod"]) == ("1", "1", "O")
    assert Decimal(probe["unit_price"]) == Decimal(row["DiscountMarkup1"]) == Decimal("9.33")
    (customer,) = [row for row in rows(stand, "customers") if row["CustomerNo"] == "WANDA01"]
    assert customer["PriceLevel"] == "1"
