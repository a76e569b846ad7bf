"""What is served stands in the contract: paths, verbs, fields (``tests/data/sage200``)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from integration.sandbox.sage200_world import PROFESSIONAL, STANDARD, Sage, sage
from tidegate_sandbox.sage200.contract import enums, schemas

DATA = Path(__file__).parents[2] / "data" / "sage200"
PATHS: dict[str, dict[str, str]] = msgspec.json.decode((DATA / "paths.json").read_bytes())
SCHEMAS: dict[str, dict[str, Any]] = msgspec.json.decode((DATA / "schemas.json").read_bytes())
LINKS = {
    "default_tax_code": "tax_code",
    "default_nominal_code": "nominal_code",
    "revenue_nominal_code": "nominal_code",
    "stock_nominal_code": "nominal_code",
    "payment_method": "sop_payment_method",
    "additional_charge": "sop_additional_charge",
    "selling_unit": "unit",
    "pricing_unit": "unit",
    "base_unit": "unit",
    "stock_unit": "unit",
    "bank_account": "bank",
    "account_currency": "currency",
}
"""Children that the contract leaves open: the schema of the entity they show."""


@pytest.fixture(scope="module")
def world() -> Sage:
    """A company in which something of everything has happened."""
    world = sage()
    method = world.id_of("sop_payment_methods", "name", "CARD")
    order = world.enter(
        world.item_line(quantity=2),
        {"line_type": "EnumLineTypeCharge", "code": "CARRIAGE"},
        {"line_type": "EnumLineTypeComment", "description": "x"},
        payment_with_order=True,
        payment_method_id=method,
        delivery_address={"city": "Leeds"},
        cash_account_invoice_address={"city": "York"},
        memos=[{"note": "x"}],
        analysis_code_1="a",
        spare_text_1="b",
    )
    world.control("despatch", {"order": order["document_no"], "courier": "DPD", "consignment": "1Z"})
    world.control("invoice-run", {})
    world.enter()
    address = {"customer_id": order["customer_id"], "description": "x"}
    world.post("customer_delivery_addresses", {**address, "tax_code_id": world.company.tax_code(None).id})
    contact = world.get("customer_contacts", top="1")[0]["id"]
    for kind, value in (
        ("mobiles", "subscriber_number"),
        ("faxes", "subscriber_number"),
        ("websites", "website"),
    ):
        world.post(f"customer_contacts/{contact}/customer_{kind}", {value: "x"})
    return world


def routes(world: Sage) -> list[tuple[str, str]]:
    return sorted(world.face.api.context.routes)


def test_every_path_and_verb_served_is_documented(world: Sage) -> None:
    served = routes(world)
    assert len(served) > 200
    assert [(verb, path) for verb, path in served if verb not in PATHS.get(path, {})] == []


def test_the_order_flow_is_served_in_full(world: Sage) -> None:
    served = {path for _, path in routes(world)}
    wanted = """customers customers/{} customer_views customer_contacts customer_emails customer_delivery_addresses
        products product_views lookup_products product_groups units warehouses warehouse_holdings tax_codes
        nominal_codes departments cost_centres control_nominal_codes price_bands product_price_views
        customer_price_enquiry currencies country_codes sop_orders sop_orders/{} sop_order_lines/{} sop_orders_new
        sop_order_return_views sop_order_line_views sop_settings sop_additional_charges sop_payment_methods
        current_user_sop_user_permissions sop_confirm_despatch sop_order_despatch_views
        sop_order_despatch_line_views sop_despatch_receipts couriers sop_order_return_invoice_credit_views
        sales_posted_transactions sales_receipts sales_allocations sales_credit_notes
        nominal_transaction_enquiry_views company_details current_user licence stock_settings
        sales_ledger_settings transaction_date_validation financial_year_period_views analysis_code_mappings"""
    assert [path for path in wanted.split() if path not in served] == []


def unknown(row: Any, schema: dict[str, Any], path: str) -> list[str]:
    """Fields of a row that the schema does not have, children included."""
    found = []
    for name, value in row.items():
        here = f"{path}.{name}"
        if name not in schema:
            found.append(here)
            continue
        child = schema[name]
        if isinstance(child, str):
            child = SCHEMAS[child]
        elif child == {}:
            child = SCHEMAS[LINKS.get(name, name)]
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                found += unknown(one, child, here)
    return found


SINGLE = {"current_user", "licence"}  #: one object, not a list


@pytest.mark.parametrize("base", [STANDARD, PROFESSIONAL], ids=["standard", "professional"])
def test_every_field_served_is_documented(world: Sage, base: str) -> None:
    world.base = base
    rows_seen = 0
    for verb, path in routes(world):
        if verb != "GET" or "{}" in path or path == "sop_confirm_despatch":
            continue
        schema = PATHS[path]["GET"].strip("[]")
        view = world.face.api.context.views.get(schema)
        children = list(view.children) if view is not None else []
        if base == STANDARD:
            children = [name for name in children if not schemas()[schema].fields[name].professional]
        options = {"expand": ",".join(children)} if children else {}
        options |= {} if path in SINGLE else {"top": "5"}
        rows = world.get(path, **options)
        for row in [rows] if path in SINGLE else rows:
            rows_seen += 1
            assert unknown(row, SCHEMAS[schema], path) == []
            plain = {name for name, child in SCHEMAS[schema].items() if child is None}
            hidden = {name for name, one in schemas()[schema].fields.items() if one.professional}
            assert plain - set(row) <= (hidden if base == STANDARD else set()), path
    assert rows_seen > 150
    world.base = PROFESSIONAL
    (group,) = world.get("sop_confirm_despatch")
    assert unknown(group, SCHEMAS["sop_confirm_despatch_adjustment"], "sop_confirm_despatch") == []


def test_answers_of_posts_hold_documented_fields(world: Sage) -> None:
    order = world.enter()
    assert unknown(order, SCHEMAS["sop_order"], "sop_orders") == []
    customer = world.post("customers", {"reference": "C1", "name": "x"})
    assert unknown(customer, SCHEMAS["customer"], "customers") == []
    price = {"customer_id": customer["id"], "product_id": world.company.item("HUB-0001").id}
    assert (
        unknown(world.post("customer_price_enquiry", price), SCHEMAS["customer_price_enquiry"], "price") == []
    )
    items = [{"id": order["lines"][0]["id"], "quantity": 1}]
    done = world.post("sop_confirm_despatch", {"sop_order_return_id": order["id"], "items": items})
    assert unknown(done, SCHEMAS["sop_confirm_despatch_adjustment"], "sop_confirm_despatch") == []
    template = world.post("sop_orders_new", {"customer_id": customer["id"]})
    assert unknown(template, SCHEMAS["sop_order"], "sop_orders_new") == []


def test_enum_values_served_stand_in_the_contracts_list(world: Sage) -> None:
    for path, names in (
        ("sop_orders", ("document_status", "despatch_receipt_status", "customer_type", "payment_type")),
        ("customers", ("account_status_type", "payment_terms_basis", "exchange_rate_type", "account_type")),
        ("products", ("product_status_type", "traceable_type")),
        ("sales_posted_transactions", ("trader_transaction_type",)),
        ("sop_order_line_views", ("sop_order_line_type", "sop_order_document_status")),
    ):
        for name in names:
            enum = schemas()[PATHS[path]["GET"].strip("[]")].fields[name].enum
            assert enum is not None
            allowed = {one.value for one in enums()[enum]}
            assert {row[name] for row in world.get(path)} <= allowed, name
