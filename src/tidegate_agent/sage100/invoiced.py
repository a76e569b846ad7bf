"""Orders that only their invoice shows, where Sales Order retains no history (contract section 5).

The invoices' history has no index that helps: it is asked once a batch, for all its order numbers, and from a day on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tidegate_agent.caller import TablesFailed
from tidegate_agent.sage100.reader import Reader, Row, Where

LINKS = "SO_ARInvoiceHistoryLink"
INVOICES = "AR_InvoiceHistoryHeader"
SUMS = ("TaxableSalesAmt", "NonTaxableSalesAmt", "DiscountAmt", "FreightAmt", "SalesTaxAmt")
COLUMNS = ("SalesOrderNo", "InvoiceType", "OrderDate", "ARDivisionNo", "CustomerNo", "CustomerPONo", *SUMS)
NO_SALE = frozenset({"CM", "XD"})  #: credits, and invoices that were deleted
EARLIER = timedelta(days=31)
"""So much earlier than its order an invoice may be dated: a person posts with the date of the module."""


@dataclass(frozen=True)
class Buyer:
    """Who ordered and when, so that a hit by PO number alone can be judged."""

    division: str
    customer: str
    purchase_order: str
    day: date
    total: Decimal | None


class Invoiced:
    """Looks for what was invoiced. ``wanted``: the buyers of a batch, asked for together."""

    def __init__(self, reader: Reader, key_field: str, wanted: Sequence[Buyer] = ()) -> None:
        self._reader = reader
        self._key_field = key_field
        self._wanted = tuple(wanted)
        self._rows: list[Row] | None = None

    def has_number(self, number: str, begun: date) -> bool:
        """Whether an invoice names this order. TablesFailed."""
        where = [Where("SalesOrderNo", "=", number)]
        if self._reader.rows(LINKS, ("InvoiceNo",), where):
            return True
        dated = Where("InvoiceDate", ">=", begun - EARLIER)
        return bool(self._reader.rows(INVOICES, ("InvoiceNo",), [*where, dated]))

    def of(self, key: str, buyer: Buyer) -> Row | None:
        """The invoice of a key, or one of this buyer's order number that has no key: whose it is, is to be judged."""
        if self._rows is None:
            self._rows = self._read((*self._wanted, buyer))
        for row in self._rows:
            owner = (row["ARDivisionNo"], row["CustomerNo"], row["CustomerPONo"])
            if (
                owner != (buyer.division, buyer.customer, buyer.purchase_order)
                or row["InvoiceType"] in NO_SALE
            ):
                continue
            if row[self._key_field] in ("", key):
                return row
        return None

    def _read(self, buyers: Sequence[Buyer]) -> list[Row]:
        orders = sorted({one.purchase_order for one in buyers if one.purchase_order})
        since = min(one.day for one in buyers) - EARLIER
        where = [Where("CustomerPONo", "IN", orders), Where("InvoiceDate", ">=", since)]
        try:
            return self._reader.rows(INVOICES, (*COLUMNS, self._key_field), where)
        except TablesFailed:  # a site may do without the field on invoices
            rows = self._reader.rows(INVOICES, COLUMNS, where)
            return [{**row, self._key_field: ""} for row in rows]


def total_of(row: Row) -> Decimal:
    """What an invoice comes to (contract section 7.2)."""
    taxable, untaxed, discount, freight, tax = (Decimal(str(row[name] or 0)) for name in SUMS)
    return taxable + untaxed - discount + freight + tax
