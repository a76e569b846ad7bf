"""Sage 300's stock, prices, shipments and invoices by the gateway, by SQL and from exports: the questions of the port, and what is their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conformance.sage300_stand import Sage300Stand
from tidegate.config.problem import Report
from tidegate.conformance.opened import opened
from tidegate.conformance.reading_fulfilment import *
from tidegate.conformance.reading_prices import *
from tidegate.conformance.reading_stock import *
from tidegate.conformance.stand import Stand, delta, failed, goods, sent_order
from tidegate.domain.errors import Code
from tidegate.sage.sage300.csv_exports import CsvExports
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.sql_tables import SqlTables

STANDS = {
    "gateway": lambda: Sage300Stand(tables="gateway", page_size=1000, extra_resources=()),
    "sql": lambda: Sage300Stand(tables="sql", page_size=1000, extra_resources=()),
    "exports": lambda: Sage300Stand(tables="csv", page_size=1000, extra_resources=()),
    "agent": lambda: Sage300Stand(agent=True, tables="gateway", page_size=1000, extra_resources=()),
}
IN_THE_CAMPAIGN = {
    "agent"
}  #: the gateway of the agent; a few of its questions are asked in `test_sage300_agent.py`


@pytest.fixture(
    params=[
        pytest.param(name, marks=[pytest.mark.campaign] if name in IN_THE_CAMPAIGN else []) for name in STANDS
    ]
)
def stand(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """A company whose tables are read so; its exports are as fresh as they can be."""
    built = STANDS[request.param]()
    read = CsvExports.read

    def fresh(*given: Any, **more: Any) -> Any:
        built.export()
        return read(*given, **more)

    monkeypatch.setattr(CsvExports, "read", fresh)
    yield built
    built.close()


def _contract(stand: Sage300Stand) -> None:
    row = {"CUSTNO": "WEB", "PRICEBY": "2", "ITEMNO": "HUB0001", "PRICELIST": "BASE", "PRICETYPE": "6"}
    stand.face.database.contracts.append({**row, "FIXPRICE": "7.77"})
    stand.do("day-end")


def test_contracts_are_in_the_price_book(stand: Sage300Stand) -> None:
    _contract(stand)
    with opened(stand.company) as session:
        assert session.prices.lists_contracts
        book, _, _ = session.prices.read(None)
    assert [(one.account, one.sku, str(one.price)) for one in book.customer_prices] == [
        ("WEB", "HUB-0001", "7.77")
    ]


def test_the_check_says_by_which_way_they_are_read(stand: Sage300Stand) -> None:
    found = {one.subject: one for one in stand.company.examine()}
    assert found["stock"].verdict == found["contracts"].verdict == "pass"
    assert f"by {stand.settings.stock}" in found["stock"].text
    for subject in (
        "prices",
        "prices of units",
        "shipments",
        "lines of shipments",
        "invoices",
        "lines of invoices",
    ):
        assert found[subject].verdict == "pass", found[subject]
    way = stand.settings.stock
    assert (
        f"despatches by {way}; invoices by {way}; credit notes by OECreditDebitNotes" in found["routes"].text
    )


# SQL


@pytest.fixture
def by_sql() -> Iterator[Sage300Stand]:
    built = Sage300Stand(tables="sql")
    yield built
    built.close()


def test_statements_name_their_columns_and_take_values_as_parameters(by_sql: Sage300Stand) -> None:
    with opened(by_sql.company) as session:
        assert delta(session.stock.read(None, ["1"])).rows
    assert by_sql.login.statements == [
        "SELECT ITEMNO, LOCATION, QTYONHAND, QTYSHNOCST, QTYRENOCST, QTYADNOCST, QTYSALORDR, QTYCOMMIT FROM dbo.ICILOC "
        "WHERE LOCATION IN (?)"
    ]


def test_a_login_that_may_write_is_refused_by_the_check(by_sql: Sage300Stand) -> None:
    assert {one.subject: one.verdict for one in by_sql.company.examine()}["database login"] == "pass"
    by_sql.login.may_write = True
    found = {one.subject: one.verdict for one in by_sql.company.examine()}
    assert found["database login"] == "fail"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("28000", Code.NOT_AUTHENTICATED),
        ("42000", Code.NOT_PERMITTED),
        ("42S02", Code.UNKNOWN_ENDPOINT),
        ("08001", Code.SERVER_TROUBLE),
    ],
)
def test_what_the_database_says_has_its_code_and_a_new_connection_is_made(
    by_sql: Sage300Stand, state: str, code: Code
) -> None:
    with opened(by_sql.company) as session:
        assert delta(session.stock.read(None)).rows
        by_sql.login.refused = (state, "No.")
        assert failed(session.stock.read(None)).code is code
        by_sql.login.refused = None
        assert delta(session.stock.read(None)).rows


def test_without_a_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_text: str, _timeout: float) -> None:
        raise ImportError

    monkeypatch.setattr("tidegate.sage.sage300.sql_tables.connect", absent)
    assert "tidegate[sql]" in failed(SqlTables("DSN=X", 1).read("ICILOC", ("ITEMNO",))).text


# Exports


@pytest.fixture
def exported() -> Iterator[Sage300Stand]:
    built = Sage300Stand(tables="csv")
    yield built
    built.close()


def _reads(stand: Sage300Stand) -> object:
    return CsvExports(stand.pick_up, stand.clock).read("ICILOC", ("ITEMNO", "LOCATION"))


def _write(path: Path, text: str, stand: Sage300Stand, ago: timedelta = timedelta(minutes=5)) -> None:
    path.write_text(text, newline="")
    at = (stand.clock.now() - ago).timestamp()
    os.utime(path, (at, at))


def test_a_file_that_is_being_written_or_cut_off_is_not_taken(exported: Sage300Stand) -> None:
    path = exported.pick_up / "iciloc.csv"
    whole = path.read_bytes().decode("cp1252")
    _write(path, whole, exported, timedelta(seconds=59))
    assert "being written" in failed(_reads(exported)).text
    for cut in (whole[:-2], whole[: len(whole) // 2], whole.replace("ITEMNO", "ITEM")):
        _write(path, cut, exported)
        assert "not whole" in failed(_reads(exported)).text
    path.unlink()
    assert failed(_reads(exported)).code is Code.SERVER_TROUBLE


def test_far_fewer_rows_wait_until_a_person_agrees(exported: Sage300Stand) -> None:
    path = exported.pick_up / "iciloc.csv"
    lines = path.read_bytes().decode("cp1252").splitlines(keepends=True)
    count = len(lines) - 1
    assert isinstance(found := _reads(exported), list)
    assert len(found) == count
    _write(path, "".join(lines[: 1 + -(-count * 8 // 10)]), exported)
    assert isinstance(_reads(exported), list)
    _write(path, "".join(lines[: 1 + count // 10]), exported)
    assert "iciloc.agreed" in failed(_reads(exported)).text
    _write(exported.pick_up / "iciloc.agreed", "", exported, timedelta(minutes=2))
    assert isinstance(_reads(exported), list)
    _write(path, "".join(lines[:2]), exported, timedelta(seconds=60))
    assert "iciloc.agreed" in failed(_reads(exported)).text, "consent is for what was there"


def test_what_web_orders_hold_is_as_old_as_the_stock_that_is_exported(exported: Sage300Stand) -> None:
    sku = exported.codes.skus[0]
    with opened(exported.company) as session:
        sent_order(exported, session, 213, goods(exported, sku))
        assert session.web_lines.read() == [], "the export is older than the order"
        before = delta(session.stock.read(None))
        assert before.as_of is not None
        assert before.as_of < exported.clock.now()
        exported.export()
        [line] = session.web_lines.read()
        after = delta(session.stock.read(None))
    assert (line.order_key, line.sku, line.allocated) == ("magento:main:213", sku, 2)
    free = [
        next(one for one in read.rows if (one.sku, one.warehouse) == (sku, exported.codes.warehouse))
        for read in (before, after)
    ]
    assert free[1].allocated - free[0].allocated == 2


@pytest.mark.parametrize("name", ["oeordh.csv", "oeshih.csv"])
def test_stock_that_is_older_than_what_orders_hold_or_what_left_is_not_taken(
    exported: Sage300Stand, name: str
) -> None:
    path = exported.pick_up / name
    made = path.stat().st_mtime + 30
    os.utime(path, (made, made))
    with opened(exported.company) as session:
        assert f"{name} must be exported before it" in failed(session.stock.read(None)).text


def test_stock_of_exports_with_shipments_of_now_is_refused_by_the_configuration() -> None:
    for shipments, problems in (("csv", 0), ("", 0), ("OEInvoices", 0), ("OEShipments", 1), ("sql", 1)):
        report = Report("hub.toml")
        settings = Sage300Settings(stock="csv", invoices="csv", shipments=shipments, exports_folder="/x")
        settings.check("companies.north", report)
        found = [one for one in report.problems if one.key.endswith(".shipments")]
        assert len(found) == problems, shipments
