"""The desks of Sage 100 over one agent, and a session made of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from tidegate.domain.calendar import zone
from tidegate.sage.import_job import ImportJob
from tidegate.sage.port.session import Session
from tidegate.sage.sage100.cancelling import Cancelling
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.customers import Customers
from tidegate.sage.sage100.despatches import Despatches
from tidegate.sage.sage100.documents import Documents
from tidegate.sage.sage100.import_orders import ImportOrders
from tidegate.sage.sage100.invoices import Invoices
from tidegate.sage.sage100.ledgers import Ledgers
from tidegate.sage.sage100.masters import Products
from tidegate.sage.sage100.order_search import OrderSearch
from tidegate.sage.sage100.orders import Orders
from tidegate.sage.sage100.postings import Postings
from tidegate.sage.sage100.price_probe import PriceProbe
from tidegate.sage.sage100.prices import Prices
from tidegate.sage.sage100.progress import Progress
from tidegate.sage.sage100.reference import Reference
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.shipments import OpenShipments
from tidegate.sage.sage100.stock import Stock
from tidegate.sage.sage100.web_lines import WebLines
from tidegate.sage.sage100.web_orders import WebOrders
from tidegate.sage.sage100.writer import Writer
from tidegate.sage.seats import SeatPool

#: Only the invoice's balance shows what a receipt was applied to.
TIES = frozenset({"order-despatch", "order-invoice", "invoice-entry", "entry-postings"})


class Desks:
    """What all sessions of one company share."""

    def __init__(
        self,
        client: Sage100Client,
        company: Sage100Settings,
        now: Callable[[], datetime],
        seats: SeatPool,
        writer: Writer | ImportJob,
    ) -> None:
        """Makes no call. `now` is aware UTC; `seats` are those that writing takes."""

        def today() -> date:
            return now().astimezone(zone(company.time_zone)).date()

        self.reference = reference = Reference(client, company)
        job = ImportOrders(writer, reference, company) if isinstance(writer, ImportJob) else None
        other = None if isinstance(writer, ImportJob) else writer
        self._customers = customers = Customers(client, other, company)
        self._postings = postings = Postings(client, company)
        orders = WebOrders(client, company, now)
        documents = Documents(client, orders, company)
        shipments = OpenShipments(client, company)
        probe = PriceProbe(client, company, seats, today) if company.price_probes else None
        self._session = Session(
            orders=job or Orders(writer, reference, company),
            order_tracking=job,
            order_search=OrderSearch(client, company),
            customers=customers,
            new_customers=customers if other is not None and company.opens_accounts else None,
            stock=Stock(client, reference, company),
            products=Products(client),
            cancelling=Cancelling(client, other, orders, company)
            if other is not None and company.cancels
            else None,
            web_lines=WebLines(orders, shipments, company),
            prices=Prices(client, company, today, probe),
            progress=Progress(client, orders, shipments, company),
            despatches=Despatches(client, orders, documents, shipments, company),
            invoices=Invoices(client, orders, documents, company),
            ledgers=Ledgers(client, documents, company, now),
            postings=postings,
            ties=TIES,
        )

    def session(self) -> Session:
        """The desks."""
        return self._session

    def forget(self) -> None:
        """Drop what names stand for."""
        self.reference.forget()
        self._customers.forget()
        self._postings.forget()
