"""An invoice of an order: whole or in part, and paid at once, as offline payments are (point 21).

The amounts are parted as in Magento's published source: by pieces, with the rest for whoever comes last; they
give the recorded invoices to the cent. Not recorded, and so assumed: ``row_total_incl_tax`` of a line as its
price including tax times the pieces; that amounts of discount or tax are left out of lines that have none;
the words for an order whose state allows no invoice.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tidegate_sandbox.magento.amount import HEAD, LINE, PARTS, SIDES, DocumentLine, part, plus, total
from tidegate_sandbox.magento.document_additions import enter_invoice, fixed_tax_invoiced
from tidegate_sandbox.magento.figure import ZERO, figure
from tidegate_sandbox.magento.order import Order, Row
from tidegate_sandbox.magento.order_item import OrderItems, Quantities, per_parent
from tidegate_sandbox.magento.order_state import settle
from tidegate_sandbox.magento.refusal import Refusal
from tidegate_sandbox.magento.store import MagentoStore

PAID: Final = 2
_NOT_READY: Final = frozenset({"payment_review", "holded", "canceled", "complete", "closed"})
_EMPTY: Final = "The invoice can't be created without products. Add products and try again."
_NOT_ALLOWED: Final = "The order does not allow an invoice to be created."


def invoice(
    store: MagentoStore,
    order: Order,
    wanted: Quantities | None = None,
    *,
    comment: Row | None = None,
    notify: bool = False,
    notified: bool = False,
) -> Row:
    """Invoice ``wanted`` pieces by order item, or all that is left, and return the invoice, paid.

    A bundle is invoiced by its parent, a configurable by its parent. Refuses as recorded.
    """
    lines = _lines(order, wanted)
    if messages := _objections(order, lines):
        raise refused(*messages)
    table = store.invoices
    head = table.head(store.view(order.row["store_id"]), order, store.now())
    items = _items(store, head, order, lines)
    made: Row = {
        **head,
        **{key: order.row[key] for key in HEAD if key in order.row},
        "can_void_flag": 0,
        "state": PAID,
        "total_qty": figure(sum((quantity for _, quantity in lines), ZERO)),
        **_totals(order, items, first=not _shipping_invoiced(store, order), last=_is_last(order, lines)),
        "items": items,
        "comments": [],
    }
    enter_invoice(order, made, lines, table.of(order.entity_id))
    if comment:
        made["comments"].append(table.comment(head["entity_id"], comment, store.now(), notified=notified))
    table.add(made)
    _enter_lines(order, lines, items, store.now())
    _enter(store, order, made)
    settle(store, order)
    store.stock.sell_virtual(order, [each for each in lines if not OrderItems(order).accompanies(each[0])])
    if notify:
        store.mails.append((table.kind, head["entity_id"]))
    return made


def refused(*messages: str) -> Refusal:
    """An invoice that is not even tried."""
    return Refusal(400, "\n".join(("Invoice Document Validation Error(s):", *messages)))


def nothing_left() -> Refusal:
    """The refusal of an order that was invoiced completely."""
    return refused(_EMPTY, _NOT_ALLOWED)


def _lines(order: Order, wanted: Quantities | None) -> list[tuple[Row, Decimal]]:
    """The lines that are invoiced, with pieces: those that accompany others go with them."""
    items, found = OrderItems(order), []
    for item in order.items:
        quantity = _quantity(items, item, wanted)
        if quantity <= 0:
            continue
        if not items.accompanies(item):
            left = items.to_invoice(item)
            if not left:
                continue
            if quantity > left:
                raise Refusal(400, 'We found an invalid quantity to invoice item "%1".', [item["name"]])
        found.append((item, quantity))
    return found


def _quantity(items: OrderItems, item: Row, wanted: Quantities | None) -> Decimal:
    """How many pieces of a line were asked for, by its own id or by its parent's."""
    parent = items.parent(item)
    if items.accompanies(item) and parent is not None:
        return _quantity(items, parent, wanted) * per_parent(item, parent)
    if wanted is None:
        return Decimal(item["qty_ordered"] - item["qty_invoiced"] - item["qty_canceled"])
    if item["item_id"] in wanted or parent is None:
        return wanted.get(item["item_id"], ZERO)
    return wanted.get(parent["item_id"], ZERO) * per_parent(item, parent)


def _objections(order: Order, lines: list[tuple[Row, Decimal]]) -> list[str]:
    items = OrderItems(order)
    found = [] if any(not items.accompanies(item) for item, _ in lines) else [_EMPTY]
    if order.row.get("state") in _NOT_READY:
        found.append(f"An invoice cannot be created when an order has a status of {order.row.get('status')}.")
    elif not items.can_invoice():
        found.append(_NOT_ALLOWED)
    return found


def _is_last(order: Order, lines: list[tuple[Row, Decimal]]) -> bool:
    """Whether nothing is left to be invoiced after these lines."""
    items = OrderItems(order)
    taken = {item["item_id"]: quantity for item, quantity in lines}
    return all(items.to_invoice(item) == taken.get(item["item_id"], ZERO) for item in items.counted())


def _shipping_invoiced(store: MagentoStore, order: Order) -> bool:
    return any(made.get("shipping_amount") for made in store.invoices.of(order.entity_id))


def _items(store: MagentoStore, head: Row, order: Order, lines: list[tuple[Row, Decimal]]) -> list[Row]:
    """The invoice's lines; those that only accompany others have no amounts."""
    items = OrderItems(order)
    made: list[Row] = []
    for item, quantity in lines:
        made.append(
            {
                "entity_id": next(store.invoices.item_ids),
                "parent_id": head["entity_id"],
                **{key: item[key] for key in LINE if key in item},
                "order_item_id": item["item_id"],
                "qty": figure(quantity),
            }
        )
    part(
        [
            DocumentLine(item, quantity, items.to_invoice(item), row)
            for (item, quantity), row in zip(lines, made, strict=True)
            if not items.accompanies(item)
        ],
        _left,
        untaxed=False,
    )
    return made


def _left(item: Row, side: str, name: str) -> Decimal:
    """What is left to be invoiced; the row as it was before the discount (point 2)."""
    whole = Decimal(item.get(f"{side}{name}_amount", 0))
    if name == "row":
        whole = Decimal(item[f"{side}row_total"]) + item[f"{side}discount_amount"]
    return whole - Decimal(item.get(f"{side}{name}_invoiced", 0))


def _totals(order: Order, items: list[Row], *, first: bool, last: bool) -> Row:
    """The invoice's totals. The whole shipping is on the first one, what rounding left is on the last."""
    row, made = order.row, {}
    for side in SIDES:
        short = f"{side}shipping_discount_tax_compensation_{'amnt' if side else 'amount'}"
        sums = {
            "subtotal": total(items, f"{side}row_total"),
            "subtotal_incl_tax": total(items, f"{side}row_total_incl_tax"),
            "discount_amount": -total(items, f"{side}discount_amount"),
            "tax_amount": total(items, f"{side}tax_amount"),
            "discount_tax_compensation_amount": total(items, f"{side}discount_tax_compensation_amount"),
        }
        extra = ZERO
        if first:
            made[f"{side}shipping_tax_amount"] = row[f"{side}shipping_tax_amount"]
            made[short] = row.get(short, 0)
            sums["tax_amount"] += row[f"{side}shipping_tax_amount"]
            sums["discount_amount"] -= row.get(f"{side}shipping_discount_amount", 0)
            extra = Decimal(row[f"{side}shipping_amount"]) + row.get(short, 0)
            if row[f"{side}shipping_amount"]:
                made[f"{side}shipping_amount"] = row[f"{side}shipping_amount"]
                made[f"{side}shipping_incl_tax"] = row[f"{side}shipping_incl_tax"]
        if last:
            for key, of in (("subtotal", "subtotal"), ("tax_amount", "tax")):
                sums[key] = Decimal(row[f"{side}{key}"]) - row.get(f"{side}{of}_invoiced", 0)
        parts = (value for key, value in sums.items() if key != "subtotal_incl_tax")
        sums["grand_total"] = sum(parts, ZERO) + extra
        made |= {f"{side}{key}": figure(value) for key, value in sums.items()}
    return made


def _enter_lines(order: Order, lines: list[tuple[Row, Decimal]], made: list[Row], now: str) -> None:
    """Write to the order's lines what was invoiced; the open ones are saved with them."""
    items = OrderItems(order)
    pieces = {item["item_id"]: quantity for item, quantity in lines}
    for item in items.counted():
        if items.to_invoice(item):
            item["weee_tax_applied"] = fixed_tax_invoiced(item, pieces.get(item["item_id"], ZERO))
            item["updated_at"] = now
    for (item, quantity), line in zip(lines, made, strict=True):
        item["qty_invoiced"] = figure(item["qty_invoiced"] + quantity)
        item["updated_at"] = now
        for side in SIDES:
            item[f"{side}row_invoiced"] = plus(item, f"{side}row_invoiced", line.get(f"{side}row_total"))
            for name in PARTS:
                key = f"{side}{name}_invoiced"
                item[key] = plus(item, key, line.get(f"{side}{name}_amount"))


def _enter(store: MagentoStore, order: Order, made: Row) -> None:
    """Write to the order and its payment what was invoiced and is paid by that."""
    row, payment = order.row, order.payment
    changes: Row = {"base_total_invoiced_cost": 0}
    for side in SIDES:
        for name, key in (
            ("discount", "discount_amount"),
            ("discount_tax_compensation", "discount_tax_compensation_amount"),
            ("shipping", "shipping_amount"),
            ("subtotal", "subtotal"),
            ("tax", "tax_amount"),
            ("total", "grand_total"),
        ):
            changes[f"{side}{name}_invoiced"] = plus(row, f"{side}{name}_invoiced", made.get(side + key))
        paid = plus(row, f"{side}total_paid", made[f"{side}grand_total"])
        changes[f"{side}total_paid"] = paid
        changes[f"{side}total_due"] = figure(Decimal(row[f"{side}grand_total"]) - paid)
        payment[f"{side}amount_paid"] = paid
        captured = f"{side}shipping_captured"
        payment[captured] = plus(payment, captured, made.get(f"{side}shipping_amount"))
    store.orders.change(order, changes, store.now())
