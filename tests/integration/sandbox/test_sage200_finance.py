"""Despatch, invoices, the ledgers and payments over the API (contract §9.7 to §9.10)."""

from __future__ import annotations

from typing import Any

from integration.sandbox.sage200_world import Sage, instant, sage

CARRIAGE = {"line_type": "EnumLineTypeCharge", "code": "CARRIAGE", "selling_unit_price": 5.00}


def despatched(world: Sage, *lines: dict[str, Any], **header: Any) -> Any:
    order = world.enter(*(lines or (world.item_line(quantity=4, selling_unit_price=10), CARRIAGE)), **header)
    world.control("despatch", {"order": order["document_no"]})
    return order


def invoiced(world: Sage, **header: Any) -> Any:
    """The posted transaction of an order of 54.00."""
    order = despatched(world, **header)
    world.control("invoice-run", {})
    return world.one("sales_posted_transactions", f"second_reference eq '{order['document_no']}'")


def test_a_despatch_in_two_parts_and_an_invoice_for_each() -> None:
    world = sage()
    order = world.enter(
        world.item_line(quantity=3, selling_unit_price=9.99), world.item_line("HUB-0002", 1), CARRIAGE
    )
    first, second, _ = order["lines"]
    courier = world.id_of("couriers", "name", "DPD")
    assert [len(group["items"]) for group in world.get("sop_confirm_despatch")] == [2]
    answer = world.post(
        "sop_confirm_despatch",
        {
            "sop_order_return_id": order["id"],
            "despatch_receipt_date": "2026-03-02T00:00:00Z",
            "items": [{"id": first["id"], "quantity": 2}],
            "tracking_items": [
                {"courier_id": courier, "consignment_no": "1Z999", "weight": 1.2, "pieces": 1}
            ],
        },
    )
    assert answer["items"] == [{"id": first["id"], "quantity": 2}]
    partly = world.get(f"sop_orders/{order['id']}", expand="lines")
    assert partly["despatch_receipt_status"] == "EnumTradeLineStatusPartially"
    assert (partly["lines"][0]["despatch_receipt_quantity"], partly["lines"][0]["allocated_quantity"]) == (
        2,
        1,
    )
    (row,) = world.get("sop_order_despatch_line_views", filter=f"sop_order_id eq {order['id']}")
    assert (row["sop_despatch_line_quantity"], row["sop_despatch_consignment_no"]) == (2, "1Z999")
    assert row["sys_courier_tracking_url"] == "https://dpd.example/1Z999"
    assert row["sop_despatch_line_is_invoiced"] is False
    (one,) = world.control("invoice-run", {})["invoices"]
    assert one["gross"] == "29.97"  # 19.98 and 3.99 of 5.99 tax, carriage 5.00 and 1.00 tax
    world.control("despatch", {"order": order["document_no"], "consignment": "1Z998"})
    marker = row["date_time_updated"]
    rows = world.get(
        "sop_order_despatch_line_views",
        filter=f"date_time_updated gt {marker}",
        orderby="sop_despatch_line_id",
    )
    assert [one["sop_despatch_line_is_invoiced"] for one in rows] == [True, False, False]
    (two,) = world.control("invoice-run", {})["invoices"]
    done = world.get(f"sop_orders/{order['id']}", expand="lines")
    assert done["document_status"] == "EnumDocumentStatusComplete"
    assert {line["is_complete"] for line in done["lines"]} == {True}
    links = world.get(
        "sop_order_return_invoice_credit_views", filter="sop_order_return_customer_document_no eq '000000123'"
    )
    assert [link["sop_invoice_credit_document_no"] for link in links] == [one["number"], two["number"]]
    total = sum(link["sop_invoice_credit_total_gross_value"] for link in links)
    assert round(total, 2) == order["total_gross_value"]
    assert (
        len(
            world.get("sop_order_despatch_views", filter=f"sop_order_document_no eq '{order['document_no']}'")
        )
        == 2
    )
    lines = world.get(
        "sop_order_return_line_invoice_credit_views", filter=f"sop_order_return_line_id eq {first['id']}"
    )
    assert [line["sop_invoice_credit_line_invoice_credit_quantity"] for line in lines] == [2.0, 1.0]
    assert world.company.books()["violations"] == []
    assert second["line_quantity"] == 1


def test_despatches_that_are_refused() -> None:
    world = sage()
    order = world.enter(world.item_line(quantity=2))
    line = order["lines"][0]["id"]

    def confirm(items: Any, status: int = 400, **more: Any) -> Any:
        return world.post(
            "sop_confirm_despatch", {"sop_order_return_id": order["id"], "items": items, **more}, status
        )

    confirm([{"id": line, "quantity": 3}])
    confirm([{"id": line, "quantity": 0}])
    confirm([{"id": 1, "quantity": 1}])
    confirm([{"id": line, "quantity": 1}, {"id": line, "quantity": 1}])
    confirm([])
    confirm([{"id": line, "quantity": 1}], tracking_items=[{"courier_id": 1}])
    confirm([{"id": line, "quantity": 1}], despatch_receipt_date="2020-03-02T00:00:00Z")
    world.control("hold", {"order": order["document_no"], "on_hold": True})
    confirm([{"id": line, "quantity": 1}])
    assert world.get("sop_order_despatch_views") == []
    world.control("hold", {"order": order["document_no"], "on_hold": False})
    confirm([{"id": line, "quantity": 1}], 200)
    assert world.refused("sop_confirm_despatch", filter="customer_name eq 'x'").status_code == 400
    filtered = world.get("sop_confirm_despatch", filter=f"document_no eq '{order['document_no']}'")
    assert filtered[0]["items"][0]["available_quantity"] == 1


def test_tracking_details_can_be_put_right() -> None:
    world = sage()
    order = despatched(world)
    (receipt,) = world.get("sop_despatch_receipts")
    before = world.get("sop_order_despatch_line_views")[0]["date_time_updated"]
    courier = world.id_of("couriers", "name", "Royal Mail")
    world.put(
        f"sop_despatch_receipts/{receipt['id']}",
        {"consignment_no": "RM1", "courier_id": courier, "despatch_no": "x"},
    )
    (row,) = world.get("sop_order_despatch_line_views", filter=f"sop_order_id eq {order['id']}")
    assert (row["sop_despatch_courier_name"], row["sys_courier_tracking_url"]) == (
        "Royal Mail",
        "https://track.example/RM1",
    )
    assert instant(row["date_time_updated"]) > instant(before)
    world.put(f"sop_despatch_receipts/{receipt['id']}", {"courier_id": 1}, 400)
    new = world.post("couriers", {"name": "UPS", "tracking_url": "https://ups.example/{0}"})
    saved = world.call("PUT", "couriers", json=[{"id": new["id"], "website": "https://ups.example"}]).json()
    assert saved[0]["name"] == "UPS"
    assert world.call("DELETE", f"couriers/{new['id']}").status_code == 200


def test_an_invoice_run_posts_balanced_rows_with_one_urn() -> None:
    world = sage()
    posted = invoiced(world)
    assert posted["trader_transaction_type"] == "TradingAccountEntryTypeInvoice"
    assert (posted["document_goods_value"], posted["document_tax_value"]) == (45.0, 9.0)
    assert posted["document_gross_value"] == posted["document_outstanding_value"] == 54.0
    assert (posted["transaction_date"], posted["due_date"]) == ("2026-03-02T00:00:00", "2026-04-01T00:00:00")
    rows = world.get(
        "nominal_transaction_enquiry_views",
        filter=f"urn eq {posted['urn']}",
        expand="nominal_analysis_items,trade_items",
    )
    names = {one["id"]: one["reference"] for one in world.get("nominal_codes")}
    assert {names[row["nominal_code_id"]]: (row["debit"], row["credit"]) for row in rows} == {
        "1100": (54.0, 0.0),
        "4000": (0.0, 40.0),
        "4905": (0.0, 5.0),
        "2200": (0.0, 9.0),
    }
    assert {row["source"] for row in rows} == {"LedgerSOP"}
    assert sum(item["value"] for item in rows[0]["nominal_analysis_items"]) == 0
    assert rows[0]["trade_items"][0]["account_number"] == "WEB"
    (line,) = world.get("customer_sop_invoice_credit_line_views", filter="product_code eq 'HUB-0001'")
    assert line["sop_invoice_credit_line_total_value"] == 40.0
    full = world.get(
        f"sales_posted_transactions/{posted['id']}", expand="tax_analysis_items,nominal_analysis_items"
    )
    assert [(item["code"], item["value"]) for item in full["nominal_analysis_items"]] == [
        ("4000", 40.0),
        ("4905", 5.0),
    ]
    assert full["tax_analysis_items"][0]["tax_amount"] == 9.0
    assert world.company.ledger.trial_balance() == 0
    assert world.one("customers", "reference eq 'WEB'")["balance"] == 54.0


def test_a_part_payment_then_the_rest() -> None:
    world = sage()
    invoice = invoiced(world)
    bank = world.id_of("banks", "code", "BANK")
    customer = invoice["customer_id"]

    def pay(value: float) -> Any:
        body = {"customer_id": customer, "bank_id": bank, "cheque_value": value, "reference": f"P{value}"}
        urn = world.post("sales_receipts", body)["urn"]
        assert isinstance(urn, str)
        receipt = world.one("sales_posted_transactions", f"urn eq {urn}")
        assert receipt["document_gross_value"] == -value
        return world.post(
            "sales_allocations",
            {
                "customer_id": customer,
                "allocation_lines": [
                    {"posted_tran_id": invoice["id"], "value_to_allocate": value},
                    {"posted_tran_id": receipt["id"], "value_to_allocate": -value},
                ],
            },
        )

    pay(20.00)
    partly = world.get(f"sales_posted_transactions/{invoice['id']}")
    assert (partly["document_outstanding_value"], partly["full_settlement_date"]) == (34.0, None)
    assert instant(partly["date_time_updated"]) > instant(invoice["date_time_updated"])
    enquiry = world.one("sales_transaction_enquiry_views", f"id eq {invoice['id']}")
    assert enquiry["allocation_status"] == "AllocationStatusPart"
    world.clock.advance(24 * 3600)
    world.tokens = world.face.sign_in()
    pay(34.00)
    paid = world.get(
        f"sales_posted_transactions/{invoice['id']}",
        expand="allocation_history_items,allocation_session_items",
    )
    assert (paid["document_outstanding_value"], paid["full_settlement_date"]) == (0.0, "2026-03-03T00:00:00")
    assert [item["allocation_value"] for item in paid["allocation_history_items"]] == [20.0, 34.0]
    assert [item["reference"] for item in paid["allocation_session_items"]] == ["P20.0", "P34.0"]
    assert world.one("customers", "reference eq 'WEB'")["balance"] == 0.0
    flat = world.one("sales_transaction_views", f"posted_customer_transaction_id eq {invoice['id']}")
    assert (flat["document_outstanding_value"], flat["customer_reference"]) == (0.0, "WEB")
    assert world.company.books()["violations"] == []


def test_payments_that_are_refused() -> None:
    world = sage(urn_as_number=True)
    invoice = invoiced(world)
    customer, bank = invoice["customer_id"], world.id_of("banks", "code", "BANK")
    body = {"customer_id": customer, "bank_id": bank, "cheque_value": 10}
    for name, value in (
        ("bank_id", 1),
        ("customer_id", 1),
        ("cheque_value", -1),
        ("transaction_date", "2020-01-01T00:00:00Z"),
    ):
        world.post("sales_receipts", {**body, name: value}, 400)
    for name in body:
        world.post("sales_receipts", {key: body[key] for key in body if key != name}, 400)
    world.post("sales_receipts", {**body, "nominal_analysis_items": [{"code": "1200", "value": 9}]}, 400)
    urn = world.post("sales_receipts", body)["urn"]
    assert isinstance(urn, int)
    receipt = world.one("sales_posted_transactions", f"urn eq {urn}")["id"]

    def allocate(*lines: tuple[int, float], status: int = 400, by: int = customer) -> None:
        pairs = [{"posted_tran_id": id, "value_to_allocate": value} for id, value in lines]
        world.post("sales_allocations", {"customer_id": by, "allocation_lines": pairs}, status)

    allocate((invoice["id"], 10), (receipt, -9))
    allocate((invoice["id"], -10), (receipt, 10))
    allocate((invoice["id"], 11), (receipt, -11))
    allocate((invoice["id"], 10), (receipt, -10), by=world.company.customer("GUS01").id)
    allocate((invoice["id"], 5), (invoice["id"], 5), (receipt, -10))
    allocate((invoice["id"], 10), (receipt, -10), status=200)
    allocate((invoice["id"], 1), (receipt, -1))


def test_a_credit_note_and_a_refund() -> None:
    world = sage()
    invoice = invoiced(world)
    tax = world.id_of("tax_codes", "name", "Standard rate")
    body = {
        "customer_id": invoice["customer_id"],
        "reference": "CM1",
        "second_reference": "000000123",
        "document_goods_value": 10.00,
        "document_tax_value": 2.00,
        "tax_analysis_items": [{"id": tax, "goods_amount": 10.00, "tax_amount": 2.00}],
        "nominal_analysis_items": [{"code": "4000", "value": 10.00, "narrative": "Return"}],
    }
    world.post(
        "sales_credit_notes", {**body, "tax_analysis_items": [{"goods_amount": 10, "tax_amount": 2}]}, 400
    )
    world.post("sales_credit_notes", {**body, "document_goods_value": 11}, 400)
    world.post("sales_credit_notes", {**body, "nominal_analysis_items": [{"code": "4000", "value": 9}]}, 400)
    world.post("sales_credit_notes", {**body, "nominal_analysis_items": [{"code": "9999", "value": 10}]}, 400)
    world.post("sales_credit_notes", body)
    credit = world.one("sales_posted_transactions", "reference eq 'CM1'")
    assert credit["trader_transaction_type"] == "TradingAccountEntryTypeCreditNote"
    assert credit["document_gross_value"] == -12.0
    simple = {name: body[name] for name in body if not name.endswith("items")}
    world.post("sales_invoices", {**simple, "reference": "INV1"})
    bank = world.id_of("banks", "code", "BANK")
    world.post("sales_payments", {"customer_id": invoice["customer_id"], "bank_id": bank, "cheque_value": 12})
    assert world.one("customers", "reference eq 'WEB'")["balance"] == 66.0
    assert world.company.books()["violations"] == []


def test_what_was_paid_with_the_order_is_set_against_its_invoice() -> None:
    world = sage()
    method = world.id_of("sop_payment_methods", "name", "PAYPAL")
    paid = {"payment_with_order": True, "payment_method_id": method, "payment_reference": "PP-1"}
    order = despatched(world, **paid)
    assert (order["payment_value"], order["payment_declared"], order["payment_undeclared"]) == (
        54.0,
        54.0,
        0.0,
    )
    world.control("invoice-run", {})
    invoice = world.one(
        "sales_posted_transactions",
        f"second_reference eq '{order['document_no']}' and document_gross_value gt 0",
    )
    assert invoice["document_outstanding_value"] == 0.0
    receipt = world.one("sales_posted_transactions", "reference eq 'PP-1'", expand="bank_items")
    assert receipt["bank_items"][0]["bank_code"] == "PAYPAL"
    assert world.company.books()["accounts"]["1211"] == "54.00"
    part = world.enter(
        customer_document_no="2", payment_type="EnumSOPOrderPaymentTypePart", payment_value=5, **paid
    )
    assert (part["payment_declared"], part["payment_undeclared"]) == (5.0, 7.44)
    at_once = world.enter(customer_document_no="3", invoice_payment_with_order_immediately=True, **paid)
    assert world.one("sales_posted_transactions", f"second_reference eq '{at_once['document_no']}'")
    assert world.call("DELETE", f"sop_orders/{at_once['id']}").status_code == 403
    online = world.id_of("sop_payment_methods", "name", "ONLINE")
    world.enter(payment_with_order=True, payment_method_id=online, status=400)
    world.company.rules.allow_payment_with_order = False
    world.enter(**paid, status=400)


def test_batch_posting_shows_the_rows_after_the_run() -> None:
    world = sage()
    world.control("rules", {"posting": "batch"})
    invoice = invoiced(world)
    assert world.get("nominal_transaction_enquiry_views", filter=f"urn eq {invoice['urn']}") == []
    assert world.control("posting-run", {})["journals"] >= 1
    assert len(world.get("nominal_transaction_enquiry_views", filter=f"urn eq {invoice['urn']}")) == 4


def test_the_audit_chain_from_the_order_number_to_the_postings() -> None:
    world = sage()
    despatched(world, customer_document_no="000000777")
    world.control("invoice-run", {})
    order = world.one("sop_orders", "customer_document_no eq '000000777'")
    link = world.one("sop_order_return_invoice_credit_views", f"sop_order_return_id eq {order['id']}")
    posted = world.one(
        "sales_posted_transactions", f"reference eq '{link['sop_invoice_credit_document_no']}'"
    )
    rows = world.get("nominal_transaction_enquiry_views", filter=f"urn eq {posted['urn']}")
    assert (
        sum(row["debit"] for row in rows) == sum(row["credit"] for row in rows) == order["total_gross_value"]
    )
    account = rows[0]["nominal_code_id"]
    assert rows[0]["id"] in [
        row["id"] for row in world.get(f"nominal_codes/{account}/nominal_transaction_enquiry_views")
    ]
    assert world.get(f"nominal_transaction_enquiry_views/{rows[0]['id']}")["urn"] == posted["urn"]
    world.put(f"sales_posted_transactions/{posted['id']}", {"queried": "Q"})
    assert world.get(f"customers/{order['customer_id']}/sales_posted_transactions")[0]["queried"] == "Q"
