"""The routes of orders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tidegate_sandbox.magento import listing, order_actions, order_save
from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.criteria import Criteria, Filter
from tidegate_sandbox.magento.order import Order
from tidegate_sandbox.magento.routes import Route

_VIEW: Final = "Magento_Sales::actions_view"
_CREATE: Final = "Magento_Sales::create"


def _poison(call: Call, orders: Iterable[Order]) -> None:
    """An answer that would contain a poisoned order is a 500 as a whole (magento2 issue 36213)."""
    if call.store.faults.active("poison_order") is None:
        return
    for order in orders:
        if call.injected("poison_order", entity_id=order.entity_id) is not None:
            raise call.store.report()


def get(call: Call) -> dict[str, Any]:
    """One order by its key."""
    order = call.store.order(call.whole("id"))
    _poison(call, [order])
    return order.document()


def search(call: Call) -> dict[str, Any]:
    """A page of orders, of all store views whatever the store code of the URL (point 16)."""
    criteria = call.criteria()
    store = call.store
    found = store.orders.select(criteria, store.clock.now())
    page = listing.page(call, found, criteria, lambda order: order.entity_id)
    _poison(call, page)
    return listing.answer(call, [order.document() for order in page], criteria, len(found))


def search_items(call: Call) -> dict[str, Any]:
    """Lines of orders, of all orders."""
    criteria = call.criteria()
    store = call.store
    orders = store.orders.select(Criteria(), store.clock.now())
    wanted = _order_of(criteria)
    if wanted is not None:
        orders = [order for order in orders if order.entity_id == wanted]
    rows = [item for order in orders for item in order.document_items()]
    found = listing.search(rows, criteria, order_save.ITEM_COLUMNS)
    page = listing.page(call, found, criteria, lambda item: item["item_id"])
    return listing.answer(call, page, criteria, len(found))


def _order_of(criteria: Criteria) -> int | None:
    for group in criteria.groups:
        if len(group) == 1 and group[0].field == "order_id" and group[0].condition == "eq":
            return int(str(group[0].value)) if str(group[0].value).isdigit() else None
    return None


def statuses(call: Call) -> Any:
    """The status of an order, as a bare JSON text; null once it is wiped."""
    return call.store.order(call.whole("id")).row.get("status")


def cancel(call: Call) -> bool:
    """Cancel; 200 ``false`` when nothing was done."""
    order = call.store.order(call.whole("id"))
    done = order_actions.cancel(call.store, order)
    if done:
        call.store.wrote(order)
    return done


def hold(call: Call) -> bool:
    """Put on hold."""
    order = call.store.order(call.whole("id"))
    order_actions.hold(call.store, order)
    call.store.wrote(order)
    return True


def unhold(call: Call) -> bool:
    """Take off hold."""
    order = call.store.order(call.whole("id"))
    order_actions.unhold(call.store, order)
    call.store.wrote(order)
    return True


def emails(call: Call) -> bool:
    """Send the order's mail again: nothing of the order changes (point 17)."""
    call.store.order(call.whole("id"))
    return True


def comments(call: Call) -> dict[str, Any]:
    """The comments of an order, oldest first."""
    order = call.store.order(call.whole("id"))
    wanted = Criteria(((Filter("parent_id", str(order.entity_id), "eq"),),))
    return listing.answer(call, list(order.histories), wanted, len(order.histories))


ROUTES: Final = [
    Route("GET", "orders", _VIEW, search),
    Route("POST", "orders", _CREATE, order_save.save),
    Route("PUT", "orders/create", _CREATE, order_save.save),
    Route("GET", "orders/items", _VIEW, search_items),
    Route("GET", "orders/{id}", _VIEW, get),
    Route("PUT", "orders/{parent_id}", _CREATE, order_save.save_address),
    Route("GET", "orders/{id}/statuses", _VIEW, statuses),
    Route("GET", "orders/{id}/comments", _VIEW, comments),
    Route("POST", "orders/{id}/comments", "Magento_Sales::comment", order_actions.comment),
    Route("POST", "orders/{id}/cancel", "Magento_Sales::cancel", cancel),
    Route("POST", "orders/{id}/hold", "Magento_Sales::hold", hold),
    Route("POST", "orders/{id}/unhold", "Magento_Sales::unhold", unhold),
    Route("POST", "orders/{id}/emails", "Magento_Sales::emails", emails),
]
