"""The desks of Sage 200: what the sessions of one company share, and a session made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tidegate.clock import Clock
from tidegate.sage.port.session import Session
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.code_books import CodeBook
from tidegate.sage.sage200.customers import Customers
from tidegate.sage.sage200.despatches import Despatches
from tidegate.sage.sage200.invoices import Invoices
from tidegate.sage.sage200.ledgers import Ledgers, Postings
from tidegate.sage.sage200.masters import CustomerRecords, Products
from tidegate.sage.sage200.orders import Orders
from tidegate.sage.sage200.prices import Enquiries, Prices
from tidegate.sage.sage200.receipts import Receipts
from tidegate.sage.sage200.reference import NOMINAL, Asked, Reference
from tidegate.sage.sage200.settings import Sage200Settings
from tidegate.sage.sage200.stock import Stock, WebLines
from tidegate.sage.sage200.web_orders import Progress, WebOrders

#: What a receipt was set against is not read: the hub knows what it allocated itself.
TIES = frozenset({"order-despatch", "order-invoice", "invoice-entry", "entry-postings"})


@dataclass(frozen=True, slots=True)
class Desks:
    """The desks of one company that all its sessions share, and how those of one session are made."""

    customers: Customers
    stock: Stock
    web_lines: WebLines
    prices: Prices
    products: Products
    progress: Progress
    despatches: Despatches
    invoices: Invoices
    ledgers: Ledgers
    postings: Postings
    orders_of: Callable[[Asked], Orders]
    enquiries_of: Callable[[Asked], Enquiries]
    receipts_of: Callable[[Asked], Receipts]
    books: tuple[CodeBook, ...]

    @classmethod
    def of(cls, client: Sage200Client, reference: Reference, clock: Clock, company: Sage200Settings) -> Desks:
        """The desks over one client; makes no call."""
        key_field, currency = company.key_field, company.currency
        products = CodeBook(client, clock, "/products", ("code",))
        customers = CodeBook(client, clock, "/customers", ("reference", "currency_id"))
        nominals = CodeBook(client, clock, "/nominal_codes", NOMINAL[1:], many=1)
        groups = CodeBook(client, clock, "/product_groups", (), many=1)
        warehouses = CodeBook(client, clock, "/warehouses", (), many=1)
        banks = CodeBook(client, clock, "/banks", (), many=1)
        orders = WebOrders(client, key_field=key_field)
        ledgers = Ledgers(client, reference, customers=customers)
        records = CustomerRecords(client, reference, key_field=key_field)
        return cls(
            customers=Customers(client, reference, records, key_field=key_field),
            stock=Stock(client, products=products, warehouses=warehouses),
            web_lines=WebLines(orders, warehouses),
            prices=Prices(client, reference),
            products=Products(client, reference, groups=groups, nominals=nominals),
            progress=Progress(orders),
            despatches=Despatches(client, orders),
            invoices=Invoices(client, reference, orders=orders, customers=customers),
            ledgers=ledgers,
            postings=Postings(client, nominals),
            orders_of=lambda asked: Orders(
                client,
                reference,
                key_field=key_field,
                created_by=company.created_by,
                currency=currency,
                asked=asked,
            ),
            enquiries_of=lambda asked: Enquiries(client, reference, asked),
            receipts_of=lambda asked: Receipts(
                client, reference, ledgers=ledgers, banks=banks, currency=currency, asked=asked
            ),
            books=(products, customers, nominals, groups, warehouses, banks),
        )

    def session(self) -> Session:
        """All desks; within a session, a record that Sage lacks is looked up only once."""
        asked = Asked()
        orders = self.orders_of(asked)
        return Session(
            orders=orders,
            order_search=orders,
            cancelling=orders,
            customers=self.customers,
            new_customers=self.customers,
            receipts=self.receipts_of(asked),
            stock=self.stock,
            web_lines=self.web_lines,
            prices=self.prices,
            enquiries=self.enquiries_of(asked),
            products=self.products,
            progress=self.progress,
            despatches=self.despatches,
            invoices=self.invoices,
            ledgers=self.ledgers,
            postings=self.postings,
            ties=TIES,
        )

    def forget(self) -> None:
        """Drop what ids stand for."""
        for book in self.books:
            book.forget()
