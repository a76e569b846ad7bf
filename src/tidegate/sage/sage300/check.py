"""The preflight check: can this company be reached, entered and read, is it the right one, and what does it offer?

Reads only. Source: contract §1, §2, §18. Every line says what to do when it fails.
"""

from __future__ import annotations

from collections.abc import Mapping

from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.findings import Finding
from tidegate.sage.sage300 import error_batches
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.contracts import FIELDS as CONTRACT_COLUMNS
from tidegate.sage.sage300.csv_layout import Layout
from tidegate.sage.sage300.exported_orders import HEADER, LINE_COLUMNS, OPTION_COLUMNS
from tidegate.sage.sage300.gateway import Gateway
from tidegate.sage.sage300.identity import Identity
from tidegate.sage.sage300.import_customers import ImportCustomers
from tidegate.sage.sage300.import_files import ImportFiles
from tidegate.sage.sage300.import_orders import CsvImport
from tidegate.sage.sage300.queries import equals, number_equals
from tidegate.sage.sage300.reference import Reference
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.sql_tables import SqlTables
from tidegate.sage.sage300.table_documents import INVOICED, SHIPPED
from tidegate.sage.sage300.table_prices import COLUMNS as PRICE_COLUMNS
from tidegate.sage.sage300.table_prices import PRICES, UNIT_COLUMNS, UNIT_PRICES
from tidegate.sage.sage300.tables import (
    BY_EXPORTS,
    BY_GATEWAY,
    BY_SQL,
    CONTRACTS,
    LINE_OPTIONS,
    ORDER_LINES,
    ORDERS,
    STOCK,
    WAYS,
    Tables,
)
from tidegate.sage.sage300.wire_names import (
    BATCH_STATUS,
    CREDITS,
    INVOICES,
    ORDER_ID,
    OUR_KEY,
    SHIPMENTS,
    STOCK_COLUMNS,
    STOCK_RESOURCES,
)

READS = (
    ("ARCustomers", equals("CustomerNumber", "")),
    ("ICItems", equals("ItemNumber", "")),
    (INVOICES.resource, number_equals(INVOICES.id, 0)),
    (CREDITS.resource, number_equals(CREDITS.id, 0)),
    ("ARPostedDocuments", equals("DocumentNumber", "")),
    ("ARPostedReceipts", equals("CheckReceiptNumber", "")),
    ("GLPostedTransactions", equals("JournalDetailReference", "")),
    ("ICItemPricing", equals("ItemNumber", "")),
    ("BKBanks", equals("BankCode", "")),
)
"""What the flows read, each with a filter that nothing meets: the fields must be there."""
REMEDIES = {
    Code.NOT_AUTHENTICATED: (
        "check user and password; the user id must be in upper case and must not be ADMIN"
    ),
    Code.NOT_PERMITTED: "give the user's security group this right, and the Sage 300 Web API right of its module",
    Code.UNKNOWN_ENDPOINT: "this server has no such resource: see docs/sage/sage-300.md",
    Code.UNREACHABLE: "check the address and the certificate",
    Code.LOCKED: "the database is in exclusive use (backup, day end, upgrade): try again later",
    Code.NO_SEAT: "all LanPaks are in use, or an administrator has ended the session: try again later",
    Code.REFUSED: "a field has another name on this server: see docs/sage/sage-300.md",
}


class Check:
    """One run of the check."""

    def __init__(
        self,
        client: Sage300Client,
        reference: Reference,
        identity: Identity,
        company: Sage300Settings,
        gateway: Gateway | None = None,
        csv: CsvImport | None = None,
        ways: Mapping[str, Tables] | None = None,
        accounts: ImportCustomers | None = None,
    ) -> None:
        self._ways = ways or {}
        self._accounts = accounts
        self._csv = csv
        self._gateway = gateway
        self._client = client
        self._reference = reference
        self._identity = identity
        self._company = company
        self.findings: list[Finding] = []

    def run(self) -> list[Finding]:
        """All findings; the check stops where what follows cannot be known."""
        if self._profile():
            self._reads()
            self._names()
            self._offered()
            self._routes()
            self._beside()
            self._by_tables()
            self._error_batches()
            if self._csv is not None:
                self._import("orders", self._csv.files, self._csv.layout(), "writer.sample")
            if self._accounts is not None:
                accounts = self._accounts
                self._import("customers", accounts.files, accounts.layout(), "writer.customers_sample")
        return self.findings

    def _routes(self) -> None:
        """Which route serves what, in one line."""
        company = self._company
        routes = {
            "orders": type(company.writer).__struct_config__.tag,
            "new accounts": "csv" if self._accounts is not None else "web-api",
            "despatches": company.shipments or "none",
            "invoices": company.invoices or INVOICES.resource,
            "credit notes": CREDITS.resource,
            "stock": company.stock or "none",
            "price lists": company.prices or "ICItemPricing",
            "contract prices": company.contracts or (BY_GATEWAY if self._gateway is not None else "none"),
            "cancelling": BY_GATEWAY if self._gateway is not None else "none",
        }
        who = f"the hub, between {company.day_end}" if company.day_end else "people"
        self._note("pass", "day end", f"run by {who}")
        self._note("pass", "routes", "; ".join(f"{what} by {route}" for what, route in routes.items()))

    def _by_tables(self) -> None:
        """What is read from tables: by the way that the configuration names, with its first columns."""
        company = self._company
        exported = BY_EXPORTS if company.stock == BY_EXPORTS else ""
        for key, way, table, columns in (
            ("orders", exported, ORDERS, tuple(HEADER)),
            ("lines of orders", exported, ORDER_LINES, LINE_COLUMNS),
            ("keys of lines", exported if company.line_option else "", LINE_OPTIONS, OPTION_COLUMNS),
            ("stock", company.stock, STOCK, tuple(STOCK_COLUMNS)),
            ("contracts", company.contracts or BY_GATEWAY, CONTRACTS, CONTRACT_COLUMNS),
            ("prices", company.prices, PRICES, PRICE_COLUMNS),
            ("prices of units", company.prices, UNIT_PRICES, UNIT_COLUMNS),
            ("shipments", company.shipments, SHIPPED.table, tuple(SHIPPED.header)),
            ("lines of shipments", company.shipments, SHIPPED.lines, SHIPPED.line_columns),
            ("invoices", company.invoices, INVOICED.table, tuple(INVOICED.header)),
            ("lines of invoices", company.invoices, INVOICED.lines, INVOICED.line_columns),
        ):
            tables = self._ways.get(way)
            if tables is None:
                if key == "contracts":
                    self._note("warn", key, "contract prices are not read", 'set contracts, e.g. "sql"')
                continue
            rows = tables.read(table, columns, {columns[0]: ["0"]})
            if isinstance(rows, Failure):
                self._failed(key, rows)
            else:
                self._note("pass", key, f"{table} can be read by {way}")
        if isinstance(sql := self._ways.get(BY_SQL), SqlTables):
            may = sql.may_write()
            if isinstance(may, Failure):
                self._failed("database login", may)
            elif may:
                remedy = "give it db_datareader, and nothing else"
                self._note("fail", "database login", "it may change orders, which only Sage may", remedy)
            else:
                self._note("pass", "database login", "it only reads")

    def _error_batches(self) -> None:
        """Whether postings that the ledger refuses can be named."""
        found = self._client.read(error_batches.RESOURCE, (equals(BATCH_STATUS, "-"),))
        if isinstance(found, Failure):
            remedy = "give the user the right to G/L batches; until then such postings count as not read yet"
            self._note("warn", "error batches", found.text, remedy)
        else:
            self._note("pass", "error batches", "G/L batches can be read")

    def _import(self, what: str, files: ImportFiles, layout: Layout | Failure, key: str) -> None:
        """Whether files can be written, and their layout. Only the first file shows whether a job imports them."""
        failure = files.examine()
        if failure is not None:
            remedy = "make the folder, and let the user that Tidegate runs as write into it"
            self._note("fail", f"import of {what}", failure.text, remedy)
        if isinstance(layout, Failure):
            remedy = f"export some {what} from this company, and give that file as `{key}`"
            self._note("fail", f"layout of {what}", layout.text, remedy)
        elif failure is None:
            text = f"files can be left in its folder: {', '.join(layout.types)}"
            self._note("pass", f"import of {what}", text)

    def _note(self, verdict: str, subject: str, text: str, remedy: str = "") -> None:
        self.findings.append(Finding(subject, verdict, text, remedy))

    def _failed(self, subject: str, failure: Failure) -> None:
        self._note("fail", subject, failure.text, REMEDIES.get(failure.code, "see docs/sage/sage-300.md"))

    def _profile(self) -> bool:
        found = self._identity.read()
        if isinstance(found, Failure):
            if found.code is Code.NOT_PERMITTED:
                self._note("warn", "company profile", found.text, REMEDIES[found.code])
                return True
            self._failed("sign-in and company profile", found)
            return False
        self._note("pass", "sign-in", f"signed in to {found.id}, {found.name}, books in {found.currency}")
        differs = self._identity.differs(found)
        if differs is not None:
            self._failed("company", differs)
        elif not self._company.company_name:
            remedy = f'company_name = "{found.name}"'
            self._note("warn", "company", "its name is not compared with the configuration", remedy)
        return True

    def _reads(self) -> None:
        readable = []
        for resource, term in (
            ("OEOrders", f"{equals(OUR_KEY, '-')} and {number_equals(ORDER_ID, 0)}"),
            *(read for read in READS if not self._by_another_way(read[0])),
        ):
            rows = self._client.read(resource, (term,))
            if isinstance(rows, Failure):
                self._failed(resource, rows)
            else:
                readable.append(resource)
        if readable:
            self._note("pass", "reading", ", ".join(readable))

    def _by_another_way(self, resource: str) -> bool:
        """Whether tables are read instead."""
        company = self._company
        return bool({INVOICES.resource: company.invoices, "ICItemPricing": company.prices}.get(resource))

    def _names(self) -> None:
        """The names that orders are sent with."""
        company = self._company
        locations = self._reference.locations()
        if isinstance(locations, Failure):
            self._failed("location", locations)
        elif company.location in locations:
            self._note("pass", "location", f"{company.location} exists")
        else:
            self._note(
                "fail", "location", f"there is no location {company.location!r}", "check the key location"
            )
        rates = self._reference.taxes()
        if isinstance(rates, Failure):
            self._failed("tax_authority", rates)
        elif rates:
            self._note(
                "pass", "tax_authority", f"{company.tax_authority} has rates for {len(rates)} item classes"
            )
        else:
            text = f"{company.tax_authority!r} has no rates for buyers of class {company.buyer_class}"
            self._note("fail", "tax_authority", text, "check the keys tax_authority and buyer_class")
        if company.customer_key and company.customer_group:
            found = self._client.read("ARCustomers", (equals(company.customer_key, "-"),))
            if isinstance(found, Failure):
                self._failed("customer_key", found)
            else:
                self._note("pass", "customer_key", f"customers can be looked up by {company.customer_key}")
        charges = self._reference.charges()
        if isinstance(charges, Failure):
            self._failed("amounts", charges)
            return
        missing = sorted(set(company.amounts.values()) - charges.keys())
        if missing:
            remedy = "add them in O/E set-up, or check the key amounts"
            self._note("fail", "amounts", f"there are no miscellaneous charges {', '.join(missing)}", remedy)

    def _offered(self) -> None:
        """What this server has beyond the vendor's list."""
        company = self._company
        for key, chosen, others in (
            ("stock", company.stock, STOCK_RESOURCES),
            ("shipments", company.shipments, (SHIPMENTS.resource,)),
        ):
            if chosen in WAYS:
                continue  # asked below
            if chosen:
                rows = self._client.read(chosen, (f"{_first(chosen)} eq {_nothing(chosen)}",))
                if isinstance(rows, Failure):
                    self._failed(key, rows)
                else:
                    self._note("pass", key, f"{chosen} exists")
                continue
            module = others[0][:2]
            described = self._client.metadata(module)
            if isinstance(described, Failure):
                continue
            there = [name for name in others if f'"{name}"' in described]
            if there:
                self._note("warn", key, f"this server has {there[0]}", f'set {key} = "{there[0]}"')
            else:
                text = (
                    "no resource is configured for it: this flow cannot run (see docs/sage/sage-300.md, "
                    f"{key})"
                )
                self._note("warn", key, text)

    def _beside(self) -> None:
        """The gateway, where there is one."""
        if self._gateway is None:
            text = "not configured: orders cannot be cancelled in Sage"
            self._note("warn", "gateway", text)
            return
        found = self._gateway.ping()
        if isinstance(found, Failure):
            self._failed("gateway", found)
            return
        self._note("pass", "gateway", f"Sage {found.get('sageVersion')}, {found.get('state')}")
        if found.get("homeCurrency") not in ("", self._company.currency):
            text = f"its company has the home currency {found.get('homeCurrency')}"
            self._note("fail", "gateway", text, "check the keys gateway_url and company_id")


def _first(resource: str) -> str:
    if resource in STOCK_RESOURCES:
        return "ItemNumber"
    return SHIPMENTS.id if resource == SHIPMENTS.resource else INVOICES.id


def _nothing(resource: str) -> str:
    return "''" if resource in STOCK_RESOURCES else "0"
