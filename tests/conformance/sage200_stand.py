"""Sage 200's stand: the room over the simulator, in-process and in virtual time."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

from conformance.erp_stand import ErpStand
from tidegate.conformance.stand import Booked, Call, Codes
from tidegate.sage.port.company import Company
from tidegate.sage.port.entrance import SignIn
from tidegate.sage.sage200.room import Sage200Company
from tidegate.sage.sage200.settings import Sage200Settings
from tidegate.sage.tokens import ACCESS, Tokens, keep_tokens
from tidegate.sage.vault import MemoryVault
from tidegate.transport import ClientFactory
from tidegate_sandbox.erp.customers import NewCustomer
from tidegate_sandbox.erp.demo import demo_company
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.sage200 import Sage200Face, build

PATHS = {"standard": "/uk/sage200/accounts/v1", "professional": "/uk/sage200extra/accounts/v1"}
CALLS: dict[Call, tuple[str, str]] = {
    "send": ("POST", "sop_orders"),
    "look-up": ("GET", "sop_orders"),
    "prepare": ("GET", "tax_codes"),
    "cancel": ("DELETE", "sop_orders"),
    "create customer": ("POST", "customers"),
    "find customer": ("GET", "customers"),
    "post receipt": ("POST", "sales_receipts"),
    "find receipt": ("GET", "sales_posted_transactions"),
    "allocate": ("POST", "sales_allocations"),
    "read stock": ("GET", "warehouse_holdings"),
}


class Sage200SignIns:
    """The sign-in server's side of a stand."""

    renewals_move_the_end = False

    def __init__(self, stand: Sage200Stand) -> None:
        sign_in = stand.company.entrance
        assert isinstance(sign_in, SignIn)
        self.sign_in: SignIn = sign_in
        self._stand = stand

    def end_access(self) -> None:
        token = self._stand.vault.load("acme")[ACCESS].value
        grant = self._stand.face.sign_in_server.grant(token)
        assert grant is not None
        grant.expires_at = self._stand.clock.now()

    def refreshes(self) -> int:
        return self._answered(200)

    def refusals(self) -> int:
        return self._answered(400, 401, 403)

    def _answered(self, *statuses: int) -> int:
        seen = self._stand.wire.log
        return sum(one.path == "/oauth/token" and one.status in statuses for one in seen)

    def access_seconds(self) -> float:
        return self._stand.face.options.access_seconds

    def sign_in_days(self) -> int:
        return self._stand.face.options.refresh_days

    def again(self) -> Company:
        return self._stand.open()


class Sage200Stand(ErpStand):
    """:class:`tidegate.conformance.stand.Stand`; `options` are those of the simulator."""

    def __init__(
        self,
        *,
        edition: str = "standard",
        key_field: str = "spare_text_1",
        subscription_key: str = "primary-key",
        subscription: str = "required",
        settings: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__()
        self.erp = demo_company(self.sandbox_clock, items=20)
        self.face: Sage200Face
        self.face, self.wire = build(
            self.sandbox_clock, self.faults, self.erp, subscription_key=subscription, **options
        )
        known = self.face.credentials
        self.settings = Sage200Settings(
            edition=edition,  # type: ignore[arg-type]
            base_url=f"https://sage.sandbox{PATHS[edition]}",
            sign_in_url="https://sage.sandbox",
            site_id=known.site_id,
            company_id=str(known.company_id),
            client_id=known.client_id,
            client_secret=known.client_secret,
            subscription_key=subscription_key,
            subscription_key_secondary=known.secondary_subscription_key,
            redirect_url=known.redirect_uri,
            refresh_token_days=self.face.options.refresh_days or 90,
            seats=2,
            key_field=key_field,
            **(settings or {}),
        )
        self.vault = MemoryVault()
        self.sign_in()
        self.company: Company = self.open()
        assert isinstance(self.company, Sage200Company)
        self.seats = self.company.seats
        self.sign_ins = Sage200SignIns(self)
        self.consents = self.bells = None
        self.desktop = None
        self.erp.customers.open(NewCustomer(code="WEB001", name="Web shop customers"))
        self.erp.customers.open(NewCustomer(code="OTHER", name="Other"))
        self.codes = Codes(
            account="WEB001",
            other_account="OTHER",
            skus=("HUB-0001", "HUB-0002", "HUB-0003", "INSTALL"),
            charge="CARRIAGE",
            revenue="4000",
            taxes={Decimal(20): "1", Decimal(5): "5", Decimal(0): "0"},
        )

    @property
    def seats_counted(self) -> int | None:
        return self.erp.seats.peak

    def open(self, *, sockets: bool = False) -> Company:
        """The company as a new process opens it; over real sockets where a server runs."""
        factory = self.sockets if sockets else ClientFactory(InProcessTransport(self.wire))
        return self.opened(factory, self.vault)

    def reopen(self, *, sockets: bool = False, **settings: Any) -> None:
        """Open it with changed settings."""
        values = {name: getattr(self.settings, name) for name in self.settings.__struct_fields__}
        self.settings = Sage200Settings(**{**values, **settings})
        self.company.close()
        self.company = self.open(sockets=sockets)

    def sign_in(self) -> None:
        """A person signs in."""
        pair = self.face.sign_in()
        now = self.clock.now()
        ends = now + timedelta(seconds=pair.expires_in)
        keep_tokens(
            self.vault,
            "acme",
            Tokens(pair.access_token, pair.refresh_token or "", now, ends, signed_in_at=now),
        )

    # The company's own books and people

    def booked(self, key: str) -> list[Booked]:
        return [
            Booked(str(one.id), one.number, one.totals.gross, one.status == "cancelled")
            for one in self.erp.orders.table
            if key in (one.external_key, *one.extra.values())
        ]

    def key_fields(self, key: str) -> dict[str, Any]:
        field = self.settings.key_field
        return {"external_key": key if field == "spare_text_1" else "", "extra": {field: key} if key else {}}

    def inject(
        self, kind: str, on: Call, *, times: int | None = 1, body: str | None = None, **options: Any
    ) -> None:
        method, collection = CALLS[on]
        path = rf"/{collection}/\d+$" if on == "cancel" else rf"/{collection}$"
        text = options.pop("body_text", None)
        if text is not None:
            options["body"] = json.dumps({"Message": text})
        self.faults.add(Fault(kind, times=times, method=method, path=path, body=body, options=options))

    def forbid(self, call: Call) -> None:
        self.face.options.denied = frozenset({CALLS[call]})

    def accounts(self, key: str) -> list[str]:
        return [
            one.code for one in self.erp.customers.table if key in (one.external_key, *one.extra.values())
        ]
