"""Reading tables: what ProvideX cannot do is refused by the fake, and what SQL Server does otherwise is kept apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tidegate_agent.odbc_reader import connection_string
from tidegate_agent.settings import read
from tidegate_sandbox.sage100.dialect import OdbcError, fetch
from unit.agent.hub import Stand, order
from unit.agent.stand import installation

PREMIUM: dict[str, Any] = {"sage100": {"reader": "sql", "edition": "premium"}}
HELD = {"IM_ItemWarehouse", "SO_SalesOrderHeader", "SO_SalesOrderHistoryHeader"}

ONE = "SELECT ItemCode FROM CI_Item"
REFUSED = {
    "union": f"{ONE} UNION {ONE}",
    "limit": f"{ONE} LIMIT 5",
    "offset": f"{ONE} ORDER BY ItemCode OFFSET 5",
    "common table": f"WITH a AS ({ONE}) {ONE}",
    "window": "SELECT ItemCode OVER FROM CI_Item",
    "bracket": "SELECT [ItemCode] FROM CI_Item",
    "semicolon": f"{ONE};",
    "star": "SELECT * FROM CI_Item",
    "subquery": f"{ONE} WHERE ItemCode IN ({ONE})",
    "join": "SELECT ItemCode FROM CI_Item, IM_ItemWarehouse",
    "schema": "SELECT ItemCode FROM dbo.CI_Item",
    "a date as text": "SELECT SalesOrderNo FROM SO_SalesOrderHeader WHERE OrderDate >= '20260302'",
    "a lock passed": f"{ONE} WITH (NOLOCK)",
    "another statement": "DELETE FROM CI_Item",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_what_the_driver_cannot_do_it_refuses(statement: str) -> None:
    with pytest.raises(OdbcError, match="ProvideX"):
        fetch(installation(), "ABC", statement)


@pytest.mark.parametrize("table", ["CI_Item", "dbo.SY_Console", "MAS_SYSTEM.dbo.CI_Item"])
def test_in_sql_server_a_table_has_its_schema_and_its_database(table: str) -> None:
    column = "WorkstationName" if "SY_" in table else "ItemCode"
    with pytest.raises(OdbcError, match="Invalid object name"):
        fetch(installation(edition="premium"), "ABC", f"SELECT {column} FROM {table}")


def test_sql_server_refuses_a_text_that_is_no_date_for_a_date() -> None:
    statement = "SELECT ItemCode FROM dbo.CI_Item WHERE DateUpdated > 'lately'"
    with pytest.raises(OdbcError, match="Conversion failed"):
        fetch(installation(edition="premium"), "ABC", statement)


def test_the_licences_in_use_are_read_from_the_system_database(tmp_path: Path) -> None:
    seats = {"seats_bought": 5, "seats_reserved_for_people": 5}
    stand = Stand(tmp_path, {**PREMIUM, "seats": seats}, edition="premium")
    status, body, _ = stand.call("POST", "/v1/companies/ABC/orders", {"batch": "b", "orders": [order()]})
    assert (status, body["error"]["class"]) == (503, "seat_limit")


def test_a_whole_read_passes_what_a_posting_holds_and_a_look_up_never_does(tmp_path: Path) -> None:
    stand = Stand(tmp_path, PREMIUM, edition="premium")
    stand.send(order(1))
    stand.sage.held_tables |= HELD
    assert stand.get("/v1/companies/ABC/data/stock")["rows"]
    stand.get("/v1/companies/ABC/data/order-history")
    past = "data/order-history"
    for path, narrowed in (
        ("orders/by-key", {"key": "main:000000002"}),
        (past, {"CustomerPONo": "000000001"}),
        (past, {"since": "2026-03-01T00:00:00-05:00"}),
    ):
        status, body, _ = stand.call("GET", f"/v1/companies/ABC/{path}", **narrowed)  # type: ignore[arg-type]
        assert (status, body["error"]["class"]) == (503, "unavailable")


def test_where_the_database_reads_snapshots_nobody_waits_and_nothing_is_passed(tmp_path: Path) -> None:
    stand = Stand(tmp_path, PREMIUM, edition="premium", snapshot=True)
    asked: list[str] = []
    tables, kept = stand.agent.reader("ABC")._tables, stand.agent.reader("ABC")._tables.fetch
    tables.fetch = lambda statement: asked.append(statement) or kept(statement)  # type: ignore[method-assign, func-returns-value]
    stand.sage.held_tables |= HELD
    for _ in range(2):
        assert stand.get("/v1/companies/ABC/data/stock")["rows"]
    (one,) = stand.get("/v1/companies/ABC/orders/by-key", key="main:000000002")["results"]
    assert one["result"] == "absent"
    assert not any("NOLOCK" in statement for statement in asked)
    assert sum("sys.databases" in statement for statement in asked) == 1


@pytest.mark.parametrize(
    ("reader", "password", "text"),
    [
        ("odbc", "secret", "DSN=TIDEGATE;UID=tidegate;PWD=secret;Company=ABC;DirtyReads=1;BurstMode=0"),
        (
            "odbc",
            "a;Company=XYZ}b",
            "DSN=TIDEGATE;UID=tidegate;PWD={a;Company=XYZ}}b};Company=ABC;DirtyReads=1;BurstMode=0",
        ),
        (
            "sql",
            "secret ",
            "DRIVER={ODBC Driver 18 for SQL Server};SERVER=HOST\\SAGE;DATABASE=MAS_ABC;UID=tidegate;PWD={secret };Encrypt=yes",
        ),
    ],
    ids=["plain", "a sign that would end it", "a blank at its end"],
)
def test_a_password_stays_one_value_of_the_connection(reader: str, password: str, text: str) -> None:
    sage = {"companies": ["ABC"], "user": "tidegate", "data_source": "TIDEGATE", "sql_server": "HOST\\SAGE"}
    settings = read({"journal": "journal.db", "sage100": {**sage, "reader": reader}})
    assert connection_string(settings, "ABC", password) == text
