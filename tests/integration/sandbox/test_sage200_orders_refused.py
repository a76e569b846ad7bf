"""Sales orders that the API refuses or stores on hold (contract §9.6, §11)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from integration.sandbox.sage200_world import sage
from tidegate_sandbox.erp import Rules


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"customer_id": 999999}, "customer"),
        ({"customer_id": "1"}, "integer"),
        ({"lines": []}, "line"),
        ({"document_date": "2026-03-02"}, "date-time"),
        ({"document_date": "2020-01-01T00:00:00Z"}, "financial year"),
        ({"customer_document_no": "x" * 31}, "30"),
        ({"spare_text_1": "x" * 101}, "100"),
        ({"document_created_by": "x" * 31}, "30"),
        ({"document_discount_percent": 100}, "discount"),
        ({"customer_type": "EnumCustomerTypeOther"}, "allowed"),
        ({"payment_with_order": True}, "payment method"),
        ({"payment_with_order": True, "payment_method_id": 1}, "payment method"),
        ({"delivery_address": {"country_code_id": 1}}, "country"),
        ({"delivery_address": {"postcode": "x" * 11}}, "10"),
        ({"customer_delivery_address_id": 1}, "delivery address"),
    ],
)
def test_headers_that_are_refused(change: dict[str, Any], text: str) -> None:
    world = sage()
    body = {**world.order(), **change}
    refusal = world.post("sop_orders", body, 400)
    assert text in refusal["Message"]
    assert world.company.books()["counts"]["orders"] == 0


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"line_type": None}, "line type"),
        ({"line_type": "EnumLineTypeNone"}, "allowed"),
        ({"product_id": 1}, "stock item"),
        ({"product_id": None, "code": None}, "stock item"),
        ({"warehouse_id": None}, "warehouse"),
        ({"warehouse_id": 1}, "warehouse"),
        ({"line_quantity": None}, "quantity"),
        ({"line_quantity": 0}, "quantity"),
        ({"line_quantity": -1}, "quantity"),
        ({"line_quantity": "1"}, "decimal"),
        ({"line_quantity": 1e30}, "large"),
        ({"selling_unit_price": -1}, "price"),
        ({"unit_discount_percent": 101}, "discount"),
        ({"tax_code_id": 1}, "tax code"),
        ({"nominal_reference": "9999"}, "nominal"),
        ({"description": "x" * 6001}, "6000"),
    ],
)
def test_lines_that_are_refused_take_the_whole_order_with_them(change: dict[str, Any], text: str) -> None:
    world = sage()
    free = world.one("products", "code eq 'HUB-0001'")["free_stock_quantity"]
    bad = {name: value for name, value in {**world.item_line(), **change}.items() if value is not None}
    refusal = world.enter(world.item_line(), bad, status=400)
    assert text in refusal["Message"]
    assert any("lines[1]" in field for field in refusal["ModelState"])
    assert world.company.books()["counts"]["orders"] == 0
    assert world.one("products", "code eq 'HUB-0001'")["free_stock_quantity"] == free


def test_other_lines_that_are_refused() -> None:
    world = sage()
    world.enter({"line_type": "EnumLineTypeCharge", "code": "NOPE", "selling_unit_price": 1}, status=400)
    world.enter({"line_type": "EnumLineTypeCharge", "selling_unit_price": 1}, status=400)
    world.enter({"line_type": "EnumLineTypeComment"}, status=400)
    world.enter(
        {"line_type": "EnumLineTypeFreeText", "line_quantity": 1, "selling_unit_price": 1}, status=400
    )
    world.enter(world.item_line("SHIRT-RED", warehouse="HOME"))
    world.company.item("SHIRT-RED").is_active = False
    world.enter(world.item_line("SHIRT-RED"), status=400)
    world.put(f"products/{world.company.item('HUB-0002').id}", {"allow_sales_order": False})
    world.enter(world.item_line("HUB-0002"), status=400)
    world.put(
        f"customers/{world.company.customer('GUS01').id}", {"account_status_type": "AccountStatusHidden"}
    )
    world.enter(customer="GUS01", status=400)


@pytest.mark.parametrize(
    ("line_type", "field", "value"),
    [
        ("EnumLineTypeCharge", "selling_unit_price_overridden", True),
        ("EnumLineTypeCharge", "line_quantity", 1),
        ("EnumLineTypeFreeText", "unit_discount_overridden", True),
        ("EnumLineTypeFreeText", "show_on_customer_docs", True),
        ("EnumLineTypeComment", "selling_unit_price", 1),
    ],
)
def test_fields_of_other_line_types_are_refused(line_type: str, field: str, value: Any) -> None:
    line: dict[str, Any] = {"line_type": line_type, "description": "x", "code": "CARRIAGE", field: value}
    if line_type != "EnumLineTypeCharge":
        del line["code"]
    if line_type == "EnumLineTypeFreeText":
        line |= {"line_quantity": 1, "selling_unit_price": 1}
    world = sage()
    refused = world.enter(line, status=400)
    assert f"The value of {field} can only be given for lines of type" in refused["Message"]
    assert sage(line_rules=False).enter(line)["id"]


def test_an_id_with_the_code_of_another_product_is_refused() -> None:
    world = sage()
    line = {**world.item_line(), "code": "HUB-0002"}
    assert "is not the code of the product" in world.enter(line, status=400)["Message"]
    assert sage(matching_codes=False).enter(line)["id"]


def test_a_customer_on_hold_gets_an_order_on_hold() -> None:
    world = sage()
    order = world.enter(customer="ONHOLD")
    assert order["document_status"] == "EnumDocumentStatusOnHold"
    assert order["is_credit_limit_exceeded"] is False
    free = world.enter(customer="ONHOLD", override_on_hold=True)
    assert free["document_status"] == "EnumDocumentStatusLive"
    world.company.rules.may_override_holds = False
    held = world.enter(customer="ONHOLD", override_on_hold=True)
    assert held["document_status"] == "EnumDocumentStatusOnHold"
    assert world.get("current_user_sop_user_permissions")[0]["override_credit_holds"] is False


def test_an_order_over_the_credit_limit_is_stored_on_hold() -> None:
    world = sage()
    small = world.enter(world.item_line(selling_unit_price=40), customer="NOCREDIT")
    assert (small["document_status"], small["is_credit_limit_exceeded"]) == ("EnumDocumentStatusLive", False)
    over = world.enter(world.item_line(selling_unit_price=2), customer="NOCREDIT")
    assert (over["document_status"], over["is_credit_limit_exceeded"]) == ("EnumDocumentStatusOnHold", True)
    view = world.one("customer_views", "reference eq 'NOCREDIT'")
    assert (view["value_of_current_orders_in_sop"], view["is_over_credit_limit"]) == (50.4, True)
    assert world.call("DELETE", f"sop_orders/{small['id']}").status_code == 200
    assert world.one("customer_views", "reference eq 'NOCREDIT'")["is_over_credit_limit"] is False


def test_a_price_without_permission_is_refused() -> None:
    world = sage(rules=Rules(may_override_prices=False))
    refusal = world.enter(world.item_line(selling_unit_price=1), status=400)
    assert "permission" in refusal["Message"]
    assert world.enter(world.item_line())["lines"][0]["selling_unit_price"] == 10.37
    assert world.get("current_user_sop_user_permissions")[0]["override_prices_discounts"] is False


def test_a_closed_period_refuses_the_order() -> None:
    world = sage()
    world.control("period", {"date": "2026-02-15", "open": False})
    refusal = world.enter(document_date="2026-02-20T00:00:00Z", status=400)
    assert "closed" in refusal["Message"]
    verdict = world.post(
        "transaction_date_validation", {"date": "2026-02-20T00:00:00Z", "ledger_type": "LedgerSOP"}
    )
    assert verdict["classification"] == "Unacceptable"
    world.control("period", {"date": "2026-02-15", "open": True})
    world.enter(document_date="2026-02-20T00:00:00Z")
    verdict = world.post("transaction_date_validation", {"date": "2026-02-20T00:00:00Z"})
    assert verdict == {"classification": "Acceptable", "message": ""}
    assert world.company.calendar.next_open(date(2026, 2, 20)) == date(2026, 2, 20)
