"""How sales orders and their lines are shown (contract §9.6)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any

from tidegate_sandbox.erp.money import ZERO, rounded
from tidegate_sandbox.erp.order import Order, OrderLine, line_progress
from tidegate_sandbox.sage200.naming import (
    CUSTOMER_KIND,
    LINE_KIND,
    ORDER_STATUS,
    ORDER_STATUS_ID,
    PROGRESS,
    PROGRESS_ID,
)
from tidegate_sandbox.sage200.reference_data import STAMPED
from tidegate_sandbox.sage200.routes import Context
from tidegate_sandbox.sage200.view import Getter, View, no_loose

PAID = {False: "EnumSOPOrderPaymentTypePart", True: "EnumSOPOrderPaymentTypeFull"}
ONE = Decimal("1.0000000")


def add_views(context: Context) -> None:
    """The views of orders and lines."""
    _add_line(context)
    _add_order(context)
    _add_header_view(context)
    _add_line_view(context)


def _add_line(context: Context) -> None:
    company, views = context.company, context.views

    def stock_line(get: Getter) -> Getter:
        return lambda line: get(line) if line.item_id is not None else None

    def unit(name: str) -> Getter:
        return stock_line(lambda line: getattr(company.units[company.items[line.item_id].unit_id], name))

    def available(line: OrderLine) -> Decimal:
        return line.allocated

    quantities: dict[str, Getter] = {
        "line_quantity": attrgetter("quantity"),
        "allocated_quantity": attrgetter("allocated"),
        "available_for_despatch": available,
        "despatch_receipt_quantity": attrgetter("despatched"),
        "invoice_credit_quantity": attrgetter("invoiced"),
        "posted_invoice_credit_quantity": attrgetter("invoiced"),
        "stock_unit_line_quantity": attrgetter("quantity"),
        "stock_unit_allocated_quantity": attrgetter("allocated"),
        "stock_unit_available_for_despatch": available,
        "stock_unit_despatch_receipt_quantity": attrgetter("despatched"),
        "stock_unit_invoice_credit_quantity": attrgetter("invoiced"),
        "stock_unit_posted_invoice_credit_quantity": attrgetter("invoiced"),
    }
    line = views["sop_order_line"] = View.of(
        "sop_order_line",
        {
            **STAMPED,
            **quantities,
            "sop_order_id": attrgetter("order_id"),
            "line_type": lambda one: LINE_KIND[one.kind],
            "product_id": attrgetter("item_id"),
            "warehouse_id": attrgetter("warehouse_id"),
            "code": attrgetter("code"),
            "description": attrgetter("description"),
            "line_number": attrgetter("number"),
            "tax_code_id": attrgetter("tax_code_id"),
            "nominal_reference": attrgetter("revenue.account"),
            "nominal_cost_centre": attrgetter("revenue.cost_centre"),
            "nominal_department": attrgetter("revenue.department"),
            "allocation_status": _progress("allocated"),
            "despatch_receipt_status": _progress("despatched"),
            "invoice_credit_status": _progress("invoiced"),
            "selling_unit_id": unit("id"),
            "selling_unit_description": unit("name"),
            "pricing_unit_id": unit("id"),
            "pricing_unit_description": unit("name"),
            "selling_unit_multiple": stock_line(lambda one: ONE),
            "stock_unit_multiple": stock_line(lambda one: ONE),
            "selling_unit_price": attrgetter("price"),
            "selling_unit_price_overridden": attrgetter("price_overridden"),
            "unit_discount_percent": attrgetter("discount_percent"),
            "unit_discount_value": attrgetter("discount_value"),
            "discounted_unit_price": lambda one: rounded(one.price - one.discount_value),
            "cost_price": attrgetter("cost"),
            "fulfilment_method": lambda one: one.extra.get("fulfilment_method") or _fulfilment(one),
            "confirmation_intent_type": lambda one: one.extra.get("confirmation_intent_type") or _intent(one),
            "line_tax_value": attrgetter("tax"),
            "line_total_value": attrgetter("net"),
            "is_complete": attrgetter("is_complete"),
            "is_line_deletable": lambda one: one.despatched == 0 and one.invoiced == 0,
        },
    )
    line.child("product", views["product"], lambda one: company.items.get(one.item_id))
    line.child("warehouse", views["warehouse"], lambda one: company.warehouses.get(one.warehouse_id))
    line.child("tax_code", views["tax_code"], lambda one: company.tax_codes.get(one.tax_code_id))
    line.child(
        "additional_charge", views["sop_additional_charge"], lambda one: company.charges.get(one.charge_id)
    )
    for name in ("selling_unit", "pricing_unit"):
        line.child(
            name, views["unit"], stock_line(lambda one: company.units[company.items[one.item_id].unit_id])
        )
    line.child(
        "nominal_code",
        views["nominal_code"],
        lambda one: company.ledger.account(one.revenue) if one.has_value else None,
    )


def _fulfilment(line: OrderLine) -> str | None:
    return "EnumFulfilmentMethodFromStock" if line.kind == "item" else None


def _intent(line: OrderLine) -> str:
    return "ConfirmOnDespatch" if line.is_stocked else "NoConfirmation"


def _progress(name: str) -> Getter:
    return lambda line: PROGRESS[line_progress(getattr(line, name), line.quantity)]


def declared(order: Order) -> Decimal:
    """What the customer is said to have paid with the order."""
    if order.payment is None:
        return ZERO
    return order.payment.value if order.payment.value is not None else order.totals.gross


class _Part:
    """An address of an order, kept as loose values."""

    def __init__(self, order: Order, values: dict[str, Any]) -> None:
        self.extra = values
        self.id = order.id
        self.created_at, self.updated_at = order.created_at, order.updated_at


def _add_order(context: Context) -> None:
    company, views = context.company, context.views
    order = views["sop_order"] = View.of(
        "sop_order",
        {
            **STAMPED,
            "customer_id": attrgetter("customer_id"),
            "is_draft": lambda one: one.status == "draft",
            "is_editing": lambda one: one.status == "draft",
            "override_on_hold": attrgetter("override_hold"),
            "lock_id": attrgetter("locked_by"),
            "document_no": attrgetter("number"),
            "customer_type": lambda one: CUSTOMER_KIND[one.customer_kind],
            "document_date": attrgetter("date"),
            "document_status": lambda one: ORDER_STATUS[one.status],
            "despatch_receipt_status": lambda one: PROGRESS[one.despatch],
            "invoice_credit_status": lambda one: PROGRESS[one.invoicing],
            "cancelled_status": lambda one: PROGRESS["fully" if one.status == "cancelled" else "none"],
            "currency_id": attrgetter("currency_id"),
            "exchange_rate": attrgetter("exchange_rate"),
            "subtotal_goods_value": attrgetter("totals.goods"),
            "subtotal_charge_net_value": attrgetter("totals.charges"),
            "subtotal_charge_tax_value": attrgetter("totals.charges_tax"),
            "subtotal_discount_value": attrgetter("totals.discount"),
            "total_net_value": attrgetter("totals.net"),
            "total_tax_value": attrgetter("totals.tax"),
            "total_gross_value": attrgetter("totals.gross"),
            "customer_document_no": attrgetter("customer_order_no"),
            "is_credit_limit_exceeded": attrgetter("credit_exceeded"),
            "document_discount_percent": attrgetter("discount_percent"),
            "document_created_by": attrgetter("created_by"),
            "requested_delivery_date": attrgetter("requested"),
            "promised_delivery_date": attrgetter("promised"),
            "payment_with_order": lambda one: one.payment is not None,
            "payment_type": lambda one: PAID[one.payment is None or one.payment.value is None],
            "invoice_payment_with_order_immediately": lambda one: (
                one.payment is not None and one.payment.at_once
            ),
            "payment_value": declared,
            "payment_reference": lambda one: one.payment.reference if one.payment is not None else None,
            "payment_method_id": lambda one: one.payment.method_id if one.payment is not None else None,
            "payment_declared": declared,
            "payment_undeclared": lambda one: (
                one.totals.gross - declared(one) if one.payment is not None else ZERO
            ),
            "declared_payment_remaining": lambda one: (
                declared(one) - one.payment.spent if one.payment else ZERO
            ),
        },
    )
    order.child("lines", views["sop_order_line"], attrgetter("lines"))
    order.child("customer", views["customer"], lambda one: company.customers.table[one.customer_id])
    order.child("currency", views["currency"], lambda one: company.currencies[one.currency_id])
    stamped = {key: get for key, get in STAMPED.items() if key != "id"}
    delivery = View.of("sop_order.delivery_address", {**stamped})
    order.child("delivery_address", delivery, lambda one: _Part(one, one.delivery))
    invoice = View.of("sop_order.cash_account_invoice_address", {**stamped})
    order.child("cash_account_invoice_address", invoice, lambda one: _Part(one, one.invoice_address))
    order.child(
        "payment_method",
        views["sop_payment_method"],
        lambda one: company.payment_methods.get(one.payment.method_id) if one.payment is not None else None,
    )
    shown: dict[str, Getter] = {key: itemgetter(key) for key in ("sop_order_return_id", "note", "is_active")}
    order.child("memos", View.of("sop_order_memo", shown, no_loose), _memos)
    views["sop_order_line"].child("sop_order", order, lambda one: company.orders.table[one.order_id])


def _memos(order: Any) -> list[dict[str, Any]]:
    return [
        {"is_active": True, **memo, "sop_order_return_id": order.id} for memo in order.extra.get("memos", [])
    ]


def without_spare(record: Any) -> Mapping[str, Any]:
    """The loose values of a record that flat views show as well."""
    return {name: value for name, value in record.extra.items() if name.startswith("analysis_code_")}


def _address_parts(order: Getter) -> dict[str, Getter]:
    names = {
        "postal_name": "postal_name",
        **{f"address_{number}": f"address_{number}" for number in range(1, 5)},
        "city": "city",
        "county": "county",
        "post_code": "postcode",
        "country": "country",
        "contact": "contact",
        "telephone": "telephone_number",
        "fax": "fax_number",
        "email": "email_address",
    }

    def part(name: str) -> Getter:
        return lambda record: order(record).delivery.get(name)

    return {f"sop_delivery_addr_{field}": part(name) for field, name in names.items()}


def _add_header_view(context: Context) -> None:
    """Flat headers of orders (contract §9.6, ``sop_order_return_views``)."""
    company, views = context.company, context.views

    def customer(name: str) -> Getter:
        return lambda order: getattr(company.customers.table[order.customer_id], name)

    def method(order: Order) -> str | None:
        one = company.payment_methods.get(order.payment.method_id) if order.payment is not None else None
        return one.name if one is not None else None

    views["sop_order_return_view"] = View.of(
        "sop_order_return_view",
        {
            "id": attrgetter("id"),
            "document_no": attrgetter("number"),
            "document_date": attrgetter("date"),
            "document_type_id": lambda one: 0,
            "document_status_id": lambda one: ORDER_STATUS_ID[one.status],
            "customer_document_no": attrgetter("customer_order_no"),
            "currency_id": attrgetter("currency_id"),
            "exchange_rate": attrgetter("exchange_rate"),
            "are_prices_tax_inclusive": lambda one: company.rules.prices_include_tax,
            "subtotal_goods_value": attrgetter("totals.goods"),
            "subtotal_charge_net_value": attrgetter("totals.charges"),
            "subtotal_charge_tax_value": attrgetter("totals.charges_tax"),
            "subtotal_discount_value": attrgetter("totals.discount"),
            "total_net_value": attrgetter("totals.net"),
            "total_tax_value": attrgetter("totals.tax"),
            "total_gross_value": attrgetter("totals.gross"),
            "document_discount_percent": attrgetter("discount_percent"),
            "document_created_by": attrgetter("created_by"),
            "requested_delivery_date": attrgetter("requested"),
            "promised_delivery_date": attrgetter("promised"),
            "ready_for_allocation": lambda one: one.status == "live" and one.allocation != "fully",
            "ready_for_despatch_receipt": lambda one: (
                one.status == "live" and any(line.allocated > 0 for line in one.lines)
            ),
            "ready_for_invoice_print": lambda one: (
                one.status == "live" and any(line.despatched > line.invoiced for line in one.lines)
            ),
            "allocated_status_id": lambda one: PROGRESS_ID[one.allocation],
            "despatch_receipt_status_id": lambda one: PROGRESS_ID[one.despatch],
            "invoice_credit_status_id": lambda one: PROGRESS_ID[one.invoicing],
            "cancelled_status_id": lambda one: 2 if one.status == "cancelled" else 0,
            "payment_with_order": lambda one: one.payment is not None,
            "payment_invoiced": lambda one: one.payment is not None and one.payment.posted_id is not None,
            "payment_method_name": method,
            "payment_reference": lambda one: one.payment.reference if one.payment is not None else None,
            "payment_value": declared,
            "date_time_updated": attrgetter("updated_at"),
            "customer_id": attrgetter("customer_id"),
            "customer_reference": customer("code"),
            "customer_name": customer("name"),
            "customer_short_name": customer("short_name"),
            **_address_parts(lambda order: order),
        },
        without_spare,
    )
    views["lookup_sop_order"] = View.of(
        "lookup_sop_order",
        {
            "id": attrgetter("id"),
            "document_no": attrgetter("number"),
            "customer_id": attrgetter("customer_id"),
            "customer_document_no": attrgetter("customer_order_no"),
            "document_status_id": lambda one: ORDER_STATUS_ID[one.status],
        },
        no_loose,
    )


def _add_line_view(context: Context) -> None:
    """Order, line, product, tax and warehouse in one row (contract §9.6, ``sop_order_line_views``)."""
    company, views = context.company, context.views

    def order(line: OrderLine) -> Order:
        return company.orders.table[line.order_id]

    def of_order(get: Getter) -> Getter:
        return lambda line: get(order(line))

    def linked(table: Any, link: str, name: str) -> Getter:
        return lambda line: getattr(table.get(getattr(line, link)), name, None)

    def loose(line: OrderLine) -> dict[str, Any]:
        found = {f"sop_order_{name}": value for name, value in without_spare(order(line)).items()}
        found.update({f"sop_order_line_{name}": value for name, value in without_spare(line).items()})
        return found

    header = views["sop_order"].getters
    names = (
        "currency_id",
        "exchange_rate",
        "subtotal_goods_value",
        "subtotal_charge_net_value",
        "subtotal_charge_tax_value",
        "subtotal_discount_value",
        "requested_delivery_date",
        "promised_delivery_date",
        "document_discount_percent",
        "document_created_by",
        "document_no",
        "document_date",
        "document_status",
        "customer_document_no",
        "date_time_updated",
    )
    own = views["sop_order_line"].getters
    line_names = {
        "number": "line_number",
        "type": "line_type",
        "product_code": "code",
        "product_description": "description",
        "quantity": "line_quantity",
        "allocated_quantity": "allocated_quantity",
        "despatch_receipt_quantity": "despatch_receipt_quantity",
        "invoice_credit_quantity": "invoice_credit_quantity",
        "selling_unit_description": "selling_unit_description",
        "selling_unit_price": "selling_unit_price",
        "unit_discount_percent": "unit_discount_percent",
        "unit_discount_value": "unit_discount_value",
        "cost_price": "cost_price",
        "total_value": "line_total_value",
        "line_tax_value": "line_tax_value",
        "discounted_unit_price": "discounted_unit_price",
        "date_time_updated": "date_time_updated",
    }
    views["sop_order_line_view"] = View.of(
        "sop_order_line_view",
        {
            "sop_order_id": attrgetter("order_id"),
            **{f"sop_order_{name}": of_order(header[name]) for name in names},
            "sop_order_line_id": attrgetter("id"),
            **{f"sop_order_line_{field}": own[name] for field, name in line_names.items()},
            **_address_parts(order),
            "customer_id": of_order(attrgetter("customer_id")),
            "customer_reference": of_order(lambda one: company.customers.table[one.customer_id].code),
            "customer_name": of_order(lambda one: company.customers.table[one.customer_id].name),
            "product_id": attrgetter("item_id"),
            "product_code": linked(company.items, "item_id", "code"),
            "product_name": linked(company.items, "item_id", "name"),
            "warehouse_id": attrgetter("warehouse_id"),
            "warehouse_name": linked(company.warehouses, "warehouse_id", "name"),
            "tax_code_id": attrgetter("tax_code_id"),
            "tax_code_code": linked(company.tax_codes, "tax_code_id", "code"),
            "tax_code_name": linked(company.tax_codes, "tax_code_id", "name"),
            "tax_code_rate": linked(company.tax_codes, "tax_code_id", "rate"),
        },
        loose,
    )
