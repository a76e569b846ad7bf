"""What `compose.yaml` starts, started here without containers: its commands, with its environment."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from process.conftest import SetUp
from process.fleet import RATE
from process.test_postgresql import Server
from process.test_postgresql import server as server

pytestmark = pytest.mark.process

SERVICES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "compose.yaml").read_text(encoding="utf-8")
)["services"]
WORKERS = {name: each for name, each in SERVICES.items() if each["image"] == "tidegate"}


def test_both_workers_share_the_work_and_the_console_answers(
    set_up: SetUp, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of its containers has the console at a port of its own; here they are on one machine."""
    address = server.fresh()
    assert {tuple(each["environment"]) for each in WORKERS.values()} == {("TIDEGATE_LEDGER",)}
    monkeypatch.setenv("TIDEGATE_LEDGER", address)
    stage = set_up(rate=RATE, every_orders="30s", every_status="30s", ledger="env:TIDEGATE_LEDGER")
    workers, pages = [], []
    for name, each in WORKERS.items():
        pages.append(f"127.0.0.1:{free_port()}")
        config = stage.configure(f"{name}.toml", console=pages[-1])
        workers.append(stage.start("--debug", *each["command"], "--json", config=config))
    stage.sell(4)
    stage.wait_until_settled()
    stage.wait_until_noted()
    for page in pages:
        assert httpx.get(f"http://{page}/health").json() == {"status": "ok"}
    for each in workers:
        each.stop()
        assert any(line["event"] == "start" and line["jobs"] == 4 for line in each.log)
    stage.check(notes=True)


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
