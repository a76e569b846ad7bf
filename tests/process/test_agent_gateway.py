"""The gateway as a running agent: zeep calls it from its WSDL, unchanged, over pinned TLS, through a worker process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from zeep import Client
from zeep.exceptions import Fault
from zeep.transports import Transport

from process.test_agent_workers import TESTS, lines, until
from tidegate_agent.certificate import make
from tidegate_agent.client import ask
from tidegate_agent.clock import MachineClock
from tidegate_agent.platforms.posix import Posix
from tidegate_agent.running import RunningAgent
from tidegate_agent.secret_store import SecretStore
from tidegate_agent.settings import Listening, load

pytestmark = pytest.mark.process
KEY = "magento:main:7"


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningAgent]:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    certificate, key = tmp_path / "agent.crt", tmp_path / "agent.key"
    make("127.0.0.1", certificate, key, MachineClock())
    (tmp_path / "agent.toml").write_text(
        f"""
journal = "{tmp_path / "journal.db"}"
backend = "process.agent_installation:accpac@{tmp_path / "notes"}"
[listen]
port = 0
certificate = "{certificate}"
key = "{key}"
[sage300]
user = "WEBAPI"
companies = ["SAMLTD"]
"""
    )
    store = SecretStore(tmp_path / "secrets.json", Posix())
    store.store("agent-token", "token-1")
    store.store("sage", "webapi-password")
    agent = RunningAgent(load(tmp_path / "agent.toml"))
    thread = threading.Thread(target=agent.serve)
    thread.start()
    try:
        yield agent
    finally:
        assert agent.stop()
        thread.join()
    totals = agent.agent.pool.totals
    assert totals.opened == totals.dropped + totals.killed > 0
    assert lines(tmp_path / "notes")[-1] == "AccpacSession.Close held=0"


def service(agent: RunningAgent) -> Any:
    """zeep's own proxy, from the WSDL that the agent serves."""
    session = requests.Session()
    session.trust_env = False  # a bundle of certificates in the environment would take the pinned one's place
    session.auth = ("tidegate", "token-1")
    session.verify = agent.settings.listen.certificate
    address = f"https://127.0.0.1:{agent.server.port}/gateway/soap?wsdl"
    return Client(address, transport=Transport(session=session)).service


def fields(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "_value_1": value} for name, value in values.items()]


def row(answer: Any) -> dict[str, str]:
    return {one.name: one._value_1 or "" for one in answer.f}


def document(**header: str) -> dict[str, Any]:
    goods = fields(LINENUM="32", LINETYPE="1", ITEM="HUB-0001", LOCATION="1", QTYORDERED="2")
    price = fields(ORDUNIT="EA", PRICEOVER="1", PRIUNTPRC="9.99", TCLASS1="1")
    option = {"view": "OE0501", "f": fields(OPTFIELD="MAGELINE", VALUE="item:551")}
    line = {"view": "OE0500", "f": goods + price, "detail": [option]}
    given = {"CUSTOMER": "WEB", "REFERENCE": KEY, "ORDDATE": "20260302", "LOCATION": "1", **header}
    return {"company": "SAMLTD", "view": "OE0520", "key": KEY, "f": fields(**given), "detail": [line]}


def test_zeep_calls_it_from_its_wsdl(running: RunningAgent) -> None:
    gateway = service(running)
    ping = gateway.Ping(company="SAMLTD")
    assert (ping.homeCurrency, ping.state, ping.sessionsMax) == ("USD", "open", 1)
    seen = gateway.WriteDocument(action="preview", **document())
    assert (seen.outcome, row(seen.row)["INVNETWTX"]) == ("previewed", "23.98")
    made = gateway.WriteDocument(action="insert", **document())
    again = gateway.WriteDocument(action="insert", **document())
    assert (made.outcome, again.outcome) == ("inserted", "existing")
    number = row(made.row)["ORDNUMBER"]
    found = gateway.FindDocument(company="SAMLTD", view="OE0520", key=[KEY, "magento:main:9"])
    assert [(one.key, row(one.row)["ORDNUMBER"]) for one in found] == [(KEY, number)]
    stock = {"company": "SAMLTD", "view": "IC0290", "field": ["ITEMNO", "QTYONHAND"], "limit": 3}
    first = gateway.ReadView(**stock)
    assert (len(first.row), first.complete) == (3, False)
    assert row(gateway.ReadView(**stock, after=first.next).row[0]) not in [row(one) for one in first.row]
    with pytest.raises(Fault) as refused:
        gateway.WriteDocument(action="insert", **(document(CUSTOMER="NOBODY") | {"key": "other"}))
    assert refused.value.detail.findtext(".//{*}class") == "format", "REFERENCE is not the key"
    with pytest.raises(Fault) as refused:
        gateway.RunProcess(company="SAMLTD", view="IC0275")
    assert refused.value.detail.findtext(".//{*}class") == "auth"
    assert (
        gateway.WriteDocument(action="delete", **(document() | {"f": fields(ORDNUMBER=number)})).outcome
        == "deleted"
    )


def test_the_keepers_calls_are_beside_it(running: RunningAgent) -> None:
    assert service(running).Ping(company="SAMLTD").sessionsInUse == 1
    listen = Listening(port=running.server.port, certificate=running.settings.listen.certificate, key="-")
    status, health = ask(listen, "token-1", "GET", "/v1/health")
    assert (status, health["companies"][0]["sage"], health["pool"]["idle"]) == (200, "open", 1)
    assert ask(listen, "token-1", "POST", "/v1/drain")[1]["sessions"] == 0
    assert ask(listen, "token-2", "GET", "/v1/health")[0] == 401


def test_a_killed_agent_leaves_no_lanpak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    notes = tmp_path / "notes"
    backend = f"process.agent_installation:accpac@{notes}"
    agent = subprocess.Popen(
        [sys.executable, "-m", "process.agent_that_dies", backend, "1", "sage300"],
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
    closed = [line.partition(" ")[0] for line in lines(notes) if ".Close" in line]
    assert closed == ["AccpacView.OE0520.Close", "AccpacDBLink.Close", "AccpacSession.Close"]
    assert lines(notes)[-1].endswith("held=0")
    for pipe in (agent.stdin, agent.stdout):
        if pipe is not None:
            pipe.close()
