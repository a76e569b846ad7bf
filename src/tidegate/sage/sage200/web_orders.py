"""Sales orders that carry our key, as Sage has them now: the tie from its documents back to the store.

Source: contract §6, §9.6, §10. Views of despatches and invoices name orders and lines by their ids alone;
the keys are in the orders. A collection of lines does not exist: they are read with their orders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tidegate.domain.delta import Delta
from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import OrderProgress, SalesOrderStatus
from tidegate.domain.money import ZERO
from tidegate.reading.document import Unreadable
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.deltas import Changes, Stream
from tidegate.sage.sage200.fields import Row, id_of, pieces_of, text_of
from tidegate.sage.sage200.queries import text
from tidegate.sage.sage200.status_words import CANCELLED, COMPLETE, status_of

#: What this room's maker gives to every key (`stored_keys.full_key`): by it rows are asked for; whose a key is, only the table says.
ORDER_KEY_PREFIX = "magento:"
STANDARD = "EnumLineTypeStandard"
_PIECES = (
    "stock_unit_line_quantity",
    "stock_unit_allocated_quantity",
    "stock_unit_despatch_receipt_quantity",
    "stock_unit_invoice_credit_quantity",
)
_LINE = (
    "id",
    "line_type",
    "product_id",
    "code",
    "warehouse_id",
    *_PIECES,
)


@dataclass(frozen=True, slots=True)
class WebOrderLine:
    """A line of such an order. Pieces in stock units; `sku` "" for what is no product."""

    id: int
    key: str
    sku: str
    warehouse_id: int | None
    ordered: Decimal
    allocated: Decimal
    despatched: Decimal
    invoiced: Decimal
    unreadable: str = ""  #: why its pieces are not known; then they are 0 here, and no figure


@dataclass(frozen=True, slots=True)
class WebOrder:
    """An order that carries our key."""

    id: int
    number: str
    key: str
    status: str
    lines: Mapping[int, WebOrderLine] = field(default_factory=dict)
    nameless: bool = False  #: it has lines that cannot be distinguished: without an id, or no record at all


class WebOrders:
    """The orders with our key of one company."""

    def __init__(self, client: Sage200Client, *, key_field: str) -> None:
        self._client = client
        self._key_field = key_field
        self._ours = f"startswith({key_field},{text(ORDER_KEY_PREFIX)})"
        header = ("id", "document_no", "document_status", key_field)
        self._select: tuple[str, ...] = (*header, *(f"lines.{name}" for name in (*_LINE, key_field)))

    def open(self) -> dict[int, WebOrder] | Failure:
        """All that is neither complete nor cancelled."""
        undone = " and ".join(f"document_status ne {text(status)}" for status in (COMPLETE, CANCELLED))
        return self._listed(f"{self._ours} and {undone}")

    def all(self) -> dict[int, WebOrder] | Failure:
        """All of them, the finished ones included."""
        return self._listed(self._ours)

    def of(self, ids: Iterable[int]) -> dict[int, WebOrder] | Failure:
        """The orders with these ids that carry our key; pooled."""
        wanted = set(ids)
        return self._orders(
            lambda select: self._client.read_by_ids(
                "/sop_orders", "id", wanted, select=select, expand=("lines",)
            )
        )

    def _listed(self, where: str) -> dict[int, WebOrder] | Failure:
        return self._orders(
            lambda select: self._client.read_all("/sop_orders", select=select, where=where, expand=("lines",))
        )

    def _orders(self, read: Callable[[Sequence[str]], list[Row] | Failure]) -> dict[int, WebOrder] | Failure:
        rows = read(self._select)
        if isinstance(rows, Failure) and rows.code in (Code.REFUSED, Code.UNKNOWN_ENDPOINT) and self._select:
            # That fields of a child list can be selected is shown for child objects only (§6).
            rows = read(())
            if not isinstance(rows, Failure):
                self._select = ()
        if isinstance(rows, Failure):
            return rows
        orders = (self._order(row) for row in rows)
        return {one.id: one for one in orders if one is not None}

    def _order(self, row: Row) -> WebOrder | None:
        number, key = id_of(row), text_of(row, self._key_field).strip()
        if number is None or not key.startswith(ORDER_KEY_PREFIX):
            return None
        listed = row.get("lines")
        rows = listed if isinstance(listed, list) else []
        lines = [self._line(one) for one in rows if isinstance(one, dict)]
        return WebOrder(
            number,
            text_of(row, "document_no"),
            key,
            text_of(row, "document_status"),
            {line.id: line for line in lines if line is not None},
            nameless=not isinstance(listed, list) or len(rows) > len(lines) or None in lines,
        )

    def _line(self, row: Row) -> WebOrderLine | None:
        number = id_of(row)
        if number is None:
            return None
        is_product = text_of(row, "line_type") == STANDARD
        ordered, allocated, despatched, invoiced = (ZERO,) * len(_PIECES)
        why = ""
        try:
            if is_product:
                ordered, allocated, despatched, invoiced = (pieces_of(row, name) for name in _PIECES)
        except Unreadable as error:
            why = str(error)
        return WebOrderLine(
            number,
            text_of(row, self._key_field).strip(),
            text_of(row, "code").strip() if is_product else "",
            id_of(row, "warehouse_id"),
            ordered,
            allocated,
            despatched,
            invoiced,
            unreadable=why,
        )

    def changed(self, since: str | None) -> Changes | Failure:
        """Headers that changed; the statuses are fields of the order itself, and so of its own stamp."""
        select = (
            "document_no",
            "document_status",
            "despatch_receipt_status",
            "invoice_credit_status",
            self._key_field,
        )
        return Stream("/sop_orders").read(self._client, since, select=select, where=self._ours)

    def key_of(self, row: Row) -> str:
        """Our key on an order."""
        return text_of(row, self._key_field).strip()


class Progress:
    """How far the orders with our key have come."""

    def __init__(self, orders: WebOrders) -> None:
        self._orders = orders

    def read(self, since: str | None) -> Delta[OrderProgress] | Failure:
        """The orders that changed; one whose status is new to us counts as live."""
        changes = self._orders.changed(since)
        if isinstance(changes, Failure):
            return changes
        rows = (
            OrderProgress(
                order_id=text_of(row, "id"),
                order_number=text_of(row, "document_no"),
                order_key=self._orders.key_of(row),
                status=status_of(text_of(row, "document_status")) or SalesOrderStatus.LIVE,
                despatched=_how_far(text_of(row, "despatch_receipt_status")),
                invoiced=_how_far(text_of(row, "invoice_credit_status")),
            )
            for row in changes.rows
        )
        return Delta(tuple(rows), changes.cursor, changes.full)


def _how_far(status: str) -> str:
    """none, part or full; only the meaning of the words is confirmed, not their spelling (enums.json)."""
    word = status.casefold()
    return "full" if "full" in word else "part" if "part" in word else "none"
