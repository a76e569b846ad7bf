"""The company in memory with its people: what they do, by the names that the simulated companies give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Any

from msgspec import structs

from tidegate.conformance.memory.books import STANDARD, WHOLESALE, Books
from tidegate.conformance.memory.documents import Documents
from tidegate.conformance.memory.records import Agreed, Order
from tidegate.conformance.memory.shown import shown
from tidegate.conformance.memory.staff import Staff
from tidegate.domain.books.bookkeeping import EntryKind, LedgerEntry
from tidegate.domain.fulfilment.sage_documents import Despatch, SalesInvoice
from tidegate.domain.money import ZERO, product, rounded
from tidegate.domain.orders.sales_order import LineKind, SalesLine

RETAILER = "Retailer"
WAREHOUSES = {"HOME": "Main warehouse", "DETROIT": "Detroit", "LONDON": "London"}
COURIERS = ("Royal Mail", "DPD")
BANK = "BANK"
#: Pieces of each product in each warehouse: fewer than the shop has.
THERE = Decimal(100)
TAXES = {"0": 0, "1": 20, "2": 0, "5": 5, "6": 6}
NOMINAL = {
    "1200": "Bank current account",
    "1210": "Card clearing",
    "4010": "Sales: clothing",
    "4905": "Freight recovered",
    "7900": "Rounding differences",
}
#: What the shop sells beside widgets, and whether it lies in warehouses.
GOODS = {"SHIRT-RED": True, "SHIRT-BLUE": True, "SHIRT": False, "KIT-1": False, "INSTALL": False}


class Company:
    """Its people act at once; `kept` are its books."""

    couriers = COURIERS
    warehouses = tuple(WAREHOUSES)

    def __init__(self, kept: Books) -> None:
        self.kept = kept
        self._documents, self._staff = Documents(kept), Staff(kept)

    # --- what there is ---------------------------------------------------------------------------

    def books(self) -> dict[str, Any]:
        """All of it, as plain values."""
        return shown(self.kept)

    def order(self, number: str) -> Order:
        """By the number that people know."""
        return self.kept.order_of(number)

    @property
    def orders(self) -> list[Order]:
        """Those that are there."""
        return list(self.kept.orders.values())

    @property
    def entries(self) -> list[LedgerEntry]:
        """The sales ledger."""
        return [one.record for one in self.kept.entries.values()]

    @property
    def receipts(self) -> list[LedgerEntry]:
        """Of the sales ledger, the money that came in."""
        return [one for one in self.entries if one.kind is EntryKind.RECEIPT]

    # --- orders ----------------------------------------------------------------------------------

    def enters(
        self, reference: str, *, price: Decimal = Decimal(1), account: str = "WEB", key: str = ""
    ) -> str:
        """Somebody types an order of one piece in; its number."""
        line = SalesLine(
            kind=LineKind.GOODS, code="HUB-0001", unit_price=price, tax_code="0", warehouse="HOME", net=price
        )
        return self.kept.enter_order(
            account, key, reference, [line], price, day=self.kept.clock.now().date()
        ).number

    def hold(self, order: Order, on_hold: bool = True) -> None:
        """Put on hold, or let go."""
        self._staff.hold(order.number, on_hold)

    def cancel(self, number: str) -> None:
        """Cancel an order."""
        self._staff.cancel(number)

    def delete(self, number: str) -> None:
        """Delete an order."""
        self._staff.delete(number)

    def rekey(self, order: Order, key: str) -> None:
        """Somebody has written another key into an order, and so into its despatches."""
        order.key = key
        for found in self.kept.despatches.values():
            if found.record.order_id == order.id:
                found.record = replace(found.record, order_key=key)
                found.changed = self.kept.change()

    def move(self, number: str, sku: str, warehouse: str) -> None:
        """A line of the order leaves from another warehouse."""
        for one in self.order(number).lines:
            if one.line.code == sku:
                one.line = structs.replace(one.line, warehouse=warehouse)

    # --- its documents ---------------------------------------------------------------------------

    def despatch(
        self,
        number: str,
        quantities: Mapping[str, Decimal] | None = None,
        *,
        courier: str = "",
        warehouse: str = "",
        consignment: str = "",
    ) -> Despatch:
        """So many pieces by SKU leave; all that are left by default."""
        chosen = None if quantities is None else {sku: str(many) for sku, many in quantities.items()}
        made = self._documents.despatch(number, chosen, warehouse, courier, consignment)
        record = self.kept.despatches[made["number"]].record
        assert isinstance(record, Despatch)
        return record

    def track(self, despatch: Despatch, consignment: str, courier: str = "") -> None:
        """A despatch gets its tracking number."""
        self._documents.track(despatch.number, consignment, courier)

    def invoice_run(
        self, numbers: Sequence[str] | None = None, *, consolidate: bool = False
    ) -> list[SalesInvoice]:
        """What has left of these orders, or of all, is invoiced."""
        return self._documents.invoice(consolidate, numbers)

    def credit(
        self, order: Order, chosen: Mapping[str, Decimal] | None = None, *, returned: bool = False
    ) -> SalesInvoice:
        """So much of each line, by its id, is credited; all by default."""
        if chosen is not None:
            return self._documents.credit_lines(order, chosen, returned=returned)
        return self.document(self._documents.credit(order.number, None, returned)["number"])

    def allow(self, order: Order, net: Decimal) -> SalesInvoice:
        """A credit note without pieces."""
        return self._documents.allow(order, net)

    def document(self, number: str) -> SalesInvoice:
        """An invoice or credit note as it stands."""
        record = self.kept.invoices[number].record
        assert isinstance(record, SalesInvoice)
        return record

    def correct(self, made: SalesInvoice, more: Decimal, net: Decimal | None = None) -> SalesInvoice:
        """So much more on a document before tax: on each line of that `net`, else on its total alone."""
        lines = tuple(replace(one, net=one.net + more) if one.net == net else one for one in made.lines)
        many = sum(one != before for one, before in zip(lines, made.lines, strict=True)) or 1
        much = more * many
        changed = replace(made, lines=lines, net=made.net + much, gross=made.gross + much)
        self._documents.change(made.number, changed)
        return changed

    # --- money -----------------------------------------------------------------------------------

    def receipt(self, account: str, value: Decimal, *, reference: str = "", invoice: str = "") -> None:
        """A customer pays; `invoice` is what it is set against."""
        self._staff.receipt(account, str(value), reference or f"R{len(self.kept.entries)}", invoice)

    def reopen(self, number: str, value: Decimal) -> None:
        """So much of what an invoice was paid is owed again: a cheque came back."""
        entry = next(one for one in self.kept.entries.values() if one.record.reference == number)
        self.kept.settle(entry, -value, self.kept.clock.now().date())

    def set_period(self, day: date, *, is_open: bool) -> None:
        """Open or close the accounting period of a day."""
        (self.kept.closed_days.discard if is_open else self.kept.closed_days.add)(day)

    # --- stock and prices ------------------------------------------------------------------------

    def stock_adjust(
        self, sku: str, warehouse: str, *, to: Decimal | None = None, change: Decimal = ZERO
    ) -> None:
        """A count, or a delivery."""
        if to is None:
            to = self.kept.stock[sku, warehouse].on_hand + change
        self._staff.count(sku, warehouse, str(to))

    def other_channel_sale(self, sku: str, quantity: Decimal, *, channel: str = "counter") -> None:
        """Sold without us."""
        self._staff.sell(sku, str(quantity), channel=channel)

    def price_change(
        self, sku: str, price: Decimal, *, price_list: str = STANDARD, uses_standard: bool = False
    ) -> None:
        """Another price on a list."""
        self._staff.change_price(sku, str(price), price_list, uses_standard)

    def agree(self, account: str, sku: str, percent: str, minimum: int = 1) -> None:
        """So many per cent off for an account."""
        agreed = self.kept.agreed.setdefault((account, sku), [])
        agreed.append(Agreed(Decimal(percent), Decimal(minimum)))

    # --- what it knows ---------------------------------------------------------------------------

    def customer_change(self, account: str, **changes: Any) -> None:
        """Change an account's card."""
        self._staff.change_customer(account, changes)

    def open_account(self, account: str, email: str = "", **values: Any) -> None:
        """A customer's account."""
        self.kept.open_account(account, f"The customer {account}", email=email, **values)

    def item_change(self, sku: str, **changes: Any) -> None:
        """Change a product's card."""
        self._staff.change_item(sku, changes)

    def add_product(self, sku: str, *, stocked: bool = True) -> None:
        """Sell a product from now on; nothing of it is there yet."""
        self.kept.add_product(sku, stocked=stocked, on_hand=ZERO)

    def rename_product(self, sku: str, new: str) -> None:
        """The product is there under this code from now on."""
        self.kept.rename_product(sku, new)

    def lock_daily(self, at: time, minutes: int) -> None:
        """It is announced: the hub's calendar knows it, and the tests look whether anything was called."""


def furnish(books: Books, currency: str, items: int) -> None:
    """The company that the shop knows: its products, prices, people, codes and accounts."""
    books.currency = currency
    books.warehouses = dict(WAREHOUSES)
    books.taxes = {code: Decimal(percent) for code, percent in TAXES.items()}
    books.nominal |= NOMINAL
    books.banks |= {BANK: "1200"}
    books.prices[RETAILER] = {}
    books.carriage = "4905"
    widgets = {f"HUB-{number:04d}": True for number in range(1, items + 1)}
    for number, (sku, stocked) in enumerate((widgets | GOODS).items(), 1):
        made = books.add_product(sku, stocked=stocked, on_hand=THERE)
        made.group = "WIDGETS" if sku in widgets else "CLOTHING" if stocked else "SETS"
        price = Decimal(10) + Decimal("0.37") * number if sku in widgets else Decimal("25.00")
        made.cost = rounded(product(price, Decimal("0.6")), 5)
        books.set_price(STANDARD, sku, price)
        books.set_price(WHOLESALE, sku, rounded(product(price, Decimal("0.9")), 2))
        books.set_price(RETAILER, sku, None)
    _staff_there(books)


def _staff_there(books: Books) -> None:
    for account, name, price_list in (
        ("WEB", "Web sales", ""),
        ("WANDA01", "Wanda Wholesale", WHOLESALE),
        ("GUS01", "Gus Trading", ""),
    ):
        email = f"{name.split()[0].lower()}@example.com"
        books.open_account(account, name, email=email, price_list=price_list)
    books.open_account("ONHOLD", "Held Account Ltd", email="onhold@example.com", on_hold=True)
    for number in range(1, 31):
        chosen = (STANDARD, WHOLESALE, RETAILER)[number % 3]
        email = f"trade{number:02d}@example.com"
        books.open_account(f"TRADE{number:02d}", f"Trade {number}", email=email, price_list=chosen)
