"""The stand of Sage Business Cloud Accounting: the room over the simulator, in-process and in virtual time, or over a socket."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from conformance.erp_stand import ErpStand
from tidegate.conformance.stand import Booked, Call, Codes
from tidegate.sage.business_cloud.room import BusinessCloudCompany
from tidegate.sage.business_cloud.settings import BusinessCloudSettings
from tidegate.sage.business_cloud.trace import trace_of
from tidegate.sage.port.company import Company
from tidegate.sage.port.entrance import SignIn
from tidegate.sage.tokens import ACCESS, Tokens, keep_tokens
from tidegate.sage.vault import MemoryVault
from tidegate.transport import ClientFactory
from tidegate_sandbox.business_cloud import build, demo_company
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.server import SandboxServer

DOCUMENTS = {"invoice": "sales_invoices", "draft": "sales_invoices", "quote": "sales_quotes"}
CALLS: dict[Call, tuple[str, str]] = {
    "prepare": ("GET", "/tax_rates$"),
    "create customer": ("POST", "/contacts$"),
    "find customer": ("GET", "/contacts$"),
    "post receipt": ("POST", "/contact_payments$"),
    "find receipt": ("GET", "/contact_payments$"),
    "allocate": ("POST", "/contact_allocations$"),
    "read stock": ("GET", "/stock_items$"),
}
CODES = {401: "AuthorizationFailure", 404: "RecordNotFound", 503: "ServiceUnavailable"}


class BusinessCloudSignIns:
    """The sign-in server's side of a stand."""

    renewals_move_the_end = True

    def __init__(self, stand: BusinessCloudStand) -> None:
        sign_in = stand.company.entrance
        assert isinstance(sign_in, SignIn)
        self.sign_in: SignIn = sign_in
        self._stand = stand

    def end_access(self) -> None:
        grant = self._stand.face.sign_in_server.grant(self._stand.vault.load("acme")[ACCESS].value)
        assert grant is not None
        grant.expires_at = self._stand.clock.now()

    def refreshes(self) -> int:
        return self._answered(200)

    def refusals(self) -> int:
        return self._answered(400, 401)

    def _answered(self, *statuses: int) -> int:
        return sum(one.path == "/token" and one.status in statuses for one in self._stand.wire.log)

    def access_seconds(self) -> float:
        return self._stand.face.options.access_seconds

    def sign_in_days(self) -> int:
        return self._stand.face.options.refresh_days

    def again(self) -> Company:
        return self._stand.open()


class BusinessCloudStand(ErpStand):
    """:class:`tidegate.conformance.stand.Stand`; `options` are those of the simulator."""

    warehouse = "STOCK"

    def __init__(
        self, *, sockets: bool = False, settings: dict[str, Any] | None = None, **options: Any
    ) -> None:
        super().__init__()
        self.erp = demo_company(self.sandbox_clock, items=20, timezone="UTC")
        usual = {"access_seconds": 3600, "per_minute": 100_000, "per_day": 1_000_000, "drafts_numbered": True}
        self.face, self.wire = build(self.sandbox_clock, self.faults, self.erp, **{**usual, **options})
        self._server = SandboxServer(self.wire).start() if sockets else None
        origin = self._server.url if self._server else "https://business-cloud.sandbox"
        known = self.face.credentials
        chosen = {"calls_per_minute": 100_000, "calls_per_day": 1_000_000, **(settings or {})}
        self.settings = BusinessCloudSettings(
            base_url=f"{origin}/v3.1",
            sign_in_url=origin,
            token_url=origin,
            client_id=known.client_id,
            client_secret=known.client_secret,
            redirect_url=known.redirect_uri,
            business_id=known.business_id,
            time_zone="UTC",
            timeout=1.0 if sockets else 100.0,
            **chosen,
        )
        self.form = self.settings.orders
        self.vault = MemoryVault()
        self.sign_in()
        company = self.open()
        assert isinstance(company, BusinessCloudCompany)
        self.company: Company = company
        self.seats = company.seats
        self.sign_ins = BusinessCloudSignIns(self)
        self.consents = self.bells = self.desktop = None
        self.open_account("OTHER", "Other")
        self.codes = Codes(
            account="WEB",
            other_account="OTHER",
            skus=("HUB-0001", "HUB-0002", "HUB-0003", "INSTALL"),
            charge="CARRIAGE",
            revenue="4000",
            taxes={Decimal(20): "GB_STANDARD", Decimal(5): "GB_LOWER", Decimal(0): "GB_ZERO"},
            warehouse="STOCK",
            other_warehouse="STOCK",
            clearing="1210",
            clearing_account="1210",
            list_calls=(2, 2),
            news_calls={"ledgers": 4, "products": 3},
        )

    def open(self) -> Company:
        """The company as a new process opens it."""
        factory = self.sockets if self._server else ClientFactory(InProcessTransport(self.wire))
        return self.opened(factory, self.vault)

    def sign_in(self) -> None:
        """A person signs in."""
        pair, now = self.face.sign_in(), self.clock.now()
        ends = now + timedelta(seconds=pair.expires_in)
        last = now + timedelta(seconds=pair.refresh_token_expires_in)
        keep_tokens(self.vault, "acme", Tokens(pair.access_token, pair.refresh_token, now, ends, now, last))

    # The company's own books and people

    def documents(self, key: str) -> list[Order]:
        """The kernel's orders whose notes end with this key."""
        found = []
        for one in self.erp.orders.table:
            trace = trace_of(str(one.extra.get("texts", {}).get("notes", "")))
            if trace is not None and trace.key == key:
                found.append(one)
        return found

    def shown(self, order: Order) -> dict[str, Any]:
        """The document as the API shows it."""
        documents = self.face.documents
        return documents.show_quote(order) if self.form == "quote" else documents.show_invoice(order)

    def booked(self, key: str) -> list[Booked]:
        found = []
        for one in self.documents(key):
            body = self.shown(one)
            number = str(body["displayed_as"])
            found.append(Booked(body["id"], number, one.totals.gross, one.status == "cancelled"))
        return found

    def key_fields(self, key: str) -> dict[str, Any]:
        form = "quote" if self.form == "quote" else "invoice"
        return {"extra": {"form": form, "texts": {"notes": key}}}

    def accounts(self, key: str) -> list[str]:
        return [one.code for one in self.erp.customers.table if one.extra.get("source_guid") == key]

    def inject(
        self, kind: str, on: Call, *, times: int | None = 1, body: str | None = None, **options: Any
    ) -> None:
        if kind == "refuse" and self._server:
            pytest.skip("a server that listens refuses no connection")
        resource = DOCUMENTS[self.form]
        own: dict[Call, tuple[str, str]] = {
            "send": ("POST", f"/{resource}$"),
            "look-up": ("GET", f"/{resource}$"),
            "cancel": ("DELETE", f"/{resource}/"),
        }
        own["invoice"] = ("POST", "/release$" if self.form == "draft" else "/sales_invoices$")
        method, path = {**CALLS, **own}[on]
        said = options.pop("body_text", None)
        if said is not None:
            code = CODES.get(options.get("status", 400), "RecordInvalid")
            error = [{"$severity": "error", "$dataCode": code, "$message": said, "$source": ""}]
            options |= {"body": json.dumps(error), "content_type": "application/json"}
        self.faults.add(Fault(kind, times=times, method=method, path=path, body=body, options=options))

    def forbid(self, call: Call) -> None:
        verb = "POST" if call == "send" else "GET"
        self.face.options.denied = frozenset({(DOCUMENTS[self.form], verb)})

    def despatch(self, number: str) -> None:
        pytest.skip("there are no shipments")

    def do(self, action: str, **values: Any) -> Any:
        parts = "quantities" in values and action != "credit"
        if action in ("track", "hold") or values.get("consolidate") or parts:
            pytest.skip(f"this product has no such thing: {action}")
        changes = values.get("changes", {})
        if action == "customer-change" and "is_active" in changes:
            pytest.skip("a contact is deleted, or it is there")
        if action == "customer-change" and "on_hold" in changes:
            notes = "[on hold]" if changes["on_hold"] else ""
            return self.face.perform("contact", {"contact": values["customer"], "notes": notes})
        if action == "despatch":
            return {"number": ""}  # goods leave with the invoice, and nobody says so
        if action == "invoice-run":
            return self._invoice_all()
        if action == "other-channel-sale":
            if "channel" not in values:
                pytest.skip("there is one place only")
            values.setdefault("warehouse", "STOCK")
        if action in ("credit", "cancel"):
            values["order"] = self.face.staff.document(values["order"]).number
        if action == "receipt":
            values.setdefault("bank", "BANK")
        return self.face.perform(action, values)

    def _invoice_all(self) -> None:
        for one in list(self.erp.orders.table):
            if one.status != "cancelled" and self.face.business.invoice_of(one) is None:
                self.face.perform("release", {"document": one.number})

    def books(self) -> dict[str, Any]:
        return self.face.books()

    def close(self) -> None:
        self.company.close()
        if self._server:
            self._server.stop()
