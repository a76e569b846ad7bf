"""Invoices of orders: what links orders, invoices and their lines (contract §9.8)."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from tidegate_sandbox.erp.invoice import Invoice, InvoiceLine, InvoiceTie
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.sage200.listing import Listing
from tidegate_sandbox.sage200.naming import ORDER_STATUS_ID
from tidegate_sandbox.sage200.routes import Context
from tidegate_sandbox.sage200.view import Getter, View, no_loose

POSTED = 2
"""Number of the status of a posted invoice (A)."""


def add_views(context: Context) -> None:
    """The views of invoices."""
    company, views = context.company, context.views
    orders, customers = company.orders.table, company.customers.table

    def order(get: Getter) -> Getter:
        return lambda tie: get(orders[tie.order_id])

    def of(get: Getter) -> Getter:
        return lambda tie: get(company.invoices.table[tie.invoice_id])

    def customer(name: str) -> Getter:
        return of(lambda invoice: getattr(customers[invoice.customer_id], name))

    def invoice_type(one: Invoice) -> int:
        return 1 if one.is_credit else 0

    views["sop_order_return_invoice_credit_view"] = View.of(
        "sop_order_return_invoice_credit_view",
        {
            "sop_order_return_id": attrgetter("order_id"),
            # Goods that come back are entered as a return; which number that has is an assumption (A).
            "sop_order_return_document_type_id": of(lambda one: 1 if one.returned else 0),
            "sop_order_return_document_no": order(attrgetter("number")),
            "sop_order_return_document_date": order(attrgetter("date")),
            "sop_order_return_document_status_id": order(lambda one: ORDER_STATUS_ID[one.status]),
            "sop_order_return_customer_document_no": order(attrgetter("customer_order_no")),
            "sop_order_return_total_net_value": order(attrgetter("totals.net")),
            "sop_order_return_total_tax_value": order(attrgetter("totals.tax")),
            "sop_order_return_total_gross_value": order(attrgetter("totals.gross")),
            "customer_id": of(attrgetter("customer_id")),
            "customer_reference": customer("code"),
            "customer_name": customer("name"),
            "customer_short_name": customer("short_name"),
            "sop_invoice_credit_id": attrgetter("invoice_id"),
            "sop_invoice_credit_document_no": of(attrgetter("number")),
            "sop_invoice_credit_type_id": of(lambda one: str(invoice_type(one))),
            "sop_invoice_credit_document_date": of(attrgetter("date")),
            "sop_invoice_credit_document_status_id": lambda tie: str(POSTED),
            "sop_invoice_credit_total_net_value": of(attrgetter("totals.net")),
            "sop_invoice_credit_total_tax_value": of(attrgetter("totals.tax")),
            "sop_invoice_credit_total_gross_value": of(attrgetter("totals.gross")),
        },
        no_loose,
    )

    def invoice(get: Getter) -> Getter:
        return lambda line: get(company.invoices.table[line.invoice_id])

    views["sop_order_return_line_invoice_credit_view"] = View.of(
        "sop_order_return_line_invoice_credit_view",
        {
            "sop_invoice_credit_id": attrgetter("invoice_id"),
            "sop_order_return_line_id": attrgetter("order_line_id"),
            "sop_invoice_credit_document_no": invoice(attrgetter("number")),
            "sop_invoice_credit_type_id": invoice(invoice_type),
            "sop_invoice_credit_document_date": invoice(attrgetter("date")),
            "sop_invoice_credit_document_status_id": lambda line: POSTED,
            "sop_invoice_credit_line_invoice_credit_quantity": attrgetter("quantity"),
        },
        no_loose,
    )
    _add_line_view(context)


def _add_line_view(context: Context) -> None:
    """Invoice lines with their times of change: the delta source for new invoices."""
    company, views = context.company, context.views

    def invoice(get: Getter) -> Getter:
        return lambda line: get(company.invoices.table[line.invoice_id])

    def customer(name: str) -> Getter:
        return invoice(lambda one: getattr(company.customers.table[one.customer_id], name))

    def item(get: Getter) -> Getter:
        def value(line: InvoiceLine) -> Any:
            found = company.items.get(company.orders.lines[line.order_line_id].item_id)
            return get(found) if found is not None else None

        return value

    def group(name: str) -> Getter:
        return item(lambda one: getattr(company.item_groups[one.group_id], name))

    views["customer_sop_invoice_credit_line_view"] = View.of(
        "customer_sop_invoice_credit_line_view",
        {
            "customer_id": invoice(attrgetter("customer_id")),
            "customer_reference": customer("code"),
            "customer_name": customer("name"),
            "sop_invoice_credit_id": attrgetter("invoice_id"),
            "sop_invoice_credit_type": invoice(lambda one: "Credit" if one.is_credit else "Invoice"),
            "sop_invoice_credit_document_no": invoice(attrgetter("number")),
            "sop_invoice_credit_document_date": invoice(attrgetter("date")),
            "sop_invoice_credit_document_status": lambda line: "Posted",
            "sop_invoice_credit_exchange_rate": invoice(attrgetter("exchange_rate")),
            "sop_invoice_credit_date_time_updated": invoice(attrgetter("updated_at")),
            "sop_invoice_credit_line_id": attrgetter("id"),
            "sop_invoice_credit_line_invoice_credit_date": invoice(attrgetter("date")),
            "sop_invoice_credit_line_total_value": attrgetter("net"),
            "sop_invoice_credit_line_tax_value": attrgetter("tax"),
            "sop_invoice_credit_line_date_time_updated": attrgetter("updated_at"),
            "invoice_line_profit_analysis_line_quantity": attrgetter("quantity"),
            "invoice_line_profit_analysis_realised_cost_value": attrgetter("cost"),
            "invoice_line_profit_analysis_realised_profit_value": lambda line: line.net - line.cost,
            "product_id": item(attrgetter("id")),
            "product_code": item(attrgetter("code")),
            "product_name": item(attrgetter("name")),
            "product_date_time_updated": item(attrgetter("updated_at")),
            "product_group_id": group("id"),
            "product_group_code": group("code"),
            "product_group_description": group("description"),
        },
        no_loose,
    )


def add_routes(context: Context) -> None:
    """The paths of invoices of orders."""
    company, views = context.company, context.views
    invoices = company.invoices

    def by_order(index: str) -> Any:
        def find(key: Any) -> list[InvoiceTie]:
            found: list[Order] = company.orders.table.find(index, key)
            return [one for order in found for one in invoices.ties.find("order_id", order.id)]

        return find

    def by_number(key: Any) -> list[InvoiceTie]:
        found = invoices.table.find("number", key)
        return [tie for one in found for tie in invoices.ties.find("invoice_id", one.id)]

    context.listing(
        "sop_order_return_invoice_credit_views",
        Listing(
            views["sop_order_return_invoice_credit_view"],
            lambda: invoices.ties,
            {
                "sop_order_return_id": lambda key: invoices.ties.find("order_id", key),
                "sop_invoice_credit_id": lambda key: invoices.ties.find("invoice_id", key),
                "sop_order_return_document_no": by_order("number"),
                "sop_order_return_customer_document_no": by_order("customer_order_no"),
                "sop_invoice_credit_document_no": by_number,
            },
        ),
    )
    lines = {
        "sop_invoice_credit_id": lambda key: invoices.lines.find("invoice_id", key),
        "sop_order_return_line_id": lambda key: invoices.lines.find("order_line_id", key),
    }
    for name, fields in (
        ("sop_order_return_line_invoice_credit_view", ("sop_invoice_credit_id", "sop_order_return_line_id")),
        ("customer_sop_invoice_credit_line_view", ("sop_invoice_credit_id",)),
    ):
        context.listing(
            f"{name}s",
            Listing(views[name], lambda: invoices.lines, {field: lines[field] for field in fields}),
        )
