"""What of an order's lines is still to be shipped, invoiced and refunded (points 7 and 20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.figure import ZERO
from tidegate_sandbox.magento.order import Order, Row
from tidegate_sandbox.magento.refusal import wrong_field_type

Quantities = Mapping[int, Decimal]
_KEYS: Final = frozenset({"order_item_id", "qty", "extension_attributes"})


class OrderItems:
    """The lines of one order.

    Two kinds of lines only accompany others and are never counted: the child of a configurable, whose parent
    has the amounts, and the parent of a bundle, whose children have them. Every bundle ships separately and
    has a dynamic price, as the recorded one.
    """

    def __init__(self, order: Order) -> None:
        self.order = order
        self._by_id = {item["item_id"]: item for item in order.items}

    def parent(self, item: Row) -> Row | None:
        """The line that this one belongs to."""
        return self._by_id.get(item.get("parent_item_id"))

    def children(self, item: Row) -> list[Row]:
        """The lines that belong to this one."""
        return [row for row in self.order.items if row.get("parent_item_id") == item["item_id"]]

    def accompanies(self, item: Row) -> bool:
        """Whether the line only accompanies others."""
        parent = self.parent(item)
        return is_bundle(item) if parent is None else not is_bundle(parent)

    def counted(self) -> Iterator[Row]:
        """The lines that are counted: every piece of the order once."""
        return (item for item in self.order.items if not self.accompanies(item))

    def to_ship(self, item: Row) -> Decimal:
        """Pieces still to be shipped; what was refunded is taken to be of those (assumed, as by the stock).

        Of a virtual item none: nobody can ship it, and nothing waits for that (Magento's published source).
        """
        if item.get("is_virtual"):
            return ZERO
        gone = item["qty_shipped"] + item["qty_refunded"] + item["qty_canceled"]
        return self._left(item, item["qty_ordered"] - gone)

    def to_invoice(self, item: Row) -> Decimal:
        """Pieces still to be invoiced."""
        return self._left(item, item["qty_ordered"] - item["qty_invoiced"] - item["qty_canceled"])

    def to_refund(self, item: Row) -> Decimal:
        """Pieces invoiced and not refunded yet."""
        return self._left(item, item["qty_invoiced"] - item["qty_refunded"])

    def _left(self, item: Row, left: int | Decimal) -> Decimal:
        return ZERO if self.accompanies(item) or left < 0 else Decimal(left)

    def can_ship(self) -> bool:
        """Whether anything is left to be shipped."""
        return any(self.to_ship(item) for item in self.order.items)

    def can_invoice(self) -> bool:
        """Whether anything is left to be invoiced."""
        return any(self.to_invoice(item) for item in self.order.items)


def is_bundle(item: Row) -> bool:
    """Whether the line is a bundle as a whole."""
    return bool(item["product_type"] == "bundle")


def per_parent(child: Row, parent: Row) -> Decimal:
    """How many pieces of ``child`` go into one of ``parent``."""
    return Decimal(child["qty_ordered"]) / Decimal(parent["qty_ordered"])


def wanted(call: Call, interface: str) -> Quantities | None:
    """The quantities of a call's ``items`` by order item; None where it names none: all that is left.

    A line that is named twice counts as named the last time. An unknown key is a 500.
    """
    items: Any = call.optional("items")
    if not items:
        return None
    call.limit(items, f"Sales\\Api\\Data\\{interface}")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise call.store.report()
    if any(item.keys() - _KEYS for item in items):
        raise call.store.report()
    return {_whole(item.get("order_item_id")): _quantity(item.get("qty")) for item in items}


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise wrong_field_type("order_item_id", value, "int") from None


def _quantity(value: Any) -> Decimal:
    try:
        return Decimal(value)
    except (TypeError, ValueError, ArithmeticError):
        raise wrong_field_type("qty", value, "float") from None
