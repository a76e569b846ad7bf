"""One order as the shop keeps it, and the document that the REST API makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

Row = dict[str, Any]

_NESTED = frozenset({"items", "billing_address", "payment", "status_histories", "extension_attributes"})
_ASSIGNMENTS = "shipping_assignments"


class Order:
    """An order's row, lines, addresses, payment and comments. NULL columns are left out of rows (point 6).

    ``visible_from``: until then the order is not committed and no call sees it. ``writes`` counts the calls
    that saved the order, whether or not a value changed.
    """

    __slots__ = (
        "billing",
        "extension",
        "fees",
        "histories",
        "items",
        "payment",
        "products",
        "row",
        "shipping",
        "shipping_method",
        "visible_from",
        "writes",
    )

    def __init__(
        self,
        row: Row,
        items: list[Row],
        billing: Row,
        shipping: Row | None,
        payment: Row,
        *,
        shipping_method: str | None = None,
        extension: Row | None = None,
        histories: Iterable[Row] = (),
    ) -> None:
        self.row = row
        self.items = items
        self.billing = billing
        self.shipping = shipping
        self.shipping_method = shipping_method
        self.payment = payment
        self.extension = extension or {}
        self.histories = list(histories)
        self.visible_from: datetime | None = None
        self.products: dict[int, str] = {}  #: the product's SKU, where options added to a line's
        self.fees: list[str] = []  #: an extension's own fields of the row, which are in the grand total
        self.writes = 0

    @classmethod
    def from_document(cls, document: Row) -> Self:
        """The order of which the REST API made ``document``. The parts are taken over, not copied."""
        row = {key: value for key, value in document.items() if key not in _NESTED}
        items = [
            {key: value for key, value in item.items() if key != "parent_item"} for item in document["items"]
        ]
        extension = dict(document.get("extension_attributes", {}))
        assignments = extension.pop(_ASSIGNMENTS, [])
        shipping = assignments[0]["shipping"] if assignments else {}
        return cls(
            row,
            items,
            document["billing_address"],
            shipping.get("address"),
            document["payment"],
            shipping_method=shipping.get("method"),
            extension=extension,
            histories=reversed(document["status_histories"]),
        )

    @property
    def entity_id(self) -> int:
        """The key of the order, unique in the shop."""
        found: int = self.row["entity_id"]
        return found

    def sku_of(self, item: Row) -> str:
        """The product's own SKU of a line: what lies in stock."""
        return self.products.get(item["item_id"]) or str(item["sku"])

    def document(self) -> Row:
        """The whole order as the REST API answers it. Its parts are the order's own: to be read only."""
        items = self.document_items()
        extension: Row = {}
        if self.shipping is not None or self.row.get("is_virtual"):
            extension[_ASSIGNMENTS] = [{"shipping": self._shipping(), "items": items}]
        return {
            **self.row,
            "items": items,
            "billing_address": self.billing,
            "payment": self.payment,
            "status_histories": self.histories[::-1],
            "extension_attributes": {**extension, **self.extension},
        }

    def document_items(self) -> list[Row]:
        """The lines; one with a parent carries a full copy of it (point 7)."""
        if not any("parent_item_id" in item for item in self.items):
            return self.items
        by_id = {item["item_id"]: item for item in self.items}
        return [
            {**item, "parent_item": by_id[item["parent_item_id"]]} if "parent_item_id" in item else item
            for item in self.items
        ]

    def _shipping(self) -> Row:
        total = {
            key: value
            for key, value in self.row.items()
            if key.startswith(("shipping_", "base_shipping_")) and key != "shipping_description"
        }
        if self.shipping is None:  # a virtual order: neither address nor method (point 39)
            return {"total": total}
        return {"address": self.shipping, "method": self.shipping_method, "total": total}
