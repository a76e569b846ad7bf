"""`reconcile`: three ways over a real store's and company's answers."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest

from integration.cli.terminal import ONE_PAYMENT, Terminal
from tidegate.ledger import closures, database


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
    assert (found["kind"], found["subject"], found["order"]) == (
        "missing-in-ledger",
        "000000004",
        "magento:main:4",
    )
    assert found["gap"] == found["magento"] == total_of(report)["difference"]


def test_every_shape_says_the_same(sent: Terminal) -> None:
    sent.sell(1)
    sent.world.clock.advance(3600 * 3)
    days = ("--from", "2026-03-20")
    rows = list(csv.DictReader(io.StringIO(sent.run("reconcile", *days, "--csv", code=1).stdout)))
    (found,) = [row for row in rows if row["table"] == "differences"]
    assert (found["name"], found["kind"]) == ("000000004", "missing-in-ledger")
    (whole,) = [row for row in rows if row["name"] == "grand total"]
    assert whole["difference"] == found["difference"] == found["magento"]
    page = sent.run("reconcile", *days, "--html", code=1).stdout
    assert page.startswith("<!doctype html>")
    assert "<td>000000004</td>" in page
    shown = sent.run("reconcile", *days, code=1).output
    assert "missing-in-ledger" in shown
    assert "grand total" in shown


def test_the_wrong_days_are_a_usage_error(sent: Terminal) -> None:
    assert "is not a date" in sent.run("reconcile", "--from", "yesterday", code=2).output
    sent.run("reconcile", "--from", "2026-03-20", "--to", "2026-03-19", code=2)
    for end in (["--from", "9999-12-31"], ["--from", "0001-01-01", "--to", "2026-03-19"]):
        assert "is not between the years" in sent.run("reconcile", *end, code=2).output
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


def test_the_page_reads_as_finance_reads(sent: Terminal) -> None:
    invoiced(sent)
    sent.sell(1)
    sent.world.clock.advance(3600 * 3)
    pages = tables(sent.run("reconcile", "--from", "2026-03-20", "--html", code=1).stdout)
    assert list(pages) == [
        *("Totals", "Tax liability by code", "Revenue and freight by account"),
        *("Clearing accounts", "Completeness by age", "Differences"),
    ]
    sides = ["", "count", "Magento", "ledger", "Sage", "difference"]
    totals = pages["Totals"]
    assert totals[0] == sides
    assert [row[0] for row in totals[1:]] == ["goods", "shipping", "tax", "grand total"]
    assert column(totals[1:4], 2) == Decimal(totals[4][2])
    for name, ours, theirs in (
        ("Tax liability by code", 2, 4),
        ("Revenue and freight by account", 3, 3),  # Sage's own choice of account: nobody can say its sum
        ("Clearing accounts", 3, 4),
    ):
        heading, *rows, last = pages[name]
        assert (heading, last[0]) == (sides, "sum")
        for place in (1, ours, theirs):
            assert column(rows, place) == Decimal(last[place])
    heading, *ages, last = pages["Completeness by age"]
    assert heading[2:] == ["value", "confirmed", "waiting", "without a reason"]
    assert [column(ages, place) for place in range(1, 6)] == [Decimal(each) for each in last[1:]]
    heading, found, last = pages["Differences"]
    assert heading == ["kind", "of", "what", "Magento", "ledger", "Sage", "gap"]
    assert found[:2] == ["missing-in-ledger", "000000004"]
    assert found[-1] == last[-1] == totals[4][-1]


def column(rows: list[list[str]], place: int) -> Decimal:
    """The sum of one column."""
    return sum((Decimal(row[place]) for row in rows), Decimal(0))


class Reader(HTMLParser):
    """Headings and the cells below them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self.inside = self.heading = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.inside = tag
        if tag == "tr":
            self.found.setdefault(self.heading, []).append([])
        elif tag in ("th", "td"):
            self.found[self.heading][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "h2":
            self.heading = data
        elif self.inside in ("th", "td"):
            self.found[self.heading][-1][-1] += data


def tables(page: str) -> dict[str, list[list[str]]]:
    """The page's tables by their headings."""
    reader = Reader()
    reader.feed(page)
    return reader.found


def test_money_that_is_planted_beside_its_place_is_found(terminal: Terminal) -> None:
    flows = dict.fromkeys(("shipments", "inventory", "invoices", "payments"), "1h")
    terminal.write_config(back=flows)
    terminal.sell(1)
    terminal.cycle()
    invoiced(terminal)
    terminal.cycle("payments")
    company = terminal.world.sage.company
    company.receipt("WEB", Decimal("12.34"), reference="NOBODY")
    report = terminal.json("reconcile", "--from", "2026-03-20", code=1)
    found = {(each["kind"], each["subject"]): each for each in report["differences"]}
    assert found["unallocated", "NOBODY"]["sage"] == "12.34"
    (clearing,) = [table for table in report["tables"] if table["name"] == "clearing accounts"]
    assert found["clearing", "1210"]["sage"] == clearing["sum"]["sage"] != "0.00"


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


def test_a_closed_company_is_not_compared_and_never_green(sent: Terminal) -> None:
    with sent.world.open_hub(), database.transaction("test"):
        now = sent.world.clock.now()
        closures.learn("sage", now + timedelta(hours=1), "locked for backup", now)
    report = sent.json("reconcile", code=6)
    assert (report["agrees"], report["compared"], report["differences"]) == (False, False, [])
    shown = sent.run("reconcile", code=6).output
    assert "NOT COMPARED" in shown
    assert "no difference" not in shown
    assert "No difference" not in sent.run("reconcile", "--html", code=6).output
    with sent.world.open_hub(), database.transaction("test"):
        closures.forget("sage", sent.world.clock.now())
    report = sent.json("reconcile")
    assert (report["agrees"], report["compared"]) == (True, True)
    assert any("Blank under Sage" in note for note in report["notes"])
