"""A credit memo of an order, offline: what is given back, with or without its pieces (points 18 and 21).

The amounts are parted as in Magento's published source and give the recorded credit memos to the cent. Not
recorded, and so assumed: every refusal (their words are the published source's); that all shipping left is
refunded unless ``shipping_amount`` says otherwise; that a bundle is refunded by its children; where returned
pieces go: to the source that shipped them. Which pieces never left, that those are taken off a source
when they do not return, and that virtual ones left with their invoice, is Magento's published source.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tidegate_sandbox.magento.amount import HEAD, LINE, PARTS, SIDES, DocumentLine, part, plus, total
from tidegate_sandbox.magento.document_additions import enter_given_back, enter_memo, given_back
from tidegate_sandbox.magento.figure import ZERO, cents, figure
from tidegate_sandbox.magento.order import Order, Row
from tidegate_sandbox.magento.order_item import OrderItems, Quantities
from tidegate_sandbox.magento.order_state import settle
from tidegate_sandbox.magento.refusal import Refusal
from tidegate_sandbox.magento.stock import never_left
from tidegate_sandbox.magento.store import MagentoStore

_REFUNDED: Final = 2
_NOT_READY: Final = frozenset({"payment_review", "holded", "canceled", "closed"})
_SIGNS: Final = {"USD": "$", "GBP": "£", "EUR": "€"}
_WEEE: Final = {
    "base_weee_tax_row_disposition": 0,
    "weee_tax_applied": "[]",
    "weee_tax_applied_row_amount": 0,
    "weee_tax_row_disposition": 0,
}
Lines = list[tuple[Row, Decimal]]


@dataclass(frozen=True)
class Arguments:
    """What a refund says besides lines, in base currency. ``shipping`` None is all that is left.

    ``shipping`` includes tax in a shop that shows it so in sales documents (point 35).

    ``positive`` and ``negative`` are adjustments; None is not the same as 0 in the answers.
    """

    shipping: Decimal | None = None
    positive: Decimal | None = None
    negative: Decimal | None = None
    return_to_stock: Collection[int] = ()


def refund(
    store: MagentoStore,
    order: Order,
    wanted: Quantities | None = None,
    arguments: Arguments | None = None,
    *,
    comment: Row | None = None,
    notify: bool = False,
    notified: bool = False,
) -> Row:
    """Refund ``wanted`` pieces by order item, or all that is left, and return the credit memo."""
    arguments = arguments or Arguments()
    lines = _lines(order, wanted)
    items = _items(order, lines)
    ratio = (_ratio_with_tax if store.shows_shipping_with_tax else _ratio)(order, arguments.shipping)
    totals = _totals(order, items, arguments, ratio, last=_is_last(order, lines))
    table = store.creditmemos
    before = (store.invoices.of(order.entity_id), table.of(order.entity_id))
    enter_memo(order, totals, lines, items, *before)
    if messages := _objections(order, lines, totals):
        raise refused(*messages)
    head = table.head(store.view(order.row["store_id"]), order, store.now())
    for item in items:
        item |= {"entity_id": next(table.item_ids), "parent_id": head["entity_id"]}
    made: Row = {
        **head,
        **{key: order.row[key] for key in HEAD if key in order.row},
        "state": _REFUNDED,
        **totals,
        "items": items,
        "comments": [],
    }
    if comment:
        made["comments"].append(table.comment(head["entity_id"], comment, store.now(), notified=notified))
    table.add(made)
    _enter_lines(order, lines, items, store.now())
    _enter(store, order, made, notified=notified)
    enter_given_back(order, made)
    settle(store, order)
    _note(store, order, made, notified=notified)
    _return(store, order, lines, arguments.return_to_stock)
    if notify:
        store.mails.append((table.kind, head["entity_id"]))
    return made


def refused(*messages: str) -> Refusal:
    """A credit memo that is not even tried."""
    return Refusal(400, "\n".join(("Creditmemo Document Validation Error(s):", *messages)))


def nothing_left() -> Refusal:
    """The refusal of an order that was refunded completely."""
    return refused("We can't create creditmemo for the order.")


def _lines(order: Order, wanted: Quantities | None) -> Lines:
    """The lines that are refunded; the child of a configurable goes with its parent."""
    items, found = OrderItems(order), []
    for item in order.items:
        counted = item
        if items.accompanies(item):
            parent = items.parent(item)
            if parent is None:
                continue
            counted = parent
        quantity = items.to_refund(counted) if wanted is None else wanted.get(counted["item_id"], ZERO)
        if quantity > 0:
            found.append((item, quantity))
    return found


def _objections(order: Order, lines: Lines, totals: Row) -> list[str]:
    items, row = OrderItems(order), order.row
    found = []
    if row.get("state") in _NOT_READY:
        found.append(f"A creditmemo can not be created when an order has a status of {row.get('status')}")
    elif not any(items.to_refund(item) for item in items.counted()):
        found.append("The order does not allow a creditmemo to be created.")
    if row.get("total_paid", 0) == row.get("total_refunded", 0):
        found.append("We can't create creditmemo for the order.")
    found += [
        "The quantity to creditmemo must not be greater than the unrefunded quantity for product SKU"
        f' "{item["sku"]}".'
        for item, quantity in lines
        if not items.accompanies(item) and quantity > items.to_refund(item)
    ]
    if totals["grand_total"] <= 0 and not given_back(totals):
        found.append("The credit memo's total must be positive.")
    elif not lines and row["shipping_amount"] == row.get("shipping_refunded", 0):
        found.append("You can't create a creditmemo without products.")
    return found


def _is_last(order: Order, lines: Lines) -> bool:
    """Whether nothing invoiced is left to be refunded after these lines."""
    items = OrderItems(order)
    taken = {item["item_id"]: quantity for item, quantity in lines}
    return all(items.to_refund(item) == taken.get(item["item_id"], ZERO) for item in items.counted())


def _items(order: Order, lines: Lines) -> list[Row]:
    """The memo's lines; those that only accompany others have no amounts."""
    items = OrderItems(order)
    made: list[Row] = [
        {
            "base_cost": None,
            **{key: item[key] for key in LINE if key in item},
            "order_item_id": item["item_id"],
            "qty": figure(quantity),
            **_WEEE,
        }
        for item, quantity in lines
    ]
    part(
        [
            DocumentLine(item, quantity, items.to_refund(item), row)
            for (item, quantity), row in zip(lines, made, strict=True)
            if items.to_refund(item)
        ],
        _left,
        untaxed=True,
    )
    return made


def _left(item: Row, side: str, name: str) -> Decimal:
    """What of a line is invoiced and not refunded yet."""
    refunded = "amount_refunded" if name == "row" else f"{name}_refunded"
    return Decimal(item.get(f"{side}{name}_invoiced", 0)) - Decimal(item.get(f"{side}{refunded}", 0))


@dataclass(frozen=True)
class _Shipping:
    """What a memo gives back of the shipping, on one side."""

    amount: Decimal
    incl_tax: Decimal
    tax: Decimal
    compensation: Decimal
    discount: Decimal


def _shipping(order: Order, side: str, ratio: Decimal | None) -> _Shipping:
    """``ratio``: which part of the order's shipping; None is all that is left of it."""
    row = order.row
    short = f"{side}shipping_discount_tax_compensation_{'amnt' if side else 'amount'}"
    whole, tax = Decimal(row[f"{side}shipping_amount"]), Decimal(row[f"{side}shipping_tax_amount"])
    compensation = Decimal(row.get(short, 0))
    discount = Decimal(row.get(f"{side}shipping_discount_amount", 0))
    if ratio is not None:
        shares = (cents(whole_part * ratio) for whole_part in (tax, compensation, discount))
        incl = cents(row.get(f"{side}shipping_incl_tax", 0) * ratio)
        return _Shipping(cents(whole * ratio), incl, *shares)
    left = whole - row.get(f"{side}shipping_refunded", 0)
    tax -= row.get(f"{side}shipping_tax_refunded", 0)
    if left != whole:
        compensation, discount = ZERO, cents(discount * left / whole)
    incl = left + tax
    if side:  # Magento reckons the base side from the other end, so that the two can be a cent apart
        gone = row.get(f"{side}shipping_refunded", 0) + row.get(f"{side}shipping_tax_refunded", 0)
        incl = max(Decimal(row.get(f"{side}shipping_incl_tax", 0)) - gone, ZERO)
    return _Shipping(left, incl, tax, compensation, discount)


def _ratio(order: Order, asked: Decimal | None) -> Decimal | None:
    """Which part of the shipping is asked for, None for all that is left. Refuses more than is left."""
    whole = Decimal(order.row["base_shipping_amount"])
    return _share(order, asked, whole, whole - order.row.get("base_shipping_refunded", 0))


def _ratio_with_tax(order: Order, asked: Decimal | None) -> Decimal | None:
    """The same where the amount asked for includes tax (point 35)."""
    whole = Decimal(order.row["base_shipping_incl_tax"])
    gone = [order.row.get(f"base_shipping_{part}refunded", 0) for part in ("", "tax_")]
    return _share(order, asked, whole, whole - sum(gone))


def _share(order: Order, asked: Decimal | None, whole: Decimal, left: Decimal) -> Decimal | None:
    if asked is None or asked == left:
        return None
    if not 0 <= asked <= left:
        sign = _SIGNS.get(order.row["base_currency_code"], "")
        raise Refusal(400, "Maximum shipping amount allowed to refund is: %1", [f"{sign}{left:,.2f}"])
    return asked / whole


def _totals(
    order: Order, items: list[Row], arguments: Arguments, ratio: Decimal | None, *, last: bool
) -> Row:
    """The memo's totals. What rounding left of the tax is on the last one that refunds all shipping, too."""
    row = order.row
    rest = last and (ratio is None or not row["shipping_tax_amount"])
    adjusted = {"positive": arguments.positive, "negative": arguments.negative}
    made: Row = {}
    for side in SIDES:
        shipping = _shipping(order, side, ratio)
        rate = Decimal(1) if side else Decimal(row["base_to_order_rate"])
        sums = {
            "subtotal": total(items, f"{side}row_total"),
            "discount_amount": -total(items, f"{side}discount_amount") - shipping.discount,
            "shipping_amount": shipping.amount,
            "tax_amount": total(items, f"{side}tax_amount") + shipping.tax,
            "discount_tax_compensation_amount": total(items, f"{side}discount_tax_compensation_amount")
            + shipping.compensation,
        }
        if rest:
            left = Decimal(row.get(f"{side}tax_invoiced", 0)) - row.get(f"{side}tax_refunded", 0)
            sums["tax_amount"] = left
        adjustments = {
            f"adjustment_{name}": cents(amount * rate)
            for name, amount in adjusted.items()
            if amount is not None
        }
        adjustment = adjustments.get("adjustment_positive", ZERO) - adjustments.get(
            "adjustment_negative", ZERO
        )
        sums |= {
            "grand_total": sum(sums.values(), ZERO) + adjustment,
            "subtotal_incl_tax": total(items, f"{side}row_total_incl_tax"),
            "shipping_incl_tax": shipping.incl_tax,
            "shipping_tax_amount": shipping.tax,
            "adjustment": adjustment,
            **adjustments,
        }
        made |= {f"{side}{key}": figure(value) for key, value in sums.items()}
    return made


def _enter_lines(order: Order, lines: Lines, made: list[Row], now: str) -> None:
    """Write to the order's lines what was refunded; a bundle counts once all its children are."""
    for (item, quantity), line in zip(lines, made, strict=True):
        item["qty_refunded"] = figure(item["qty_refunded"] + quantity)
        item["updated_at"] = now
        for side in SIDES:
            key = f"{side}amount_refunded"
            item[key] = plus(item, key, line.get(f"{side}row_total"))
            for name in PARTS:
                key = f"{side}{name}_refunded"
                item[key] = plus(item, key, line.get(f"{side}{name}_amount"))
    items = OrderItems(order)
    for item in order.items:
        children = items.children(item)
        if item["product_type"] == "bundle" and not any(items.to_refund(child) for child in children):
            item["qty_refunded"] = item["qty_invoiced"]


def _enter(store: MagentoStore, order: Order, made: Row, *, notified: bool) -> None:
    """Write to the order and its payment what was refunded."""
    row, payment = order.row, order.payment
    changes: Row = {"customer_note_notify": int(notified)}
    for side in SIDES:
        for column, key in (
            ("adjustment_negative", "adjustment_negative"),
            ("adjustment_positive", "adjustment_positive"),
            ("discount_refunded", "discount_amount"),
            ("discount_tax_compensation_refunded", "discount_tax_compensation_amount"),
            ("shipping_refunded", "shipping_amount"),
            ("shipping_tax_refunded", "shipping_tax_amount"),
            ("subtotal_refunded", "subtotal"),
            ("tax_refunded", "tax_amount"),
            ("total_offline_refunded", "grand_total"),
            ("total_refunded", "grand_total"),
        ):
            changes[f"{side}{column}"] = plus(row, f"{side}{column}", made.get(side + key))
        for column, key in (("amount_refunded", "grand_total"), ("shipping_refunded", "shipping_amount")):
            payment[f"{side}{column}"] = plus(payment, f"{side}{column}", made[side + key])
    store.orders.change(order, changes, store.now())


def _note(store: MagentoStore, order: Order, made: Row, *, notified: bool) -> None:
    """The comment that Magento writes by itself."""
    sign = _SIGNS.get(order.row["base_currency_code"], "")
    order.histories.append(
        {
            "comment": f"We refunded {sign}{made['base_grand_total']:,.2f} offline.",
            "created_at": store.now(),
            "entity_id": store.sequences["comment"].take(),
            "entity_name": "creditmemo",
            "is_customer_notified": int(notified),
            "is_visible_on_front": 0,
            "parent_id": order.entity_id,
            "status": order.row["status"],
        }
    )


def _return(store: MagentoStore, order: Order, lines: Lines, wanted: Collection[int]) -> None:
    """Free the pieces that never left; put back those that had and are to return.

    Pieces that never left and are not to return are taken off their source, as if they had left: so
    Magento's published source, which frees as many as it could take off.
    """
    items, released, stock = OrderItems(order), {}, store.stock
    for item, quantity in lines:
        if items.accompanies(item):
            continue
        here = never_left(item, quantity, item["qty_refunded"] - quantity, msi=stock.msi)
        if item["item_id"] not in wanted:
            here = stock.take_off(order, order.sku_of(item), here)
        elif quantity > here:
            stock.restock(order.sku_of(item), figure(quantity - here), _source(store, order, item))
        released[item["item_id"]] = here
    stock.refund(order, released)


def _source(store: MagentoStore, order: Order, item: Row) -> str:
    """Where returned pieces go; virtual ones to the first source of the stock, whichever they were taken off."""
    if item.get("is_virtual"):
        return store.stock.first_source(order, order.sku_of(item))
    shipped = (
        shipment["extension_attributes"]["source_code"]
        for shipment in reversed(store.shipments.of(order.entity_id))
        if any(row["order_item_id"] == item["item_id"] for row in shipment["items"])
    )
    return next(shipped, "default")
