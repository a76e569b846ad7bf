"""A company with its ledgers: each is made of the set-up and of the ledgers that it works with."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.erp.company_setup import CompanySetup, found
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.customers import Customers
from tidegate_sandbox.erp.despatches import Despatches
from tidegate_sandbox.erp.invoice_book import InvoiceBook
from tidegate_sandbox.erp.invoices import Invoices
from tidegate_sandbox.erp.journal import Ledger
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.order_lines import LineMaker
from tidegate_sandbox.erp.orders import Orders
from tidegate_sandbox.erp.posting import PostingCycle
from tidegate_sandbox.erp.prices import Prices
from tidegate_sandbox.erp.receivables import Receivables
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.stamps import Clock
from tidegate_sandbox.erp.stock import Stock


class CompanyLedgers(CompanySetup):
    """A company's set-up and ledgers. ``first_order`` is the number of its first order."""

    def __init__(self, clock: Clock, *, first_order: int, **setup: Any) -> None:
        super().__init__(clock, **setup)
        self.ledger = Ledger(self)
        self.stock = Stock(self, self.ledger)
        self.prices = Prices(self)
        self.customers = Customers(self, self.prices)
        self.receivables = Receivables(self, self.ledger, self.customers)
        book = InvoiceBook()
        self.orders = Orders(
            self,
            stock=self.stock,
            customers=self.customers,
            receivables=self.receivables,
            invoiced=book,
            maker=LineMaker(self, self.ledger, self.stock, self.prices),
            first_number=first_order,
        )
        self.despatches = Despatches(self, self.stock, self.orders)
        self.invoices = Invoices(
            self,
            book,
            stock=self.stock,
            customers=self.customers,
            receivables=self.receivables,
            orders=self.orders,
            despatches=self.despatches,
        )
        self.posting = PostingCycle(self, self.ledger)

    def customer(self, code: str) -> Customer:
        """A customer by code. Refusal ``unknown``."""
        return found(self.customers.table.first("code", code), f"customer {code}")

    def order(self, number: str) -> Order:
        """An order by number. Refusal ``unknown``."""
        return found(self.orders.table.first("number", number), f"order {number}")

    def close_account(self, customer: Customer) -> None:
        """Delete a customer. Refusal ``forbidden`` once the account has orders or transactions."""
        if self.orders.table.find("customer_id", customer.id) or self.receivables.table.find(
            "customer_id", customer.id
        ):
            raise Refusal("forbidden", "The requested operation is forbidden for this account.")
        self.customers.remove(customer)
