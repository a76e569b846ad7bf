"""The desks of Sage Intacct over one client, and a session made of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.contacts import Contacts
from tidegate.sage.intacct.customers import Customers
from tidegate.sage.intacct.despatches import Despatches
from tidegate.sage.intacct.enquiries import Enquiries
from tidegate.sage.intacct.invoices import Invoices
from tidegate.sage.intacct.ledgers import Ledgers, Postings
from tidegate.sage.intacct.masters import Products
from tidegate.sage.intacct.offline import Offline
from tidegate.sage.intacct.order_search import OrderSearch
from tidegate.sage.intacct.orders import Orders
from tidegate.sage.intacct.prices import Prices
from tidegate.sage.intacct.progress import Progress
from tidegate.sage.intacct.receipts import Receipts
from tidegate.sage.intacct.reference import Reference
from tidegate.sage.intacct.settings import IntacctSettings
from tidegate.sage.intacct.stock import Stock, WebLines
from tidegate.sage.intacct.web_orders import WebOrders
from tidegate.sage.port.session import Session

#: What a payment was set against is not read: the hub knows what it allocated itself.
TIES = frozenset({"order-despatch", "order-invoice", "invoice-entry", "entry-postings"})


class Desks:
    """What all sessions of one company share."""

    def __init__(
        self,
        client: IntacctClient,
        company: IntacctSettings,
        today: Callable[[], date],
        offline: Callable[[OrderSearch], Offline | None],
    ) -> None:
        """Makes no call. `today` is the day in the company's time zone; `offline` gives None where orders go online."""
        self.reference = Reference(client)
        self._contacts = Contacts(client)
        web_orders = WebOrders(client, company)
        customers = Customers(client, company)
        search = OrderSearch(client, company)
        ledgers = Ledgers(client, company)
        self._receipts = Receipts(client, self.reference, ledgers, company)
        later = offline(search)
        orders = Orders(client, self.reference, self._contacts, company, later)
        self._session = Session(
            orders=orders,
            order_tracking=orders if later is not None else None,
            order_search=search,
            cancelling=search,
            customers=customers,
            new_customers=customers if company.customer_field else None,
            receipts=self._receipts,
            stock=Stock(client, self.reference),
            web_lines=WebLines(web_orders),
            prices=Prices(client, company, today),
            enquiries=Enquiries(client, company, today),
            products=Products(client),
            progress=Progress(web_orders),
            despatches=Despatches(web_orders),
            invoices=Invoices(web_orders),
            ledgers=ledgers,
            postings=Postings(client),
            ties=TIES,
        )

    def session(self) -> Session:
        """The desks."""
        return self._session

    def forget(self) -> None:
        """Drop what names stand for."""
        self.reference.forget()
        self._contacts.forget()
        self._receipts.forget()
