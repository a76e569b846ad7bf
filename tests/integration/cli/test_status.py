"""`status`: the account that adds up."""

from __future__ import annotations

from datetime import UTC, datetime

from integration.cli.terminal import ONE_PAYMENT, Terminal
from tidegate.ledger import database, delivery, intake
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.intake import SourceRow


def lost_document() -> SourceRow:
    """A document without a delivery: what must never be."""
    return SourceRow(
        connection="web", store="main", entity_id=999, increment_id="999", revision="1:x", document="{}"
    )


def test_every_order_read_is_somewhere(terminal: Terminal) -> None:
    terminal.sell(5)
    terminal.sell(2, "pending_payment")
    terminal.cycle()
    report = terminal.json("status")
    account = report["connections"]["web"]["flows"]["orders"]["steps"]["order"]
    assert (account["read"], account["confirmed"], account["skipped"]) == (7, 5, 2)
    assert account["accounted"] == account["read"]
    assert report["adds_up"]
    assert report["unexplained"] == 0


def test_the_notes_have_an_account_of_their_own(terminal: Terminal) -> None:
    terminal.sell(3)
    terminal.cycle()
    flow = terminal.json("status")["connections"]["web"]["flows"]["order-status"]
    assert flow["queue"] == 6
    assert {step: account["waiting"] for step, account in flow["steps"].items()} == {
        "comment": 3,
        "number": 3,
    }


def test_an_account_that_does_not_add_up_is_exit_1(terminal: Terminal) -> None:
    with terminal.world.open_hub(), database.transaction("test"):
        intake.save_sources([lost_document()], terminal.world.clock.now())
    report = terminal.json("status", code=1)
    assert report["unexplained"] == 1
    assert not report["adds_up"]
    assert "NOT EVERY ACCOUNT ADDS UP: 1 unexplained" in terminal.run("status", code=1).output


def test_times_are_the_companys_on_the_screen_and_utc_in_json(terminal: Terminal) -> None:
    terminal.sell(1)
    terminal.cycle()
    flow = terminal.json("status")["connections"]["web"]["flows"]["orders"]
    assert flow["next_cycle"] == "2026-03-23T13:17:00Z"
    assert "03-23 09:17 EDT" in terminal.run("status").output


def test_the_window_is_shown_open_and_closed(terminal: Terminal) -> None:
    shown = terminal.json("status")["connections"]["web"]["window"]
    assert shown["open"]
    assert shown["next_closing"]["at"] == "2026-03-24T05:00:00Z"
    terminal.world.clock.set(datetime(2026, 3, 24, 5, 30, tzinfo=UTC))
    shown = terminal.json("status")["connections"]["web"]["window"]
    assert (shown["open"], shown["closed_until"]) == (False, "2026-03-24T07:00:00Z")
    assert "closed until 2026-03-24 03:00 EDT (nightly backup)" in terminal.run("status").output


def test_the_oldest_waiting_order_is_reported_with_its_age(terminal: Terminal) -> None:
    terminal.write_config(text=ONE_PAYMENT)
    terminal.sell(1, method="banktransfer")
    terminal.cycle()
    terminal.world.clock.advance(3 * 3600)
    oldest = terminal.json("status", code=1)["connections"]["web"]["oldest_waiting"]
    assert oldest["seconds"] == 3 * 3600
    assert "oldest waiting: 3 h" in terminal.run("status", code=1).output


def test_a_halt_stands_in_the_first_line(terminal: Terminal) -> None:
    terminal.run("halt", "web", "--reason", "stocktaking", "--by", "ann")
    assert terminal.json("status", code=1)["connections"]["web"]["halted"]["reason"] == "stocktaking"
    assert "HALTED since 2026-03-23 09:00 EDT by ann: stocktaking" in terminal.run("status", code=1).output


def test_what_waits_in_a_connection_that_is_gone_is_shown(terminal: Terminal) -> None:
    with terminal.world.open_hub(), database.transaction("test"):
        gone = NewDelivery(connection="old", flow="orders", step="order", key="magento:x:1/order", label="1")
        delivery.create_many([gone], terminal.world.clock.now())
    report = terminal.json("status", code=1)["connections"]["old"]
    assert not report["configured"]
    assert report["flows"]["orders"]["queue"] == 1
    assert "not configured any more" in terminal.run("status", code=1).output


def test_changes_after_sending_are_one_step_however_many(terminal: Terminal) -> None:
    with terminal.world.open_hub(), database.transaction("test"):
        changes = [
            NewDelivery(
                connection="web", flow="orders", step=f"change-{n:012x}", key=f"magento:main:{n}/change-{n}"
            )
            for n in (0, 77, 2**47)
        ]
        delivery.create_many(changes, terminal.world.clock.now())
    steps = terminal.json("status")["connections"]["web"]["flows"]["orders"]["steps"]
    assert steps["change"]["waiting"] == 3
    assert set(steps) == {"order", "change"}


def test_without_a_ledger_nothing_is_said_to_be_well(fresh: Terminal) -> None:
    result = fresh.run("status", code=4)
    assert "there is no ledger yet" in result.stderr
    assert result.stdout == ""
    assert not (fresh.config.parent / "tidegate.db").exists()
