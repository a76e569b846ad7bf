"""``SO_SalesOrder_bus``: defaults, checks, totals and the write (contract sections 3, 4 and 7.1)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tidegate_sandbox.com.late_bound import ByRef
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage100.business_object import BusinessObject, Values
from tidegate_sandbox.sage100.company import SAGE, columns_of
from tidegate_sandbox.sage100.installation import Installation, refusal_text
from tidegate_sandbox.sage100.order_entry import entered
from tidegate_sandbox.sage100.pricing import Buyer
from tidegate_sandbox.sage100.schema import Column
from tidegate_sandbox.sage100.script import Session
from tidegate_sandbox.sage100.so_lines import Lines

ZERO = Decimal("0.00")
FROM_CUSTOMER = (
    "TermsCode",
    "TaxSchedule",
    "SalespersonDivisionNo",
    "SalespersonNo",
    "EmailAddress",
    "TaxExemptNo",
)
ADDRESS = ("Name", "Address1", "Address2", "Address3", "City", "State", "ZipCode", "CountryCode")
SHIP_TO_BRINGS = ("WarehouseCode", "ShipVia", "TaxSchedule")


class SalesOrder(BusinessObject):
    """The order under way, or one that stands in the open file."""

    NAME = "SO_SalesOrder_bus"
    TABLE = "SO_SalesOrderHeader"
    KEY = ("SalesOrderNo",)

    def __init__(self, installation: Installation, session: Session) -> None:
        super().__init__(installation, session)
        self._lines = Lines(self, installation, self.company)
        self._customer: Customer | None = None

    @property
    def oLines(self) -> Lines:
        """The lines."""
        return self._lines

    def nGetNextSalesOrderNo(self, into: ByRef) -> int:
        """Reserve the next number; the counter moves on even if nothing is written."""
        into.value = self.company.order_number()
        return 1

    # Reading what is stored

    def load(self, name: str) -> Values | None:
        """A row of the open file."""
        order = self.company.order(name)
        if order is None:
            return None
        self._customer = self.company.kernel.customers.table.get(order.customer_id)
        self._lines.written = [
            dict(columns_of(line)) for line in order.lines if "LineKey" in columns_of(line)
        ]
        return dict(columns_of(order))

    def may_not_edit(self, name: str) -> str:
        """An order in invoice data entry is not edited."""
        return "in_invoicing" if self.company.entry_of(name) else ""

    def begin(self) -> None:
        """Today's order of the standard type."""
        self._customer = None
        self._lines.discard()
        day = self.session.day or self.company.kernel.today()
        self.values.update(OrderType="S", OrderDate=day.strftime("%Y%m%d"), OrderStatus="N")

    def cleared(self) -> None:
        """Lines go with their order."""
        self._lines.discard()
        self._customer = None

    def buyer(self) -> Buyer:
        """For whom prices are looked up."""
        if self._customer is None:
            return Buyer("", "", "")
        row = columns_of(self._customer)
        return Buyer(row["ARDivisionNo"], row["CustomerNo"], self.company.level_of(self._customer))

    def order_day(self) -> date:
        """The order's date."""
        return datetime.strptime(self.values["OrderDate"], "%Y%m%d").date()  # noqa: DTZ007 - a date

    # Setting values

    def assign(self, column: Column, value: Any) -> int:
        """Take a value, check what it names, and load what it brings along."""
        check = getattr(self, f"_set_{column.name.lower()}", None)
        if check is not None:
            return int(check(column.name, value))
        self.values[column.name] = value
        return 1

    def _set_customerno(self, name: str, value: str) -> int:
        found = self.company.customer(self.values["ARDivisionNo"], value)
        if found is None:
            return self.refuse("not_on_file", field=name)
        if not found.is_active:
            return self.refuse("inactive_customer")
        row = columns_of(found)
        self._customer = found
        self.values[name] = row["CustomerNo"]
        for column in FROM_CUSTOMER:
            self.values[column] = row.get(column, "") or self.values[column]
        self.values["ShipVia"] = row.get("ShipMethod", "")
        for part, column in zip(
            ADDRESS,
            (
                "CustomerName",
                "AddressLine1",
                "AddressLine2",
                "AddressLine3",
                "City",
                "State",
                "ZipCode",
                "CountryCode",
            ),
            strict=True,
        ):
            self.values[f"BillTo{part}"] = self.values[f"ShipTo{part}"] = row.get(column, "")
        if found.on_hold:
            held = "credit_hold"
            return self.refuse(held) if self._installation.options.credit_hold_refuses else self.warn(held)
        return 1

    def _set_customerpono(self, name: str, value: str) -> int:
        self.values[name] = value
        known = self._customer is not None and self.company.po_is_known(
            self._customer, value, str(self.values["SalesOrderNo"])
        )
        return self.warn("duplicate_po") if known else 1

    def _set_orderdate(self, name: str, value: str) -> int:
        try:
            self.company.kernel.calendar.require_open(datetime.strptime(value, "%Y%m%d").date())  # noqa: DTZ007
        except (ValueError, Refusal):
            return self.refuse("closed_period")
        self.values[name] = value
        return 1

    def _named(self, name: str, value: str, known: Any) -> int:
        if value and value not in known:
            return self.refuse("not_on_file", field=name)
        self.values[name] = value
        return 1

    def _set_termscode(self, name: str, value: str) -> int:
        return self._named(name, value, self.company.terms)

    def _set_taxschedule(self, name: str, value: str) -> int:
        return self._named(name, value, self.company.schedules)

    def _set_shipvia(self, name: str, value: str) -> int:
        return self._named(name, value, self.company.ship_vias)

    def _set_warehousecode(self, name: str, value: str) -> int:
        return self._named(name, value, {one.name for one in self.company.kernel.warehouses})

    def _set_paymenttype(self, name: str, value: str) -> int:
        return self._named(name, value, self.company.payment_types)

    def _set_shiptozipcode(self, name: str, value: str) -> int:
        zips = self._installation.options.zip_table
        return self._named(name, value, zips if zips is not None else {value})

    def _set_depositamt(self, name: str, value: Decimal) -> int:
        if value and self.values["OrderType"] not in ("S", "B"):
            return self.refuse("deposit_type")
        self.values[name] = value
        return 1

    def _set_shiptocode(self, name: str, value: str) -> int:
        mine = (self.values["ARDivisionNo"], self.values["CustomerNo"], value)
        for row in self.company.ship_tos:
            if (row["ARDivisionNo"], row["CustomerNo"], row["ShipToCode"]) == mine:
                self.values[name] = value
                for part in ADDRESS:
                    self.values[f"ShipTo{part}"] = row.get(f"ShipTo{part}", "")
                for column in SHIP_TO_BRINGS:
                    self.values[column] = row.get(column, "") or self.values[column]
                return 1
        return self.refuse("not_on_file", field=name)

    # Sums

    def shown(self, field: str) -> Any:
        """Sums are worked out when they are asked for."""
        if self.state == "new" and field in ("TaxableAmt", "NonTaxableAmt", "SalesTaxAmt", "InvalidTaxCalc$"):
            return self.sums(written=False)[field.removesuffix("$")]
        return super().shown(field)

    def sums(self, *, written: bool) -> Values:
        """Taxable, not taxable and tax by schedule and class, once for the whole order."""
        schedule = str(self.values["TaxSchedule"])
        taxable = untaxed = tax = ZERO
        by_rate: dict[Decimal, Decimal] = {}
        for line in self._lines.written:
            rate = self.company.rate(schedule, line["TaxClass"])
            if rate:
                taxable += line["ExtensionAmt"]
                by_rate[rate] = by_rate.get(rate, ZERO) + line["ExtensionAmt"]
            else:
                untaxed += line["ExtensionAmt"]
        discount = Decimal(self.values["DiscountAmt"])
        share = 1 - discount / (taxable + untaxed) if taxable + untaxed else Decimal(1)
        if written or self._installation.options.tax_before_write:
            tax = sum((rounded(value * share * rate / 100) for rate, value in by_rate.items()), ZERO)
        invalid = "N" if written or self._installation.options.tax_before_write else "Y"
        return {
            "TaxableAmt": taxable,
            "NonTaxableAmt": untaxed,
            "SalesTaxAmt": tax,
            "InvalidTaxCalc": invalid,
        }

    # Writing

    def nWrite(self) -> int:
        """Store header and lines together."""
        if self.state not in ("new", "found"):
            return self.refuse("no_key")
        if self._customer is None:
            return self.refuse("no_customer")
        if not self._lines.written:
            return self.refuse("no_lines")
        self.values.update(self.sums(written=True))
        kernel = self.company.kernel
        try:
            with kernel.admit(writes=True):
                if self.state == "new":
                    entered(self.company, self._customer, self.values, self._lines.written, self.order_day())
                else:
                    self._store_change()
        except Refusal as refusal:
            self._error = refusal_text(self._installation, refusal)
            return 0
        self.release_lock()
        self.state = "written"
        return 1

    def _store_change(self) -> None:
        order = self.company.order(self.key_text())
        if order is None:
            raise Refusal("unknown", self._installation.text("not_on_file", field="SalesOrderNo"))
        order.extra[SAGE] = dict(self.values)
        self.company.kernel.touch(order)

    def nDelete(self) -> int:
        """Delete the order from the open file; the history keeps it, if the options say so."""
        order = self.company.order(self.key_text()) if self.state == "found" else None
        if order is None:
            return self.refuse("no_key")
        kernel = self.company.kernel
        try:
            with kernel.admit(writes=True):
                order.extra[SAGE] = dict(self.values)
                kernel.orders.delete(order)
        except Refusal as refusal:
            self._error = refusal_text(self._installation, refusal)
            return 0
        self.company.cancelled[order.number] = str(self.values["CancelReasonCode"])
        self.nClear()
        return 1
