"""Despatches: their views, their confirmation, and couriers (contract §9.7)."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.erp.courier import Courier
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage200.body import Body, decode, read_object
from tidegate_sandbox.sage200.call import Call, found, required
from tidegate_sandbox.sage200.contract import schemas
from tidegate_sandbox.sage200.filter_syntax import And, Comparison, Match, Node, Not, Or, bad_filter
from tidegate_sandbox.sage200.listing import Listing
from tidegate_sandbox.sage200.routes import Context

CONFIRM_FIELDS = {
    "confirmation_intent_type",
    "trader_id",
    "warehouse_id",
    "document_no",
    "document_date",
}
"""Fields that ``GET sop_confirm_despatch`` can be filtered on (contract §9.7)."""


def add_routes(context: Context) -> None:
    """Register the paths of despatches and couriers."""
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
            {
                **of(despatches.lines),
                "sop_despatch_id": lambda key: despatches.lines.find("despatch_id", key),
            },
            default_order=(("sop_despatch_line_id", False),),
        ),
    )
    context.table("sop_despatch_receipts", "sop_despatch_receipt", despatches.table)
    routes.on("PUT", "sop_despatch_receipts/{}", lambda call: _amend(call, context))
    routes.on("GET", "sop_confirm_despatch", lambda call: _available(call, context))
    routes.on("POST", "sop_confirm_despatch", _confirm)
    _add_courier_routes(context)


def _available(call: Call, context: Context) -> Any:
    """Lines that can be despatched now, grouped by order. A filter can use `eq` and text matches."""
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
    """Despatch lines of one order; quantities are in stock units. Raises Refusal for what Sage would refuse."""
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


def _remove(call: Call, courier: Courier) -> None:
    if any(one.courier_id == courier.id for one in call.company.despatches.table):
        raise Refusal("forbidden", "The courier is in use.")
    call.company.stamp()
    call.company.couriers.remove(courier)


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
        """``PUT couriers`` takes a list: an entry with the ``id`` of a courier changes it, any other adds one."""
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
    routes.on("DELETE", "couriers/{}", lambda call: _remove(call, found(company.couriers, call.ids[0])))
    routes.on(
        "PUT",
        "couriers/{}",
        lambda call: call.show(view, apply(found(company.couriers, call.ids[0]), call.body("courier"))),
    )
