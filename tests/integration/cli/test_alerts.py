"""`alerts`, `halt`, `lift`."""

from __future__ import annotations

from datetime import timedelta

from integration.cli.terminal import Terminal
from tidegate.ledger import alerts, closures, database


def raised(terminal: Terminal, code: str = "totals-differ") -> None:
    """An alert about one order."""
    with terminal.world.open_hub(), database.transaction("test"):
        alerts.raise_alert(code, "web", "000000001", "the totals differ by 0.40", terminal.world.clock.now())


def test_alerts_are_shown_and_cleared(terminal: Terminal) -> None:
    raised(terminal)
    (alert,) = terminal.json("alerts", code=1)["alerts"]
    assert (alert["code"], alert["count"], alert["raised_at"]) == ("totals-differ", 1, "2026-03-23T13:00:00Z")
    assert "the totals differ by 0.40" in terminal.run("alerts", code=1).output
    assert terminal.json("status", code=1)["alerts"] == 1
    assert terminal.json("alerts", "--clear", str(alert["id"]))["alerts"] == []
    assert "no open alert" in terminal.run("alerts").output


def test_an_alert_that_is_not_open_is_exit_5(terminal: Terminal) -> None:
    assert "may already have been cleared" in terminal.run("alerts", "--clear", "77", code=5).stderr


def test_halt_and_lift_twice(terminal: Terminal) -> None:
    assert terminal.json("halt", "web", "--reason", "stocktaking")["changed"]
    again = terminal.json("halt", "web", "--reason", "another reason")
    assert not again["changed"]
    assert "already halted: nothing to do" in again["text"]
    assert terminal.json("alerts", code=1)["halted"][0]["reason"] == "stocktaking"
    assert terminal.json("lift", "web")["changed"]
    assert "was not halted: nothing to do" in terminal.run("lift", "web").output


def test_a_halted_connection_sends_nothing(terminal: Terminal) -> None:
    terminal.sell(1)
    terminal.run("halt", "web", "--reason", "stocktaking")
    assert terminal.json("cycle", "orders", "--now", code=6)["outcome"] == "halted"
    assert terminal.world.sage.company.books()["orders"] == []
    terminal.run("lift", "web")
    assert terminal.cycle()["confirmed"] == 1


def test_lifting_clears_the_alert_of_the_halt(terminal: Terminal) -> None:
    terminal.world.shop.revoke_token("hub")
    terminal.sell(1)
    terminal.json("cycle", "orders", "--now", code=1)
    (halted,) = terminal.json("alerts", code=1)["halted"]
    assert any(alert["code"] == halted["code"] for alert in terminal.json("alerts", code=1)["alerts"])
    terminal.world.shop.restore_token("hub")
    said = terminal.run("lift", "web", "--by", "ann").output
    assert "web sends again: the halt by engine since 2026-03-23 09:02 EDT is lifted (" in said
    assert "its alert is cleared" in said
    assert terminal.json("alerts")["alerts"] == []
    assert terminal.cycle()["confirmed"] == 1


def test_an_unknown_connection_is_exit_5(terminal: Terminal) -> None:
    assert "did you mean web?" in terminal.run("halt", "wbe", "--reason", "x", code=5).stderr
    assert "there is no connection wbe" in terminal.run("lift", "wbe", code=5).stderr


def test_a_lift_says_what_it_did(terminal: Terminal) -> None:
    with terminal.world.open_hub(), database.transaction("test"):
        now = terminal.world.clock.now()
        closures.learn("sage", now + timedelta(hours=1), "locked for backup", now)
    said = terminal.run("lift", "web").output
    assert "web was not halted" in said
    assert "assumed until 2026-03-23 10:00 EDT: Tidegate tries again now" in said
    terminal.run("halt", "web", "--reason", "stocktaking", "--by", "ann")
    said = terminal.run("lift", "web").output
    assert said == "web sends again: the halt by ann since 2026-03-23 09:00 EDT is lifted (stocktaking)\n"
    assert terminal.run("lift", "web").output == "web was not halted: nothing to do\n"
