"""Sales orders: entering, changing line by line, deleting (contract §9.6)."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.erp.new_order import NewLine
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage200.body import Body, decode
from tidegate_sandbox.sage200.call import Call, blank, found, not_found
from tidegate_sandbox.sage200.line_rules import check_line
from tidegate_sandbox.sage200.listing import Listing
from tidegate_sandbox.sage200.naming import LINE_KIND
from tidegate_sandbox.sage200.order_body import (
    address,
    delivery,
    header_loose,
    line_values,
    new_line,
    new_order,
    payment,
)
from tidegate_sandbox.sage200.routes import Context

LOCK = frozenset({"is_to_lock"})
ORDER_KEYS = {
    "document_no": "number",
    "customer_id": "customer_id",
    "customer_document_no": "customer_order_no",
}


def add_routes(context: Context) -> None:
    """The paths of sales orders."""
    company, routes, views = context.company, context.routes, context.views
    orders, view = company.orders.table, views["sop_order"]
    listing = context.table(
        "sop_orders", "sop_order", orders, finders={**ORDER_KEYS, "spare_text_1": "external_key"}, by_id=False
    )
    listing.extra_expands = LOCK
    context.table("lookup_sop_orders", "lookup_sop_order", orders, finders=ORDER_KEYS, by_id=False)
    headers = context.table(
        "sop_order_return_views", "sop_order_return_view", orders, finders=ORDER_KEYS, by_id=False
    )
    headers.default_order = (("id", False),)
    context.nested(
        "customers/{}/sop_orders",
        "sop_order",
        orders,
        lambda call: orders.find("customer_id", found(company.customers.table, call.ids[0]).id),
    )
    routes.on("GET", "sop_orders/{}", lambda call: _read(call, context))
    routes.on("POST", "sop_orders", lambda call: call.show(view, _enter(call), "lines"))
    routes.on("PUT", "sop_orders/{}", lambda call: call.show(view, _amend(call), "lines"))
    routes.on("DELETE", "sop_orders/{}", lambda call: company.orders.delete(found(orders, call.ids[0])))
    routes.on("POST", "sop_orders_new", lambda call: _template(call))
    routes.on("POST", "sop_orders_duplicate", lambda call: call.show(view, _duplicate(call), "lines"))
    _add_line_routes(context)


def _add_line_routes(context: Context) -> None:
    company, routes, views = context.company, context.routes, context.views
    lines, view = company.orders.lines, views["sop_order_line"]

    def chosen(call: Call) -> OrderLine:
        line = found(lines, call.ids[-1])
        if len(call.ids) > 1 and line.order_id != call.ids[0]:
            raise not_found()
        return line

    for path in ("sop_order_lines/{}", "sop_orders/{}/sop_order_lines/{}"):
        routes.on("GET", path, lambda call: call.show_one(view, chosen(call)))
    context.nested(
        "sop_orders/{}/sop_order_lines",
        "sop_order_line",
        lines,
        lambda call: list(found(company.orders.table, call.ids[0]).lines),
    )

    def of_orders(index: str) -> Any:
        return lambda key: [line for order in company.orders.table.find(index, key) for line in order.lines]

    def one(id: Any) -> list[OrderLine]:
        line = lines.get(id)
        return [line] if line is not None else []

    context.listing(
        "sop_order_line_views",
        Listing(
            views["sop_order_line_view"],
            lambda: lines,
            {
                "sop_order_id": lambda key: lines.find("order_id", key),
                "sop_order_line_id": one,
                "sop_order_document_no": of_orders("number"),
                "sop_order_customer_document_no": of_orders("customer_order_no"),
            },
            default_order=(("sop_order_id", True), ("sop_order_line_id", True)),
        ),
    )


def _read(call: Call, context: Context) -> Any:
    order = found(call.company.orders.table, call.ids[0])
    if "is_to_lock" in call.query_options.get("$expand", "") and order.locked_by is None:
        order.locked_by = call.company.ids.next()
    return call.show_one(context.views["sop_order"], order, LOCK)


def _enter(call: Call) -> Order:
    """Enter an order: stored as a whole or not at all (A, contract §13)."""
    body = call.body("sop_order")
    if not body.get("lines") and not body.get("is_editing"):
        raise Refusal("missing", "The order must have at least one line.", "lines")
    return call.company.orders.enter(new_order(call, body))


def _amend(call: Call) -> Order:
    """Change an order: the header, then lines one by one. NOT atomic (contract §5, C).

    The first failing line ends the call; what was applied before it stays, what comes after is not applied.
    """
    company = call.company
    order = found(company.orders.table, call.ids[0])
    body = call.body("sop_order")
    lock = _lock_id(call)
    if order.locked_by is not None and call.options.orders_amended_by_lock and lock != order.locked_by:
        raise Refusal("in_use", "The order is being edited by another user.", "lock_id")
    company.orders.require_editable(order)
    _amend_header(call, order, body)
    for position, one in enumerate(body.get("lines", [])):
        try:
            _amend_line(call, order, one)
        except Refusal as refusal:
            raise Refusal(refusal.kind, refusal.text, f"lines[{position}].{refusal.field}") from None
    if body.get("is_to_sequence_lines"):
        _sequence(order, body)
    if body.get("is_editing") is False:
        company.orders.confirm(order)
        order.locked_by = None
    company.orders.changed(order)
    return order


def _lock_id(call: Call) -> Any:
    value = decode(call.raw)
    return value.get("lock_id") if isinstance(value, dict) else None


def _amend_header(call: Call, order: Order, body: Body) -> None:
    company = call.company
    if body.get("customer_id", order.customer_id) != order.customer_id:
        raise Refusal("invalid", "The customer of an order cannot be changed.", "customer_id")
    if "document_date" in body:
        if company.rules.check_order_period:
            company.calendar.require_open(body["document_date"])
        order.date = body["document_date"]
    if "document_discount_percent" in body:
        percent = body["document_discount_percent"]
        if not -100 < percent < 100:
            raise Refusal(
                "invalid", "The document discount lies between -99.99 and 99.99.", "discount_percent"
            )
        order.discount_percent = rounded(percent)
    order.customer_order_no = body.get("customer_document_no", order.customer_order_no)
    order.external_key = body.get("spare_text_1", order.external_key)
    order.override_hold = body.get("override_on_hold", order.override_hold)
    order.created_by = body.get("document_created_by", order.created_by)
    order.requested = body.get("requested_delivery_date", order.requested)
    order.promised = body.get("promised_delivery_date", order.promised)
    if "delivery_address" in body or "customer_delivery_address_id" in body:
        order.delivery.update(delivery(company, body))
    if "cash_account_invoice_address" in body:
        order.invoice_address.update(address(company, body["cash_account_invoice_address"]))
    if body.get("payment_with_order") and (order.payment is None or order.payment.posted_id is None):
        order.payment = payment(body)
    order.extra.update(header_loose(body))
    company.orders.changed(order)


def _amend_line(call: Call, order: Order, body: Body) -> None:
    orders = call.company.orders
    line = next((one for one in order.lines if one.id == body.get("id")), None)
    if line is None:
        if body.get("id"):
            raise Refusal("unknown", "The order line does not exist.", "id")
        if not body.get("is_to_delete"):
            orders.add_line(order, new_line(call, body))
    elif body.get("is_to_delete"):
        orders.remove_line(order, line, keep_record=body.get("create_cancelled_line", False))
    else:
        line_type = body.get("line_type") or LINE_KIND[line.kind]
        check_line(body, line_type, line.number - 1, call.company, call.options)
        orders.change_line(order, line, NewLine(kind=line.kind, **line_values(body, call.options)))


def _sequence(order: Order, body: Body) -> None:
    """Number the lines as the body lists them; lines that it does not name come last."""
    wanted = {one["id"]: position for position, one in enumerate(body.get("lines", [])) if one.get("id")}
    order.lines.sort(key=lambda line: (wanted.get(line.id, len(wanted)), line.number))
    for number, line in enumerate(order.lines, 1):
        line.number = number


def _template(call: Call) -> Any:
    """A filled-in order that is not stored."""
    body = call.body("sop_orders_new_request")
    customer = call.company.customers.table.get(body.get("customer_id"))
    if customer is None:
        raise Refusal("unknown", "The customer account does not exist.", "customer_id")
    return blank(
        "sop_order",
        call.profile,
        customer_id=customer.id,
        document_date=f"{call.company.today().isoformat()}T00:00:00{call.profile.date_suffix}",
        currency_id=customer.currency_id,
        document_status="EnumDocumentStatusLive",
        customer_type="EnumCustomerTypeCredit",
    )


def _duplicate(call: Call) -> Order:
    """A draft copy of an order, to be confirmed or deleted by the caller."""
    company, body = call.company, call.body("sop_order_duplicate_flags")
    source = company.orders.table.get(body.get("source_id"))
    if source is None:
        raise Refusal("unknown", "The order does not exist.", "source_id")
    keeps_prices = body.get("prices_and_discounts", False)
    draft = new_order(
        call,
        {
            "customer_id": body.get("customer_id", source.customer_id),
            "is_editing": True,
            "lines": [],
        },
    )
    for line in sorted(source.lines, key=attrgetter("number")):
        draft.lines.append(
            NewLine(
                kind=line.kind,
                item_id=line.item_id,
                warehouse_id=line.warehouse_id,
                code=line.code if line.kind != "text" else "",
                description=line.description,
                quantity=line.quantity if line.kind in ("item", "text") else None,
                price=line.price if keeps_prices or line.kind != "item" else None,
                discount_value=line.discount_value
                if keeps_prices and line.kind in ("item", "text")
                else None,
                tax_code_id=line.tax_code_id,
            )
        )
    return company.orders.enter(draft)
