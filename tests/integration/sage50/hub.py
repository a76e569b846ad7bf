"""A shop, the platform with a Sage 50 behind it, and a hub's command line between them, over sockets of this machine."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from typer.testing import CliRunner, Result

from tidegate.cli.invocation import Invocation
from tidegate.cli.main import app
from tidegate.sage.port.doorbell import Ring
from tidegate.sage.port.entrance import Consent, Passcode
from tidegate.simulation.world import KEY, SharedClock
from tidegate.transport import ClientFactory
from tidegate_sandbox import magento, sage50
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.magento.shop import Shopper
from tidegate_sandbox.sage50 import spanish_company
from tidegate_sandbox.server import SandboxServer

START = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)
TOKEN, SECRET = "k3-long-and-random", "Zr7uFq0m4wYt2Lk9Xc1vBn8s"
FLOWS = ("orders", "order-status", "inventory", "prices", "products", "customers")
CONFIGURATION = """
[hub]
ledger = "sqlite:///{folder}/tidegate.db"
encryption_key = "env:TIDEGATE_KEY"

[stores.main]
url = "{shop}"
auth = "oauth1"
consumer_key = "env:SHOP_CONSUMER_KEY"
consumer_secret = "env:SHOP_CONSUMER_SECRET"
access_token = "env:SHOP_ACCESS_TOKEN"
access_token_secret = "env:SHOP_ACCESS_TOKEN_SECRET"

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


class Sage50Hub:
    """Both systems served, and commands as they are typed."""

    def __init__(self, folder: Path) -> None:
        self.clock = SandboxClock.virtual(START)
        self.shop, shop_wire = magento.build(self.clock, FaultPlan(1), price_scope="website")
        self.company = spanish_company(self.clock, base="USD", items=20)
        self.faults = FaultPlan(2)
        self.calls: list[httpx.Request] = []
        self.face, self.wire = sage50.build(
            self.clock, self.faults, self.company, call_backs=httpx.MockTransport(self._heard)
        )
        self._servers = [SandboxServer(shop_wire).start(), SandboxServer(self.wire).start()]
        self.http = httpx.Client(base_url=self._servers[1].url, trust_env=False)
        self.shopper = Shopper(self.shop, 1)
        self.ids = self._registered()
        self.config = folder / "tidegate.toml"
        text = CONFIGURATION.format(folder=folder, shop=self._servers[0].url, platform=self._servers[1].url)
        text += "".join(f'\n[connections.web.flows.{flow}]\nevery = "15m"\n' for flow in FLOWS)
        self.config.write_text(text, encoding="utf-8")
        self.config.chmod(0o600)

    @property
    def environment(self) -> dict[str, str]:
        """The secrets that the configuration refers to."""
        keys = self.shop.integrations["hub"]
        return {
            "TIDEGATE_KEY": KEY,
            "SHOP_CONSUMER_KEY": keys.consumer_key,
            "SHOP_CONSUMER_SECRET": keys.consumer_secret,
            "SHOP_ACCESS_TOKEN": keys.access_token,
            "SHOP_ACCESS_TOKEN_SECRET": keys.access_token_secret,
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
        with self._invocation().hub() as hub:
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

    def _invocation(self) -> Invocation:
        return Invocation(clock=SharedClock(self.clock), factory=ClientFactory(), config=self.config)

    def run(self, *words: str, code: int = 0) -> Result:
        """Run a command and insist on its exit code."""
        call = self._invocation()
        result = CliRunner().invoke(
            app, ["--config", str(self.config), *words], obj=call, prog_name="tidegate"
        )
        assert result.exit_code == code, (words, result.exit_code, result.output, result.exception)
        return result

    def json(self, *words: str, code: int = 0) -> Any:
        """Run a command with `--json`."""
        return json.loads(self.run(*words, "--json", code=code).stdout)

    def cycle(self, flow: str, code: int = 0) -> dict[str, int]:
        """One cycle by hand; its counts."""
        self.pass_time(120)
        counts: dict[str, int] = self.json("cycle", flow, "--now", code=code)["counts"]
        return counts

    def pass_time(self, seconds: float) -> None:
        """Time goes by; what is due there happens."""
        self.clock.advance(seconds)
        self.face.run_due()

    def close(self) -> None:
        """Stop the servers."""
        self.http.close()
        for server in self._servers:
            server.stop()
