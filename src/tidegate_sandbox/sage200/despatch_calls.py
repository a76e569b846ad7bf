"""Despatches: confirming them, seeing them, and who carries them (contract §9.7)."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from tidegate_sandbox.erp.courier import Courier
from tidegate_sandbox.erp.despatch import Despatch, DespatchLine
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage200.body import Body, decode, read_object
from tidegate_sandbox.sage200.call import Call, found, required
from tidegate_sandbox.sage200.contract import schemas
from tidegate_sandbox.sage200.filter_syntax import And, Comparison, Match, Node, Not, Or, bad_filter
from tidegate_sandbox.sage200.listing import Listing
from tidegate_sandbox.sage200.naming import LINE_KIND_ID, ORDER_STATUS, ORDER_STATUS_ID
from tidegate_sandbox.sage200.reference_data import STAMPED
from tidegate_sandbox.sage200.routes import Context
from tidegate_sandbox.sage200.view import Getter, View, no_loose

CONFIRM_FIELDS = {
    "confirmation_intent_type",
    "trader_id",
    "warehouse_id",
    "document_no",
    "document_date",
}
"""What ``GET sop_confirm_despatch`` can be filtered on (contract §9.7)."""


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

    def holding_id(one: OrderLine) -> int | None:
        holding = company.stock.holding(one.item_id or 0, one.warehouse_id or 0)
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
        "warehouse_holding_id": holding_id,
        "warehouse_id": attrgetter("warehouse_id"),
        "warehouse_name": lambda one: company.warehouses[one.warehouse_id].name,
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


def add_routes(context: Context) -> None:
    """The paths of despatches."""
    company, routes, views = context.company, context.routes, context.views
    despatches = company.despatches

    def by_order(index: str, table: Any) -> Any:
        return lambda key: [
            row for order in company.orders.table.find(index, key) for row in table.find("order_id", order.id)
        ]

    def of(table: Any) -> dict[str, Any]:
        return {
            "sop_order_id": lambda key: table.find("order_id", key),
            "sop_order_document_no": by_order("number", table),
            "sop_order_customer_document_no": by_order("customer_order_no", table),
        }

    context.listing(
        "sop_order_despatch_views",
        Listing(
            views["sop_order_despatch_view"],
            lambda: despatches.table,
            of(despatches.table),
            default_order=(("sop_order_document_date", True), ("sop_order_id", True)),
        ),
    )
    context.listing(
        "sop_order_despatch_line_views",
        Listing(
            views["sop_order_despatch_line_view"],
            lambda: despatches.lines,
            of(despatches.lines),
            default_order=(("sop_despatch_line_id", False),),
        ),
    )
    context.table("sop_despatch_receipts", "sop_despatch_receipt", despatches.table)
    routes.on("PUT", "sop_despatch_receipts/{}", lambda call: _amend(call, context))
    routes.on("GET", "sop_confirm_despatch", lambda call: _available(call, context))
    routes.on("POST", "sop_confirm_despatch", _confirm)
    _add_courier_routes(context)


def _available(call: Call, context: Context) -> Any:
    """Lines that can be despatched now, grouped by order."""
    company, query = call.company, call.query()
    shown = context.views["sop_despatch_receipt_item"]
    groups = []
    for order in company.orders.table:
        if order.status != "live":
            continue
        lines = [
            line
            for line in order.lines
            if line.is_stocked
            and company.despatches.available(line) > 0
            and (query.filter is None or _passes(query.filter, order, line))
        ]
        if lines:
            groups.append(
                {
                    "sop_order_return_id": order.id,
                    "confirmation_intent_type": "ConfirmOnDespatch",
                    "items": [shown.show(line, call.profile) for line in lines],
                    "tracking_items": [],
                }
            )
    if query.filter is not None:
        _check_filter(query.filter)
    return groups[query.skip : query.skip + query.top]


def _check_filter(node: Node) -> None:
    match node:
        case Or(terms) | And(terms):
            for term in terms:
                _check_filter(term)
        case Not(term):
            _check_filter(term)
        case Comparison(field) | Match(_, field):
            if field not in CONFIRM_FIELDS:
                raise bad_filter(f"sop_confirm_despatch cannot be filtered on '{field}'.")


def _passes(node: Node, order: Order, line: OrderLine) -> bool:
    values: dict[str, Any] = {
        "confirmation_intent_type": "ConfirmOnDespatch",
        "trader_id": order.customer_id,
        "warehouse_id": line.warehouse_id,
        "document_no": order.number,
        "document_date": order.date,
    }
    match node:
        case Or(terms):
            return any(_passes(term, order, line) for term in terms)
        case And(terms):
            return all(_passes(term, order, line) for term in terms)
        case Not(term):
            return not _passes(term, order, line)
        case Comparison(field, "eq", value):
            return bool(values.get(field) == value)
        case Match(_, field, text):
            return text.lower() in str(values.get(field)).lower()
    raise bad_filter("sop_confirm_despatch can be filtered by 'eq' only.")


def _confirm(call: Call) -> Any:
    """Despatch lines of one order, quantities in stock units."""
    company, body = call.company, call.body("sop_confirm_despatch_adjustment")
    required(body, "sop_confirm_despatch", "sop_order_return_id", "items")
    order = company.orders.table.get(body["sop_order_return_id"])
    if order is None:
        raise Refusal("unknown", "The order does not exist.", "sop_order_return_id")
    quantities = {}
    for one in body["items"]:
        if "id" not in one or "quantity" not in one or one["id"] in quantities:
            raise Refusal("invalid", "Each item needs its own id and a quantity.", "items")
        quantities[one["id"]] = one["quantity"]
    tracking: Body = next(iter(body.get("tracking_items", [])), {})
    company.despatches.confirm(
        order,
        quantities,
        day=body.get("despatch_receipt_date"),
        courier_id=tracking.get("courier_id"),
        consignment=tracking.get("consignment_no", ""),
        pieces=tracking.get("pieces"),
        weight=tracking.get("weight"),
        notes=tracking.get("notes", ""),
    )
    answer: dict[str, Any] = {
        "sop_order_return_id": order.id,
        "items": [{"id": id, "quantity": quantity} for id, quantity in quantities.items()],
        "tracking_items": body.get("tracking_items", []),
    }
    if call.professional:
        answer["confirmation_intent_type"] = body.get("confirmation_intent_type", "ConfirmOnDespatch")
    return answer


def _amend(call: Call, context: Context) -> Any:
    """Change the tracking details of a despatch; nothing else can be changed."""
    company = call.company
    despatch = found(company.despatches.table, call.ids[0])
    body = call.body("sop_despatch_receipt")
    if "courier_id" in body and body["courier_id"] not in company.couriers:
        raise Refusal("unknown", "The courier does not exist.", "courier_id")
    despatch.courier_id = body.get("courier_id", despatch.courier_id)
    despatch.consignment = body.get("consignment_no", despatch.consignment)
    despatch.weight = body.get("weight", despatch.weight)
    despatch.pieces = body.get("pieces", despatch.pieces)
    despatch.notes = body.get("notes", despatch.notes)
    company.despatches.touched(despatch)
    return call.show(context.views["sop_despatch_receipt"], despatch)


def _add_courier_routes(context: Context) -> None:
    company, routes, view = context.company, context.routes, context.views["courier"]
    context.table("couriers", "courier", company.couriers, finders={"name": "name"})

    def apply(courier: Courier, body: Body) -> Courier:
        for name in ("name", "website", "tracking_url", "is_default"):
            if name in body:
                setattr(courier, name, body[name])
        company.touch(courier)
        company.couriers.reindex(courier)
        return courier

    def make(body: Body) -> Courier:
        required(body, "courier", "name")
        if company.couriers.first("name", body["name"]) is not None:
            raise Refusal("duplicate", "The courier already exists.", "courier.name")
        return apply(company.couriers.add(company.new(Courier, name=body["name"])), body)

    def save_all(call: Call) -> Any:
        """``PUT couriers`` takes a list: with ``id`` change, without add."""
        given = decode(call.raw)
        if not isinstance(given, list):
            raise Refusal("invalid", "A list of couriers is expected.", "courier")
        saved = []
        for position, one in enumerate(given):
            body = read_object(one, schemas()["courier"], call.profile, call.options, f"courier[{position}]")
            courier = company.couriers.get(body.get("id"))
            saved.append(make(body) if courier is None else apply(courier, body))
        return [call.show(view, courier) for courier in saved]

    routes.on("POST", "couriers", lambda call: call.show(view, make(call.body("courier"))))
    routes.on("PUT", "couriers", save_all)
    routes.on(
        "PUT",
        "couriers/{}",
        lambda call: call.show(view, apply(found(company.couriers, call.ids[0]), call.body("courier"))),
    )
