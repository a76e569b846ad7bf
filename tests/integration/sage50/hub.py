"""A shop, the platform with a Sage 50 behind it, and a hub's command line between them, over sockets of this machine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from integration.served_hub import ServedHub
from tidegate.sage.port.doorbell import Ring
from tidegate.sage.port.entrance import Consent, Passcode
from tidegate_sandbox import sage50
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.sage50 import spanish_company

START = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)
TOKEN, SECRET = "k3-long-and-random", "Zr7uFq0m4wYt2Lk9Xc1vBn8s"
FLOWS = ("orders", "order-status", "inventory", "prices", "products", "customers")
CONFIGURATION = """
[companies.tienda]
product = "sage50"
base_url = "{platform}"
developer_id = "env:SAGE_DEVELOPER_ID"
application_id = "env:SAGE_APPLICATION_ID"
secret = "env:SAGE_SECRET"
call_back_token = "env:SAGE_CALL_BACK_TOKEN"
currency = "USD"
time_zone = "Europe/Madrid"
settle_minutes = 0
payment_methods = {{ checkmo = "Transferencia", free = "Sin pago", payone = "Tarjeta" }}

[connections.web]
store = "main"
company = "tienda"
websites = ["base"]
cancellation = "review"

[connections.web.capture]
since = 2026-01-01T00:00:00Z
lag_seconds = 0

[connections.web.notes]
comment = "hidden"

[connections.web.rounding]
tolerance = "0.05"

[connections.web.tax.codes]
"0" = "0"
"5" = "5"
"6" = "6"
"20" = "20"

[connections.web.shipping."*"]

[connections.web.payments."*"]

[connections.web.stock]
msi = true
warehouses = {{ "SAGE50" = "wh_detroit" }}

[connections.web.prices]
scope = "website"
"""


class Sage50Hub(ServedHub):
    """Both systems served, and commands as they are typed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(SandboxClock.virtual(START), folder)
        self.company = spanish_company(self.clock, base="USD", items=20)
        self.calls: list[httpx.Request] = []
        self.face, self.wire = sage50.build(
            self.clock, self.faults, self.company, call_backs=httpx.MockTransport(self._heard)
        )
        url = self.serve(self.wire)
        self.http = httpx.Client(base_url=url, trust_env=False)
        self.ids = self._registered()
        self.configure(CONFIGURATION.format(platform=url), FLOWS)

    @property
    def environment(self) -> dict[str, str]:
        """The secrets that the configuration refers to."""
        return {
            **super().environment,
            "SAGE_DEVELOPER_ID": self.ids[0],
            "SAGE_APPLICATION_ID": self.ids[1],
            "SAGE_SECRET": SECRET,
            "SAGE_CALL_BACK_TOKEN": TOKEN,
        }

    def _heard(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request)
        return httpx.Response(200)

    def _registered(self) -> tuple[str, str]:
        application = {
            "name": "Tidegate",
            "domains": ["ecommerce"],
            "approvalUrl": f"https://hub.example/{TOKEN}/approval",
            "notificationUrl": f"https://hub.example/{TOKEN}/notify",
        }
        body = {"name": "Dev", "email": "dev@hub.example", "application": application}
        page = self.http.post("/api/developers", json=body).json()["registrationUrl"]
        self.http.post(page)
        mail = self.sim("mail")[-1]
        return mail["developerId"], mail["applicationId"]

    def consent(self) -> None:
        """A person asks for a passcode, and an administrator types it; the approval rings at the hub's own bell."""
        with self.invocation().hub() as hub:
            company = hub.companies["tienda"]
            assert isinstance(company.entrance, Consent)
            passcode = company.entrance.ask()
            assert isinstance(passcode, Passcode), passcode
            self.sim("consent", {"action": "grant", "passcode": passcode.text})
            approval = self.calls[-1]
            assert company.doorbell is not None
            heard = company.doorbell.ring(Ring("POST", approval.url.path, {}, approval.content))
            assert heard.status == 200, heard
        self.sim("sage-upload", {})

    def sim(self, name: str, body: Any = None) -> Any:
        """A call of the platform's control surface."""
        answer = (
            self.http.get(f"/_sim/{name}") if body is None else self.http.post(f"/_sim/{name}", json=body)
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pass_time(self, seconds: float) -> None:
        """Time goes by; what is due there happens."""
        super().pass_time(seconds)
        self.face.run_due()

    def close(self) -> None:
        """Stop the servers."""
        self.http.close()
        super().close()
