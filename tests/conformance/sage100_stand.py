"""Sage 100's stand: the room over the agent over the fake ProvideX, in one process, or over a real socket."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from xml.sax.saxutils import escape

import pytest

from conformance.erp_stand import ErpStand
from conformance.import_desk import ImportDesk
from tidegate.conformance.stand import Booked, Call, Codes
from tidegate.sage.port.company import Company
from tidegate.sage.sage100.room import Sage100Company
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.writers import ByAgent, ByImportJob, ByWebServices
from tidegate.sage.vault import MemoryVault
from tidegate.transport import ClientFactory
from tidegate_agent.embedded import embedded
from tidegate_agent.sage100.agent import Agent
from tidegate_agent.sage100.api import Api
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.sage100.backend import Host
from tidegate_sandbox.sage100.build import build
from tidegate_sandbox.sage100.by_hand import complete
from tidegate_sandbox.sage100.company import Misc, columns_of
from tidegate_sandbox.sage100.demo import demo_installation
from tidegate_sandbox.sage100.ews import PATH
from tidegate_sandbox.sage100.import_job import ImportJob
from tidegate_sandbox.sage100.installation import Installation
from tidegate_sandbox.server import SandboxServer

TOKEN = "conformance"
SCHEDULE, RATE = "WEB TAX", Decimal(10)
SECRETS = {"agent-token": TOKEN, "sage": "secret"}
CALLS: dict[Call, tuple[str, str]] = {
    "send": ("POST", "/orders$"),
    "look-up": ("GET", "/by-key$"),
    "prepare": ("GET", "/data/items$"),
    "cancel": ("POST", "/cancel$"),
    "create customer": ("POST", "/customers$"),
    "find customer": ("GET", "/data/customers$"),
    "read stock": ("GET", "/data/stock$"),
}
OPERATIONS: dict[Call, str] = {
    "send": ":CreateSalesOrder>",
    "cancel": ":DeleteSalesOrder>",
    "create customer": ":CreateCustomer>",
}
FAULT = """\
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>a:CI_NOF</faultcode>
<faultstring>{said}</faultstring></s:Fault></s:Body></s:Envelope>"""
NEWS_CALLS = {
    "despatches": 4,  # data entry and its tracking numbers, posted invoices, tracking of those that have none
    "progress": 2,  # the open file and history
    "ledgers": 3,  # open items, posted invoices and receipts
}
REGISTERED = ("invoice-run", "receipt", "credit")  #: acts that the daily transaction register follows at once
CLASSES = {400: "format", 503: "unavailable"}


class Sage100Stand(ErpStand):
    """:class:`tidegate.conformance.stand.Stand`; `options` are those of the simulator."""

    warehouse = "000"

    def __init__(
        self,
        *,
        sockets: bool = False,
        settings: dict[str, Any] | None = None,
        history: str = "orders+deleted",
        seats: int = 2,
        web_services: bool = False,
        import_job: bool = False,
        told: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """`web_services` or `import_job`: they write, and the agent only reads. `told`: what the agent was told."""
        super().__init__()
        self.web_services, self.import_job = web_services, import_job
        self.told = told or {}
        self.pick_up = folder = Path(mkdtemp(prefix="stand"))
        self.vault = MemoryVault()
        self.installation = demo_installation(
            self.sandbox_clock, more=(("INSTALL", "Installation", "service", "40.00"),), **options
        )
        self.site = self.installation.companies["ABC"]
        self.erp = self.site.kernel
        self.site.schedules[SCHEDULE] = {"TX": RATE}
        for code in ("/SHIP", "/WEB"):
            self.site.misc[code] = Misc(code, "Web shop", "TX")
        self.agent: Agent | None = None
        self.face, self.wire = build(
            self.sandbox_clock, self.faults, self._agent_of(folder, history, seats), self.installation
        )
        self._server = SandboxServer(self.wire).start() if sockets else None
        origin = self._server.url if self._server else "https://sage100.sandbox"
        writer: ByAgent | ByWebServices | ByImportJob = ByAgent()
        if web_services:
            writer = ByWebServices(url=f"{origin}{PATH}", user="tidegate", password="secret")
        elif import_job:
            writer = ByImportJob(folder=str(self.pick_up))
        self.settings = Sage100Settings(
            base_url=origin,
            company_code="ABC",
            token=TOKEN,
            writer=writer,
            **{
                "currency": "USD",
                "time_zone": "America/New_York",
                "seats": seats,
                "timeout": 1.0 if sockets else 100.0,
                "warehouse": "000",
                "tax_schedule": SCHEDULE,
                "tax_schedules": (SCHEDULE, "CA SALES", "NONTAX"),
                "amounts": {"4000": "/WEB", "7900": "/WEB"},
                "cancels": True,
                **(settings or {}),
            },
        )
        company = self.open()
        assert isinstance(company, Sage100Company)
        self.company: Company = company
        self.seats = company.seats
        self.sign_ins = self.consents = self.bells = None
        job = ImportJob(self.installation, self.site, self.pick_up)
        self.desktop = ImportDesk(self, job) if import_job else None
        self.open_account("OTHER", "Other")
        self.codes = Codes(
            account="WEB0001",
            other_account="OTHER",
            skus=("HUB-0001", "HUB-0002", "HUB-0003", "INSTALL"),
            charge="/SHIP",
            revenue="4000",
            taxes={Decimal(20): "TX", Decimal(5): "TX", Decimal(0): "TX"},
            currency="USD",
            warehouse="000",
            other_warehouse="001",
            price_list="1",
            courier="UPS GROUND",
            tax_schedule=SCHEDULE,
            scheduled=RATE,
            list_calls=(2, 1),
            news_calls=NEWS_CALLS,
            order_calls=3 if web_services else 1,  # number, preview, order
        )

    def _agent_of(self, folder: Path, history: str, seats: int) -> Callable[[Installation], Any]:
        def agent_of(made: Installation) -> Any:
            self.agent = embedded(
                Host(made),
                self.sandbox_clock,
                folder / "journal.db",
                {
                    "read_only": self.web_services or self.import_job,
                    "seats": {"seats": seats},
                    "sage100": {
                        "home": made.home,
                        "user": "tidegate",
                        "companies": ["ABC"],
                        "history": history,
                        "edition": made.options.edition,
                        "reader": "sql" if made.options.edition == "premium" else "odbc",
                        **self.told,
                        "time_zone": "America/New_York",
                        "allow_cancel": True,
                    },
                },
                SECRETS.__getitem__,
            )
            return Api(self.agent).face

        return agent_of

    def lock(self) -> None:
        """With the nightly window the services' application pool is stopped, so that the files are free (§9)."""
        super().lock()
        self.face.web_services.stopped = True
        if self.desktop is not None:
            self.installation.tables_down = "08001"

    def unlock(self) -> None:
        super().unlock()
        self.face.web_services.stopped = False
        if self.desktop is not None:
            self.installation.tables_down = ""

    @property
    def seats_counted(self) -> int | None:
        return self.installation.licence.pool.peak

    def open(self) -> Company:
        """The company as a new process opens it."""
        factory = self.sockets if self._server else ClientFactory(InProcessTransport(self.wire))
        return self.opened(factory, self.vault)

    # The company's own books and people

    def booked(self, key: str) -> list[Booked]:
        return [
            Booked(one.number, one.number, one.totals.gross, one.status == "cancelled")
            for one in self.erp.orders.table
            if one.external_key == key
        ]

    def open_account(self, account: str, name: str, email: str = "", *, foreign: bool = False) -> None:
        if foreign:
            pytest.skip("an account has no currency")
        with self.erp.staff():
            self.erp.customers.open(NewCustomer(code=f"00-{account}", name=name))
        complete(self.site)
        row = self.erp.customers.table.first("code", f"00-{account}")
        assert row is not None
        columns_of(row)["EmailAddress"] = email

    def accounts(self, key: str) -> list[str]:
        return [one.code.removeprefix("00-") for one in self.erp.customers.table if one.external_key == key]

    def typed_in(self, reference: str, *, key: str = "", times: int = 1) -> None:
        owner = self.erp.customers.table.first("code", "00-OTHER")
        assert owner is not None
        with self.erp.staff():
            item, place = self.erp.item("HUB-0001"), self.erp.warehouse("000")
            for _ in range(times):
                line = NewLine(
                    kind="item",
                    item_id=item.id,
                    warehouse_id=place.id,
                    quantity=Decimal(1),
                    price=Decimal(1),
                    to_allocate=Decimal(0),
                )
                self.erp.orders.enter(
                    NewOrder(
                        customer_id=owner.id,
                        number=self.site.order_number(),
                        customer_order_no=reference,
                        external_key=key,
                        lines=[line],
                    )
                )

    def inject(
        self, kind: str, on: Call, *, times: int | None = 1, body: str | None = None, **options: Any
    ) -> None:
        if kind == "refuse" and self._server:
            pytest.skip("a server that listens refuses no connection")
        if self.desktop is not None and on == "send":
            self.desktop.goes_wrong(kind)
            return
        if on not in CALLS:
            pytest.skip(f"this product has no call to {on}")
        method, path = CALLS[on]
        said = options.pop("body_text", None)
        if self.web_services and on in OPERATIONS:
            path, body = "/MasService.svc$", body or OPERATIONS[on]
            if said is not None:
                fault = FAULT.format(said=escape(said))
                options |= {"status": 500, "body": fault, "content_type": "text/xml"}
        elif said is not None:
            status = options.get("status", 400)
            error = {"class": CLASSES.get(status, "internal"), "message": said}
            options |= {"body": json.dumps({"error": error}), "content_type": "application/json"}
        self.faults.add(Fault(kind, times=times, method=method, path=path, body=body, options=options))

    def close_period(self, day: date) -> None:
        self.erp.set_period(day, is_open=False)

    def forbid(self, call: Call) -> None:
        if call == "send":
            self.installation.options.rights.discard("SO_SalesOrder_ui")
        else:  # what is read is read from the tables, which the whole account may or may not
            self.installation.tables_down = "42000"

    def do(self, action: str, **values: Any) -> Any:
        for name in ("customer", "account"):
            if name in values:
                values[name] = f"00-{values[name]}"
        if action == "other-channel-sale":
            values.setdefault("warehouse", self.warehouse)
        answer = self.face.control.perform(action, values)
        if action in REGISTERED:
            self.face.control.perform("posting-run", {})
        return answer

    def books(self) -> dict[str, Any]:
        found = self.erp.books()
        for each in found["customers"]:
            each["code"] = each["code"].removeprefix("00-")
        return found

    def close(self) -> None:
        self.company.close()
        if self._server:
            self._server.stop()
        assert self.installation.posted_in_sessions == [], "posting is the clerk's act"
