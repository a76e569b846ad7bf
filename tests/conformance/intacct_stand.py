"""Sage Intacct's stand: the room over the simulator, in-process and in virtual time, or over a real socket."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from conformance.erp_stand import START, ErpStand
from tidegate.conformance.stand import Booked, Call, Codes
from tidegate.sage.intacct.room import IntacctCompany
from tidegate.sage.intacct.settings import IntacctSettings
from tidegate.sage.port.company import Company
from tidegate.sage.port.doorbell import Ring
from tidegate.sage.vault import MemoryVault
from tidegate.transport import ClientFactory
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.intacct import build
from tidegate_sandbox.intacct.demo import demo_company
from tidegate_sandbox.intacct.document import node
from tidegate_sandbox.intacct.events import signature
from tidegate_sandbox.intacct.face import GATEWAY
from tidegate_sandbox.intacct.outbox import Sending
from tidegate_sandbox.intacct.sign_in import Session
from tidegate_sandbox.server import SandboxServer

CALLS: dict[Call, str] = {
    "send": "<create_sotransaction>",
    "look-up": "<object>SODOCUMENT</object>",
    "prepare": "<object>WAREHOUSE</object>",
    "cancel": "<update_sotransaction ",
    "create customer": "<create><CUSTOMER>",
    "find customer": "<object>CUSTOMER</object>",
    "post receipt": "<create><ARPYMT>",
    "find receipt": "<object>ARPYMT</object>",
    "allocate": "<apply_arpayment>",
    "read stock": "<object>ITEMWAREHOUSEINFO</object>",
}
DENIED: dict[Call, tuple[str, str]] = {
    "send": ("create_sotransaction", "*"),
    "look-up": ("query", "*"),
    "prepare": ("query", "WAREHOUSE"),
}
POLICY, TOKEN = "tidegate", "k7-long-and-random"
#: Subtotals of tax beside the usual one, so that the suite's three rates are told apart.
TAXES = {Decimal(20): "Sales Tax", Decimal(5): "Reduced Tax", Decimal(0): "No Tax"}


class IntacctBells:
    """A trigger of the company; it calls as the simulator sends it."""

    hastens = frozenset({"shipments", "invoices", "order-status"})

    def __init__(self, stand: IntacctStand) -> None:
        self._stand = stand

    def ring(self) -> Ring:
        return self._ring()

    def _ring(
        self, secret: str = "hook-secret", client: str = "hub-client", company: str = "NORTHWIND"
    ) -> Ring:
        body = b'{"event":"shipment","recordno":"451","docid":"Shipper-SHP0007"}'
        token = signature(body, secret, client, company, self._stand.sandbox_clock.now())
        return Ring("POST", "documents", {"x-ia-sage-signature": token}, body)

    def forged(self) -> list[Ring]:
        good = self._ring()
        token = good.headers["x-ia-sage-signature"]
        head, claims, _ = token.split(".")
        none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
        old = signature(good.body, "hook-secret", "hub-client", "NORTHWIND", START - timedelta(days=1))
        return [
            replace(good, headers={}),
            replace(good, body=good.body + b" "),
            self._ring(secret="somebody-elses"),
            self._ring(client="another-client"),
            self._ring(company="SOUTHWIND"),
            *(
                replace(good, headers={"x-ia-sage-signature": one})
                for one in (
                    f"{none}.{claims}.",
                    f"{head}.{claims}.",
                    "",
                    "....",
                    old,
                    token[:-9] + "AAAAAAAAA",
                )
            ),
            replace(good, method="GET"),
        ]

    def garbled(self) -> list[Ring]:
        body = b"\xff{not json"
        token = signature(body, "hook-secret", "hub-client", "NORTHWIND", self._stand.sandbox_clock.now())
        return [Ring("POST", "documents", {"x-ia-sage-signature": token}, body)]


class Queue:
    """The company's offline requests: :class:`tidegate.conformance.stand.DesktopStand`. It works when it is told to."""

    second_file_replaces = False
    kept_for = None

    def __init__(self, stand: IntacctStand) -> None:
        self._stand = stand
        stand.face.tenant.policies[POLICY] = "https://hub.example/answers"
        stand.face.outbox.sender = self._posted
        self.is_heard = True

    def _posted(self, sending: Sending) -> int:
        """The vendor posts a response to the hub."""
        bell = self._stand.company.doorbell
        if not self.is_heard or bell is None:
            return 0
        return bell.ring(Ring("POST", f"answers/{TOKEN}", sending.headers, sending.body)).status

    def work(self, at_most: int | None = None) -> None:
        self._stand.face.offline.work_now(at_most)
        self._stand.face.run_due()

    def refuse_files_with(self, key: str) -> None:
        pytest.skip("the form of a request is checked when it is handed over")

    def refuse(self, key: str) -> None:
        of_this_order = f"<customfieldvalue>{key}</customfieldvalue>"
        options = {"text": "The item is not sold."}
        self._stand.faults.add(Fault("refused", times=None, body=of_this_order, options=options))

    def leave_out(self, key: str) -> None:
        self._stand.face.offline.left_out.add(f"{key}/order")

    def lose_results(self) -> None:
        self.is_heard = False

    def again(self) -> Company:
        return self._stand.open()


class IntacctStand(ErpStand):
    """:class:`tidegate.conformance.stand.Stand`; `options` are those of the simulator."""

    warehouse = "WH1"

    def __init__(
        self,
        *,
        sockets: bool = False,
        entity: str = "",
        settings: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__()
        self.erp = demo_company(self.sandbox_clock, items=20)
        self.face, self.wire = build(self.sandbox_clock, self.faults, self.erp, **options)
        self.face.tenant.store.more["subtotals"].update(
            {"Reduced Tax": "tax", "No Tax": "tax", "Rounding": "7900"}
        )
        self._server = SandboxServer(self.wire).start() if sockets else None
        origin = self._server.url if self._server else "https://intacct.sandbox"
        known = self.face.credentials
        self.settings = IntacctSettings(
            base_url=f"{origin}{GATEWAY}",
            sender_id=known.sender_id,
            sender_password=known.sender_password,
            company_id=known.company_id,
            user_id=known.user_id,
            user_password=known.user_password,
            entity=entity,
            **{
                "currency": "USD",
                "time_zone": "America/New_York",
                "seats": 2,
                "timeout": 1.0 if sockets else 100.0,
                "location": "100",
                "multi_currency": True,
                "term": "Net 30",
                "webhook_secret": "hook-secret",
                "webhook_client": "hub-client",
                "taxes": tuple(TAXES.values()),
                "charges": ("Shipping", "Handling"),
                "amounts": {"4000": "Handling", "7900": "Rounding"},
                **(settings or {}),
            },
        )
        self.vault = MemoryVault()
        company = self.open()
        assert isinstance(company, IntacctCompany)
        self.company: Company = company
        self.seats = company.seats
        self.sign_ins = self.consents = None
        self.bells = IntacctBells(self)
        self.desktop = Queue(self) if self.settings.offline_policy else None
        self.open_account("OTHER", "Other")
        self.codes = Codes(
            account="WEB",
            other_account="OTHER",
            skus=("HUB-0001", "HUB-0002", "HUB-0003", "INSTALL"),
            charge="Shipping",
            revenue="4000",
            taxes=TAXES,
            currency="USD",
            warehouse="WH1",
            other_warehouse="WH2",
            clearing="BOA",
            clearing_account="1000",
            courier="FedEx",
        )

    def open(self) -> Company:
        """The company as a new process opens it."""
        factory = self.sockets if self._server else ClientFactory(InProcessTransport(self.wire))
        return self.opened(factory, self.vault)

    # The company's own books and people

    def booked(self, key: str) -> list[Booked]:
        return [
            Booked(f"Sales Order-{one.number}", one.number, one.totals.gross, one.status == "cancelled")
            for one in self.erp.orders.table
            if one.external_key == key
        ]

    def key_fields(self, key: str) -> dict[str, Any]:
        return {"external_key": key, "extra": {"custom": {"MAGENTO_ORDER_ID": key}} if key else {}}

    def inject(
        self, kind: str, on: Call, *, times: int | None = 1, body: str | None = None, **options: Any
    ) -> None:
        if kind == "refuse" and self._server:
            pytest.skip("a server that listens refuses no connection")
        text = options.pop("body_text", None)
        if text is not None and options.get("status") == 503:
            self.faults.add(Fault("offline", times=times, body="query"))
        elif text is not None:
            self.faults.add(Fault("refused", times=times, body=body or CALLS[on], options={"text": text}))
        else:
            self.faults.add(
                Fault(kind, times=times, method="POST", path=GATEWAY, body=body or CALLS[on], options=options)
            )

    def lock(self) -> None:
        if self.desktop is None:
            super().lock()
        else:  # whoever reads results is to meet it: a locked company is read
            self.faults.add(Fault("offline", times=None, body="query"))

    def unlock(self) -> None:
        super().unlock()
        if self.desktop is not None:
            self.faults.clear()

    def forbid(self, call: Call) -> None:
        self.face.options.denied = frozenset({DENIED[call]})

    def open_account(self, account: str, name: str, email: str = "", *, foreign: bool = False) -> None:
        contact = node("DISPLAYCONTACT", [node("PRINTAS", name), node("EMAIL1", email)])
        given = [node("CUSTOMERID", account), node("NAME", name), contact]
        if foreign:
            given.append(node("CURRENCY", "EUR"))
        now = self.sandbox_clock.now()
        with self.erp.staff():
            self.face.tenant.type("CUSTOMER").make(
                Session("", "staff", "", now, now, persistent=False), node("CUSTOMER", given)
            )

    def do(self, action: str, **values: Any) -> Any:
        if values.get("consolidate"):
            pytest.skip("an invoice of this product is made from one document")
        if action == "credit" and not values.get("returned"):
            pytest.skip("a return of this product brings goods back")
        if values.get("uses_standard"):
            pytest.skip("an entry of this product's lists has a price of its own")
        if action == "other-channel-sale":
            values.setdefault("warehouse", "WH1")
        if action == "receipt":
            values.setdefault("bank", "BOA")
        return super().do(action, **values)

    def close(self) -> None:
        super().close()
        if self._server:
            self._server.stop()
