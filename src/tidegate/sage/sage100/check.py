"""The preflight check: is the agent there, does it reach the company, and is what the hub needs set up?

It reads only, and takes no seat. Source: contract §5, §12.3. Every line says what to do when it fails.
"""

from __future__ import annotations

from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.findings import Finding
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.import_files import ImportFiles
from tidegate.sage.sage100.reference import Reference
from tidegate.sage.sage100.rows import text_of
from tidegate.sage.sage100.settings import WIDTHS, Sage100Settings
from tidegate.sage.sage100.web_services import NEEDED as OPERATIONS
from tidegate.sage.sage100.web_services import WebServices
from tidegate.sage.sage100.wire_names import (
    BY_FEEDS,
    BY_OBJECTS,
    FIRST_WEB_SERVICES,
    NO_ORDER,
    READS,
    STANDARD_EDITION,
    WITHOUT_FEEDS,
)
from tidegate.sage.sage100.writing import KEY, LINE_KEY

CONTRACT = 1
NEEDED = ("items", "customers", "stock", "orders", "order-lines", "order-history")
WITHOUT_HISTORY = (
    "none",
    "unknown",
    "",
)  #: orders that were invoiced may then be shown by their invoices alone
REMEDIES = {
    Code.NOT_AUTHENTICATED: "check the token and the agent's list of addresses",
    Code.NOT_PERMITTED: "give the agent's Sage user external access, the company and the tasks: see docs/sage/agent.md",
    Code.UNKNOWN_ENDPOINT: "check company_code and the agent's list of companies",
    Code.UNREACHABLE: "check the address, the firewall, and whether the agent's service runs",
    Code.LOCKED: "the company is closed (backup, period end): try again later",
}


class Check:
    """One run of the check."""

    def __init__(
        self,
        client: Sage100Client,
        reference: Reference,
        company: Sage100Settings,
        services: WebServices | None = None,
        files: ImportFiles | None = None,
    ) -> None:
        """`services` and `files`: where the web services or an import job write, instead of the agent."""
        self._files = files
        self._services = services
        self._client = client
        self._reference = reference
        self._company = company
        self.findings: list[Finding] = []

    def run(self) -> list[Finding]:
        """All findings; the check stops where what follows cannot be known."""
        found = self._client.health()
        if isinstance(found, Failure):
            self._failed("agent", found)
            return self.findings
        if found.get("contract") != CONTRACT:
            text = f"the agent has version {found.get('contract')} of the interface, this hub has {CONTRACT}"
            self._note("fail", "agent", text, "install the same version of both")
        else:
            self._note("pass", "agent", f"version {text_of(found, 'agent')}, {text_of(found, 'state')}")
        offered = self._client.capabilities()
        if isinstance(offered, Failure):
            self._failed("company", offered)
            return self.findings
        self._offered(offered)
        self._names()
        return self.findings

    def _note(self, verdict: str, subject: str, text: str, remedy: str = "") -> None:
        self.findings.append(Finding(subject, verdict, text, remedy))

    def _failed(self, subject: str, failure: Failure) -> None:
        self._note("fail", subject, failure.text, REMEDIES.get(failure.code, "see docs/sage/sage-100.md"))

    def _offered(self, offered: dict[str, Any]) -> None:
        """What this installation has of what the hub needs."""
        company = self._company
        edition, version = text_of(offered, "edition"), text_of(offered, "version")
        self._note("pass", "company", f"{company.company_code}: {edition} {version}".rstrip())
        if self._services is not None:
            self._web_services(self._services, edition, version)
        elif self._files is not None:
            self._import_job(self._files)
        elif text_of(offered, "writer") != "boi":
            remedy = "remove read_only from its settings, or choose another writer"
            self._note("fail", "writing", "the agent is set to read only", remedy)
        if company.price_probes and text_of(offered, "writer") != "boi":
            text = "an agent that is set to read only computes no prices: price_probes has no effect"
            self._note("warn", "prices", text, "price_probes = 0, or remove read_only from its settings")
        self._widths(offered.get("widths"))
        self._fields(offered.get("udf"))
        self._reader(text_of(offered, "reader"), edition, version)
        listed = offered.get("missing_datasets")
        missing = [str(one) for one in listed] if isinstance(listed, list) else []
        kept = text_of(offered, "history")
        needed = [
            one for one in (*NEEDED, *(("invoices",) if kept in WITHOUT_HISTORY else ())) if one in missing
        ]
        if needed:
            text = f"the agent cannot read {', '.join(needed)}"
            self._note("fail", "reading", text, "check its reader: data source and rights on tables")
        elif missing:
            self._note("warn", "reading", f"the agent cannot read {', '.join(missing)}")
        else:
            self._note("pass", "reading", "all datasets")
        self._history(kept)
        if offered.get("receipts") is not True:
            self._note(
                "pass", "receipts", "none are written: people enter them, the order carries the reference"
            )
        zone = text_of(offered, "time_zone")
        if zone and zone != company.time_zone:
            remedy = f'time_zone = "{zone}", or change the agent\'s'
            self._note(
                "warn",
                "time zone",
                (f"the agent's time zone is {zone}, the configuration has {company.time_zone}"),
                remedy,
            )

    def _web_services(self, services: WebServices, edition: str, version: str) -> None:
        """The service, this release of it, and whether our user may read an order; nothing is written."""
        release = _release(version)
        if release is not None and release < FIRST_WEB_SERVICES:
            text = f"Sage 100 {version} has no web services: they came with 4.40"
            self._note("fail", "web services", text, 'writer = { way = "boi" }, and an agent that may write')
            return
        described = services.describe()
        if isinstance(described, Failure):
            self._failed("web services", described)
            return
        missing = [name for name in OPERATIONS if name not in described.operations]
        if missing:
            self._note("fail", "web services", f"they lack {', '.join(missing)}", "see docs/sage/sage-100.md")
            return
        seen = services.order(NO_ORDER)
        if isinstance(seen, Failure):
            remedy = "enable web services for system, company and user, and give its role the tasks"
            self._note("fail", "web services", seen.text, remedy)
            return
        said = services.contract()
        version = text_of(said, "AssemblyVersion") if not isinstance(said, Failure) else ""
        self._note("pass", "web services", f"version {version or 'not stated'}, the user may use them")
        if edition == STANDARD_EDITION:
            text = (
                "some integrators report that they need the edition Advanced or Premium; the vendor states "
                "no such limit"
            )
            self._note("warn", "web services", text, "send one order to a test company first")

    def _import_job(self, files: ImportFiles) -> None:
        """Whether files can be left there; whether a job reads them only its first order shows."""
        failure = files.examine()
        if failure is not None:
            remedy = "make the folder, and let the user that Tidegate runs as write into it"
            self._note("fail", "import job", failure.text, remedy)
        else:
            self._note("pass", "import job", "files can be left in its folder")

    def _reader(self, reader: str, edition: str, version: str) -> None:
        """Whether the agent reads as this edition and version can be read, and as the configuration has it."""
        wanted, fitting = self._company.reader, READS.get(edition, "")
        release = _release(version)
        if wanted and reader != wanted:
            remedy = f'reader = "{wanted}" in the agent\'s settings, or "{reader}" here'
            self._note(
                "fail", "reader", f"the agent reads by {reader}, but the configuration has {wanted}", remedy
            )
        elif reader == BY_FEEDS and release is not None and release >= WITHOUT_FEEDS:
            text = f"Sage 100 {version} has no SData feeds: they are gone with Sage 100 2025"
            self._note("fail", "reader", text, f'reader = "{fitting or "odbc"}" in the agent\'s settings')
        elif reader == BY_OBJECTS:
            text = "boi reads slowly, whole tables at a time, and takes a seat for each reading"
            self._note(
                "warn", "reader", text, f'reader = "{fitting}" in the agent\'s settings, when it can be'
            )
        elif reader == BY_FEEDS:
            text = "sdata reads whole tables, and is gone with Sage 100 2025"
            self._note(
                "warn", "reader", text, f'reader = "{fitting}" in the agent\'s settings, when it can be'
            )
        elif fitting and reader != fitting:
            remedy = f'reader = "{fitting}" in the agent\'s settings, or its right edition'
            self._note(
                "fail", "reader", f"the tables of {edition} are read by {fitting}, not by {reader}", remedy
            )
        else:
            self._note("pass", "reader", reader)

    def _widths(self, found: Any) -> None:
        """Whether texts are cut as this release holds them; what is too long is refused."""
        known = found if isinstance(found, dict) else {}
        widths = {name: known[name] for name in WIDTHS if isinstance(known.get(name), int)}
        narrow = {name: width for name, width in widths.items() if width < self._company.width(name)}
        if narrow:
            text = ", ".join(f"{name} of {width} characters" for name, width in narrow.items())
            remedy = f"widths = {{ {', '.join(f'{name} = {width}' for name, width in narrow.items())} }}"
            self._note("fail", "widths", f"this release holds a {text}", remedy)

    def _fields(self, fields: Any) -> None:
        known = fields if isinstance(fields, dict) else {}
        wanted = {
            "order": ("fail", "Sales Order Header", self._company.order_field),
            "order_history": ("warn", "Sales Order History Header", self._company.order_field),
            "item": ("warn", "Sales Order Detail", ""),
            "customer": ("fail", "Customer", self._company.customer_field),
        }
        there = []
        for name, (verdict, place, ours) in wanted.items():
            needed = LINE_KEY if name == "item" else KEY
            found = known.get(name)
            field, width = (
                (text_of(found, "name"), found.get("width")) if isinstance(found, dict) else ("", None)
            )
            if name == "customer" and not self._company.opens_accounts:
                verdict = "warn"
            if not field:
                self._note(
                    verdict,
                    "fields",
                    f"{place} has no field for Tidegate's key",
                    "create it in Custom Office",
                )
            elif isinstance(width, int) and width < needed:
                text = f"the field {field} of {place} holds {width} characters, and {needed} are needed"
                self._note(verdict, "fields", text, "make it wider in Custom Office")
            elif ours and field != ours:
                self._note(
                    "fail",
                    "fields",
                    f"the agent uses {field}, but the configuration has {ours}",
                    ("use the same name in both"),
                )
            else:
                there.append(f"{place}: {field}")
        if there:
            self._note("pass", "fields", ", ".join(there))

    def _history(self, kept: str) -> None:
        if kept == "none" and self._company.keeps_history:
            self._note("fail", "history", "Sage retains no order history", "keeps_history = false")
        elif kept in WITHOUT_HISTORY:
            text = (
                "completed orders may leave no trace in Sage: a look-up that finds nothing is trusted for "
                "an hour only"
            )
            self._note("warn", "history", text, "retain order history in Sales Order Options")
        else:
            self._note("pass", "history", f"Sage retains {kept}")

    def _names(self) -> None:
        """The names that orders are sent with."""
        company = self._company
        warehouses = self._reference.warehouses()
        if isinstance(warehouses, Failure):
            self._failed("warehouse", warehouses)
        elif company.warehouse in warehouses:
            self._note("pass", "warehouse", f"{company.warehouse} exists")
        else:
            text = f"no item is kept in a warehouse {company.warehouse!r}"
            self._note("fail", "warehouse", text, f"one of {', '.join(warehouses)}")
        charges = self._reference.charges()
        if isinstance(charges, Failure):
            self._failed("amounts", charges)
            return
        missing = sorted(set(company.amounts.values()) - charges.keys())
        if missing:
            remedy = "add them in Miscellaneous Item Maintenance, or check the key amounts"
            self._note("fail", "amounts", f"there are no miscellaneous items {', '.join(missing)}", remedy)


def _release(version: str) -> tuple[int, ...] | None:
    """A version such as 7.20 as numbers; None where it is not stated."""
    parts = version.split(".")
    return tuple(map(int, parts)) if version and all(part.isdigit() for part in parts) else None
