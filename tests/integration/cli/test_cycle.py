"""`cycle` and `run`: one cycle by hand, and the loop."""

from __future__ import annotations

import json
import threading

import pytest

from integration.cli.terminal import ONE_PAYMENT, Terminal
from tidegate.engine import runner
from tidegate.engine.hub import Hub


def test_one_cycle_carries_the_orders(terminal: Terminal) -> None:
    terminal.sell(3)
    result = terminal.run("cycle", "orders", "--connection", "web", "--now")
    assert "web orders: done" in result.stdout
    assert "confirmed 3" in result.stdout
    assert len(terminal.world.sage.company.books()["orders"]) == 3


def test_it_runs_only_when_it_is_due(terminal: Terminal) -> None:
    assert terminal.json("cycle", "orders")["outcome"] == "done"
    waiting = terminal.json("cycle", "orders")
    assert (waiting["outcome"], waiting["due"]) == ("not due", "2026-03-23T13:15:00Z")
    assert (
        "not due before 2026-03-23 09:15 EDT; --now runs it at once" in terminal.run("cycle", "orders").stdout
    )
    terminal.world.clock.advance(15 * 60)
    assert terminal.json("cycle", "orders")["outcome"] == "done"


def test_a_dry_run_shows_the_payloads_and_touches_nothing(terminal: Terminal) -> None:
    terminal.sell(2)
    before = terminal.json("status"), terminal.world.shop.books()["writes"]
    report = terminal.json("cycle", "orders", "--dry-run")
    assert [each["order"] for each in report["would_send"]] == ["000000001", "000000002"]
    assert report["would_send"][0]["payload"]["customer_document_no"] == "000000001"
    assert (terminal.json("status"), terminal.world.shop.books()["writes"]) == before
    assert terminal.world.sage.company.books()["orders"] == []
    shown = terminal.run("cycle", "orders", "--dry-run").stdout
    assert "2 would be sent. Nothing was sent or written." in shown


def test_json_is_one_document_and_logs_go_to_stderr(terminal: Terminal) -> None:
    terminal.sell(1)
    result = terminal.run("cycle", "orders", "--now", "--json")
    assert json.loads(result.stdout)["counts"]["confirmed"] == 1
    assert "flow=orders" in result.stderr


def test_unknown_names(terminal: Terminal) -> None:
    assert "there is no flow order" in terminal.run("cycle", "order", code=5).stderr
    assert "there is no connection x" in terminal.run("cycle", "orders", "--connection", "x", code=5).stderr
    every = '[connections.web.flows.order-status]\nevery = "30m"\nbatch = 25\n'
    terminal.write_config(text={every: ""})
    assert "has no flow order-status" in terminal.run("cycle", "order-status", code=3).stderr


def test_another_worker_is_exit_6(terminal: Terminal) -> None:
    from tidegate.ledger import lease
    from tidegate.ledger.database import transaction

    with terminal.world.open_hub() as hub, transaction("test"):
        assert lease.acquire("sage", "orders", "somebody else", 600, hub.clock.now())
    assert terminal.json("cycle", "orders", "--now", code=6)["outcome"] == "busy"


def test_run_hands_the_hub_to_the_runner(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    def runs(hub: Hub, stop: threading.Event) -> None:
        assert not stop.is_set()
        seen.append(list(hub.connections))

    monkeypatch.setattr(runner, "run", runs)
    terminal.write_config(text={'guest_account = "WEB"\n': ""})
    result = terminal.run("run", "--json")
    assert result.stdout == ""
    warnings = [json.loads(line) for line in result.stderr.splitlines()]
    assert warnings[0]["key"] == "connections.web.customers.guest_account"
    assert seen == [["web"]]


def test_24_what_would_not_be_sent_is_said_in_words(terminal: Terminal) -> None:
    terminal.write_config(text=ONE_PAYMENT)
    terminal.sell(1, method="banktransfer")
    shown = terminal.run("cycle", "orders", "--dry-run", code=1).stdout
    assert shown.startswith("000000001, ")
    assert "USD: not sent, unmapped-payment\n" in shown
    assert "0 would be sent, 1 would not." in shown
