"""The desks of Sage 300 over one client, and a session made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from tidegate.clock import Clock
from tidegate.sage.port.session import Session
from tidegate.sage.sage300.cancelling import Cancelling
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.customers import Customers
from tidegate.sage.sage300.despatches import Despatches
from tidegate.sage.sage300.documents import Documents
from tidegate.sage.sage300.exported_orders import ExportedOrders
from tidegate.sage.sage300.gateway import Gateway
from tidegate.sage.sage300.gateway_orders import GatewayOrders
from tidegate.sage.sage300.import_customers import ImportCustomers
from tidegate.sage.sage300.import_orders import CsvImport, ImportOrders
from tidegate.sage.sage300.invoices import Invoices
from tidegate.sage.sage300.ledgers import Ledgers, Postings
from tidegate.sage.sage300.masters import Products
from tidegate.sage.sage300.order_search import OrderSearch
from tidegate.sage.sage300.orders import Orders
from tidegate.sage.sage300.prices import Prices
from tidegate.sage.sage300.progress import Progress
from tidegate.sage.sage300.receipts import Receipts
from tidegate.sage.sage300.reference import Reference
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.stock import Stock, WebLines
from tidegate.sage.sage300.table_documents import INVOICED, SHIPPED, TableDocuments
from tidegate.sage.sage300.tables import BY_EXPORTS, BY_GATEWAY, Tables
from tidegate.sage.sage300.web_orders import WebOrders
from tidegate.sage.sage300.wire_names import CREDITS, INVOICES, SHIPMENTS
from tidegate.sage.sage300.writers import ByCsvImport, ByGateway

#: What a receipt was applied to has no resource: the hub knows what it applied itself.
TIES = frozenset({"order-invoice", "invoice-entry", "entry-postings"})


class Desks:
    """What all sessions of one company share.

    Orders can be cancelled by the gateway alone; what a customer would pay cannot be asked. Stock, contract prices and
    despatches are there where the configuration names what reports them.
    """

    def __init__(
        self,
        client: Sage300Client,
        company: Sage300Settings,
        today: Callable[[], date],
        gateway: Gateway | None = None,
        clock: Clock | None = None,
        ways: Mapping[str, Tables] | None = None,
    ) -> None:
        """Makes no call. `today` is the day in the company's time zone; `clock` what an import of files goes
        by; `ways` those by which tables are read."""
        self.reference = reference = Reference(client, company)
        orders = WebOrders(client, company)
        self.accounts = _accounts(client, company, today, clock)
        customers = self.accounts or Customers(client, company, today)
        ledgers = Ledgers(client, company, today)
        ways = ways or {}
        billed, gone = ways.get(company.invoices), ways.get(company.shipments)
        invoices = Documents(orders, INVOICES, today, TableDocuments(billed, INVOICED) if billed else None)
        shipped = Documents(orders, INVOICES, today, TableDocuments(billed, INVOICED) if billed else None)
        if gone is not None or company.shipments == SHIPMENTS.resource:
            shipped = Documents(orders, SHIPMENTS, today, TableDocuments(gone, SHIPPED) if gone else None)
        exports = ways.get(BY_EXPORTS) if company.stock == BY_EXPORTS else None
        exported = ExportedOrders(exports, company.line_option) if exports is not None else None
        self._receipts = Receipts(client, reference, ledgers, company)
        search = OrderSearch(client)
        self.csv = (
            CsvImport(company.writer, search, clock)
            if isinstance(company.writer, ByCsvImport) and clock is not None
            else None
        )
        imported = ImportOrders(self.csv, client, reference, company) if self.csv is not None else None
        self._session = Session(
            orders=imported or _orders(client, reference, company, gateway),
            order_tracking=imported,
            order_search=search,
            parcels=self.accounts,
            customers=customers,
            new_customers=customers if company.customer_key and company.customer_group else None,
            receipts=self._receipts,
            stock=Stock(client, reference, company, ways.get(company.stock)) if company.stock else None,
            cancelling=Cancelling(client, gateway) if gateway is not None else None,
            web_lines=WebLines(WebOrders(client, company, exported), invoices),
            prices=Prices(
                client,
                reference,
                company,
                today,
                agreed=ways.get(company.contracts or BY_GATEWAY),
                listed=ways.get(company.prices),
            ),
            products=Products(client, today),
            progress=Progress(orders, invoices),
            despatches=Despatches(shipped) if company.shipments else None,
            invoices=Invoices((invoices, Documents(orders, CREDITS, today)), company.currency),
            ledgers=ledgers,
            postings=Postings(client),
            ties=TIES | ({"order-despatch"} if company.shipments else set()),
        )

    def session(self) -> Session:
        """The desks."""
        return self._session

    def forget(self) -> None:
        """Drop what names stand for."""
        self.reference.forget()
        self._receipts.forget()


def _accounts(
    client: Sage300Client, company: Sage300Settings, today: Callable[[], date], clock: Clock | None
) -> ImportCustomers | None:
    """The customers whose new accounts the site's import enters; None: no import of theirs is configured."""
    writer = company.writer
    if not isinstance(writer, ByCsvImport) or not writer.customers_folder or clock is None:
        return None
    return ImportCustomers(client, company, today, writer, clock)


def _orders(
    client: Sage300Client, reference: Reference, company: Sage300Settings, gateway: Gateway | None
) -> Orders:
    """The desk of the configured way; the rules let no gateway be missing."""
    if isinstance(company.writer, ByGateway) and gateway is not None:
        return GatewayOrders(gateway, client, reference, company)
    return Orders(client, reference, company)
