"""Reading by business objects: the same rows as by ODBC, in the session in hand or in one of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidegate_agent.backends import NativeBackend
from tidegate_agent.sage100 import names
from tidegate_agent.sage100.columns import COLUMNS, KEYS
from tidegate_agent.sage100.reader import SYSTEM_TABLES, Reader, Where
from tidegate_sandbox.sage100.backend import Host
from tidegate_sandbox.sage100.control import Control
from unit.agent.hub import Stand, order

TABLES = sorted(set(COLUMNS) - SYSTEM_TABLES)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path, {"sage100": {"reader": "boi"}})


def test_every_table_shows_the_same_rows_as_by_odbc(stand: Stand) -> None:
    stand.send(order(), order(124, customer="WANDA01"))
    company = stand.sage.companies["ABC"]
    control = Control(stand.sage)
    control.perform("despatch", {"order": next(iter(company.kernel.orders.table)).number})
    control.perform("invoice-run", {})
    control.perform("posting-run", {})
    odbc = Reader(NativeBackend(Host(stand.sage)).tables("ABC"), "odbc", "ABC")
    seen = 0
    for table in TABLES:
        by_odbc = odbc.rows(table, COLUMNS[table], order=KEYS[table])
        assert stand.agent.reader("ABC").rows(table, COLUMNS[table], order=KEYS[table]) == by_odbc, table
        seen += bool(by_odbc)
    assert seen >= 9
    assert stand.is_even()


def test_a_key_is_found_and_a_neighbour_is_not_taken_for_it(stand: Stand) -> None:
    reader = stand.agent.reader("ABC")
    found = reader.rows("CI_Item", ("ItemCode",), [Where("ItemCode", "=", "HUB-0001")])
    assert found == [{"ItemCode": "HUB-0001"}]
    assert reader.rows("CI_Item", ("ItemCode",), [Where("ItemCode", "=", "HUB-0000")]) == []
    assert [one for one in stand.sage.methods("CI_Item_svc") if one == "nMoveFirst"] == []


def test_one_part_of_a_key_narrows_the_reading(stand: Stand) -> None:
    reader = stand.agent.reader("ABC")
    where = [Where("ItemCode", "IN", ["HUB-0001", "HUB-0002"])]
    found = reader.rows("IM_ItemWarehouse", ("ItemCode", "WarehouseCode"), where, order=("ItemCode",))
    records = [one for one in stand.sage.methods("IM_ItemWarehouse_svc") if one == "nGetRecord"]
    assert {row["ItemCode"] for row in found} == {"HUB-0001", "HUB-0002"}
    assert len(records) == len(found)


def test_a_field_that_is_not_there_is_named(stand: Stand) -> None:
    assert stand.get("/v1/capabilities", company="ABC")["udf"]["order"] == {"name": "UDF_MAGENTO_ORDER"}
    stand.sage.options.udfs.pop("AR_Customer")
    assert stand.get("/v1/capabilities", company="ABC")["udf"]["customer"] is None


def test_a_text_with_the_separator_in_it_shifts_no_column(stand: Stand) -> None:
    stand.send(order(comment=f"Kod {names.SEPARATOR}"))
    [row] = stand.agent.reader("ABC").rows("SO_SalesOrderHeader", ("Comment", "TermsCode", "CustomerPONo"))
    assert (row["Comment"], row["CustomerPONo"]) == (f"Kod {names.SEPARATOR}", "000000123")


def test_reading_takes_a_seat_of_the_pool_and_gives_it_back(stand: Stand) -> None:
    stand.get("/v1/companies/ABC/data/items")
    assert stand.agent.pool.totals.opened == 1
    assert stand.sage.pool.peak == 1
    stand.post("/v1/drain")
    status, answer, _ = stand.call("GET", "/v1/companies/ABC/data/items")
    assert (status, answer["error"]["class"]) == (423, "locked")
    assert stand.is_even()


def test_without_a_free_licence_nothing_is_absent(stand: Stand) -> None:
    stand.sage.pool.limit = 0
    status, answer, _ = stand.call("GET", "/v1/companies/ABC/data/items")
    assert (status, answer["error"]["class"]) == (503, "seat_limit")
    [result] = stand.send(order())
    assert result["outcome"] == "in_doubt"
    assert stand.orders() == []


def test_an_order_is_written_and_looked_up_in_one_session(stand: Stand) -> None:
    first, second = stand.send(order(), order(124))
    again = stand.send(order())[0]
    assert (first["outcome"], second["outcome"], again["outcome"]) == ("created", "created", "existing")
    assert stand.agent.pool.totals.opened == 1
    assert stand.is_even()


@pytest.mark.parametrize("kind", ["die_before", "die_after"])
def test_a_death_at_the_write_is_settled_by_the_next_session(stand: Stand, kind: str) -> None:
    stand.sage.arrange(kind, "nWrite", "SO_SalesOrder_bus")
    [result] = stand.send(order())
    assert result["outcome"] == "in_doubt", "the session that could be asked is lost"
    [found] = stand.get("/v1/companies/ABC/orders/by-key", key="main:000000123")["results"]
    assert found["result"] == ("found" if kind == "die_after" else "absent")
    stand.send(order())
    assert stand.orders() == ["main:000000123"]
    assert stand.is_even()
