"""What the company did with an order: its status, despatches, invoices and credit notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class SalesOrderStatus(StrEnum):
    """The status of a sales order in the company."""

    LIVE = "live"
    ON_HOLD = "on hold"
    COMPLETE = "complete"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class OrderProgress:
    """One sales order that carries our key, as a whole."""

    order_id: str
    order_number: str
    order_key: str
    status: SalesOrderStatus
    despatched: str = "none"  #: none, part, full
    invoiced: str = "none"


@dataclass(frozen=True, slots=True)
class TrackedParcel:
    """One tracked parcel; `url` follows it, where the company knows that."""

    carrier: str
    number: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class DespatchLine:
    """Pieces of one order line that left one warehouse."""

    line_id: str
    line_key: (
        str  #: `item:551` or `extra:213:gift_wrapping`, as we stored it; "" for a line that was typed in
    )
    sku: str
    warehouse: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Despatch:
    """One despatch note of one order."""

    id: str
    number: str
    day: date | None
    order_id: str
    order_number: str
    order_key: str
    lines: tuple[DespatchLine, ...]
    parcels: tuple[TrackedParcel, ...] = ()


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of an invoice or credit note; amounts after discount, in the document's currency."""

    line_id: str
    line_key: str
    sku: str
    quantity: Decimal
    net: Decimal | None = None
    tax: Decimal | None = None
    order_key: str = ""  #: of a line of an order with our key, where the company states which line it is
    #: The company knows an amount alone, no pieces: a charge that represents an item by our key, or several text
    #: lines that it has added up and that no line names any more.
    amount: bool = False


@dataclass(frozen=True, slots=True)
class SalesInvoice:
    """An invoice or credit note (positive amounts) of one or several orders."""

    id: str
    number: str
    credit: bool
    day: date | None
    account: str
    order_ids: tuple[str, ...]
    order_keys: tuple[str, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    currency: str = ""
    lines: tuple[InvoiceLine, ...] = ()
    posted: bool = True
    returned: bool = False  #: credit notes: the goods came back into stock
    bills_others: bool = False  #: it also bills what none of these orders asked for, e.g. a counter sale
    void: bool = False  #: it was voided: it bills nothing any more, and only what it is of is stated
