"""Sales orders over the API: entering, sums, drafts, views (contract §9.6)."""

from __future__ import annotations

from typing import Any

import pytest

from integration.sandbox.sage200_world import STANDARD, sage
from tidegate_sandbox.erp import Rules

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


def test_a_price_that_is_not_flagged_as_overridden() -> None:
    world = sage(unflagged_price="price_book")
    assert world.enter(world.item_line(selling_unit_price=1))["lines"][0]["selling_unit_price"] == 10.37
    flagged = world.enter(world.item_line(selling_unit_price=1, selling_unit_price_overridden=True))
    assert flagged["lines"][0]["selling_unit_price"] == 1.0
    world = sage()
    recalculated = world.enter(world.item_line(selling_unit_price=1), recalculate_prices=True)
    assert recalculated["lines"][0]["selling_unit_price"] == 10.37


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
