"""A terminal in front of a simulated shop and company: commands as they are typed, without processes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from tidegate.cli.every_command import app
from tidegate.cli.invocation import Invocation
from tidegate.simulation.settings import render
from tidegate.simulation.world import SharedClock, World
from tidegate.transport import ClientFactory

#: Maps one payment method only, so that orders paid otherwise are held.
ONE_PAYMENT = {'[connections.web.payments."*"]': "[connections.web.payments.checkmo]"}
#: A Monday morning in Detroit, where the simulated company is.
START = datetime(2026, 3, 23, 13, 0, tzinfo=UTC)


@dataclass
class Terminal:
    """Runs commands against `world` with the configuration in `config`."""

    world: World
    config: Path

    def invoke(self, *arguments: str, typed: str | None = None, config: Path | None = None) -> Result:
        """Run a command, however it ends."""
        call = Invocation(
            clock=SharedClock(self.world.clock), factory=ClientFactory(transport=self.world.transport)
        )
        words = ["--config", str(config or self.config), *arguments]
        return CliRunner().invoke(app, words, input=typed, obj=call, prog_name="tidegate")

    def run(self, *arguments: str, typed: str | None = None, code: int = 0) -> Result:
        """Run a command and insist on its exit code."""
        result = self.invoke(*arguments, typed=typed)
        assert result.exit_code == code, (arguments, result.exit_code, result.output, result.exception)
        assert "Traceback" not in result.output
        return result

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Run a command with `--json`: stdout is exactly one document."""
        return json.loads(self.run(*arguments, "--json", code=code).stdout)

    def write_config(self, **differences: Any) -> None:
        """Write the configuration anew; `text` replaces parts of it: {before: after}."""
        replaced = differences.pop("text", {})
        for name, value in differences.items():
            object.__setattr__(self.world.settings, name, value)
        text = render(self.world.settings)
        for before, after in replaced.items():
            assert before in text, before
            text = text.replace(before, after)
        self.config.write_text(text, encoding="utf-8")

    def sell(self, count: int, kind: str = "guest", **choices: Any) -> list[int]:
        """Place orders in the shop, long enough ago to be read; their entity ids."""
        placed = self.world.shopper.place_orders(count, kind, **choices)
        self.world.clock.advance(120)
        return placed

    def cycle(self, flow: str = "orders") -> Any:
        """One cycle by hand; its counts."""
        return self.json("cycle", flow, "--now")["counts"]

    def deliveries(self, *filters: str) -> list[dict[str, Any]]:
        """`queue list --all` with filters."""
        found: list[dict[str, Any]] = self.json("queue", "list", "--all", *filters)["deliveries"]
        return found

    def state_of(self, label: str, step: str = "order") -> str:
        """The state of one order's step."""
        (found,) = [row for row in self.deliveries("--label", label) if row["step"] == step]
        return str(found["state"])
