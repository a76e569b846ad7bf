"""Is the order in Sage? By number first, by key, by PO number last (contract section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from tidegate_agent.caller import TablesFailed
from tidegate_agent.clock import Clock
from tidegate_agent.journal import Entry
from tidegate_agent.sage100 import invoiced
from tidegate_agent.sage100.invoiced import Buyer, Invoiced
from tidegate_agent.sage100.reader import Reader, Row, Where
from tidegate_agent.settings import Sage100

OPEN_ORDERS = "SO_SalesOrderHeader"
HISTORY = "SO_SalesOrderHistoryHeader"
SUMS = ("TaxableAmt", "NonTaxableAmt", "DiscountAmt", "FreightAmt", "SalesTaxAmt")
COLUMNS = ("SalesOrderNo", "OrderDate", "OrderStatus", "ARDivisionNo", "CustomerNo", "CustomerPONo", *SUMS)
TRUSTED = timedelta(hours=1)
"""How young a `writing` row must be so that a miss means "not there" where deleted orders leave no trace."""

ONLY_INVOICE = "only its invoice is left"

Result = Literal["found", "absent", "review", "unknown"]


@dataclass(frozen=True)
class Sight:
    """What looking for a key has shown."""

    result: Result
    number: str = ""
    place: str = ""  #: open, history
    row: Row | None = None
    reason: str = ""

    def shown(self, key: str) -> dict[str, Any]:
        """As JSON for the hub."""
        row = self.row
        return {
            "key": key,
            "result": self.result,
            "sales_order_no": self.number or None,
            "place": self.place or None,
            "status": row["OrderStatus"] if row is not None else None,
            "totals": totals_of(row) if row is not None else None,
            "reason": self.reason or None,
        }


def total_of(row: Row) -> Decimal:
    """The sum that Sage has no column for (contract section 4)."""
    amounts = {name: Decimal(str(row[name] or 0)) for name in SUMS}
    return (
        amounts["TaxableAmt"]
        + amounts["NonTaxableAmt"]
        - amounts["DiscountAmt"]
        + amounts["FreightAmt"]
        + amounts["SalesTaxAmt"]
    )


def totals_of(row: Row) -> dict[str, str]:
    """The sums as texts."""
    names = ("taxable", "nontaxable", "discount", "freight", "tax")
    cent = Decimal("0.01")
    shown = {
        name: str(Decimal(str(row[column] or 0)).quantize(cent))
        for name, column in zip(names, SUMS, strict=True)
    }
    return {**shown, "total": str(total_of(row).quantize(cent))}


class Lookup:
    """Looks for orders of one company."""

    def __init__(self, reader: Reader, sage: Sage100, clock: Clock) -> None:
        self._reader = reader
        self._sage = sage
        self._clock = clock
        self._invoiced = Invoiced(reader, sage.udf_order)

    def expect(self, buyers: Sequence[Buyer]) -> None:
        """These are looked for next: what can only be asked for together is."""
        self._invoiced = Invoiced(self._reader, self._sage.udf_order, buyers)

    @property
    def _columns(self) -> tuple[str, ...]:
        return (*COLUMNS, self._sage.udf_order)

    def _history_is_kept(self) -> bool:
        return self._sage.history in ("orders", "orders+deleted", "unknown")

    def _leaves_no_trace(self) -> bool:
        """Whether an order that was invoiced may stand in no order file any more."""
        return self._sage.history in ("none", "unknown")

    def by_number(self, number: str) -> Sight:
        """The order of a number, wherever it stands. TablesFailed when that cannot be answered."""
        for table, place in ((OPEN_ORDERS, "open"), (HISTORY, "history")):
            found = self._reader.rows(table, self._columns, [Where("SalesOrderNo", "=", number)])
            if found:
                return Sight("found", number, place, found[0])
        return Sight("absent", number)

    def settle(self, entry: Entry) -> Sight:
        """What became of an open row of the journal, by primary key. Result ``unknown``: tables not readable."""
        try:
            sight = self.by_number(entry.number)
        except TablesFailed as failed:
            return Sight("unknown", entry.number, reason=str(failed))
        if sight.result == "found" and sight.row is not None:
            owner = sight.row[self._sage.udf_order]
            if owner == entry.key:
                return sight
            return Sight("absent", reason=f"number {entry.number} belongs to {owner or 'somebody else'}")
        if entry.state == "reserved":
            return sight
        return self._missed(entry.begun_at, entry.number)

    def by_key(self, key: str, entry: Entry | None = None, buyer: Buyer | None = None) -> Sight:
        """The order of a key: open orders, history, then the PO number. ``entry``: what the journal says."""
        if entry is not None and entry.state in ("reserved", "writing"):
            return self.settle(entry)
        try:
            found = self._by_udf(key)
            if found is not None:
                return found
            if entry is not None and entry.state == "written":
                return Sight(
                    "review",
                    entry.number,
                    reason="the journal says written, and the order is gone: deleted or purged by a person",
                )
            if entry is not None and entry.state == "review":
                return Sight("review", entry.number, reason="nobody could say what became of it")
            if buyer is not None and buyer.purchase_order:
                by_order = self._by_purchase_order(buyer)
                if by_order is None and self._leaves_no_trace():
                    by_order = self._by_invoice(key, buyer)
                if by_order is not None:
                    return by_order
        except TablesFailed as failed:
            return Sight("unknown", reason=str(failed))
        return Sight("absent")

    def _by_udf(self, key: str) -> Sight | None:
        hits: list[tuple[str, Row]] = []
        for table, place in ((OPEN_ORDERS, "open"), (HISTORY, "history")):
            if place == "history" and not self._history_is_kept():
                continue
            hits += [
                (place, row)
                for row in self._reader.rows(table, self._columns, [Where(self._sage.udf_order, "=", key)])
            ]
        numbers = {row["SalesOrderNo"] for _, row in hits}
        if len(numbers) > 1:
            return Sight("review", reason=f"several orders carry this key: {', '.join(sorted(numbers))}")
        if not hits:
            return None
        place, row = hits[0]
        return Sight("found", row["SalesOrderNo"], place, row)

    def _by_purchase_order(self, buyer: Buyer) -> Sight | None:
        """A hit counts only if it has no key of ours, and customer, date and total agree; else a person looks."""
        where = [
            Where("ARDivisionNo", "=", buyer.division),
            Where("CustomerNo", "=", buyer.customer),
            Where("CustomerPONo", "=", buyer.purchase_order),
        ]
        for table, place in ((HISTORY, "history"), (OPEN_ORDERS, "open")):
            if place == "history" and not self._history_is_kept():
                continue
            for row in self._reader.rows(table, self._columns, where):
                if row[self._sage.udf_order]:
                    continue
                agrees = row["OrderDate"] == buyer.day and (
                    buyer.total is None or total_of(row) == buyer.total
                )
                if agrees:
                    return Sight("found", row["SalesOrderNo"], place, row)
                return Sight(
                    "review",
                    row["SalesOrderNo"],
                    place,
                    row,
                    "an order with this PO number and without a key of ours, but date or total differ",
                )
        return None

    def _by_invoice(self, key: str, buyer: Buyer) -> Sight | None:
        """Where orders leave no history: their invoices, judged as an order without a key is."""
        row = self._invoiced.of(key, buyer)
        if row is None:
            return None
        number = str(row["SalesOrderNo"])
        agrees = row["OrderDate"] == buyer.day and buyer.total in (None, invoiced.total_of(row))
        if number and (row[self._sage.udf_order] == key or agrees):
            return Sight("found", number, "history", None, ONLY_INVOICE)
        return Sight(
            "review",
            number,
            reason="an invoice with this PO number and without a key of ours: its order has left no trace",
        )

    def _missed(self, begun_at: datetime, number: str) -> Sight:
        """A number that was being written stands nowhere: how far can that be trusted?"""
        if self._sage.history == "orders+deleted":
            return Sight("absent", number)
        if self._leaves_no_trace():
            try:
                is_invoiced = self._invoiced.has_number(number, begun_at.date())
            except TablesFailed as failed:
                return Sight("unknown", number, reason=str(failed))
            if is_invoiced:
                return Sight("found", number, "history", None, ONLY_INVOICE)
        if self._clock.now() - begun_at < TRUSTED:
            return Sight("absent", number)
        return Sight(
            "review",
            number,
            reason="it was being written more than an hour ago and stands nowhere: it may have been deleted",
        )
