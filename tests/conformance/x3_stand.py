"""X3's stand: the room over the simulator, in-process and in virtual time, or over a real socket."""

from __future__ import annotations

import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from conformance.erp_stand import ErpStand
from conformance.import_desk import ImportDesk
from tidegate.conformance.stand import Booked, Call, Codes
from tidegate.sage.port.company import Company
from tidegate.sage.vault import MemoryVault
from tidegate.sage.x3.room import X3Company
from tidegate.sage.x3.settings import EXPORTED, X3Settings
from tidegate.sage.x3.writers import ByFiles, ByGraphQL, ByTemplate
from tidegate.transport import ClientFactory
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.server import SandboxServer
from tidegate_sandbox.x3 import build, demo_company, envelope
from tidegate_sandbox.x3.demo import LEVELS, element
from tidegate_sandbox.x3.export_templates import LAYOUTS
from tidegate_sandbox.x3.rest import diagnoses

SOAP = ("POST", "CAdxWebServiceXmlCC")
CALLS: dict[Call, tuple[str, str, str | None]] = {
    "send": (*SOAP, "<wss:save "),
    "look-up": ("GET", "SORDER", None),  # by GraphQL below
    "prepare": ("GET", "FACILITY", None),
    "cancel": (*SOAP, "<wss:modify "),
    "create customer": (*SOAP, "BCGCOD"),
    "find customer": ("GET", "BPCUSTOMER", None),
    "post receipt": (*SOAP, "no such call"),
    "find receipt": ("GET", "PAYMENTH", None),
    "allocate": (*SOAP, "no such call"),
    "read stock": ("GET", "ITMMVT", None),
}
NAMES: dict[Call, str] = {
    "send": "WSSOH save",
    "cancel": "WSSOH modify",
    "create customer": "WSBPC save",
}
TAXES = {Decimal(20): "NOR", Decimal(5): "RED", Decimal(0): "EXO"}
PURPOSES = {"FREIGHT": 0, "758000": 1, "707000": 2, "419000": 3, "708500": 4}


def elements() -> dict[str, str]:
    """The configuration's names of the demonstration's invoicing elements."""
    return {
        f"{name}:{level}": element(purpose, at)
        for name, purpose in PURPOSES.items()
        for at, (_, level, _) in enumerate(LEVELS)
    }


class X3Stand(ErpStand):
    """:class:`tidegate.conformance.stand.Stand`; `options` are those of the simulator."""

    warehouse = "FR011"
    foreign = "GBP"

    def __init__(
        self,
        *,
        sockets: bool = False,
        files: bool = False,
        stock: str = "",
        exported: str = "",
        settings: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """`files`: orders go into a folder that an import task reads. `stock`, `exported`: how it is, and all that can be is,
        exported, by `soap` or `files`.
        """
        super().__init__()
        self.pick_up = Path(mkdtemp(prefix="stand")) if files else None
        writer: dict[str, Any] = {"writer": ByFiles(folder=str(self.pick_up))} if files else {}
        exports = Path(mkdtemp(prefix="stand"))
        self.exported = exports / "YTGSTOCK.csv"
        if stock or exported:
            ways = dict.fromkeys(EXPORTED, exported) if exported else {"stock": stock}
            if stock == "files":
                ways["deliveries"] = "files"
            writer |= {**ways, "exports_folder": str(exports)}
        written = (settings or {}).get("writer")
        self._at_once = isinstance(written, ByTemplate) and written.execution == "realtime"
        if files or isinstance(written, ByTemplate):
            options.setdefault("batch_minutes", None)
        self.erp = demo_company(self.sandbox_clock, items=20, timezone="UTC")
        self.face, self.wire = build(self.sandbox_clock, self.faults, self.erp, **options)
        self._server = SandboxServer(self.wire).start() if sockets else None
        origin = self._server.url if self._server else "https://x3.sandbox"
        known = self.face.credentials
        self.settings = X3Settings(
            base_url=origin,
            endpoint=known.endpoint,
            user=known.user,
            password=known.password,
            client_id=known.client_id,
            client_secret=known.client_secret,
            **{
                "pool": known.pool,
                "currency": "EUR",
                "time_zone": "UTC",
                "seats": 2,
                "timeout": 1.0 if sockets else 100.0,
                "sales_site": "FR011",
                "tax_levels": {level: rate for _, level, rate in LEVELS},
                "elements": elements(),
                "key_prefix": "magento:",  # the suite's keys are whole ones
                "reference_field": "YMAGKEY",
                "line_field": "YMAGLIN",
                "customer_field": "YMAGCUS",
                "customer_country": "FR",
                "tracking_field": "YTRACK",
                "close_reason": "WEB",
                "held": "allocated",
                "price_list": "T10",
                "price_lists": {
                    "T10": "product",
                    "T11": "product",
                    "T12": "product",
                    "T20": "product customer",
                },
                "category_lists": {"WHS": "T11", "RET": "T12"},
                "page_size": 1000,
                "company_code": "FR10",
                "company_name": "Societe de Demonstration",
                **writer,
                **(settings or {}),
            },
        )
        company = self.open()
        assert isinstance(company, X3Company)
        self.company: Company = company
        self.seats = company.seats
        self.sign_ins = self.consents = self.bells = None
        self.face.import_task.pick_up = self.pick_up
        self.desktop = ImportDesk(self, self.face.import_task) if company.about.orders.hands_over else None
        self.open_account("OTHER", "Other")
        self.codes = Codes(
            account="WEB",
            other_account="OTHER",
            skus=("HUB-0001", "HUB-0002", "HUB-0003", "INSTALL"),
            charge="FREIGHT",
            revenue="707000",
            taxes=TAXES,
            currency="EUR",
            warehouse="FR011",
            other_warehouse="FR012",
            price_list="T11",
            clearing="CARD",
            clearing_account="511000",
            courier="DHL",
            order_calls=2 if self._at_once else 1,  # the import, and what X3 shows of it
            news_calls={"ledgers": 2, "customers": 2},
        )

    def open(self) -> Company:
        """The company as a new process opens it."""
        factory = self.sockets if self._server else ClientFactory(InProcessTransport(self.wire))
        return self.opened(factory, MemoryVault())

    # The company's own books and staff

    def booked(self, key: str) -> list[Booked]:
        return [
            Booked(one.number, one.number, one.totals.gross, one.status == "cancelled")
            for one in self.erp.orders.table
            if one.external_key == key
        ]

    def inject(
        self, kind: str, on: Call, *, times: int | None = 1, body: str | None = None, **options: Any
    ) -> None:
        if kind == "refuse" and self._server:
            pytest.skip("a server that listens refuses no connection")
        if self.pick_up is not None and on == "send":
            assert self.desktop is not None
            self.desktop.goes_wrong(kind)
            return
        method, name, text = CALLS[on]
        if on == "read stock" and self.settings.stock == "files":
            pytest.skip("stock is read by no call")
        by_graph = on == "send" and isinstance(self.settings.writer, ByGraphQL)
        if on == "send" and (self.desktop is not None or self._at_once):
            text = "I_MODIMP"
        elif on == "read stock" and self.settings.stock == "soap":
            (method, name), text = SOAP, "I_MODEXP"
        elif by_graph:
            name, text = "xtrem/api", "mutation("
        said = options.pop("body_text", None)
        if said is not None and method == "GET":
            options |= {"body": diagnoses(said).decode(), "content_type": "application/json"}
        elif said is not None and by_graph:
            error = {"message": said, "extensions": {"code": "validation", "diagnoses": []}}
            body_ = json.dumps({"data": None, "errors": [error]})
            options |= {"status": 200, "body": body_, "content_type": "application/json"}
        elif said is not None:  # X3 itself refuses with HTTP 200
            operation = "modify" if on == "cancel" else "run" if text == "I_MODIMP" else "save"
            result = envelope.Result(0, None, [(3, said)])
            raw = envelope.written(operation, result, multi_ref=False)
            options |= {"status": 200, "body": raw.decode(), "content_type": "text/xml"}
        self.faults.add(
            Fault(kind, times=times, method=method, path=f"/{name}$", body=body or text, options=options)
        )

    def export(self) -> None:
        """The export tasks run; their files were finished five minutes ago, that of stock last."""
        for name in sorted(LAYOUTS, key="YTGSTOCK".__eq__):
            path = self.exported.with_stem(name)
            path.write_text(self.face.export_text(name), "utf-8")
            os.utime(path, (self.clock.now().timestamp() - 300,) * 2)

    def lock(self) -> None:
        """While the folder is in single-user mode the list of orders cannot be read either."""
        super().lock()
        self.erp.window.reads_allowed = self.desktop is None

    def close_period(self, day: date) -> None:
        self.erp.set_period(day, is_open=False)

    def forbid(self, call: Call) -> None:
        by_graph = call == "send" and isinstance(self.settings.writer, ByGraphQL)
        name = "salesOrder create" if by_graph else NAMES.get(call, CALLS[call][1])
        if call == "send" and self._at_once:
            name = "AOWSIMPORT"
        self.face.options.denied = frozenset({name})

    def do(self, action: str, **values: Any) -> Any:
        if values.get("uses_standard"):
            pytest.skip("a product has a price of its own on every list that names it")
        if action in ("other-channel-sale", "stock-adjust"):
            values.setdefault("warehouse", "FR011")
        if action == "receipt":
            values.setdefault("bank", "BANK")
        return self.face.perform(action, values)

    def close(self) -> None:
        self.company.close()
        if self._server:
            self._server.stop()
