"""A shop, an Intacct company and a hub's command line between them, over real sockets of this machine."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from tidegate.cli.invocation import Invocation
from tidegate.cli.main import app
from tidegate.simulation.world import KEY, SharedClock
from tidegate.transport import ClientFactory
from tidegate_sandbox import intacct, magento
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.intacct.demo import demo_company
from tidegate_sandbox.intacct.face import GATEWAY
from tidegate_sandbox.magento.shop import Shopper
from tidegate_sandbox.server import SandboxServer

START = datetime(2026, 3, 23, 13, 0, tzinfo=UTC)
FLOWS = ("orders", "order-status", "shipments", "inventory", "invoices", "payments", "prices", "products")
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

[companies.east]
product = "intacct"
base_url = "{company}"
sender_id = "env:SAGE_SENDER_ID"
sender_password = "env:SAGE_SENDER_PASSWORD"
company_id = "env:SAGE_COMPANY_ID"
user_id = "env:SAGE_USER_ID"
user_password = "env:SAGE_USER_PASSWORD"
currency = "USD"
time_zone = "America/Detroit"
location = "100"
multi_currency = true
term = "Net 30"
taxes = ["Sales Tax"]
charges = ["Shipping"]
amounts = {{ "7900" = "Rounding", "4905" = "Handling" }}
settle_minutes = 0

[connections.web]
store = "main"
company = "east"
websites = ["base"]
warehouse = "WH1"
cancellation = "cancel"

[connections.web.capture]
since = 2026-01-01T00:00:00Z
lag_seconds = 0

[connections.web.customers]
unknown = "create"
guest_account = "WEB"
web_account = "WEB"
trust_emails = ["base"]

[connections.web.notes]
comment = "hidden"

[connections.web.rounding]
tolerance = "0.05"
account = "7900"
tax_code = "Sales Tax"

[connections.web.tax.codes]
"0" = "Sales Tax"
"5" = "Sales Tax"
"6" = "Sales Tax"
"20" = "Sales Tax"

[connections.web.shipping."*"]
charge = "Shipping"

[connections.web.payments."*"]
account = "BOA"

[connections.web.stock]
msi = true
warehouses = {{ "WH1" = "wh_detroit", "WH2" = "wh_london" }}

[connections.web.prices]
scope = "website"
groups = {{ "Wholesale" = "Wholesale" }}

[connections.web.fulfilment]
invoice_when = "invoice"
carriers = {{ "UPS Ground" = "ups" }}
"""


class IntacctHub:
    """Both systems served, and commands as they are typed."""

    def __init__(self, folder: Path) -> None:
        self.clock = SandboxClock.virtual(START)
        self.shop, shop_wire = magento.build(self.clock, FaultPlan(1), price_scope="website")
        self.company = demo_company(self.clock, seed=1)
        self.faults = FaultPlan(2)
        self.face, self.wire = intacct.build(self.clock, self.faults, self.company)
        self.face.tenant.store.more["subtotals"]["Rounding"] = "7900"
        self._servers = [SandboxServer(shop_wire).start(), SandboxServer(self.wire).start()]
        self.shopper = Shopper(self.shop, 1)
        self.config = folder / "tidegate.toml"
        shop, company = (server.url for server in self._servers)
        text = CONFIGURATION.format(folder=folder, shop=shop, company=company + GATEWAY)
        text += "".join(f'\n[connections.web.flows.{flow}]\nevery = "15m"\n' for flow in FLOWS)
        self.config.write_text(text, encoding="utf-8")
        self.config.chmod(0o600)

    @property
    def environment(self) -> dict[str, str]:
        """The secrets that the configuration refers to."""
        keys, known = self.shop.integrations["hub"], self.face.credentials
        return {
            "TIDEGATE_KEY": KEY,
            "SHOP_CONSUMER_KEY": keys.consumer_key,
            "SHOP_CONSUMER_SECRET": keys.consumer_secret,
            "SHOP_ACCESS_TOKEN": keys.access_token,
            "SHOP_ACCESS_TOKEN_SECRET": keys.access_token_secret,
            "SAGE_SENDER_ID": known.sender_id,
            "SAGE_SENDER_PASSWORD": known.sender_password,
            "SAGE_COMPANY_ID": known.company_id,
            "SAGE_USER_ID": known.user_id,
            "SAGE_USER_PASSWORD": known.user_password,
        }

    def run(self, *words: str, code: int = 0) -> Result:
        """Run a command and insist on its exit code."""
        call = Invocation(clock=SharedClock(self.clock), factory=ClientFactory())
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
        self.clock.advance(120)
        counts: dict[str, int] = self.json("cycle", flow, "--now", code=code)["counts"]
        return counts

    def people(self, action: str, **values: Any) -> Any:
        """The company's people do something."""
        self.clock.advance(60)
        return self.face.people.perform(action, values)

    def close(self) -> None:
        """Stop the servers."""
        for server in self._servers:
            server.stop()
