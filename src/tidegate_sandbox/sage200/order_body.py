"""From the body of a sales order to what the company is asked for (contract §9.6)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, cast

from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.order import Payment
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage200.body import Body
from tidegate_sandbox.sage200.call import Call
from tidegate_sandbox.sage200.line_rules import check_line
from tidegate_sandbox.sage200.naming import CUSTOMER_KIND, KIND_OF_LINE, reverse
from tidegate_sandbox.sage200.options import Options

HEADER_HANDLED = frozenset(
    {
        "id",
        "customer_id",
        "document_no",
        "document_date",
        "customer_document_no",
        "customer_type",
        "is_editing",
        "is_to_sequence_lines",
        "override_on_hold",
        "recalculate_prices",
        "apply_available_document_discount_percent",
        "suppress_warnings",
        "delivery_address",
        "cash_account_invoice_address",
        "exchange_rate",
        "document_discount_percent",
        "document_created_by",
        "requested_delivery_date",
        "promised_delivery_date",
        "payment_with_order",
        "payment_type",
        "payment_value",
        "payment_reference",
        "payment_method_id",
        "invoice_payment_with_order_immediately",
        "lines",
        "memos",
        "profitability",
    }
)
LINE_HANDLED = frozenset(
    {
        "id",
        "line_type",
        "product_id",
        "warehouse_id",
        "code",
        "description",
        "line_quantity",
        "to_allocate_quantity",
        "allocated_quantity",
        "selling_unit_price",
        "selling_unit_price_overridden",
        "unit_discount_percent",
        "unit_discount_value",
        "discounted_unit_price",
        "cost_price",
        "tax_code_id",
        "nominal_reference",
        "nominal_cost_centre",
        "nominal_department",
        "create_cancelled_line",
        "is_to_delete",
        "is_to_split_line",
        "discount",
        "profitability",
        "traceable_adjustment_items",
        "selling_unit_description",
        "pricing_unit_description",
    }
)


def new_order(call: Call, body: Body) -> NewOrder:
    """An order to be entered. Refusal for foreign ids in addresses that name nothing."""
    company = call.company
    if "customer_id" not in body:
        raise Refusal("missing", "The customer account must be entered.", "customer_id")
    generated = not call.professional or company.rules.order_numbers_generated
    number = "" if generated else body.get("document_no", "")
    return NewOrder(
        customer_id=body["customer_id"],
        lines=_lines(call, body),
        number=number,
        customer_order_no=body.get("customer_document_no", ""),
        external_key=body.get("spare_text_1", ""),
        date=body.get("document_date"),
        draft=body.get("is_editing", False),
        customer_kind=_customer_kind(body),
        exchange_rate=body.get("exchange_rate"),
        discount_percent=body.get("document_discount_percent", ZERO),
        override_hold=body.get("override_on_hold", False),
        payment=payment(body),
        delivery=delivery(company, body),
        invoice_address=address(company, body.get("cash_account_invoice_address", {})),
        created_by=body.get("document_created_by", ""),
        requested=body.get("requested_delivery_date"),
        promised=body.get("promised_delivery_date"),
        extra=header_loose(body),
    )


def _lines(call: Call, body: Body) -> list[NewLine]:
    """The lines; ``recalculate_prices`` lets the price book have the say where no price was overridden."""
    lines = body.get("lines", [])
    if body.get("recalculate_prices"):
        for one in lines:
            if one.get("product_id") and not one.get("selling_unit_price_overridden"):
                one.pop("selling_unit_price", None)
    return [new_line(call, one, position) for position, one in enumerate(lines)]


def header_loose(body: Body) -> dict[str, Any]:
    """The header's loose values: custom fields, memos and whatever has no meaning to the company."""
    loose = {name: value for name, value in body.items() if name not in HEADER_HANDLED}
    if "memos" in body:
        loose["memos"] = body["memos"]
    return loose


def _customer_kind(body: Body) -> Literal["credit", "cash", "prospect"]:
    name = body.get("customer_type") or CUSTOMER_KIND["credit"]
    return cast(Literal["credit", "cash", "prospect"], reverse(CUSTOMER_KIND, name))


def payment(body: Body) -> Payment | None:
    """What was paid with the order, or None. Refusal ``missing`` for a part without its value."""
    if not body.get("payment_with_order"):
        return None
    in_part = str(body.get("payment_type", "")).endswith("Part")
    if in_part and "payment_value" not in body:
        raise Refusal("missing", "The payment value must be entered.", "payment_value")
    return Payment(
        value=body["payment_value"] if in_part else None,
        method_id=body.get("payment_method_id"),
        reference=body.get("payment_reference", ""),
        at_once=body.get("invoice_payment_with_order_immediately", False),
    )


def address(company: Company, values: Body) -> dict[str, Any]:
    """An address of an order; its foreign ids are checked."""
    if "tax_code_id" in values:
        company.tax_code(values["tax_code_id"])
    if "country_code_id" in values:
        values.setdefault("country", company.country(values["country_code_id"]).name)
    return dict(values)


def delivery(company: Company, body: Body) -> dict[str, Any]:
    """Where the goods go: a stored address of the customer, or the one in the body."""
    address_id = body.get("customer_delivery_address_id")
    if address_id is None and body.get("use_invoice_address") and "delivery_address" not in body:
        return _invoice_address(company, body.get("customer_id"))
    if address_id is None:
        return address(company, body.get("delivery_address", {}))
    stored = company.customers.delivery_addresses.get(address_id)
    if stored is None or stored.customer_id != body.get("customer_id", stored.customer_id):
        raise Refusal("unknown", "The delivery address does not exist.", "customer_delivery_address_id")
    renamed = {"telephone": "telephone_number", "fax": "fax_number", "email": "email_address"}
    values = {renamed.get(name, name): value for name, value in stored.extra.items()}
    values.pop("address_country_code_id", None)
    return {**values, "tax_code_id": stored.tax_code_id, **body.get("delivery_address", {})}


def _invoice_address(company: Company, customer_id: int | None) -> dict[str, Any]:
    customer = company.customers.table.get(customer_id)
    if customer is None:
        return {}
    own = customer.address
    lines = {f"address_{number}": getattr(own, f"line_{number}") for number in range(1, 5)}
    return {
        "postal_name": customer.name,
        **lines,
        "city": own.city,
        "county": own.county,
        "postcode": own.postcode,
    }


def new_line(call: Call, body: Body, position: int = 0) -> NewLine:
    """A line to be entered. Refusal ``missing`` without a line type, ``invalid`` for fields of another."""
    if not body.get("line_type"):
        raise Refusal("missing", "The line type must be entered.", f"lines[{position}].line_type")
    check_line(body, body["line_type"], position, call.company, call.options)
    return NewLine(kind=KIND_OF_LINE[body["line_type"]], **line_values(body, call.options))


def line_values(body: Body, options: Options) -> dict[str, Any]:
    """The values of a line that the company understands; what is absent is left to it."""
    price: Decimal | None = body.get("selling_unit_price")
    overridden: bool = body.get("selling_unit_price_overridden", False)
    is_item = body.get("line_type") == "EnumLineTypeStandard"
    if is_item and not overridden and options.unflagged_price == "price_book":
        price = None
    value, percent = body.get("unit_discount_value"), body.get("unit_discount_percent")
    if value is not None and percent is not None and body.get("discount_percent_specified"):
        value = None
    revenue = None
    if body.get("nominal_reference"):
        revenue = Target(
            body["nominal_reference"], body.get("nominal_cost_centre", ""), body.get("nominal_department", "")
        )
    return {
        "item_id": body.get("product_id"),
        "warehouse_id": body.get("warehouse_id"),
        "code": body.get("code", ""),
        "description": body.get("description"),
        "quantity": body.get("line_quantity"),
        "to_allocate": body.get("to_allocate_quantity"),
        "price": price,
        "price_overridden": overridden,
        "discount_percent": percent,
        "discount_value": value,
        "cost": body.get("cost_price"),
        "tax_code_id": body.get("tax_code_id"),
        "revenue": revenue,
        "external_key": body.get("spare_text_1", ""),
        "extra": {name: one for name, one in body.items() if name not in LINE_HANDLED},
    }
