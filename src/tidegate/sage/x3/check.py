"""The preflight check: can this folder be entered, read and written to, is it the right one, what is published?

Reads only. Source: contract §1, §2, §10, §17. Every line says what to do when it fails.
"""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.findings import Finding
from tidegate.sage.port.orders import OrderKey
from tidegate.sage.x3.carried_orders import CarriedOrders
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.customers import ADDRESS_FIELD
from tidegate.sage.x3.export_layouts import layouts
from tidegate.sage.x3.graph_orders import GraphOrders
from tidegate.sage.x3.identity import Identity
from tidegate.sage.x3.import_orders import ImportOrders
from tidegate.sage.x3.objects import Screen
from tidegate.sage.x3.order_search import OrderSearch
from tidegate.sage.x3.orders import Orders
from tidegate.sage.x3.queries import equals
from tidegate.sage.x3.readers import Readers
from tidegate.sage.x3.reference import Reference
from tidegate.sage.x3.settings import X3Settings
from tidegate.sage.x3.wire_names import CLOSING_REASON, ELEMENT_FIELD, TAX_LEVEL, TEXT

READS = (
    ("SORDERQ", "SOHNUM"),
    ("SDELIVERY", "SDHNUM"),
    ("SDELIVERYD", "SDHNUM"),
    ("SINVOICE", "NUM"),
    ("SINVOICED", "NUM"),
    ("SINVOICEV", "NUM"),
    ("GACCDUDATE", "NUM"),
    ("PAYMENTH", "NUM"),
    ("PAYMENTD", "NUM"),
    ("GACCENTRY", "BPRVCR"),
    ("GACCENTRYD", "NUM"),
    ("ITMMVT", "ITMREF"),
    ("ITMMASTER", "ITMREF"),
    ("BPCUSTOMER", "BPCNUM"),
    ("BPADDRESS", "WEB1"),
)
"""What the flows read, each with a condition that nothing meets: class, representation and field must be there."""
LIVE = frozenset({"SORDER", "SORDERQ", "BPCUSTOMER", "BPADDRESS"})
"""Read by REST, whatever is exported: orders and accounts are looked up as they are now."""
REMEDIES = {
    Code.NOT_AUTHENTICATED: (
        "check user and password, or the connected application, its secret and the clock"
    ),
    Code.NOT_PERMITTED: "give the user, and the pool's own user, the rights to this function and site",
    Code.UNKNOWN_ENDPOINT: "publish the name, or the representation of the same name: see docs/sage/x3.md",
    Code.MALFORMED: "add the field to the representation: see docs/sage/x3.md",
    Code.UNREACHABLE: "check the address and the certificate",
    Code.LOCKED: (
        "check the pool's alias (upper and lower case matter), whether the pool is started, and "
        "whether X3 is in single-user mode"
    ),
    Code.NO_SEAT: "all channels of the pool are busy: enlarge it, or try again later",
}


class Check:
    """One run of the check."""

    def __init__(
        self,
        client: X3Client,
        reference: Reference,
        identity: Identity,
        search: OrderSearch,
        orders: Orders,
        readers: Readers,
        company: X3Settings,
    ) -> None:
        """`orders`: the desk that writes."""
        self._readers = readers
        self._orders = orders
        self._client = client
        self._reference = reference
        self._identity = identity
        self._search = search
        self._company = company
        self.findings: list[Finding] = []

    def run(self) -> list[Finding]:
        """All findings; the check stops where what follows cannot be known."""
        if self._profile():
            self._reads()
            self._exports()
            self._writer()
            self._customer_screen()
            self._look_up()
            self._sites()
            self._lists()
        return self.findings

    def _note(self, verdict: str, subject: str, text: str, remedy: str = "") -> None:
        self.findings.append(Finding(subject, verdict, text, remedy))

    def _failed(self, subject: str, failure: Failure) -> None:
        self._note("fail", subject, failure.text, REMEDIES.get(failure.code, "see docs/sage/x3.md"))

    def _profile(self) -> bool:
        found = self._identity.read()
        if isinstance(found, Failure):
            if found.code in (Code.NOT_PERMITTED, Code.UNKNOWN_ENDPOINT):
                self._note("warn", "company", f"cannot be compared: {found.text}", REMEDIES[found.code])
                return True
            self._failed("sign-in and sales site", found)
            return False
        text = f"folder {self._company.endpoint}, site {found.site} of {found.company}, {found.name}"
        self._note("pass", "sign-in", text)
        differs = self._identity.differs(found)
        if differs is not None:
            self._failed("company", differs)
        elif not self._company.company_name:
            remedy = f'company_name = "{found.name}"'
            self._note("warn", "company", "its name is not compared with the configuration", remedy)
        if found.currency and found.currency != self._company.currency:
            text = (
                f"the company's books are in {found.currency}, but prices are read in "
                f"{self._company.currency}"
            )
            self._note("warn", "currency", text)
        return True

    def _reads(self) -> None:
        readable = []
        exported = self._exported()
        for name, field in READS:
            if name in exported:
                continue
            rows = self._client.read(name, (equals(field, "-"),))
            if isinstance(rows, Failure):
                self._failed(name, rows)
            else:
                readable.append(name)
        if readable:
            self._note("pass", "reading", ", ".join(readable))

    def _exported(self) -> set[str]:
        """The classes that no flow reads by REST, since they are exported."""
        known = layouts(self._company)
        found = {name for what in self._company.exports for name in known[what].classes}
        return found - LIVE

    def _exports(self) -> None:
        """By which way each kind of data is read; what is exported is there, whole and of our layout."""
        ways, known = self._company.ways, layouts(self._company)
        listed = "; ".join(f"{name} by {way}" for name, way in ways.items())
        held = "as it was when stock was exported" if ways["stock"] == "files" else "by rest"
        self._note("pass", "routes", f"{listed}; what web orders hold {held}; all else by rest")
        for what, way in self._company.exports.items():
            layout = known[what]
            rows = self._readers.by(way).read(layout.classes[0])
            if isinstance(rows, Failure):
                remedy = f"make the template {layout.template}, and for files its task: see docs/sage/x3.md"
                self._note("fail", f"export of {what}", rows.text, REMEDIES.get(rows.code, remedy))
            else:
                text = f"{layout.template} by {way}: {len(rows)} of {layout.classes[0]}"
                self._note("pass", f"export of {what}", text)

    def _writer(self) -> None:
        """How orders are written: what its way needs is there."""
        match self._orders:
            case GraphOrders():
                known = self._orders.mutation()
                if isinstance(known, Failure):
                    remedy = (
                        'have it mapped for the folder, or choose another way: writer = { way = "object" }'
                    )
                    self._note("fail", "mutation", known.text, remedy)
                else:
                    self._note("pass", "mutation", "orders can be created by GraphQL")
                    self._tables(known.screen)
            case ImportOrders():
                failure = self._orders.files.examine()
                if failure is not None:
                    remedy = "make the folder, and let the user that Tidegate runs as write into it"
                    self._note("fail", "import task", failure.text, remedy)
                else:
                    text = "files can be left in its folder; whether a task imports them the first one shows"
                    self._note("pass", "import task", text)
            case CarriedOrders():
                for name in self._orders.programs:
                    described = self._client.call("getDescription", name, {}, reading=True, ours=(name,))
                    if isinstance(described, Failure):
                        self._failed(name, described)
                    else:
                        self._note("pass", name, "is published")
            case _:
                self._order_screen()

    def _tables(self, screen: Screen) -> None:
        """What every way of single orders needs beside lines."""
        if ELEMENT_FIELD not in screen.tables:
            text = "its screen has no invoicing elements, which shipping and other amounts need"
            self._note("fail", "elements", text, "use an entry transaction that shows them")
        for name, key in (
            (self._company.reference_field, "reference_field"),
            (self._company.line_field, "line_field"),
        ):
            if name and not screen.has(name):
                self._note("fail", key, f"the screen has no field {name}", "add it to the entry transaction")

    def _order_screen(self) -> None:
        """What orders are saved with: the published object, its tables, and the fields that the site has added."""
        company = self._company
        screen = self._reference.screen(company.order_object)
        if isinstance(screen, Failure):
            self._failed("order_object", screen)
            return
        self._note("pass", "order_object", f"{company.order_object} is published")
        self._tables(screen)
        if not screen.has(TAX_LEVEL):
            text = f"the screen has no {TAX_LEVEL} on lines: the tax of each product is its own"
            self._note("warn", "tax_levels", text)
        if not screen.has(TEXT):
            self._note("warn", "texts", f"the screen has no {TEXT}: notes are not sent")
        if company.close_reason and not screen.has(CLOSING_REASON):
            self._note("fail", "close_reason", f"the screen has no {CLOSING_REASON}", "leave it empty")

    def _customer_screen(self) -> None:
        company = self._company
        if not company.customer_field:
            return
        screen = self._reference.screen(company.customer_object, line_field=ADDRESS_FIELD)
        if isinstance(screen, Failure):
            self._failed("customer_object", screen)
            return
        if not screen.has(company.customer_field):
            text = f"the screen has no field {company.customer_field}"
            self._note("fail", "customer_field", text, "add it to the screen")
            return
        rows = self._client.read("BPCUSTOMER", (equals(company.customer_field, "-"),))
        if isinstance(rows, Failure):
            self._failed("customer_field", rows)
        else:
            self._note(
                "pass",
                "customer_object",
                f"customers can be opened, and looked up by {company.customer_field}",
            )

    def _look_up(self) -> None:
        """Without a look-up that works nothing is sent: a second order could not be distinguished from the first."""
        found = self._search.find([OrderKey("-", "")])
        if isinstance(found, Failure):
            self._failed("look_up", found)
        else:
            self._note("pass", "look_up", f"orders can be looked up by {self._company.look_up.upper()}")

    def _sites(self) -> None:
        sites = self._reference.sites()
        if isinstance(sites, Failure):
            self._failed("sites", sites)
            return
        wanted = {self._company.sales_site, self._company.shipping_site or self._company.sales_site}
        missing = sorted(wanted - sites.keys())
        if missing:
            self._note("fail", "sites", f"there is no site {', '.join(missing)}", "check the keys of sites")

    def _lists(self) -> None:
        if self._company.prices != "rest":
            return
        for name in self._company.price_lists:
            rows = self._client.read("SPRICLIST", (equals("PLI", name) + " and " + equals("PLICRI1", "-"),))
            if isinstance(rows, Failure):
                self._failed("price_lists", rows)
                return
