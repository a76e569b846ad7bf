"""A company of Sage 100: the kernel's company, and what Sage 100 keeps beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp import Company
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.despatch import Despatch
from tidegate_sandbox.erp.invoice import Invoice
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.sage100.entry import InvoiceEntry
from tidegate_sandbox.sage100.options import Options

Row = dict[str, Any]
SAGE = "sage100"
"""Where a kernel record keeps its further columns."""


def account_code(division: str, number: str) -> str:
    """The kernel's code of a customer: numbers are unique within a division only."""
    return f"{division}-{number}"


@dataclass(frozen=True)
class Misc:
    """A miscellaneous item; its code begins with a slash."""

    code: str
    description: str
    tax_class: str = "NT"
    account: str = "4000"  #: that it is posted to


@dataclass
class SageCompany:
    """One company of an installation."""

    code: str
    kernel: Company
    options: Options
    terms: dict[str, int] = field(default_factory=dict)  #: code -> days
    schedules: dict[str, dict[str, Decimal]] = field(
        default_factory=dict
    )  #: tax schedule -> class -> per cent
    ship_vias: set[str] = field(default_factory=set)
    misc: dict[str, Misc] = field(default_factory=dict)
    work_orders: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    """Item and warehouse -> what work orders require of it."""
    payment_types: set[str] = field(default_factory=set)
    price_codes: list[Row] = field(default_factory=list)
    ship_tos: list[Row] = field(default_factory=list)
    next_order: int = 1
    next_customer: int = 1
    automatic_customers: bool = False
    invoicing: dict[str, str] = field(default_factory=dict)  #: order -> invoice in data entry
    entries: dict[str, InvoiceEntry] = field(default_factory=dict)  #: invoices in data entry
    packages: dict[str, list[str]] = field(default_factory=dict)  #: of posted invoices: tracking numbers
    next_invoice: int = 100001
    next_register: int = 1
    locks: dict[tuple[str, str], object] = field(default_factory=dict)
    cancelled: dict[str, str] = field(default_factory=dict)  #: deleted order -> reason code

    def __post_init__(self) -> None:
        self.kernel.beside = self

    def order_number(self) -> str:
        """The next order number; the counter only grows, also when nothing is written."""
        while True:
            number = f"{self.next_order:07d}"
            self.next_order += 1
            if self.kernel.orders.table.first("number", number) is None:
                return number

    def customer_number(self) -> str:
        """The next customer number."""
        number = f"{self.next_customer:07d}"
        self.next_customer += 1
        return number

    def invoice_number(self) -> str:
        """The next invoice number."""
        number = f"{self.next_invoice:07d}"
        self.next_invoice += 1
        return number

    def register_number(self) -> str:
        """The next number of a journal register."""
        number = f"{self.next_register:06d}"
        self.next_register += 1
        return number

    def customer(self, division: str, number: str) -> Customer | None:
        """An account."""
        return self.kernel.customers.table.first("code", account_code(division, number))

    def item(self, code: str) -> Item | None:
        """An item of the inventory."""
        return self.kernel.items.first("code", code)

    def order(self, number: str) -> Order | None:
        """An order of the open file: complete, cancelled and deleted ones have left it."""
        found = self.kernel.orders.table.first("number", number)
        return found if found is not None and found.status not in ("complete", "cancelled") else None

    def invoices_of(self, number: str) -> list[str]:
        """The numbers of the posted invoices of an order, oldest first."""
        order = self.kernel.orders.table.first("number", number)
        if order is None:
            return []
        return [one.number for one in self.kernel.invoices.of_order(order.id) if not one.is_credit]

    def entry_of(self, number: str) -> str:
        """The invoice in data entry of an order; empty: none. A despatch that is not invoiced yet is one as well."""
        if number in self.invoicing:
            return self.invoicing[number]
        return next((one.invoice for one in self.all_entries() if one.order == number), "")

    def all_entries(self) -> Iterator[InvoiceEntry]:
        """Invoices in data entry: those of `Staff`, and despatches of the kernel that wait for the invoice run."""
        yield from self.entries.values()
        kernel = self.kernel
        for despatch in kernel.despatches.table:
            waiting = [line for line in despatch.lines if not line.is_invoiced]
            order = kernel.orders.table.get(despatch.order_id)
            if not waiting or order is None:
                continue
            courier = kernel.couriers.get(despatch.courier_id)
            yield InvoiceEntry(
                despatch.number,
                order.number,
                {line.order_line_id: line.quantity for line in waiting},
                despatch.date,
                courier.name[:15] if courier is not None else "",
                packages=[despatch.consignment] if despatch.consignment else [],
                warehouses=self._left_from(despatch),
                despatch=despatch,
            )

    def _left_from(self, despatch: Despatch) -> dict[int, str]:
        return {one.order_line_id: self.kernel.warehouses[one.warehouse_id].name for one in despatch.lines}

    def despatches_of(self, invoice: Invoice) -> list[Despatch]:
        """The despatches that an invoice is of."""
        found = (self.kernel.despatches.table.get(id) for id in invoice.despatch_ids)
        return [one for one in found if one is not None]

    def warehouses_of(self, invoice: Invoice) -> dict[int, str]:
        """Line id -> where the goods of a posted invoice left from."""
        return {id: name for one in self.despatches_of(invoice) for id, name in self._left_from(one).items()}

    def packages_of(self, invoice: Invoice) -> list[str]:
        """Tracking numbers of a posted invoice."""
        if invoice.number in self.packages:
            return self.packages[invoice.number]
        return [one.consignment for one in self.despatches_of(invoice) if one.consignment]

    def ship_via_of(self, invoice: Invoice) -> str:
        """Who carried the goods of a posted invoice; empty: not said."""
        couriers = (self.kernel.couriers.get(one.courier_id) for one in self.despatches_of(invoice))
        return next((one.name[:15] for one in couriers if one is not None), "")

    def level_of(self, customer: Customer) -> str:
        """The price level: the name of the kernel's price list, blank for the standard list."""
        chosen = self.kernel.prices.lists.get(customer.price_list_id)
        return "" if chosen is None or chosen.is_standard else chosen.name

    def price_rows(self, item: Item | None = None) -> Iterator[Row]:
        """IM_PriceCode: what stands there, and the prices on the kernel's lists as records of their level.

        Of an `item` alone: the records that can decide its price.
        """
        yield from self.price_codes
        for one in self.kernel.prices.prices:
            if item is not None and one.item_id != item.id:
                continue
            chosen = self.kernel.prices.lists[one.price_list_id]
            if not chosen.is_standard and not one.uses_standard:
                yield {
                    "PriceCodeRecord": "1",
                    "ItemCode": self.kernel.items[one.item_id].code,
                    "CustomerPriceLevel": chosen.name,
                    "PricingMethod": "O",
                    "BreakQuantity1": Decimal(99999999),
                    "DiscountMarkup1": one.amount,
                    "record": one,
                }

    def po_is_known(self, customer: Customer, purchase_order: str, apart: str = "") -> bool:
        """Whether a customer's PO number stands on another order or invoice."""
        return any(
            one.customer_id == customer.id and one.number != apart
            for one in self.kernel.orders.table.find("customer_order_no", purchase_order or None)
        )

    def rate(self, schedule: str, tax_class: str) -> Decimal:
        """Per cent; 0 for a class or schedule that taxes nothing."""
        return self.schedules.get(schedule, {}).get(tax_class, Decimal(0))


def columns_of(record: Any) -> Row:
    """The further columns of a kernel record."""
    found: Row = record.extra.setdefault(SAGE, {})
    return found
