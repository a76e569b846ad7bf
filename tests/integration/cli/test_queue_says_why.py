"""Everything that keeps a delivery is said, whatever that is: its own reason, a halt, a closed company."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from integration.cli.terminal import ONE_PAYMENT, Terminal
from tidegate.engine import waiting
from tidegate.ledger import closures, database
from tidegate_sandbox.faults import Fault


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


def test_an_order_in_doubt_is_looked_up_and_never_just_sent(terminal: Terminal) -> None:
    terminal.sell(1)
    terminal.world.sage_wire.faults.add(Fault("drop_after", 1, "POST", "sop_orders"))
    terminal.json("cycle", "orders", "--now")
    said = why(terminal)
    assert terminal.state_of("000000001") == "in doubt"
    assert "it is looked up before anything is sent again" in said
    assert "is looked up when settle_minutes have passed since it was sent (next cycle: 2026-03-23 " in said
    assert "is sent with the next cycle" not in said


def test_a_check_that_forgets_the_company_is_noticed(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate bug: the queue as it was, silent about everything but the record's own reason."""
    monkeypatch.setattr(waiting.Place, "of", lambda *_: waiting.Place("", ""))
    with pytest.raises(AssertionError):
        test_while_the_company_is_closed_a_queued_order_says_so(terminal)
