"""Sage's own people on this evening: warehouse, accounts, till. Every deed goes through the control surface."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Any

from tidegate.simulation.houses.house import Codes
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.control import perform
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.erp.receivable import Transaction

HALF, CENT = Decimal("0.5"), Decimal("0.01")


class Staff:
    """They know nothing of Tidegate; web orders are those that carry a key of the sending system."""

    def __init__(self, company: Company, codes: Codes) -> None:
        self._company = company
        self._codes = codes
        self._parcels = 0
        self._finished = False
        self.parted = ""  #: number of the order that leaves in two parcels
        self.untracked = ""  #: number of the despatch whose tracking number comes later
        self.credited = ""  #: number of the order that is credited in part
        self.part_paid = ""  #: number of the invoice that is paid in part

    def do(self, action: str, **body: Any) -> Any:
        """One deed; what it answers."""
        return perform(self._company, action, body)

    # --- the warehouse -------------------------------------------------------------------------

    def pack(self) -> int:
        """Goods of every order that waits leave; how many orders that were.

        One order leaves by half, the first time; one parcel leaves without its tracking number.
        """
        waiting = self.to_pack()
        self.take_delivery(waiting)
        for order in waiting:
            if not self.parted and self.can_be_parted(order):
                self.parted = order.number
                first = next(line for line in order.lines if line.is_stocked)
                part = (first.quantity * HALF).to_integral_value(ROUND_CEILING)
                self.despatch(order, quantities={first.code: part})
            elif not self.untracked:
                self.untracked = self.do("despatch", order=order.number)["number"]
            else:
                self.despatch(order)
        return len(waiting)

    def finish(self) -> bool:
        """The second parcel of the parted order leaves, and the missing tracking number is there; once."""
        if self._finished or not self.parted or not self.untracked:
            return False
        self.despatch(self._company.order(self.parted))
        self.do("track", despatch=self.untracked, consignment=self.parcel(), courier=self._codes.couriers[0])
        self._finished = True
        return True

    def despatch(self, order: Order, **more: Any) -> None:
        """One parcel with its number."""
        self.do(
            "despatch", order=order.number, courier=self._codes.couriers[0], consignment=self.parcel(), **more
        )

    def parcel(self) -> str:
        """The next tracking number."""
        self._parcels += 1
        return f"RM{self._parcels:09d}GB"

    def to_pack(self) -> list[Order]:
        """Web orders with goods that have not left, the oldest first; the rest of the parted one goes by itself."""
        return self.web_orders(
            lambda order: (
                order.number != self.parted
                and any(line.is_stocked and line.outstanding > 0 for line in order.lines)
            )
        )

    def take_delivery(self, orders: list[Order]) -> None:
        """What is missing comes from the suppliers first."""
        missing: dict[str, Decimal] = {}
        for order in orders:
            for line in order.lines:
                if line.is_stocked and line.outstanding > line.allocated:
                    missing[line.code] = (
                        missing.get(line.code, Decimal(0)) + line.outstanding - line.allocated
                    )
        for code, pieces in missing.items():
            self.do("stock-adjust", item=code, warehouse=self._codes.warehouse, change=pieces)
        self.do("allocate")

    def web_orders(self, wanted: Callable[[Order], bool]) -> list[Order]:
        """Live orders from the shop that fit."""
        company = self._company
        with company.lock:
            return [
                order
                for order in company.orders.table
                if order.external_key and order.status == "live" and wanted(order)
            ]

    def can_be_parted(self, order: Order) -> bool:
        """Whether a part of its first line can leave before the rest."""
        codes = [line.code for line in order.lines if line.is_stocked]
        first = next(line for line in order.lines if line.is_stocked)
        return len(codes) > 1 and len(set(codes)) == len(codes) and first.quantity > 1

    # --- accounts ------------------------------------------------------------------------------

    def invoice(self) -> int:
        """The invoice run: everything that left; how many invoices."""
        if self._codes.bills_parts:
            return len(self.do("invoice-run")["invoices"])
        whole = [order.number for order in self.web_orders(lambda order: order.despatch == "fully")]
        return len(self.do("invoice-run", orders=whole)["invoices"])

    def credit(self) -> str:
        """One line of an invoiced order comes back, set against its invoice, once; "" or the order's number."""
        orders = self.web_orders_invoiced()
        if self.credited or not orders:
            return ""
        order = orders[-1]
        line = next(line for line in order.lines if line.is_stocked and line.invoiced > 0)
        number = self.credit_note(order, line)
        invoice = next(one for one in self._company.invoices.of_order(order.id) if not one.is_credit)
        self.do(
            "settle",
            customer=self.account_of(order.customer_id),
            debit=invoice.number,
            credit=number,
        )
        self.credited = order.number
        return order.number

    def credit_note(self, order: Order, line: OrderLine) -> str:
        """Of all pieces of a line, with the goods back; its number. Of tax that is one amount, the line's part."""
        tax = next((each for each in order.lines if each.kind == "tax" and each.tax), None)
        if tax is None:
            quantities = {line.code: str(line.invoiced)}
            number: str = self.do("credit", order=order.number, quantities=quantities, returned=True)[
                "number"
            ]
            return number
        company = self._company
        taxed = sum(each.net for each in order.lines if each.kind != "tax")
        part = (tax.tax * line.net / taxed).quantize(CENT, ROUND_HALF_UP)
        with company.staff():
            shares = {line.id: line.invoiced, tax.id: part / tax.tax}
            return company.invoices.credit(order, shares, returned=True).number

    def web_orders_invoiced(self) -> list[Order]:
        """Orders with one invoice for several lines, no code twice: what a credit note is easily read on."""
        company = self._company
        with company.lock:
            found = []
            for order in company.orders.table:
                codes = [line.code for line in order.lines if line.is_stocked]
                single = len(company.invoices.of_order(order.id)) == 1
                if (
                    order.external_key
                    and order.status == "complete"
                    and single
                    and 1 < len(codes) == len(set(codes))
                ):
                    found.append(order)
            return found

    def collect(self) -> int:
        """Customers pay what is open, the first of them one half; how many paid in full.

        Whoever sent goods back pays later (`collect_rest`).
        """
        paid = 0
        for entry in self.owed():
            if entry.reference == self.part_paid or entry.second_reference == self.credited:
                continue
            if self.part_paid:
                self.receive(entry, entry.outstanding)
                paid += 1
            else:
                self.part_paid = entry.reference
                self.receive(entry, (entry.outstanding * HALF).quantize(CENT, ROUND_HALF_UP))
        return paid

    def collect_rest(self) -> None:
        """The customer who sent goods back pays what the credit note left."""
        for entry in self.owed():
            if entry.second_reference == self.credited:
                self.receive(entry, entry.outstanding)

    def close_day(self) -> int:
        """What the product posts once a day is posted; how many journals. None where it posts at once."""
        journals: int = self.do("posting-run")["journals"]
        return journals

    def owed(self) -> list[Transaction]:
        """Invoices with something open, the oldest first."""
        company = self._company
        with company.lock:
            return [one for one in company.receivables.table if one.kind == "invoice" and one.outstanding > 0]

    def receive(self, invoice: Transaction, value: Decimal) -> None:
        """Money for an invoice comes to the bank."""
        self.do(
            "receipt",
            customer=self.account_of(invoice.customer_id),
            value=value,
            reference=f"PAID {invoice.reference}",
            bank=self._codes.bank,
            invoice=invoice.reference,
        )

    def account_of(self, customer_id: int) -> str:
        """The account's reference."""
        return self._company.customers.table[customer_id].code

    # --- others --------------------------------------------------------------------------------

    def sell(self, item: str, pieces: int) -> None:
        """Over the counter, from the same shelf."""
        self.do("other-channel-sale", item=item, quantity=pieces, warehouse=self._codes.warehouse)

    def reprice(self, item: str, price: str) -> None:
        """On the standard list."""
        self.do("price-change", item=item, price=price)
