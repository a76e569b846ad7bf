"""Sales orders over the API: entering, sums, refusals, holds (contract §9.6, §11)."""

from __future__ import annotations

from base64 import b64decode
from datetime import date
from typing import Any

import pytest

from integration.sandbox.sage200_world import PROFESSIONAL, STANDARD, sage
from tidegate_sandbox.erp import Rules
from tidegate_sandbox.faults import Fault

CARRIAGE = {"line_type": "EnumLineTypeCharge", "code": "CARRIAGE", "selling_unit_price": 5.00}


def text_line(price: Any, quantity: Any = 1, **more: Any) -> dict[str, Any]:
    return {
        "line_type": "EnumLineTypeFreeText",
        "description": "Discount",
        "line_quantity": quantity,
        "selling_unit_price": price,
        **more,
    }


def test_the_example_of_the_contract() -> None:
    world = sage()
    order = world.enter(
        world.item_line(
            quantity=4, selling_unit_price=10.00, selling_unit_price_overridden=True, spare_text_1="item:551"
        ),
        {**CARRIAGE, "description": "Delivery"},
        {
            "line_type": "EnumLineTypeComment",
            "description": "Leave with neighbour",
            "show_on_customer_docs": True,
        },
        document_date="2026-03-02T00:00:00Z",
        document_created_by="MAGENTO",
        is_to_sequence_lines=True,
        analysis_code_1="WEB",
        spare_text_1="magento:base:000000123",
        delivery_address={"postal_name": "Jane Buyer", "city": "Leeds", "email_address": "jane@example.com"},
    )
    sums = {
        "subtotal_goods_value": 40.00,
        "subtotal_charge_net_value": 5.00,
        "subtotal_charge_tax_value": 1.00,
        "subtotal_discount_value": 0.00,
        "total_net_value": 45.00,
        "total_tax_value": 9.00,
        "total_gross_value": 54.00,
    }
    assert sums.items() <= order.items()
    assert order["document_no"] == "0000000001"
    assert order["document_status"] == "EnumDocumentStatusLive"
    assert order["spare_text_1"] == "magento:base:000000123"
    goods, charge, comment = order["lines"]
    assert (goods["line_total_value"], goods["line_tax_value"], goods["allocated_quantity"]) == (
        40.0,
        8.0,
        4.0,
    )
    assert (charge["description"], charge["nominal_reference"]) == ("Delivery", "4905")
    assert (comment["description"], comment["line_total_value"]) == ("Leave with neighbour", 0.0)
    assert [line["line_number"] for line in order["lines"]] == [1, 2, 3]
    assert goods["spare_text_1"] == "item:551"
    again = world.get(f"sop_orders/{order['id']}", expand="lines,delivery_address")
    assert again.pop("delivery_address")["postal_name"] == "Jane Buyer"
    assert again == order
    (book,) = world.company.books()["orders_by_key"]["magento:base:000000123"]
    assert (book["gross"], book["reference"], book["lines"][0]["key"]) == ("54.00", "000000123", "item:551")


@pytest.mark.parametrize(
    ("lines", "net", "tax", "gross"),
    [
        ([(3, "9.99", None)], "29.97", "5.99", "35.96"),
        ([(1, "0.125", None)], "0.13", "0.03", "0.16"),  # half away from zero, twice
        ([(7, "1.11115", None)], "7.78", "1.56", "9.34"),
        ([(2, "10", "0.333")], "19.33", "3.87", "23.20"),
        (
            [(1, "10.07", None), (1, "10.07", None), (1, "10.07", None)],
            "30.21",
            "6.03",
            "36.24",
        ),  # a penny off
    ],
)
def test_sums_are_rounded_line_by_line(
    lines: list[tuple[int, str, str | None]], net: str, tax: str, gross: str
) -> None:
    world = sage()
    order = world.enter(
        *(
            world.item_line(
                quantity=quantity,
                selling_unit_price=float(price),
                selling_unit_price_overridden=True,
                **({"unit_discount_value": float(discount)} if discount else {}),
            )
            for quantity, price, discount in lines
        )
    )
    totals = (order["total_net_value"], order["total_tax_value"], order["total_gross_value"])
    assert totals == (float(net), float(tax), float(gross))


def test_negative_text_lines_take_money_off_to_another_account() -> None:
    world = sage()
    order = world.enter(
        world.item_line(quantity=2, selling_unit_price=50), text_line(-10.5, nominal_reference="4009")
    )
    assert order["total_net_value"] == 89.5
    assert order["total_tax_value"] == 17.9
    assert order["lines"][1]["nominal_reference"] == "4009"
    world.company.rules.allow_negative_text_lines = False
    world.enter(world.item_line(), text_line(-1), status=400)
    world.enter(text_line(-1), status=400)


def test_prices_that_contain_tax() -> None:
    world = sage(rules=Rules(prices_include_tax=True))
    order = world.enter(
        world.item_line(quantity=3, selling_unit_price=9.99), {**CARRIAGE, "selling_unit_price": 4.99}
    )
    assert (order["total_net_value"], order["total_tax_value"], order["total_gross_value"]) == (
        29.14,
        5.82,
        34.96,
    )
    assert world.get("sop_settings")[0]["are_prices_tax_inclusive"] is True


def test_what_is_left_out_comes_from_the_company() -> None:
    world = sage()
    order = world.enter(
        world.item_line("SHIRT-RED"),
        {"line_type": "EnumLineTypeCharge", "code": "CARRIAGE"},
        customer="WANDA01",
    )
    line, charge = order["lines"]
    assert line["selling_unit_price"] == 22.5  # her price band
    assert line["description"] == "Shirt Red"
    assert line["nominal_reference"] == "4010"
    assert charge["selling_unit_price"] == 5.0
    assert line["tax_code_id"] == world.id_of("tax_codes", "name", "Standard rate")
    assert order["document_date"] == "2026-03-02T00:00:00"


def test_the_customers_order_number_is_not_unique() -> None:
    world = sage()
    first, second = world.enter(), world.enter()
    assert first["id"] != second["id"]
    found = world.get(
        "sop_orders",
        filter=f"customer_document_no eq '000000123' and customer_id eq {first['customer_id']}",
        select="id,document_no",
    )
    assert [one["id"] for one in found] == [first["id"], second["id"]]


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


def test_fields_that_cannot_be_written_are_ignored() -> None:
    world = sage(unknown_fields="ignore")
    order = world.enter(
        world.item_line(line_total_value=1, allocated_quantity=0),
        document_status="EnumDocumentStatusComplete",
        total_gross_value=1,
        external_reference="mine",
        document_no="MINE",
        no_such_field=1,
    )
    assert order["document_status"] == "EnumDocumentStatusLive"
    assert order["total_gross_value"] == 12.44
    assert order["external_reference"] is None
    assert order["document_no"] == "0000000001"
    assert sage().enter(no_such_field=1, status=400)["Message"]


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


def test_a_post_may_answer_201() -> None:
    assert sage(created=True).enter(status=201)["id"]


def test_professional_s_hosting_refuses_long_queries_and_many_nodes() -> None:
    world = sage()
    long = " or ".join(f"reference eq '{number:08}'" for number in range(80))
    for status in (400, 404, 414):
        world.face.options.long_query_status = status
        answer = world.call("GET", "customers", params={"$filter": long})
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    many = " or ".join(f"id eq {number}" for number in range(51))
    answer = world.call("GET", "customers", params={"$filter": many})
    assert (answer.status_code, "node count limit" in answer.json()["Message"]) == (400, True)
    assert world.call("GET", "customers", params={"$filter": many[: many.rindex(" or")]}).status_code == 200
    world.face.options.longest_query = world.face.options.most_nodes = None
    assert world.call("GET", "customers", params={"$filter": long}).status_code == 200
    world.base = STANDARD
    world.face.options.longest_query, world.face.options.most_nodes = 2048, 100
    assert world.call("GET", "customers", params={"$filter": long}).status_code == 200


def test_large_reads_may_take_too_long() -> None:
    world = sage()
    world.faults.add(Fault("slow_large_reads", None, options={"rows": 5}))
    assert world.call("GET", "products", params={"$top": "6"}).status_code == 504
    assert world.call("GET", "products", params={"$top": "5"}).status_code == 200
    assert world.faults.fired() == {"slow_large_reads": 1}


def test_an_answer_after_85_seconds_is_a_504_at_a_company_s_own_server() -> None:
    for base, longest, seconds, status in (
        (PROFESSIONAL, 85, 84, 200),
        (PROFESSIONAL, 85, 86, 504),
        (PROFESSIONAL, None, 86, 200),
        (STANDARD, 85, 86, 200),
    ):
        world = sage(longest_answer=longest)
        world.base = base
        world.http.timeout = 200
        world.faults.add(Fault("slow", options={"seconds": seconds}))
        before = world.wire.clock.now()
        assert world.call("GET", "products", params={"$top": "1"}).status_code == status
        spent = (world.wire.clock.now() - before).total_seconds()
        assert round(spent) == min(seconds, 85 if status == 504 else seconds)


def test_tokens_have_the_shape_of_signed_ones_and_categories_are_never_null() -> None:
    world = sage()
    header, claims, signature = world.face.sign_in().access_token.split(".")
    assert b'"alg":"RS256"' in b64decode(header + "==", "-_")
    assert claims
    assert len(b64decode(signature + "==", "-_")) == 256
    (code, *_) = world.call("GET", "nominal_codes", params={"$top": "1"}).json()
    assert code["report_category_id"] is not None


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


def test_a_price_that_is_not_flagged_as_overridden() -> None:
    world = sage(unflagged_price="price_book")
    assert world.enter(world.item_line(selling_unit_price=1))["lines"][0]["selling_unit_price"] == 10.37
    flagged = world.enter(world.item_line(selling_unit_price=1, selling_unit_price_overridden=True))
    assert flagged["lines"][0]["selling_unit_price"] == 1.0
    world = sage()
    recalculated = world.enter(world.item_line(selling_unit_price=1), recalculate_prices=True)
    assert recalculated["lines"][0]["selling_unit_price"] == 10.37


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


def test_a_draft_takes_no_stock_until_it_is_confirmed() -> None:
    world = sage()
    draft = world.enter(is_editing=True)
    assert (draft["document_status"], draft["is_draft"]) == ("EnumDocumentStatusDraft", True)
    assert draft["lines"][0]["allocated_quantity"] == 0
    done = world.put(f"sop_orders/{draft['id']}", {"is_editing": False})
    assert done["document_status"] == "EnumDocumentStatusLive"
    assert done["lines"][0]["allocated_quantity"] == 1


def test_templates_store_nothing_and_copies_are_drafts() -> None:
    world = sage()
    customer = world.company.customer("WEB").id
    assert world.post("sop_orders_new", {"customer_id": customer})["customer_id"] == customer
    assert world.get("sop_orders") == []
    order = world.enter(world.item_line(selling_unit_price=1), CARRIAGE)
    copy = world.post(
        "sop_orders_duplicate",
        {"source_id": order["id"], "customer_id": customer, "prices_and_discounts": True},
    )
    assert copy["document_status"] == "EnumDocumentStatusDraft"
    assert copy["total_gross_value"] == order["total_gross_value"]
    assert copy["customer_document_no"] == ""


def test_delivery_addresses_are_copied() -> None:
    world = sage()
    customer = world.company.customer("WANDA01").id
    stored = world.post(
        "customer_delivery_addresses",
        {
            "customer_id": customer,
            "description": "Depot",
            "tax_code_id": world.id_of("tax_codes", "name", "Standard rate"),
            "postal_name": "Wanda's depot",
            "city": "York",
            "email": "depot@example.com",
        },
    )
    order = world.enter(customer="WANDA01", customer_delivery_address_id=stored["id"])
    address = world.get(f"sop_orders/{order['id']}", expand="delivery_address")["delivery_address"]
    assert (address["postal_name"], address["city"]) == ("Wanda's depot", "York")
    assert address["email_address"] == "depot@example.com"
    world.enter(customer="WEB", customer_delivery_address_id=stored["id"], status=400)
    own = world.enter(customer="WANDA01", use_invoice_address=True)
    address = world.get(f"sop_orders/{own['id']}", expand="delivery_address")["delivery_address"]
    assert address["postal_name"] == "Wanda Wholesale"


def test_views_show_the_same_order() -> None:
    world = sage()
    order = world.enter(
        world.item_line(quantity=2), CARRIAGE, analysis_code_1="WEB", delivery_address={"city": "Leeds"}
    )
    header = world.one("sop_order_return_views", "customer_document_no eq '000000123'")
    assert (header["id"], header["total_gross_value"], header["customer_reference"]) == (
        order["id"],
        order["total_gross_value"],
        "WEB",
    )
    assert (header["analysis_code_1"], header["sop_delivery_addr_city"]) == ("WEB", "Leeds")
    rows = world.get("sop_order_line_views", filter=f"sop_order_id eq {order['id']}")
    assert [row["sop_order_line_id"] for row in rows] == [line["id"] for line in reversed(order["lines"])]
    assert (rows[1]["product_code"], rows[1]["warehouse_name"], rows[1]["tax_code_rate"]) == (
        "HUB-0001",
        "HOME",
        20.0,
    )
    assert world.get(f"sop_order_lines/{order['lines'][0]['id']}") == order["lines"][0]
    assert world.get(f"sop_orders/{order['id']}/sop_order_lines") == order["lines"]
    assert world.get(f"customers/{order['customer_id']}/sop_orders")[0]["id"] == order["id"]
    assert world.one("lookup_sop_orders", f"document_no eq '{order['document_no']}'")["id"] == order["id"]
    assert world.call("GET", f"sop_orders/{order['id'] + 999}/sop_order_lines").status_code == 404


def test_the_standard_edition_enters_orders_as_well() -> None:
    world = sage(base=STANDARD)
    order = world.enter(document_no="MINE", analysis_code_1="a", analysis_code_6="b")
    assert order["document_no"] == "0000000001"
    assert order["analysis_code_1"] == "a"
    assert "analysis_code_6" not in order
