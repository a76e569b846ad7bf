"""The desks of a business over one client, and a session made of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tidegate.sage.business_cloud.cancelling import Cancelling
from tidegate.sage.business_cloud.client import BusinessCloudClient
from tidegate.sage.business_cloud.customers import Customers
from tidegate.sage.business_cloud.invoices import Invoices
from tidegate.sage.business_cloud.invoicing import Invoicing
from tidegate.sage.business_cloud.ledgers import Ledgers, Postings
from tidegate.sage.business_cloud.masters import Products
from tidegate.sage.business_cloud.open_documents import OpenDocuments
from tidegate.sage.business_cloud.order_search import OrderSearch
from tidegate.sage.business_cloud.orders import Orders
from tidegate.sage.business_cloud.prices import Prices
from tidegate.sage.business_cloud.progress import Progress
from tidegate.sage.business_cloud.receipts import Receipts
from tidegate.sage.business_cloud.reference import Reference
from tidegate.sage.business_cloud.settings import BusinessCloudSettings
from tidegate.sage.business_cloud.stock import Stock, WebLines
from tidegate.sage.port.session import Session

TIES = frozenset({"order-invoice", "invoice-entry", "entry-postings", "receipt-invoice"})


class Desks:
    """What all sessions of one business share. There are no despatches, and no questions for a customer's price."""

    def __init__(
        self, client: BusinessCloudClient, company: BusinessCloudSettings, now: Callable[[], datetime]
    ) -> None:
        """Makes no call."""
        self.reference = reference = Reference(client, company, now)
        customers = Customers(client, reference, company, now)
        ledgers = Ledgers(client, reference, company, now)
        waiting = OpenDocuments(client, reference, company.orders, now)
        self._receipts = Receipts(client, reference, ledgers, company, now)
        self._stock = Stock(client, waiting, company, now)
        self._postings = Postings(client, ledgers)
        self._session = Session(
            orders=Orders(client, reference, company),
            order_search=OrderSearch(client, company.orders),
            invoicing=Invoicing(client, company, now) if company.invoice_due else None,
            cancelling=Cancelling(client, company.orders, waiting.drop),
            customers=customers,
            new_customers=customers,
            receipts=self._receipts,
            stock=self._stock,
            web_lines=None if company.orders == "invoice" else WebLines(waiting),
            dated_stock=True,
            prices=Prices(client, company, now),
            products=Products(client, now),
            progress=Progress(client, company.orders, now),
            invoices=Invoices(client, reference, company, now),
            ledgers=ledgers,
            postings=self._postings,
            ties=TIES,
        )

    def session(self) -> Session:
        """The desks."""
        return self._session

    def forget(self) -> None:
        """Drop what names stand for."""
        for each in (self.reference, self._receipts, self._stock, self._postings):
            each.forget()
