"""`advise`: from the ledger's own history."""

from __future__ import annotations

from pathlib import Path

from integration.cli.terminal import Terminal


def test_advice_from_captured_orders(terminal: Terminal, tmp_path: Path) -> None:
    terminal.sell(5)
    terminal.cycle()
    for name, beginning in (("curve.svg", b"<?xml"), ("curve.png", b"\x89PNG")):
        report = terminal.json("advise", "--days", "30", "--plot", str(tmp_path / name))
        assert (tmp_path / name).read_bytes().startswith(beginning)
    assert report["orders"] == 5
    assert {each["class"] for each in report["recommended"]} == {each["name"] for each in report["classes"]}
    assert any("other channels" in text for text in report["assumed"])
    assert report == terminal.json("advise", "--days", "30")
    assert "recommended" in terminal.run("advise", "--days", "30").output


def test_without_a_sale_there_is_no_advice(terminal: Terminal) -> None:
    assert "captured no order" in terminal.run("advise", code=1).stderr
    terminal.run("advise", "--plot", "curve.gif", code=2)
    terminal.run("advise", "--risk", "much", code=2)
