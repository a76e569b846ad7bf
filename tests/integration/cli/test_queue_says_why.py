"""Everything that keeps a delivery is said, whatever that is: its own reason, a halt, a closed company."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from integration.cli.terminal import ONE_PAYMENT, Terminal
from tidegate.engine import waiting
from tidegate.ledger import closures, database


def why(terminal: Terminal, *filters: str) -> str:
    (row,) = terminal.json("queue", "list", "--flow", "orders", *filters)["deliveries"]
    return str(row["why"])


def close(terminal: Terminal, until: datetime) -> None:
    with terminal.world.open_hub(), database.transaction("test"):
        closures.learn("sage", until, "locked for backup", terminal.world.clock.now())


def test_while_the_company_is_closed_a_queued_order_says_so(terminal: Terminal) -> None:
    close(terminal, terminal.world.clock.now() + timedelta(hours=2))
    terminal.sell(1)
    terminal.json("cycle", "orders", "--now")
    assert why(terminal) == "the company is closed until 2026-03-23 11:00 EDT (locked for backup)"
    assert "closed until 2026-03-23 11:00 EDT" in terminal.run("queue", "list").output
    (number,) = terminal.json("queue", "list", "--flow", "orders")["deliveries"]
    assert "the company is closed" in terminal.run("queue", "show", f"id:{number['id']}").output


def test_a_halted_connection_says_so_before_anything_else(terminal: Terminal) -> None:
    close(terminal, terminal.world.clock.now() + timedelta(hours=2))
    terminal.sell(1)
    terminal.json("cycle", "orders", "--now")
    terminal.run("halt", "web", "--reason", "stocktaking")
    assert why(terminal) == "the connection is halted: stocktaking"


def test_a_held_order_keeps_its_own_reason_while_the_company_is_closed(terminal: Terminal) -> None:
    terminal.write_config(text=ONE_PAYMENT)
    terminal.sell(1, method="banktransfer")
    terminal.cycle()
    close(terminal, terminal.world.clock.now() + timedelta(hours=2))
    assert why(terminal).startswith("unmapped-payment: Order 000000001 waits for payment:banktransfer. Add ")


def test_a_check_that_forgets_the_company_is_noticed(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate bug: the queue as it was, silent about everything but the record's own reason."""
    monkeypatch.setattr(waiting.Place, "of", lambda *_: waiting.Place("", ""))
    with pytest.raises(AssertionError):
        test_while_the_company_is_closed_a_queued_order_says_so(terminal)
