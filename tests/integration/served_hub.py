"""A shop, a company and a hub's command line between them, over real sockets of this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from integration.flows.stage import ITEMS
from tidegate.cli.every_command import app
from tidegate.cli.invocation import Invocation
from tidegate.simulation.world import KEY, SharedClock
from tidegate.transport import ClientFactory
from tidegate_sandbox import magento
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.magento.shop import Shopper
from tidegate_sandbox.server import SandboxServer
from tidegate_sandbox.wire import Wire

HUB_AND_STORE = """
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
"""


class ServedHub:
    """Both systems served, and commands as they are typed; the company is each product's own."""

    def __init__(self, clock: SandboxClock, folder: Path) -> None:
        self.clock = clock
        self.shop, self._shop_wire = magento.build(clock, FaultPlan(1), price_scope="website", widgets=ITEMS)
        self.faults = FaultPlan(2)
        self.config = folder / "tidegate.toml"

    def serve(self, wire: Wire) -> str:
        """Start both servers; the address of the company's."""
        self._servers = [SandboxServer(self._shop_wire).start(), SandboxServer(wire).start()]
        self.shopper = Shopper(self.shop, 1)
        return self._servers[1].url

    def configure(self, rest: str, flows: tuple[str, ...]) -> None:
        """Write the configuration: hub and store, the rest, and these flows."""
        text = HUB_AND_STORE.format(folder=self.config.parent, shop=self._servers[0].url) + rest
        text += "".join(f'\n[connections.web.flows.{flow}]\nevery = "15m"\n' for flow in flows)
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
        }

    def invocation(self) -> Invocation:
        """What a command is handed: this clock, this machine's network, this configuration."""
        return Invocation(clock=SharedClock(self.clock), factory=ClientFactory(), config=self.config)

    def run(self, *words: str, code: int = 0) -> Result:
        """Run a command and insist on its exit code."""
        call = self.invocation()
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
        """Time goes by."""
        self.clock.advance(seconds)

    def close(self) -> None:
        """Stop the servers."""
        for server in self._servers:
            server.stop()
