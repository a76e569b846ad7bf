"""The program as a process: from an empty directory to a running hub, against real servers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet

from documents import check, check_output
from integration.cli.terminal import Terminal
from tidegate.simulation.products import USUAL
from tidegate_sandbox import magento, sage200
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.demo import demo_company
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.magento.shop import Shopper
from tidegate_sandbox.server import SandboxServer

pytestmark = pytest.mark.process

COMMAND = [sys.executable, "-c", "from tidegate.cli.main import run; run()"]
PATIENCE = 60


@dataclass
class Machine:
    """A directory, an environment, and two servers that know nothing of the hub."""

    folder: Path
    environment: dict[str, str]
    shop_url: str
    sage_url: str
    redirect: str
    face: sage200.Sage200Face

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run a command to its end and insist on its exit code; its stdout."""
        process = self.start(*arguments)
        out, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == code, (arguments, process.returncode, out, errors)
        assert "Traceback" not in errors
        return out

    def json(self, *arguments: str) -> Any:
        """Run a command with `--json`."""
        printed = self.run(*arguments, "--json")
        check_output([*arguments, "--json"], printed)
        return json.loads(printed)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    clock = SandboxClock.running(datetime.now(UTC) - timedelta(minutes=10))
    store, shop_wire = magento.build(clock, FaultPlan())
    Shopper(store, 3).place_orders(3, "guest")
    clock.set(datetime.now(UTC))
    redirect = f"http://127.0.0.1:{free_port()}/callback"
    face, sage_wire = sage200.build(
        clock, FaultPlan(), demo_company(clock, base="USD"), redirect_uris=(redirect,)
    )
    keys, known = store.integrations["hub"], face.credentials
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TIDEGATE_")},
        "TIDEGATE_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "TIDEGATE_MAIN_CONSUMER_KEY": keys.consumer_key,
        "TIDEGATE_MAIN_CONSUMER_SECRET": keys.consumer_secret,
        "TIDEGATE_MAIN_ACCESS_TOKEN": keys.access_token,
        "TIDEGATE_MAIN_ACCESS_TOKEN_SECRET": keys.access_token_secret,
        "TIDEGATE_UK_CLIENT_ID": known.client_id,
        "TIDEGATE_UK_CLIENT_SECRET": known.client_secret,
        "TIDEGATE_UK_SUBSCRIPTION_KEY": known.subscription_key,
    }
    with SandboxServer(shop_wire) as shop, SandboxServer(sage_wire) as sage:
        yield Machine(tmp_path, environment, shop.url, sage.url, redirect, face)


def configure(machine: Machine) -> None:
    """`init` with answers, then what a person would change in the file."""
    known = machine.face.credentials
    answers = {
        "store_url": machine.shop_url,
        "site_id": known.site_id,
        "company_id": str(known.company_id),
        "currency": "USD",
        "company_time_zone": "America/Detroit",
        "guest_account": "WEB",
        "base_url": f"{machine.sage_url}/uk/sage200/accounts/v1",
        "sign_in_url": machine.sage_url,
        "redirect_url": machine.redirect,
        "subscription_key": "yes",
    }
    given = [part for key, value in answers.items() for part in ("--answers", f"{key}={value}")]
    machine.run("init", *given)
    file = machine.folder / "tidegate.toml"
    text = file.read_text(encoding="utf-8")
    since = next(line for line in text.splitlines() if line.startswith("since = "))
    assert text.count(since) == 1
    text = text.replace(since, "since = 2026-01-01T00:00:00Z")
    head, _, _ = text.partition("# Payment methods")
    file.write_text(head + USUAL.codes.mappings, encoding="utf-8")


def sign_in(machine: Machine) -> None:
    """A person follows the address; the browser comes back to the waiting command."""
    process = machine.start("sign-in", "uk")
    assert process.stdout is not None
    url = next(line.strip() for line in process.stdout if line.startswith("http"))
    page = httpx.get(url, follow_redirects=True)
    assert "Tidegate has got the answer" in page.text
    out, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, (out, errors)
    assert "signed in to uk" in out


def test_from_nothing_to_orders_in_sage(machine: Machine) -> None:
    configure(machine)
    sign_in(machine)
    report = machine.json("check")
    assert [line for line in report["lines"] if line["verdict"] == "fail"] == []
    assert [line["verdict"] for line in report["lines"] if line["subject"] == "clock"] == ["pass", "pass"]
    assert machine.json("cycle", "orders")["counts"]["confirmed"] == 3
    assert machine.json("status")["adds_up"]
    assert len(machine.face.company.books()["orders"]) == 3
    assert runs_until_stopped(machine, signal.SIGTERM) == 3


def runs_until_stopped(machine: Machine, number: signal.Signals) -> int:
    """`run` notes Sage's numbers in the shop, then ends well when it is asked; how many it noted."""
    process = machine.start("run", "--json")
    assert process.stderr is not None
    for text in process.stderr:
        noted = json.loads(text)
        check("run", noted)
        if noted.get("flow") == "order-status" and noted["confirmed"]:
            break
    process.send_signal(number)
    out, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (0, "")
    return int(noted["confirmed"]) // 2


def test_a_simulated_shop_as_a_server(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "sandbox", "magento", "--json", "--orders", "2", "--port", "0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    text = ""
    while not text.endswith("\n}\n"):
        text += process.stdout.readline()
    document = json.loads(text)
    check("sandbox", document)
    assert document["credentials"]["consumer_key"]
    assert len(httpx.get(f"{document['control']}/books").json()["orders"]) == 2
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=PATIENCE) == 0
    process.stdout.close()


def loaded(tmp_path: Path, code: str, heavy: tuple[str, ...]) -> str:
    """Which of these modules a process has loaded once it has done this."""
    code = f"import sys\n{code}\nprint([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


def test_nothing_heavy_is_loaded_before_it_is_needed(tmp_path: Path) -> None:
    heavy = ("django", "httpx", "cryptography", "rich.console", "structlog", "tidegate_sandbox")
    assert loaded(tmp_path, "import tidegate.cli.every_command", heavy) == "[]"


def test_a_service_without_the_script_starts_the_module() -> None:
    command = [sys.executable, "-m", "tidegate.cli.main", "--version"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.startswith("tidegate ")


@pytest.mark.parametrize("command", ["status", "queue list --all", "alerts", "trace"])
def test_who_asks_the_ledger_alone_loads_no_client_no_room_and_no_other_command(
    tmp_path: Path, terminal: Terminal, command: str
) -> None:
    """It asks nobody: a third of its time were modules that it never used."""
    if command in ("trace", "queue list --all"):
        terminal.sell(1)
        terminal.cycle()
        (order,) = {row["label"] for row in terminal.deliveries()}
        command = command.replace("trace", f"trace {order}")
    code = (
        f"from tidegate.cli.main import run\nsys.argv = ['tidegate', *{command.split()!r}]\n"
        "try:\n    run()\nexcept SystemExit as end:\n    assert end.code in (0, None), end.code"
    )
    own = {"status", command.partition(" ")[0], "queue_acts"}
    commands = (f"tidegate.cli.{name}" for name in ("trace", "alerts", "queue", "sandbox", "check"))
    heavy = (
        *("httpx", "tomlkit", "polars", "cryptography", "oauthlib", "django.http", "django.core.management"),
        *("tidegate.transport", "tidegate.flows.connection", "tidegate.magento", "tidegate.engine.cycles"),
        *("tidegate.sage.sage200.room", "tidegate.simulation", "tidegate_sandbox"),
        *(name for name in commands if name.rpartition(".")[2] not in own),
        *(("tidegate.engine.chains",) if command == "status" else ()),
    )
    assert loaded(tmp_path, code, heavy) == "[]"
