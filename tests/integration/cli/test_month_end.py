"""Month's end: both sides to the cent, the documents behind every figure, signed, and what changed since."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from integration.cli.terminal import ONE_PAYMENT, Terminal
from tidegate.domain.books.month import Month
from tidegate.domain.errors import Code, Failure
from tidegate.engine import month_end, reconcile
from tidegate.engine import month_end_files as files
from tidegate.ledger import month_ends

MARCH = ("month-end", "--period", "2026-03")


@pytest.fixture
def march(terminal: Terminal) -> Terminal:
    """Three orders in Sage, one that waits for a mapping; the month is over."""
    terminal.write_config(text=ONE_PAYMENT)
    terminal.sell(3)
    terminal.sell(1, method="banktransfer")
    terminal.cycle()
    terminal.world.clock.advance(10 * 86_400)
    return terminal


def section(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [each for each in document["connections"]["web"]["sections"] if each["id"] == name]
    return dict(found)


def only(table: dict[str, Any]) -> dict[str, Any]:
    (row,) = table["rows"]
    return dict(row)


def test_an_empty_month(terminal: Terminal) -> None:
    terminal.world.clock.advance(10 * 86_400)
    document = terminal.json(*MARCH)
    assert document["state"] == "agrees"
    assert (document["from"], document["to"], document["over"]) == ("2026-03-01", "2026-03-31", True)


def test_completeness_by_day_and_the_orders_behind_it(march: Terminal) -> None:
    document = march.json(*MARCH)
    row = only(section(document, "completeness"))
    cells = row["cells"]
    assert (cells["day"], cells["placed"], cells["in_sage"], cells["waiting"]) == ("2026-03-23", 4, 3, 1)
    assert cells["unexplained"] == 0
    assert Decimal(cells["in_sage_value"]) + Decimal(cells["waiting_value"]) == Decimal(cells["placed_value"])
    assert row["documents"] == ["000000001", "000000002", "000000003", "000000004"]
    waits = only(section(document, "waiting"))
    assert waits["cells"]["place"] == "waiting"
    assert waits["cells"]["value"] == cells["waiting_value"]
    assert "banktransfer" in waits["cells"]["reason"]
    total = section(document, "totals")["rows"][-1]["cells"]
    assert Decimal(total["difference"]) == Decimal(cells["waiting_value"])


def test_a_company_that_cannot_be_asked_is_never_green(
    march: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tidegate.engine.reconcile.read_placed", lambda *_: Failure(Code.UNREACHABLE, "no answer")
    )
    document = march.json(*MARCH, code=6)
    assert document["state"] == document["connections"]["web"]["state"] == "not compared"
    assert not section(document, "completeness")["compared"]
    assert not section(document, "totals")["compared"]
    page = files.page(document)
    assert files.COLOURS["agrees"] not in page
    assert "NOT COMPARED" in march.run(*MARCH, code=6).output
    refused = march.run(*MARCH, "--sign", "Ann", code=1)
    assert "could not compare everything" in refused.stderr


def test_a_halted_connection_is_not_compared_either(march: Terminal) -> None:
    march.run("halt", "web", "--reason", "stocktaking")
    document = march.json(*MARCH, code=6)
    assert document["state"] == "not compared"
    assert not any(each["compared"] for each in document["connections"]["web"]["sections"])


def test_signed_with_name_and_time_and_a_change_shows_as_a_change(march: Terminal) -> None:
    assert "never run" in march.run(*MARCH, "--sign", "Ann", code=1).stderr
    assert march.json(*MARCH)["state"] == "agrees"  # what waits rightly is no difference
    done = march.json(*MARCH, "--sign", "Ann Okafor")
    assert done["signed"] == {"by": "Ann Okafor", "at": done["signed"]["at"], "note": "", "changed": False}
    assert march.json(*MARCH)["changes"] == []
    march.write_config()  # the mapping is there now
    march.cycle()
    document = march.json(*MARCH, code=1)
    assert [each["cells"] for each in section(document, "differences")["rows"]] == []
    assert document["signed"]["changed"]
    moved = {(each["section"], each["column"]): (each["then"], each["now"]) for each in document["changes"]}
    assert moved["completeness", "in_sage"] == (3, 4)
    assert (
        "changed: web completeness 2026-03-23 in_sage: 3 signed, 4 now"
        in march.run(*MARCH, "--kept", code=1).output
    )
    assert march.json(*MARCH, "--sign", "Bea")["signed"]["by"] == "Bea"
    with march.world.open_hub():
        assert [each.by for each in month_ends.history("sage", "2026-03")] == ["Bea", "Ann Okafor"]


def test_what_is_not_over_or_differs_is_not_signed_in_passing(terminal: Terminal) -> None:
    terminal.sell(1)
    terminal.cycle()
    terminal.json(*MARCH)
    assert "had not ended" in terminal.run(*MARCH, "--sign", "Ann", code=1).stderr
    terminal.world.clock.advance(10 * 86_400)
    terminal.sell(1)  # of April: captured by nobody, and no part of March
    with terminal.world.open_hub() as hub, pytest.MonkeyPatch.context() as patch:
        patch.setattr(reconcile, "read_orders", lambda *_: {})  # Sage has lost it
        document = month_end.run(hub, "sage", Month.of("2026-03"))
    assert document["state"] == "differs"
    assert only(section(document, "completeness"))["cells"]["unexplained"] == 1
    refused = terminal.run(*MARCH, "--sign", "Ann", code=1).stderr
    assert "sign with a note" in refused
    signed = terminal.json(*MARCH, "--sign", "Ann", "--note", "typed in again by hand", code=1)["signed"]
    assert signed["note"] == "typed in again by hand"


def test_the_company_is_chosen_by_its_name(terminal: Terminal) -> None:
    assert "nowhere" in terminal.run(*MARCH, "--company", "nowhere", code=5).stderr
    assert terminal.run("month-end", "--period", "March", code=2)
    assert "leave out --kept" in terminal.run(*MARCH, "--kept", code=5).stderr


def test_the_workbook_holds_the_same_figures_and_no_formula(march: Terminal, tmp_path: Path) -> None:
    document = march.json(*MARCH)
    march.run(*MARCH, "--kept", "--xlsx", str(tmp_path / "march.xlsx"))
    book = openpyxl.load_workbook(tmp_path / "march.xlsx")
    sheet = book["Completeness by day"]
    titles = [cell.value for cell in sheet[4]]
    row = dict(zip(titles, [cell.value for cell in sheet[5]], strict=True))
    cells = only(section(document, "completeness"))["cells"]
    assert Decimal(str(row["placed, value"])) == Decimal(cells["placed_value"])
    assert (row["placed"], row["in Sage"]) == (4, 3)
    assert "uk" not in book.sheetnames
    assert {"Summary", "Documents", "Changes since signed"} <= set(book.sheetnames)
    assert not [cell for each in book for line in each for cell in line if cell.data_type == "f"]


def test_foreign_text_acts_on_nothing() -> None:
    document = wicked()
    book = openpyxl.load_workbook(io.BytesIO(files.xlsx(document)))
    values = {cell.value: cell.data_type for each in book for line in each for cell in line if cell.value}
    assert values[WICKED] == "s"
    written = [cell for line in csv.reader(io.StringIO(files.csv_text(document))) for cell in line]
    assert f"'{WICKED}" in written
    assert not [cell for cell in written if cell.startswith(("=", "+", "@"))]
    assert "<script>" not in files.page(document)


WICKED = '=HYPERLINK("http://evil","<script>x</script>")'


def wicked() -> dict[str, Any]:
    """A document in which a buyer's text stands."""
    columns = [
        {"id": "order", "title": "order", "kind": "text"},
        {"id": "value", "title": "value", "kind": "money"},
    ]
    table = {
        "id": "waiting",
        "title": "Waiting: all / of *them*?",
        "basis": "orders",
        "compared": True,
        "columns": columns,
        "rows": [
            {"key": WICKED, "cells": {"order": WICKED, "value": "-1234567.80"}, "documents": [WICKED, "2"]}
        ],
        "total": {"value": "-1234567.80"},
        "notes": [],
    }
    connection = {
        "state": "agrees",
        "waiting": "0.00",
        "unexplained": "0.00",
        "differences": 0,
        "not_compared": [WICKED],
        "small": [],
        "sections": [table, table],
    }
    return {
        "company": "uk",
        "period": "2026-03",
        "from": "2026-03-01",
        "to": "2026-03-31",
        "over": True,
        "time_zone": "Europe/London",
        "ran_at": "2026-04-01T08:00:00Z",
        "currency": "GBP",
        "state": "agrees",
        "signed": {"by": WICKED, "at": "2026-04-02T08:00:00Z", "note": WICKED, "changed": True},
        "changes": [
            {
                "connection": "web",
                "section": "waiting",
                "row": WICKED,
                "column": "value",
                "then": "1.00",
                "now": None,
            }
        ],
        "connections": {"web": connection},
    }


def test_amounts_have_thousands_separators_in_print_and_none_in_csv() -> None:
    assert "-1,234,567.80" in files.page(wicked())
    assert "-0.40" in files.grouped("-0.40")
    rows = list(csv.DictReader(io.StringIO(files.csv_text(wicked()))))
    assert [each["value"] for each in rows if each["row"] == "SUM"] == ["-1234567.80", "-1234567.80"]
    assert {each["currency"] for each in rows} == {"GBP"}


def test_the_page_prints_and_asks_nobody(march: Terminal, tmp_path: Path) -> None:
    march.run(*MARCH, "--html", str(tmp_path / "march.html"))
    page = (tmp_path / "march.html").read_text(encoding="utf-8")
    assert "2026-03-01 to 2026-03-31" in page
    assert "<script" not in page
    assert "http" not in page
    assert "@media print" in page
