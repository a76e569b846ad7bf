"""How despatches are shown (contract §9.7)."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from tidegate_sandbox.erp.despatch import Despatch, DespatchLine
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.sage200.naming import LINE_KIND_ID, ORDER_STATUS, ORDER_STATUS_ID
from tidegate_sandbox.sage200.reference_data import STAMPED
from tidegate_sandbox.sage200.routes import Context
from tidegate_sandbox.sage200.view import Getter, View, no_loose


def _of_despatch(context: Context) -> dict[str, Getter]:
    """Fields of a despatch that both views of despatches have."""
    couriers = context.company.couriers

    def courier(one: Despatch) -> str | None:
        found = couriers.get(one.courier_id)
        return found.name if found is not None else None

    return {
        "sop_despatch_id": attrgetter("id"),
        "sop_despatch_document_no": attrgetter("number"),
        "sop_despatch_date": attrgetter("date"),
        "sop_despatch_courier_name": courier,
        "sop_despatch_consignment_no": attrgetter("consignment"),
        "sop_despatch_pieces": attrgetter("pieces"),
        "sop_despatch_weight": attrgetter("weight"),
        "sop_despatch_notes": attrgetter("notes"),
        "sop_despatch_user_name": attrgetter("user"),
    }


def _of_order(context: Context) -> dict[str, Getter]:
    """Fields of an order that both views of despatches have."""
    customers = context.company.customers.table
    return {
        "sop_order_id": attrgetter("id"),
        "sop_order_document_no": attrgetter("number"),
        "sop_order_document_date": attrgetter("date"),
        "sop_order_customer_document_no": attrgetter("customer_order_no"),
        "customer_id": attrgetter("customer_id"),
        "customer_reference": lambda order: customers[order.customer_id].code,
        "customer_name": lambda order: customers[order.customer_id].name,
    }


def add_views(context: Context) -> None:
    """The views of despatches."""
    company, views = context.company, context.views
    orders, despatches, lines = company.orders.table, company.despatches.table, company.orders.lines

    def via(step: Getter, getters: dict[str, Getter]) -> dict[str, Getter]:
        def through(get: Getter) -> Getter:
            return lambda record: get(step(record))

        return {name: through(get) for name, get in getters.items()}

    def order(record: Any) -> Order:
        return orders[record.order_id]

    def line(record: DespatchLine) -> OrderLine:
        return lines[record.order_line_id]

    views["sop_order_despatch_view"] = View.of(
        "sop_order_despatch_view",
        {
            **_of_despatch(context),
            "sop_despatch_courier_id": attrgetter("courier_id"),
            **via(order, {**_of_order(context), "sop_order_document_status_id": _status_id}),
        },
        no_loose,
    )

    def tracking_url(record: DespatchLine) -> str | None:
        despatch = despatches[record.despatch_id]
        courier = company.couriers.get(despatch.courier_id)
        if courier is None or not courier.tracking_url:
            return None
        return courier.tracking_url.replace("{0}", despatch.consignment)

    def holding_id(record: DespatchLine) -> int | None:
        holding = company.stock.holding(line(record).item_id or 0, record.warehouse_id)
        return holding.id if holding is not None else None

    of_line: dict[str, Getter] = {
        "sop_order_line_id": attrgetter("id"),
        "sop_order_line_type_id": lambda one: LINE_KIND_ID[one.kind],
        "sop_order_line_item_code": attrgetter("code"),
        "sop_order_line_item_description": lambda one: one.description[:60],
        "sop_order_line_print_sequence_number": attrgetter("number"),
        "sop_order_line_quantity": attrgetter("quantity"),
        "sop_order_line_despatch_quantity": attrgetter("despatched"),
        "product_id": attrgetter("item_id"),
        "product_code": attrgetter("code"),
        "product_name": lambda one: company.items[one.item_id].name,
    }
    status = {"sop_order_document_status_type": lambda one: ORDER_STATUS[one.status]}
    views["sop_order_despatch_line_view"] = View.of(
        "sop_order_despatch_line_view",
        {
            "sop_despatch_line_id": attrgetter("id"),
            "sop_despatch_line_quantity": attrgetter("quantity"),
            "sop_despatch_line_is_invoiced": attrgetter("is_invoiced"),
            **via(lambda record: despatches[record.despatch_id], _of_despatch(context)),
            **via(line, of_line),
            **via(order, {**_of_order(context), **status}),
            "warehouse_holding_id": holding_id,
            "warehouse_id": attrgetter("warehouse_id"),
            "warehouse_name": lambda one: company.warehouses[one.warehouse_id].name,
            "sys_courier_tracking_url": tracking_url,
            "date_time_updated": attrgetter("updated_at"),
        },
        no_loose,
    )
    _add_receipt_view(context)
    _add_confirm_view(context)


def _status_id(order: Order) -> int:
    return ORDER_STATUS_ID[order.status]


def _add_receipt_view(context: Context) -> None:
    company, views = context.company, context.views
    receipt = views["sop_despatch_receipt"] = View.of(
        "sop_despatch_receipt",
        {
            **STAMPED,
            "despatch_no": attrgetter("number"),
            "despatched_by": attrgetter("user"),
            "despatch_date": attrgetter("date"),
            "courier_id": attrgetter("courier_id"),
            "courier_name": lambda one: company.couriers[one.courier_id].name if one.courier_id else None,
            "consignment_no": attrgetter("consignment"),
            "weight": attrgetter("weight"),
            "pieces": attrgetter("pieces"),
            "notes": attrgetter("notes"),
        },
    )
    receipt.child("courier", views["courier"], lambda one: company.couriers.get(one.courier_id))


def _add_confirm_view(context: Context) -> None:
    company = context.company
    orders, customers = company.orders.table, company.customers.table

    def order(get: Getter) -> Getter:
        return lambda line: get(orders[line.order_id])

    def unit(line: OrderLine) -> str:
        return company.units[company.items[line.item_id or 0].unit_id].name

    item = View.of(
        "sop_despatch_receipt_item",
        {
            "id": attrgetter("id"),
            "sop_order_return_id": attrgetter("order_id"),
            "document_no": order(attrgetter("number")),
            "customer_id": order(attrgetter("customer_id")),
            "customer_reference": order(lambda one: customers[one.customer_id].code),
            "customer_name": order(lambda one: customers[one.customer_id].name),
            "product_id": attrgetter("item_id"),
            "item_code": attrgetter("code"),
            "item_name": attrgetter("description"),
            "unit_description": unit,
            "selling_unit_description": unit,
            "warehouse_name": lambda one: company.warehouses[one.warehouse_id].name,
            "quantity": company.despatches.available,
            "line_quantity": attrgetter("quantity"),
            "despatch_receipt_quantity": attrgetter("despatched"),
            "outstanding_quantity": attrgetter("outstanding"),
            "available_quantity": company.despatches.available,
            "document_date": order(attrgetter("date")),
            "requested_delivery_date": order(attrgetter("requested")),
            "promised_delivery_date": order(attrgetter("promised")),
        },
        no_loose,
    )
    context.views["sop_despatch_receipt_item"] = item
