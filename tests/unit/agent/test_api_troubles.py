"""The HTTP interface of the agent where something goes wrong, and what its log says (contract sections 12.3 and 12.4)."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path

import pytest

from tidegate_agent.sage100.columns import KEYS as KEYS_OF
from tidegate_agent.sage100.columns import kind_of
from tidegate_agent.sage100.datasets import DATASETS
from tidegate_agent.sage100.order_writer import OrderWriter
from unit.agent.hub import Stand, order
from unit.agent.test_api import ORDERS, failed, stand

__all__ = ["stand"]


def test_a_row_of_the_console_that_outlives_its_server_is_reported(stand: Stand) -> None:
    stand.send(order())
    [(process, _)] = stand.sage.licence.sessions()
    [held] = stand.get("/v1/sessions")["sessions"]
    assert (held["company"], held["state"], held["open_s"]) == ("ABC", "idle", 0.0)
    stand.post("/v1/drain")
    stand.sage.stale_rows.append((process, "tidegate"))
    assert stand.get("/v1/sessions")["left"] == [{"process": process, "workstation": "HOST"}]
    stand.sage.tables_down = "08001"
    assert stand.get("/v1/sessions")["left"] is None


def test_a_call_that_hangs_while_a_session_is_opened_is_a_timeout(stand: Stand) -> None:
    stand.sage.arrange("hang", "nSetUser")
    assert failed(stand, "POST", ORDERS, {"batch": "b", "orders": [order()]})[:2] == (504, "timeout")
    assert stand.sage.licence.held == []
    assert stand.get("/v1/companies/ABC/outcomes", key="main:000000123") == {"outcomes": []}


def test_an_error_of_the_agents_own_is_answered_with_the_callers_number(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(OrderWriter, "write", fails)
    body = {"batch": "b", "orders": [order()]}
    status, answer, headers = stand.call("POST", ORDERS, body, request_id="hub-7")
    assert (status, answer["error"]["class"], answer["error"]["request_id"]) == (500, "internal", "hub-7")
    assert headers["X-Request-Id"] == "hub-7"
    assert stand.call("GET", "/v1/health", request_id="with blanks")[2]["X-Request-Id"] != "with blanks"


def test_an_agent_that_still_works_while_it_is_drained_says_so(stand: Stand) -> None:
    states: list[str] = []

    def look(obj: str, method: str) -> None:
        if (obj, method) == ("SO_SalesOrder_bus", "nWrite"):
            stand.agent.pool.drain(0)
            states.append(stand.get("/v1/health")["state"])

    stand.sage.before_call = look
    stand.send(order())
    assert (states, stand.get("/v1/health")["state"]) == (["draining"], "drained")


KEYS = [f"main:{number:09d}" for number in range(51)]
LINE = {"division": "00", "customer": "WEB0001", "item": "ABC-1", "quantity": "1"}


def test_one_call_asks_for_so_much_and_no_more(stand: Stand) -> None:
    data = "/v1/companies/ABC/data/stock"
    for path in (f"{ORDERS}/by-key", "/v1/companies/ABC/outcomes"):
        stand.get(path, key=KEYS[:50])
        assert failed(stand, "GET", path, key=KEYS)[:2] == (400, "format")
        assert failed(stand, "GET", path)[:2] == (400, "format")
    stand.get(data, limit=5000)
    for limit in (5001, 0, "x"):
        assert failed(stand, "GET", data, limit=limit)[:2] == (400, "format")
    probe = "/v1/companies/ABC/price-probe"
    stand.post(probe, {"lines": [LINE] * 20})
    assert failed(stand, "POST", probe, {"lines": [LINE] * 21})[:2] == (400, "format")


TYPED = [
    name for name, one in DATASETS.items() if {kind_of(one.table, key) for key in KEYS_OF[one.table]} != {"s"}
]


@pytest.mark.parametrize("dataset", TYPED)
@pytest.mark.parametrize("word", ["x", "NaN", "", "short"])
def test_a_place_that_is_not_ours_is_refused(stand: Stand, dataset: str, word: str) -> None:
    """Keys hold texts, numbers and dates: none of them takes what is none."""
    key = KEYS_OF[DATASETS[dataset].table]
    parts = [word] * (len(key) if word != "short" else len(key) - 1)
    after = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()
    path = f"/v1/companies/ABC/data/{dataset}"
    assert failed(stand, "GET", path, after=after) == (400, "format", "'after' is not one of ours")


@pytest.mark.parametrize(("day", "named"), [("", False), ("2026-03-01", False), ("2026-03-02", True)])
def test_the_log_names_keys_and_texts_and_addresses_on_one_day_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, day: str, named: bool
) -> None:
    stand = Stand(tmp_path, {"addresses_logged_on": day})
    with caplog.at_level(logging.INFO, "tidegate_agent"):
        stand.send(order(), order(124, customer="NOBODY"))
    assert "order main:000000123: created | 0000001" in caplog.text
    assert (
        "order main:000000124: rejected | validation | header.set | CustomerNo$ | The CustomerNo"
        in caplog.text
    )
    for private in ("Jane", "High Street", "jane@example.com"):
        assert (private in caplog.text) == named
    assert stand.is_even()
