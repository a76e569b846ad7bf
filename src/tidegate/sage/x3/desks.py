"""The desks of X3 over one client, and a session made of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from tidegate.clock import Clock
from tidegate.sage.port.session import Session
from tidegate.sage.x3.cancelling import Cancelling
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.customers import Customers
from tidegate.sage.x3.despatches import Despatches
from tidegate.sage.x3.graph_orders import GraphOrders
from tidegate.sage.x3.import_orders import ImportOrders
from tidegate.sage.x3.invoices import Invoices
from tidegate.sage.x3.ledgers import Ledgers, Postings
from tidegate.sage.x3.masters import Products
from tidegate.sage.x3.order_search import OrderSearch
from tidegate.sage.x3.orders import Orders
from tidegate.sage.x3.price_probe import PriceProbe
from tidegate.sage.x3.prices import Prices
from tidegate.sage.x3.progress import Progress
from tidegate.sage.x3.readers import Readers
from tidegate.sage.x3.realtime_orders import RealtimeOrders
from tidegate.sage.x3.reference import Reference
from tidegate.sage.x3.request_orders import RequestOrders
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.stock import Stock, WebLines
from tidegate.sage.x3.web_orders import WebOrders
from tidegate.sage.x3.writers import ByFiles, ByGraphQL, ByTemplate

TIES = frozenset({"order-despatch", "order-invoice", "invoice-entry", "entry-postings"})


class Desks:
    """What all sessions of one company share.

    No way is documented by which payments can be posted, so that there is no desk for receipts; what a customer would
    pay cannot be asked. Orders can be cancelled where the configuration names a reason, and accounts opened where it
    names a field for our key.
    """

    def __init__(
        self, client: X3Client, company: X3Settings, today: Callable[[], date], clock: Clock
    ) -> None:
        """Makes no call. `today` is the day in the company's time zone."""
        self.reference = reference = Reference(client, company)
        orders = WebOrders(client, company)
        search = OrderSearch(client, company, today)
        self.writing = _orders(client, reference, search, company, clock)
        self.readers = readers = Readers(client, company, clock)
        customers = Customers(client, readers.by(company.customers), reference, company)
        # What web orders hold of exported stock is as old as it is; of an export made now, as it is now.
        held = WebOrders(readers.by("files"), company) if company.stock == "files" else orders
        probe = PriceProbe(client, company, today) if company.price_probes else None
        self._session = Session(
            orders=self.writing,
            order_search=search,
            order_tracking=self.writing if isinstance(self.writing, ImportOrders) else None,
            cancelling=Cancelling(client, reference, company) if company.close_reason else None,
            customers=customers,
            new_customers=customers if company.customer_field else None,
            stock=Stock(readers.by(company.stock), reference, company),
            web_lines=WebLines(held),
            prices=Prices(readers.by(company.prices), company, today, probe),
            products=Products(readers.by(company.products)),
            progress=Progress(orders),
            despatches=Despatches(orders, readers.by(company.deliveries)),
            invoices=Invoices(orders, readers.by(company.invoices)),
            ledgers=Ledgers(client, company),
            postings=Postings(client),
            ties=TIES,
        )

    def session(self) -> Session:
        """The desks."""
        return self._session

    def forget(self) -> None:
        """Drop what names stand for."""
        self.reference.forget()


def _orders(
    client: X3Client, reference: Reference, search: OrderSearch, company: X3Settings, clock: Clock
) -> Orders:
    """The desk of the configured way."""
    match company.writer:
        case ByFiles() as writer:
            return ImportOrders(writer, search, client, reference, company, clock)
        case ByGraphQL() as writer:
            return GraphOrders(writer, client, reference, company)
        case ByTemplate(execution="realtime") as writer:
            return RealtimeOrders(writer, search, client, reference, company)
        case ByTemplate() as writer:
            return RequestOrders(writer, search, client, reference, company, clock)
        case _:
            return Orders(client, reference, company)
