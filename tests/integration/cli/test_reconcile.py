"""`reconcile`: three ways over a real store's and company's answers."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from integration.cli.terminal import ONE_PAYMENT, Terminal


@pytest.fixture
def sent(terminal: Terminal) -> Terminal:
    """Three orders that the company has."""
    terminal.sell(3)
    terminal.cycle()
    return terminal


def total_of(report: Any) -> Any:
    return report["tables"][0]["rows"][-1]


def test_orders_that_agree_to_the_cent(sent: Terminal) -> None:
    report = sent.json("reconcile", "--from", "2026-03-20")
    assert report["differences"] == []
    row = total_of(report)
    assert row["count"] == 3
    assert Decimal(row["magento"]) == Decimal(row["ledger"]) == Decimal(row["sage"]) > 0
    assert (report["waiting"], report["unexplained"], report["agrees"]) == ("0.00", "0.00", True)


def test_what_waits_with_a_reason_is_no_difference(terminal: Terminal) -> None:
    terminal.write_config(text=ONE_PAYMENT)
    terminal.sell(1, method="banktransfer")
    terminal.cycle()
    terminal.world.clock.advance(3600 * 30)
    report = terminal.json("reconcile", "--from", "2026-03-20")
    assert report["differences"] == []
    assert report["waiting"] == total_of(report)["difference"] == total_of(report)["magento"]


def test_an_order_that_was_never_captured(sent: Terminal) -> None:
    sent.sell(1)
    sent.world.clock.advance(3600 * 3)
    report = sent.json("reconcile", "--from", "2026-03-20", code=1)
    (found,) = report["differences"]
    assert (found["kind"], found["subject"]) == ("missing-in-ledger", "000000004")
    assert found["gap"] == found["magento"] == total_of(report)["difference"]


def test_every_shape_says_the_same(sent: Terminal) -> None:
    sent.sell(1)
    sent.world.clock.advance(3600 * 3)
    days = ("--from", "2026-03-20")
    rows = list(csv.DictReader(io.StringIO(sent.run("reconcile", *days, "--csv", code=1).stdout)))
    assert [row["subject"] for row in rows] == ["000000004"]
    page = sent.run("reconcile", *days, "--html", code=1).stdout
    assert page.startswith("<!doctype html>")
    assert "<td>000000004</td>" in page
    shown = sent.run("reconcile", *days, code=1).output
    assert "missing-in-ledger" in shown
    assert "grand total" in shown


def test_the_wrong_days_are_a_usage_error(sent: Terminal) -> None:
    assert "no day" in sent.run("reconcile", "--from", "yesterday", code=2).output
    sent.run("reconcile", "--from", "2026-03-20", "--to", "2026-03-19", code=2)
    sent.run("reconcile", "--csv", "--html", code=2)
    assert "wbe" in sent.run("reconcile", "--connection", "wbe", code=5).output


def invoiced(terminal: Terminal) -> None:
    """The company despatches, invoices and posts everything."""
    company = terminal.world.sage.company
    for order in company.books()["orders"]:
        company.despatch(order["number"], None)
    company.invoice_run(None)
    company.run_posting()


def test_the_books_agree_down_to_the_postings(sent: Terminal) -> None:
    invoiced(sent)
    report = sent.json("reconcile", "--from", "2026-03-20")
    assert report["differences"] == []
    assert report["unchecked"] == []
    tables = {table["name"]: table["rows"] for table in report["tables"]}
    assert tables["tax liability by code"]
    revenue = tables["revenue and freight by account"]
    assert any(row["name"] in ("4000", "4010") and row["difference"] == "0.00" for row in revenue)


def test_a_trace_shows_the_chain_to_its_postings_from_either_end(sent: Terminal) -> None:
    invoiced(sent)
    sent.json("reconcile", "--from", "2026-03-20")
    (order,) = sent.json("trace", "000000001")["orders"]
    sale = order["chain"]["tree"]["children"][0]
    (invoice,) = [each for each in sale["children"] if each["kind"] == "sage-invoice"]
    (entry,) = [each for each in invoice["children"] if each["kind"] == "sage-entry"]
    postings = [each for each in entry["children"] if each["kind"] == "posting"]
    assert sum(Decimal(each["amount"]) for each in postings) == 0
    assert len(postings) >= 2
    assert not order["chain"]["complete"]
    for name in (invoice["number"], entry["number"]):
        (found,) = sent.json("trace", name)["orders"]
        assert found["magento"] == order["magento"], name
    shown = sent.run("trace", entry["number"], "--no-history").output
    assert "posting: 4000" in shown or "posting: 4010" in shown
    assert "open" in shown
