"""The desks of X3 over one client, and a session made of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from tidegate.clock import Clock
from tidegate.sage.export_folder import ExportFolder
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
from tidegate.sage.x3.reference import Reference
from tidegate.sage.x3.request_orders import RequestOrders
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.stock import Stock, WebLines
from tidegate.sage.x3.stock_exports import Levels, by_files, by_soap
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
        customers = Customers(client, reference, company)
        probe = PriceProbe(client, company, today) if company.price_probes else None
        self._session = Session(
            orders=self.writing,
            order_search=search,
            order_tracking=self.writing if isinstance(self.writing, ImportOrders) else None,
            cancelling=Cancelling(client, reference, company) if company.close_reason else None,
            customers=customers,
            new_customers=customers if company.customer_field else None,
            stock=Stock(client, reference, company, _exports(client, company, clock)),
            web_lines=WebLines(orders),
            prices=Prices(client, company, today, probe),
            products=Products(client),
            progress=Progress(orders),
            despatches=Despatches(orders),
            invoices=Invoices(orders),
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
        case ByTemplate() as writer:
            return RequestOrders(writer, search, client, reference, company, clock)
        case _:
            return Orders(client, reference, company)


def _exports(client: X3Client, company: X3Settings, clock: Clock) -> Levels | None:
    """How whole pictures of stock are exported; None where they are read by REST."""
    match company.stock:
        case "soap":
            return by_soap(client, company.export_program, company.stock_template)
        case "files":
            folder = ExportFolder(Path(company.exports_folder), clock, "utf-8")
            return by_files(folder, company.stock_template, company.runs("export"), clock)
        case _:
            return None
