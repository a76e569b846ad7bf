"""Sage 300's stand: the room over the simulator, in-process and in virtual time, or over a real socket."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from conformance.erp_stand import ErpStand
from conformance.import_desk import ImportDesk
from conformance.sage300_agent import AgentBeside
from tidegate.conformance.stand import Booked, Call, Codes
from tidegate.sage.port.company import Company
from tidegate.sage.sage300 import sql_tables
from tidegate.sage.sage300.room import Sage300Company
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.writers import ByCsvImport, ByGateway
from tidegate.sage.vault import MemoryVault
from tidegate.transport import ClientFactory
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.sage300 import build, demo_company
from tidegate_sandbox.sage300.csv_customers import CustomerImport
from tidegate_sandbox.sage300.csv_export import Exports
from tidegate_sandbox.sage300.csv_import import OrderImport
from tidegate_sandbox.sage300.gateway import envelope, fault_of
from tidegate_sandbox.sage300.sql_login import SqlLogin
from tidegate_sandbox.sage300.views import GatewayFault
from tidegate_sandbox.server import SandboxServer

ADDRESS = "/Sage300WebApi/v1.0"
GATEWAY = "/gateway/soap"
BATCHES = "ARReceiptAndAdjustmentBatches"
CALLS: dict[Call, tuple[str, str, str | None]] = {
    "send": ("POST", "OEOrders", None),
    "look-up": ("GET", "OEOrders", None),
    "prepare": ("GET", "ICLocations", None),
    "cancel": ("POST", "soap", "delete"),
    "create customer": ("POST", "ARCustomers", None),
    "find customer": ("GET", "ARCustomers", None),
    "post receipt": ("POST", BATCHES, '"Prepayment"'),
    "find receipt": ("GET", "ARPostedReceipts", None),
    "allocate": ("POST", BATCHES, '"ApplyDocument"'),
    "read stock": ("GET", "ICItemLocations", None),
}
TAXES = {Decimal(20): "1", Decimal(5): "2", Decimal(0): "3"}


class Sage300Stand(ErpStand):
    """:class:`tidegate.conformance.stand.Stand`; `options` are those of the simulator."""

    warehouse = "1"

    def __init__(
        self,
        *,
        sockets: bool = False,
        gateway: bool = False,
        agent: bool = False,
        csv: bool = False,
        accounts: bool = False,
        tables: str = "",
        settings: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """`agent`: its gateway in the place of the simulator's. `csv`: orders go into files of the site's import, and with
        `accounts` new customers, too.

        `tables`: all that may be is read by `gateway`, `sql` or `csv`.
        """
        super().__init__()
        self.pick_up = Path(mkdtemp(prefix="stand"))
        self.customer_files = Path(mkdtemp(prefix="stand"))
        customers = str(self.customer_files) if accounts else ""
        imports = ByCsvImport(folder=str(self.pick_up), customers_folder=customers)
        writer: dict[str, Any] = {"writer": imports} if csv else {}
        self.erp = demo_company(self.sandbox_clock, items=20, timezone="UTC")
        self.face, self.wire = build(self.sandbox_clock, self.faults, self.erp, **options)
        self.agent = AgentBeside(self.face, self.sandbox_clock, self.pick_up, seats=2) if agent else None
        if self.agent is not None:
            self.wire.app = self.agent.app
        self._server = SandboxServer(self.wire).start() if sockets else None
        origin = self._server.url if self._server else "https://sage300.sandbox"
        known = self.face.credentials
        views = self.face.gateway.views[known.company]
        self.login = SqlLogin(self.face.database, views)
        sql_tables.connect = self.login.connect
        self._exports = Exports(views, self.pick_up, self.sandbox_clock) if tables == "csv" else None
        if tables:
            writer |= dict.fromkeys(("stock", "contracts", "shipments", "invoices", "prices"), tables)
            writer |= {
                "gateway": {"gateway_url": f"{origin}{GATEWAY}"},
                "sql": {"sql_connection": "DSN=SAMLTD"},
                "csv": {"exports_folder": str(self.pick_up)},
            }[tables]
        self.settings = Sage300Settings(
            base_url=f"{origin}{ADDRESS}",
            company_id=known.company,
            company_name="Sample Company Ltd.",
            user=known.user,
            password=known.password,
            **{
                "currency": "USD",
                "time_zone": "UTC",
                "seats": 2,
                "timeout": 1.0 if sockets else 100.0,
                "location": "1",
                "tax_group": "WEBTAX",
                "tax_authority": "WEBTAX",
                "price_list": "BASE",
                "customer_group": "RTL",
                "amounts": {"4000": "WEBAMT", "7900": "ROUND"},
                "order_option": "MAGEORDER",
                "line_option": "MAGELINE",
                "customer_option": "MAGECUST",
                "stock": "ICItemLocations",
                "shipments": "OEShipments",
                "held": "committed",
                "ready_to_post": True,
                **({"gateway_url": f"{origin}{GATEWAY}"} if gateway else {}),
                **writer,
                **(settings or {}),
            },
        )
        company = self.open()
        assert isinstance(company, Sage300Company)
        self.company: Company = company
        if self.face.options.date_literals == "quoted":
            company.take_limits({"quoted_dates": 1})  # an earlier process has learnt it
        self.seats = company.seats
        self.sign_ins = self.consents = self.bells = None
        jobs = (
            CustomerImport(self.face.database, self.customer_files),
            OrderImport(self.face.database, self.pick_up),
        )
        self.desktop = ImportDesk(self, *jobs) if csv else None
        self.open_account("OTHER", "Other")
        self.export()
        self.codes = Codes(
            account="WEB",
            other_account="OTHER",
            skus=("HUB-0001", "HUB-0002", "HUB-0003", "INSTALL"),
            charge="FREIGHT",
            revenue="4000",
            taxes=TAXES,
            currency="USD",
            warehouse="1",
            other_warehouse="2",
            price_list="WHS",
            clearing="CARD",
            clearing_account="1025",
            courier="FEDEX",
            list_calls=(4, 3) if tables == "gateway" else (3 if gateway else 2, 2),
            news_calls={"despatches": 2} if tables == "gateway" else {},  # headers, and their lines
            order_calls=2 if isinstance(self.settings.writer, ByGateway) else 1,  # preview, insert
        )

    def lock(self) -> None:
        """While the database is in exclusive use nobody signs in, to read the order file either."""
        super().lock()
        if self.desktop is not None:
            self.face.options.lanpaks = 0

    def unlock(self) -> None:
        super().unlock()
        self.face.options.lanpaks = None

    def open(self) -> Company:
        """The company as a new process opens it."""
        factory = self.sockets if self._server else ClientFactory(InProcessTransport(self.wire))
        return self.opened(factory, MemoryVault())

    @property
    def seats_counted(self) -> int | None:
        """Calls that the Web API and the gateway carried out at a time."""
        return self.face.api.seats.at_once

    # The company's own books and people

    def booked(self, key: str) -> list[Booked]:
        return [
            Booked(str(one.id), one.number, one.totals.gross, one.status == "cancelled")
            for one in self.erp.orders.table
            if one.external_key == key
        ]

    def inject(
        self, kind: str, on: Call, *, times: int | None = 1, body: str | None = None, **options: Any
    ) -> None:
        if kind == "refuse" and self._server:
            pytest.skip("a server that listens refuses no connection")
        if self.desktop is not None and on == "send":
            self.desktop.goes_wrong(kind)
            return
        method, resource, text = CALLS[on]
        if on == "send" and isinstance(self.settings.writer, ByGateway):
            resource, text = "soap", "insert"
        if on == "read stock" and self.settings.stock == "gateway":
            method, resource, text = "POST", "soap", "IC0290"
        elif on == "read stock" and self.settings.stock in ("sql", "csv"):
            pytest.skip("stock is read by no call of the Web API")
        elif on == "read stock":
            resource = self.settings.stock
        said = options.pop("body_text", None)
        if said is not None and resource == "soap":
            kind_of = {503: "unavailable"}.get(options.get("status", 400), "validation")
            fault = GatewayFault(kind_of, said)
            options |= {"status": 500, "body": envelope(fault_of(fault)).decode(), "content_type": "text/xml"}
        elif said is not None:
            code = {503: "DBLinkError", 409: "General"}.get(options.get("status", 400), "RecordInvalid")
            error = {"error": {"code": code, "message": {"lang": "en-US", "value": said}}}
            options |= {"body": json.dumps(error), "content_type": "application/json"}
        self.faults.add(
            Fault(kind, times=times, method=method, path=f"/{resource}$", body=body or text, options=options)
        )

    def close_period(self, day: date) -> None:
        self.erp.set_period(day, is_open=False)

    def forbid(self, call: Call) -> None:
        method, resource, _ = CALLS[call]
        if call == "send" and isinstance(self.settings.writer, ByGateway):
            method, resource = "insert", "OE0520"
        self.face.options.denied = frozenset({(resource, method)})

    def do(self, action: str, **values: Any) -> Any:
        if values.get("uses_standard"):
            pytest.skip("an item has a price of its own on every list that names it")
        if action == "other-channel-sale":
            values.setdefault("warehouse", "1")
        if action == "receipt":
            values.setdefault("bank", "BANK")
        done = self.face.perform(action, values)
        self.export()
        return done

    def export(self) -> None:
        """Where the site exports its tables, it does so after whatever has happened."""
        if self._exports is not None:
            self._exports.run()

    def close(self) -> None:
        self.company.close()
        if self._server:
            self._server.stop()
        if self.agent is not None:
            self.agent.close()
        assert self.settings.day_end or self.face.database.asked_for_day_end == [], "day end is the people's"
