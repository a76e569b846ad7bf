"""The routes of shipments, invoices and credit memos (points 17 to 22)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from tidegate_sandbox.magento import creditmemo, invoice, listing, recorded, shipment
from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.criteria import Criteria, Filter
from tidegate_sandbox.magento.document import DocumentTable
from tidegate_sandbox.magento.order import Order, Row
from tidegate_sandbox.magento.order_item import wanted
from tidegate_sandbox.magento.refusal import Refusal, no_entity, wrong_field_type
from tidegate_sandbox.magento.routes import Route
from tidegate_sandbox.magento.store import MagentoStore

_CREATED_COMMENT: Final = frozenset({"comment", "is_visible_on_front", "extension_attributes"})

_TRACK_COLUMNS: Final = recorded.columns("track")
_COMMENT_COLUMNS: Final = recorded.columns("shipment_comment")
_NEW_TRACK: Final = frozenset({"track_number", "title", "carrier_code", "extension_attributes"})
_TRACK_FIELDS: Final = ("track_number", "title", "carrier_code")
_ARGUMENTS: Final = frozenset(
    {"shipping_amount", "adjustment_positive", "adjustment_negative", "extension_attributes"}
)


def _saved(call: Call, order: Order, refusal: Refusal, save: Callable[[], Row]) -> str:
    """The new document's key as a JSON text, counted as a write; ``order_busy`` strikes here.

    Of calls in parallel on one order one wins, and the others are answered that nothing is left, or get a 500
    from the lock (point 22): whether this call was the winner is not to be seen from its answer.
    """
    busy = call.injected("order_busy", entity_id=order.entity_id)
    if busy is not None and not busy.options.get("done", True):
        raise _lost(call.store, busy.options, refusal)
    made = save()
    call.store.wrote(order)
    if busy is not None:
        raise _lost(call.store, busy.options, refusal)
    return str(made["entity_id"])


def _lost(store: MagentoStore, options: dict[str, Any], refusal: Refusal) -> Refusal:
    return refusal if options.get("status") == refusal.status else store.report()


def ship(call: Call) -> str:
    """Ship an order, whole or in part. Not idempotent (point 18)."""
    order = call.store.order(call.whole("orderId"))
    pieces, comment = wanted(call, "ShipmentItemCreationInterface"), created_comment(call)
    tracks = _tracks(call)
    source = _extension(call, _object(call, "arguments")).get("source_code")
    notify = bool(call.optional("notify"))
    return _saved(
        call,
        order,
        shipment.nothing_left(),
        lambda: shipment.ship(
            call.store,
            order,
            pieces,
            source=None if source is None else str(source),
            tracks=tracks,
            comment=comment,
            notify=notify,
            notified=notify and bool(call.optional("appendComment")),
        ),
    )


def bill(call: Call) -> str:
    """Invoice an order, whole or in part. ``capture`` makes no difference to offline payments (point 21)."""
    order = call.store.order(call.whole("orderId"))
    pieces, comment = wanted(call, "InvoiceItemCreationInterface"), created_comment(call)
    notify = bool(call.optional("notify"))
    return _saved(
        call,
        order,
        invoice.nothing_left(),
        lambda: invoice.invoice(
            call.store,
            order,
            pieces,
            comment=comment,
            notify=notify,
            notified=notify and bool(call.optional("appendComment")),
        ),
    )


def refund(call: Call) -> str:
    """Refund an order offline, whole or in part."""
    order = call.store.order(call.whole("orderId"))
    pieces, comment = wanted(call, "CreditmemoItemCreationInterface"), created_comment(call)
    arguments, notify = _arguments(call), bool(call.optional("notify"))
    return _saved(
        call,
        order,
        creditmemo.nothing_left(),
        lambda: creditmemo.refund(
            call.store,
            order,
            pieces,
            arguments,
            comment=comment,
            notify=notify,
            notified=notify and bool(call.optional("appendComment")),
        ),
    )


def refund_invoice(call: Call) -> str:
    """Refund by an invoice: the offline methods cannot, and no other was recorded."""
    call.store.invoices.get(call.whole("invoiceId"))
    raise creditmemo.refused("We can't create creditmemo for the invoice.")


def void(call: Call) -> bool:
    """Void an invoice: no paid one can be."""
    call.store.invoices.get(call.whole("id"))
    raise Refusal(400, "The void action is not available.")


def _object(call: Call, name: str) -> Row:
    found = call.optional(name)
    if found is not None and not isinstance(found, dict):
        raise call.store.report()
    return found or {}


def _extension(call: Call, part: Row) -> Row:
    found = part.get("extension_attributes") or {}
    if not isinstance(found, dict):
        raise call.store.report()
    return found


def _tracks(call: Call) -> list[Row]:
    """The tracking numbers that come with a shipment. An unknown key is a 500."""
    tracks = call.optional("tracks") or []
    call.limit(tracks, "Sales\\Api\\Data\\ShipmentTrackCreationInterface")
    if not isinstance(tracks, list) or not all(isinstance(track, dict) for track in tracks):
        raise call.store.report()
    if any(track.keys() - _NEW_TRACK for track in tracks):
        raise call.store.report()
    return [{key: track.get(key) for key in _TRACK_FIELDS} for track in tracks]


def _arguments(call: Call) -> creditmemo.Arguments:
    given = _object(call, "arguments")
    if given.keys() - _ARGUMENTS:
        raise call.store.report()
    returned = _extension(call, given).get("return_to_stock_items") or []
    return creditmemo.Arguments(
        shipping=_amount(given, "shipping_amount"),
        positive=_amount(given, "adjustment_positive"),
        negative=_amount(given, "adjustment_negative"),
        return_to_stock=frozenset(int(item_id) for item_id in returned),
    )


def _amount(given: Row, key: str) -> Decimal | None:
    value = given.get(key)
    try:
        return None if value is None else Decimal(value)
    except (TypeError, ValueError, ArithmeticError):
        raise wrong_field_type(key, value, "float") from None


# Tracking numbers and comments: the order's ``updated_at`` does not move with them (point 17)


def add_track(call: Call) -> Row:
    """Add a tracking number to a shipment."""
    store, given = call.store, call.parameter("entity")
    if not isinstance(given, dict) or given.keys() - _TRACK_COLUMNS.keys():
        raise store.report()
    owner = next((row for row in store.shipments.of(_key(given, "order_id")) if _is_parent(row, given)), None)
    if owner is None:
        raise Refusal(400, "Could not save the shipment tracking.")
    made = shipment.track(store, {key: value for key, value in given.items() if value is not None})
    owner["tracks"].append(made)
    store.writes += 1
    return made


def _key(given: Row, name: str) -> int:
    try:
        return int(given.get(name) or 0)
    except (TypeError, ValueError):
        raise wrong_field_type(name, given[name], "int") from None


def _is_parent(row: Row, given: Row) -> bool:
    return bool(row["entity_id"] == _key(given, "parent_id"))


def delete_track(call: Call) -> bool:
    """Take a tracking number away."""
    number = call.whole("id")
    for row in call.store.shipments.all():
        for track in row["tracks"]:
            if track["entity_id"] == number:
                row["tracks"].remove(track)
                call.store.writes += 1
                return True
    raise no_entity()


def comment_shipment(call: Call) -> Row:
    """Comment on a shipment. The answer does not tell the time of the comment."""
    store, given = call.store, call.parameter("entity")
    if not isinstance(given, dict) or given.keys() - _COMMENT_COLUMNS.keys():
        raise store.report()
    row = store.shipments.get(call.whole("id"))
    made = store.shipments.comment(row["entity_id"], given, store.now())
    row["comments"].append(made)
    store.writes += 1
    return {key: value for key, value in made.items() if key != "created_at"}


# Reading


def mail_shipment(call: Call) -> bool:
    """Mail the customer about a shipment once more (the path is of the interface's schema; not recorded)."""
    row = _get("shipment")(call)
    call.store.mails.append(("shipment", row["entity_id"]))
    return True


def _table(call: Call, kind: str) -> DocumentTable:
    tables = (call.store.shipments, call.store.invoices, call.store.creditmemos)
    return next(table for table in tables if table.kind == kind)


def _get(kind: str) -> Callable[[Call], Row]:
    return lambda call: _table(call, kind).get(call.whole("id"))


def _search(kind: str) -> Callable[[Call], Row]:
    def search(call: Call) -> Row:
        table, criteria = _table(call, kind), call.criteria()
        found = listing.search(table.candidates(criteria), criteria, table.columns)
        page = listing.page(call, found, criteria, lambda row: int(row["entity_id"]))
        return listing.answer(call, page, criteria, len(found))

    return search


def _comments(kind: str) -> Callable[[Call], Row]:
    def comments(call: Call) -> Row:
        row = _table(call, kind).get(call.whole("id"))
        criteria = Criteria(((Filter("parent_id", str(row["entity_id"]), "eq"),),))
        return listing.answer(call, list(row["comments"]), criteria, len(row["comments"]))

    return comments


_SHIP: Final = "Magento_Sales::ship"
_SHIPMENT: Final = "Magento_Sales::shipment"
_INVOICE: Final = "Magento_Sales::sales_invoice"
_CREDITMEMO: Final = "Magento_Sales::sales_creditmemo"

ROUTES: Final = [
    Route("POST", "order/{orderId}/ship", _SHIP, ship),
    Route("POST", "order/{orderId}/invoice", _INVOICE, bill),
    Route("POST", "order/{orderId}/refund", _CREDITMEMO, refund),
    Route("POST", "invoice/{invoiceId}/refund", _CREDITMEMO, refund_invoice),
    Route("GET", "shipments", _SHIPMENT, _search("shipment")),
    Route("POST", "shipment/track", _SHIPMENT, add_track),
    Route("DELETE", "shipment/track/{id}", _SHIPMENT, delete_track),
    Route("GET", "shipment/{id}", _SHIPMENT, _get("shipment")),
    Route("GET", "shipment/{id}/comments", _SHIPMENT, _comments("shipment")),
    Route("POST", "shipment/{id}/comments", _SHIPMENT, comment_shipment),
    Route("POST", "shipment/{id}/emails", _SHIPMENT, mail_shipment),
    Route("GET", "invoices", _INVOICE, _search("invoice")),
    Route("GET", "invoices/{id}", _INVOICE, _get("invoice")),
    Route("GET", "invoices/{id}/comments", _INVOICE, _comments("invoice")),
    Route("POST", "invoices/{id}/void", _INVOICE, void),
    Route("GET", "creditmemos", _CREDITMEMO, _search("creditmemo")),
    Route("GET", "creditmemo/{id}", _CREDITMEMO, _get("creditmemo")),
    Route("GET", "creditmemo/{id}/comments", _CREDITMEMO, _comments("creditmemo")),
]


def created_comment(call: Call) -> Row | None:
    """The comment that comes with a new document, None where there is none. An unknown key is a 500."""
    given = call.optional("comment")
    if given is None:
        return None
    if not isinstance(given, dict) or given.keys() - _CREATED_COMMENT:
        raise call.store.report()
    return given
