"""Worker processes of the agent: a kill -9 leaves no seat, a call that hangs is ended, TLS is pinned."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tidegate_agent.caller import CallHung, ServerDied, TablesFailed
from tidegate_agent.certificate import fingerprint, make
from tidegate_agent.client import ask
from tidegate_agent.clock import MachineClock
from tidegate_agent.command import main
from tidegate_agent.odbc_reader import OdbcReader
from tidegate_agent.platforms.posix import Posix
from tidegate_agent.process_worker import ProcessWorker
from tidegate_agent.running import RunningAgent
from tidegate_agent.sage100 import names
from tidegate_agent.sage100.session import Session
from tidegate_agent.secret_store import SecretStore
from tidegate_agent.settings import Listening, load, read

pytestmark = pytest.mark.process
TESTS = Path(__file__).parents[1]
SLOW = 60.0


@pytest.fixture(autouse=True)
def _path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))


def until(happened: Callable[[], Any], what: str) -> None:
    """Wait for something that another process does."""
    for _ in range(int(SLOW / 0.02)):
        if happened():
            return
        threading.Event().wait(0.02)
    raise AssertionError(f"it did not happen: {what}")


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize(
    ("host", "end"), [("noted", "SY_Session.DropObject held=0"), ("hanging", "ended held=0")]
)
def test_a_killed_agent_leaves_no_seat(tmp_path: Path, host: str, end: str) -> None:
    """The worker drops what the will names; where that hangs, it ends its server after the drop limit."""
    notes = tmp_path / "notes"
    backend = f"process.agent_installation:{host}@{notes}"
    agent = subprocess.Popen(
        [sys.executable, "-m", "process.agent_that_dies", backend, "1"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert agent.stdout is not None
    worker = int(agent.stdout.readline().split()[1])
    assert lines(notes)[-1].endswith("held=1")
    os.kill(agent.pid, signal.SIGKILL)
    agent.wait()
    until(lambda: not psutil.pid_exists(worker), "the worker ends")
    assert lines(notes)[-1] == end
    if host == "noted":
        dropped = [line.split()[0] for line in lines(notes) if "DropObject" in line]
        assert dropped == ["SO_SalesOrder_bus.DropObject", "SY_Session.DropObject"]
    for pipe in (agent.stdin, agent.stdout):
        if pipe is not None:
            pipe.close()


class Workers:
    """Sessions over worker processes, and the server processes whose end was asked for."""

    def __init__(self, notes: Path) -> None:
        self.ended: list[int] = []
        self._backend = f"process.agent_installation:noted@{notes}"
        self.last: ProcessWorker | None = None

    def start(self) -> ProcessWorker:
        command = [sys.executable, "-m", "tidegate_agent.worker_main", self._backend, "5"]
        self.last = ProcessWorker(command, limit_s=SLOW, end_server=self.ended.append)
        return self.last

    def session(self) -> Session:
        return Session(
            "ABC",
            self.start,
            home="C:\\Sage\\MAS90\\Home",
            user="tidegate",
            password="secret",
            drop_limit_s=SLOW,
        )


def test_a_session_over_a_process_ends_it_politely(tmp_path: Path) -> None:
    workers = Workers(tmp_path / "notes")
    session = workers.session()
    session.open()
    order = session.begin(names.ORDER, MachineClock().now().date().replace(year=2026, month=3, day=2))
    assert order.by_reference("number", "nGetNextSalesOrderNo") == "0000001"
    assert workers.last is not None
    process = workers.last.process
    session.drop()
    assert not psutil.pid_exists(process)
    assert lines(tmp_path / "notes")[-1] == "SY_Session.DropObject held=0"
    assert workers.ended == [7001]  # it is asked for; nothing happens when it is gone


def test_a_worker_that_is_killed_or_silent_raises_and_its_server_is_ended(tmp_path: Path) -> None:
    workers = Workers(tmp_path / "notes")
    session = workers.session()
    session.open()
    assert workers.last is not None
    os.kill(workers.last.process, signal.SIGKILL)
    with pytest.raises(ServerDied):
        session.begin(names.ORDER, MachineClock().now().date())
    session.kill()
    assert workers.ended == [7001]
    silent = ProcessWorker(
        [sys.executable, "-c", "input(); import time; time.sleep(600)"],
        limit_s=0.2,
        end_server=workers.ended.append,
    )
    with pytest.raises(CallHung):
        silent.create("ProvideX.Script")
    assert not psutil.pid_exists(silent.process)


READER = """
import sys
from decimal import Decimal
from datetime import date
from tidegate_agent.reader_main import serve
class Connection:
    def __init__(self, text): assert "Company=ABC" in text, text
    def cursor(self): return self
    def execute(self, statement):
        if "HANG" in statement: import time; time.sleep(600)
        if "BAD" in statement: raise ValueError("no such table")
    description = [(name, None, None, 30, None, None, True) for name in ("ItemCode", "Price", "Day")]  # DB-API 2.0
    def fetchall(self): return [("A", Decimal("1.50"), date(2026, 3, 2))]
serve(Connection, sys.stdin, sys.stdout)
"""


def test_tables_are_read_in_a_process_that_can_be_ended() -> None:
    settings = read(
        {"journal": "j", "sage100": {"companies": ["ABC"], "data_source": "TIDEGATE", "user": "u"}}
    )
    reader = OdbcReader(settings, lambda _: "pw", [sys.executable, "-c", READER], limit_s=20)
    assert [str(row["Price"]) for row in reader.fetch("ABC", "SELECT")] == ["1.50"]
    with pytest.raises(TablesFailed, match="no such table"):
        reader.fetch("ABC", "BAD")
    reader._limit_s = 0.2
    with pytest.raises(TablesFailed, match="no answer within"):
        reader.fetch("ABC", "HANG")
    reader._limit_s = 20
    assert reader.fetch("ABC", "SELECT")[0]["ItemCode"] == "A"
    reader.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Settings of an agent with TLS, a token and Sage's password."""
    certificate, key = tmp_path / "agent.crt", tmp_path / "agent.key"
    make("127.0.0.1", certificate, key, MachineClock())
    (tmp_path / "agent.toml").write_text(
        f"""
journal = "{tmp_path / "journal.db"}"
backend = "fake"
worker = "inline"
[listen]
port = 0
certificate = "{certificate}"
key = "{key}"
[sage100]
home = 'C:\\Sage\\MAS90\\Home'
user = "tidegate"
companies = ["ABC"]
history = "orders"
"""
    )
    store = SecretStore(tmp_path / "secrets.json", Posix())
    store.store("agent-token", "token-1")
    store.store("sage", "secret")
    return tmp_path


def test_a_running_agent_answers_over_pinned_tls(folder: Path) -> None:
    running = RunningAgent(load(folder / "agent.toml"))
    thread = threading.Thread(target=running.serve)
    thread.start()
    try:
        listen = Listening(port=running.server.port, certificate=str(folder / "agent.crt"), key="-")
        status, health = ask(listen, "token-1", "GET", "/v1/health")
        assert (status, health["state"]) == (200, "ready")
        assert ask(listen, "wrong", "GET", "/v1/health")[0] == 401
        assert ask(listen, "token-1", "POST", "/v1/drain")[1]["state"] == "drained"
        make("127.0.0.1", folder / "other.crt", folder / "other.key", MachineClock())
        other = Listening(port=running.server.port, certificate=str(folder / "other.crt"), key="-")
        with pytest.raises(ssl.SSLError):
            ask(other, "token-1", "GET", "/v1/health")
        assert len(fingerprint(folder / "agent.crt")) == 64
    finally:
        assert running.stop()
        thread.join()


def test_the_commands_of_the_installer(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = ["--settings", str(folder / "agent.toml")]
    transcript = folder / "transcript.jsonl"
    sample = ["--company", "ABC", "--customer", "WEB0001", "--item", "ABC-1", "--transcript", str(transcript)]
    assert main(["selftest", *settings, *sample, "--write"]) == 0
    shown = capsys.readouterr().out
    assert "nSetKey of a new record: 2" in shown
    assert "SalesTaxAmt before the write: 1.60" in shown
    assert "look-up by key: found" in shown
    assert "secret" not in transcript.read_text()
    assert main(["health", *settings]) == 1  # nobody listens on port 0
    assert main(["service", "install", *settings, "--account", "ACME\\sage$"]) == 2
    assert "Services are installed on Windows" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", __import__("io").StringIO("new-token\n"))
    assert main(["secret", *settings, "agent-token"]) == 0
    assert SecretStore(folder / "secrets.json", Posix())("agent-token") == "new-token"
