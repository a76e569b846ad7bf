"""`init --sandbox --sage sage50` and `connect` after it, against the simulator as it is served: the approval arrives."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from tidegate.cli import connect, sandbox
from tidegate.cli.every_command import app
from tidegate.config import template
from tidegate.simulation.houses import sage50 as house
from tidegate_sandbox.server import SandboxServer
from tidegate_sandbox.ticker import Ticker

PATIENCE = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, str]]:
    """The simulator and where it is served; the hub's port is a free one, not 8090."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("TIDEGATE_")]:
        monkeypatch.delenv(name)
    listen = f"127.0.0.1:{free_port()}"
    monkeypatch.setattr(template, "LISTEN", listen)
    monkeypatch.setattr(house, "BELL", f"http://{listen}/api/v1/bell/us")
    monkeypatch.setattr(connect, "LOOK", 0.05)
    face, wire = sandbox.built("sage50")
    face.options.change(retry_minutes=(0.005,) * 100)  # an approval that overtakes the passcode's own answer
    with SandboxServer(wire) as server, Ticker(face, every=0.02):
        yield face, server.url


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, list(arguments), prog_name="tidegate")
    assert result.exit_code == code, (result.output, result.exception)
    return result


class Administrator:
    """Types the passcode as soon as there is one."""

    def __init__(self, url: str, answer: str) -> None:
        self._url, self._answer = url, answer
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._types)

    def __enter__(self) -> Administrator:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(PATIENCE)

    def _types(self) -> None:
        with httpx.Client(base_url=self._url, trust_env=False) as http:
            while not self._ended.wait(0.05):
                if http.post("/_sandbox/consent", json={"action": self._answer}).status_code == 200:
                    return


def test_what_init_writes_lets_connect_hear_the_approval(platform: tuple[Any, str]) -> None:
    _, url = platform
    shop_port = int(url.rpartition(":")[2]) - 1
    written = run("init", "--sandbox", "--sage", "sage50", "--sandbox-port", str(shop_port))
    assert "tidegate connect us" in written.output
    with Administrator(url, "grant"):
        told = run("connect", "us")
    assert "connected to us" in told.output
    assert json.loads(run("connect", "us", "--json").output)["connected"] is True, "and it stays so"


def test_a_hub_that_listens_nowhere_does_not_hear_it(platform: tuple[Any, str]) -> None:
    """The deliberate bug: `init` forgets where to listen."""
    face, url = platform
    run("init", "--sandbox", "--sage", "sage50", "--sandbox-port", str(int(url.rpartition(":")[2]) - 1))
    file = Path("tidegate.toml")
    file.write_text(file.read_text(encoding="utf-8").replace("\nlisten = ", "\n#listen = "), encoding="utf-8")
    face.options.change(passcode_minutes=0.02)
    with Administrator(url, "grant"):
        assert "was not used in time" in run("connect", "us", code=1).output
