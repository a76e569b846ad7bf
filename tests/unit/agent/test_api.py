"""The HTTP interface of the agent: who may ask, what is refused, what is answered (contract section 12.3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from unit.agent.hub import Stand, order

ORDERS = "/v1/companies/ABC/orders"


@pytest.fixture
def stand(tmp_path: Path) -> Any:
    made = Stand(tmp_path)
    yield made
    assert made.is_even()


def failed(stand: Stand, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str, str]:
    status, answer, _ = stand.call(method, path, body, **more)
    return status, answer["error"]["class"], answer["error"]["message"]


def test_health_needs_no_seat_and_reports_the_pool(stand: Stand) -> None:
    stand.send(order())
    health = stand.get("/v1/health")
    assert (health["contract"], health["state"], health["backend"]) == (1, "ready", "fake")
    assert health["time"] == "2026-03-02T10:00:00-05:00"
    assert health["pool"]["opened_total"] == 1
    assert health["companies"][0] == {
        "code": "ABC",
        "sage": "open",
        "reason": None,
        "since": "2026-03-02T10:00:00-05:00",
    }


def test_health_waits_for_no_seat_that_is_due(stand: Stand) -> None:
    stand.send(order())
    stand.clock.advance(31)
    stand.sage.arrange("hang", "nCleanup")
    before = len(stand.sage.calls)
    assert stand.get("/v1/health")["pool"]["idle"] == 1
    assert len(stand.sage.calls) == before


def test_a_wrong_token_and_an_unknown_address_are_refused(tmp_path: Path) -> None:
    stand = Stand(tmp_path, {"listen": {"tokens": ["agent-token", "second"], "allow": ["10.0.0.0/24"]}})
    assert failed(stand, "GET", "/v1/health", token="wrong", address="10.0.0.5")[:2] == (401, "agent_auth")
    assert failed(stand, "GET", "/v1/health", token="", address="10.0.0.5")[:2] == (401, "agent_auth")
    assert failed(stand, "GET", "/v1/health", address="10.0.1.5")[:2] == (401, "agent_auth")
    for token in ("token-1", "token-2"):  # two are valid while a token is changed
        assert stand.call("GET", "/v1/health", token=token, address="10.0.0.5")[0] == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"batch": "b", "orders": []}, "'orders' must be a list of 1 to 50"),
        ({"batch": "b", "orders": [order() for _ in range(51)]}, "'orders' must be a list of 1 to 50"),
        ({"batch": "b", "orders": [order(), order()]}, "'orders' has a key twice"),
        ({"batch": "b", "orders": [order()], "more": 1}, "unknown field 'more'"),
        ({"batch": "b", "orders": [{**order(), "colour": "red"}]}, "unknown field 'orders[0].colour'"),
        ({"batch": "b", "orders": [{**order(), "freight": 5.0}]}, "'orders[0].freight' must be a text"),
        ({"batch": "b", "orders": [{**order(), "freight": "NaN"}]}, "'orders[0].freight' must be a number"),
        ({"batch": "b", "orders": [{**order(), "udf": {"SalesOrderNo": "1"}}]}, "is no user-defined field"),
        ({"orders": [order()]}, "'batch' is missing"),
        ([], "'body' must be an object"),
    ],
)
def test_what_breaks_the_schema_is_refused_by_name(stand: Stand, body: Any, message: str) -> None:
    status, kind, text = failed(stand, "POST", ORDERS, body)
    assert (status, kind) == (400, "format")
    assert message in text
    assert stand.sage.calls == []


def test_only_listed_companies_and_known_routes(stand: Stand) -> None:
    assert failed(stand, "POST", "/v1/companies/TST/orders", {"batch": "b", "orders": [order()]})[:2] == (
        404,
        "not_found",
    )
    assert failed(stand, "GET", "/v1/companies/ABC/data/passwords")[:2] == (404, "not_found")
    assert failed(stand, "GET", "/v1/nothing")[:2] == (404, "not_found")
    assert failed(stand, "GET", "/v1/health", sql="SELECT 1")[:2] == (400, "format")


@pytest.mark.parametrize(
    ("change", "status", "kind"),
    [
        ("password", 403, "auth"),
        ("seats", 503, "seat_limit"),
        ("locked", 423, "locked"),
        ("home", 503, "unavailable"),
    ],
)
def test_what_stops_a_whole_call(tmp_path: Path, change: str, status: int, kind: str) -> None:
    stand = Stand(tmp_path, seats=0 if change == "seats" else 5)
    if change == "password":
        stand.sage.users["tidegate"] = "changed"
    if change == "locked":
        stand.sage.companies["ABC"].kernel.window.lock("backup")
    if change == "home":
        stand.sage.home = "E:\\moved"
    got, answer, headers = stand.call("POST", ORDERS, {"batch": "b", "orders": [order()]})
    assert (got, answer["error"]["class"]) == (status, kind)
    assert answer["error"]["sage_text"]
    assert answer["error"]["request_id"] == headers["X-Request-Id"]
    if kind in ("locked", "seat_limit"):
        assert headers["Retry-After"] == str(answer["error"]["retry_after_s"]) == "900"
    assert stand.is_even()
    assert stand.orders() == []


def test_another_batch_for_the_company_is_busy(stand: Stand) -> None:
    with stand.agent.writing("ABC"):
        assert failed(stand, "POST", ORDERS, {"batch": "b", "orders": [order()]})[:2] == (409, "busy_company")
        assert stand.send(order(), company="XYZ")[0]["outcome"] == "rejected"  # another company may


def test_writes_can_be_switched_off(tmp_path: Path) -> None:
    stand = Stand(tmp_path, {"read_only": True, "sage100": {"allow_cancel": True}})
    line = {"division": "00", "customer": "WEB0001", "item": "ABC-1", "quantity": "1"}
    customer = {"key": "main:c:7", "fingerprint": "f", "division": "00", "name": "New"}
    for path, body in (
        ("orders", {"batch": "b", "orders": [order()]}),
        ("customers", {"batch": "b", "customers": [customer]}),
        ("price-probe", {"lines": [line]}),
        ("orders/0000001/cancel", {"key": "main:000000123"}),
    ):
        assert failed(stand, "POST", f"/v1/companies/ABC/{path}", body)[:2] == (403, "auth")
    assert stand.sage.licence.taken == 0
    assert stand.get("/v1/capabilities", company="ABC")["writer"] is None
    assert stand.get("/v1/companies/ABC/data/items")["rows"]


def test_drained_there_is_no_session_and_no_work(stand: Stand) -> None:
    stand.send(order())
    assert stand.sage.licence.held == ["tidegate"]
    drained = stand.post("/v1/drain")
    assert (drained["state"], drained["sessions"], drained["done"]) == ("drained", 0, True)
    assert stand.sage.licence.held == []
    assert failed(stand, "POST", ORDERS, {"batch": "b", "orders": [order(124)]})[:2] == (423, "locked")
    assert failed(stand, "POST", ORDERS, {"batch": "b", "orders": [order()]})[:2] == (423, "locked")
    assert stand.post("/v1/resume")["state"] == "ready"
    assert stand.send(order(124))[0]["outcome"] == "created"


def test_a_drain_finishes_the_record_in_hand_and_begins_no_other(stand: Stand) -> None:
    def drain(_object: str, method: str) -> None:
        if method == "nWrite" and _object == "SO_SalesOrder_bus":
            stand.agent.pool.drain(0)

    stand.sage.before_call = drain
    answer = stand.post(ORDERS, {"batch": "b", "orders": [order(), order(124)]})
    assert answer["stopped"] == "drain"
    assert [one["outcome"] for one in answer["results"]] == ["created", "not_attempted"]
    assert stand.sage.licence.held == []


def test_a_unit_of_work_ends_after_its_limit(tmp_path: Path) -> None:
    stand = Stand(tmp_path, {"seats": {"unit_limit_s": 180}})
    stand.sage.after_call = lambda _object, method: stand.clock.advance(181) if method == "nWrite" else None
    answer = stand.post(ORDERS, {"batch": "b", "orders": [order(), order(124)]})
    assert answer["stopped"] == "unit_limit"
    assert [one["outcome"] for one in answer["results"]] == ["created", "not_attempted"]
    assert stand.is_even()


def test_one_session_for_a_batch_and_never_a_second_seat(stand: Stand) -> None:
    stand.send(*(order(number) for number in range(100, 110)))
    stand.send(order(200))
    assert stand.sage.licence.taken == 1
    assert stand.sage.pool.peak == 1


def test_the_idle_session_is_dropped_after_its_time(stand: Stand) -> None:
    stand.send(order())
    stand.clock.advance(31)
    stand.agent.tick()
    assert stand.sage.licence.held == []
    assert stand.get("/v1/sessions") == {"sessions": [], "left": []}


def test_seats_are_left_to_staff(tmp_path: Path) -> None:
    stand = Stand(tmp_path, {"seats": {"seats_bought": 3, "seats_reserved_for_people": 2}})
    process = stand.sage.licence.start()
    stand.sage.licence.take(process, "bob")
    assert failed(stand, "POST", ORDERS, {"batch": "b", "orders": [order()]})[:2] == (503, "seat_limit")
    assert stand.sage.licence.held == ["bob"]
    stand.sage.licence.end(process.process)
    assert stand.send(order())[0]["outcome"] == "created"


def test_by_key_and_outcomes_need_no_seat(stand: Stand) -> None:
    stand.send(order())
    stand.post("/v1/drain")
    found, absent = stand.get(f"{ORDERS}/by-key", key=["main:000000123", "main:000000999"])["results"]
    assert (found["result"], found["sales_order_no"], found["place"], found["totals"]["total"]) == (
        "found",
        "0000001",
        "open",
        "48.09",
    )
    assert absent["result"] == "absent"
    (known,) = stand.get("/v1/companies/ABC/outcomes", key=["main:000000123", "main:000000999"])["outcomes"]
    assert (known["state"], known["sales_order_no"], known["result"]["outcome"]) == (
        "written",
        "0000001",
        "created",
    )


def test_a_look_up_that_cannot_be_answered_is_never_absent(stand: Stand) -> None:
    stand.sage.tables_down = "08001"
    assert failed(stand, "GET", f"{ORDERS}/by-key", key="main:000000123")[:2] == (503, "unavailable")
    assert stand.send(order())[0]["outcome"] == "in_doubt"
    assert stand.orders() == []


def test_data_is_paged_by_key_and_narrowed(stand: Stand) -> None:
    stock = "/v1/companies/ABC/data/stock"
    whole = stand.get(stock)["rows"]
    assert len(whole) == 9  # three items in three warehouses
    pages, after = [], ""
    while after is not None:
        page = stand.get(stock, limit=2, **({"after": after} if after else {}))
        pages += page["rows"]
        after = page["next"]
    assert pages == whole
    one = stand.get(stock, WarehouseCode="001", columns="ItemCode,QuantityOnHand")["rows"]
    assert [sorted(row) for row in one] == [["ItemCode", "QuantityOnHand"]] * 3
    assert failed(stand, "GET", stock, columns="Secret")[:2] == (400, "format")
    assert failed(stand, "GET", stock, ItemCode="ABC-1")[:2] == (400, "format")
    assert failed(stand, "GET", stock, since="2026-03-02T10:00:00-05:00")[:2] == (400, "format")


def test_changes_are_found_by_date_and_decimal_hours(stand: Stand) -> None:
    stand.send(order())
    stand.clock.advance(3600)
    stand.send(order(124))
    page = stand.get("/v1/companies/ABC/data/orders", since="2026-03-02T10:30:00-05:00")
    assert [row["SalesOrderNo"] for row in page["rows"]] == ["0000002"]
    assert page["rows"][0]["updated"] == {
        "date": "2026-03-02",
        "hours": "11.00000",
        "at": "2026-03-02T11:00:00-05:00",
    }
    assert page["high"] == "2026-03-02T10:45:00-05:00"


def test_stock_grows_on_order_at_once_and_text_is_trimmed(stand: Stand) -> None:
    stand.send(order())
    (row,) = [
        row
        for row in stand.get("/v1/companies/ABC/data/stock", WarehouseCode="001")["rows"]
        if row["ItemCode"] == "ABC-1"
    ]
    assert row["QuantityOnSalesOrder"] == "2.00000"


def test_premium_reads_the_same_with_its_own_empty_date(tmp_path: Path) -> None:
    stand = Stand(tmp_path, {"sage100": {"reader": "sql", "edition": "premium"}}, edition="premium")
    stand.send(order())
    (row,) = stand.get("/v1/companies/ABC/data/orders")["rows"]
    assert row["ShipExpireDate"] is None
    assert row["OrderDate"] == "2026-03-02"


def test_capabilities_tell_fields_tasks_and_what_is_missing(stand: Stand) -> None:
    stand.sage.options.udfs["SO_SalesOrderDetail"] = {}
    stand.sage.options.rights.discard("AR_Customer_ui")
    found = stand.get("/v1/capabilities", company="ABC", probe="true")
    assert found["udf"]["order"] == {"name": "UDF_MAGENTO_ORDER", "width": 40}
    assert found["udf"]["item"] is None
    assert "SO_SalesOrder_ui" in found["tasks"]
    assert "AR_Customer_ui" not in found["tasks"]
    assert found["widths"]["po"] == 30


def test_widths_are_those_that_the_driver_describes(tmp_path: Path) -> None:
    for widths, known in (("2018", {"name": 30, "address": 30, "city": 20, "po": 15}), ("2023", None)):
        (tmp_path / widths).mkdir()
        found = Stand(tmp_path / widths, widths=widths).get("/v1/capabilities", company="ABC")["widths"]
        assert found == (known or {"name": 50, "address": 40, "city": 30, "po": 30})


def test_customers_are_opened_once_with_the_key(stand: Stand) -> None:
    body = {
        "batch": "c-1",
        "customers": [
            {
                "key": "main:c:7",
                "fingerprint": "f",
                "division": "00",
                "customer": "NEW0001",
                "name": "New Customer",
                "terms": "01",
                "tax_schedule": "CA SALES",
                "country": "USA",
            }
        ],
    }
    (made,) = stand.post("/v1/companies/ABC/customers", body)["results"]
    assert (made["outcome"], made["customer"]) == ("created", "NEW0001")
    (again,) = stand.post("/v1/companies/ABC/customers", body)["results"]
    assert (again["outcome"], again["customer"]) == ("existing", "NEW0001")
    taken = {**body["customers"][0], "key": "main:c:8"}  # type: ignore[dict-item]
    (other,) = stand.post("/v1/companies/ABC/customers", {"batch": "c-2", "customers": [taken]})["results"]
    assert other["outcome"] == "rejected"
    stand.sage.arrange("die_after", "nWrite", "AR_Customer_bus")
    third = {**taken, "key": "main:c:9", "customer": "NEW0003"}
    (died,) = stand.post("/v1/companies/ABC/customers", {"batch": "c-3", "customers": [third]})["results"]
    assert (died["outcome"], died["customer"]) == ("created", "NEW0003")


def test_a_price_probe_reports_sages_own_price_and_writes_nothing(stand: Stand) -> None:
    lines = [
        {"division": "00", "customer": "WEB0001", "item": "ABC-1", "quantity": "1"},
        {"division": "00", "customer": "WEB0001", "item": "NONE", "quantity": "1"},
    ]
    good, bad = stand.post("/v1/companies/ABC/price-probe", {"lines": lines})["results"]
    assert good["unit_price"] == "19.950000"
    assert (bad["unit_price"], bad["error"]["class"]) == (None, "validation")
    assert stand.orders() == []


def test_cancelling_is_off_unless_allowed_and_asks_for_our_key(tmp_path: Path) -> None:
    stand = Stand(tmp_path, {"sage100": {"allow_cancel": True}})
    stand.send(order(), order(124))
    path = f"{ORDERS}/0000001/cancel"
    assert stand.post(path, {"key": "other"})["outcome"] == "rejected"
    stand.sage.companies["ABC"].invoicing["0000001"] = "0100001"
    assert stand.post(path, {"key": "main:000000123"})["outcome"] == "deferred"
    del stand.sage.companies["ABC"].invoicing["0000001"]
    assert stand.post(path, {"key": "main:000000123", "reason": "WEB"})["outcome"] == "cancelled"
    assert stand.post(path, {"key": "main:000000123"})["outcome"] == "absent"
    (history,) = [
        row
        for row in stand.get("/v1/companies/ABC/data/order-history")["rows"]
        if row["SalesOrderNo"] == "0000001"
    ]
    assert (history["OrderStatus"], history["CancelReasonCode"]) == ("X", "WEB")
    assert stand.is_even()
    closed = Stand(tmp_path / "..")
    assert failed(closed, "POST", path, {"key": "main:000000123"})[:2] == (403, "auth")


def test_metrics_are_prometheus_text(stand: Stand) -> None:
    stand.send(order())
    status, text, headers = stand.call("GET", "/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'tidegate_agent_orders_total{outcome="created"} 1' in text
    assert "tidegate_agent_sessions_opened_total 1" in text
    assert "# TYPE tidegate_agent_seats gauge\ntidegate_agent_seats 1\n" in text


def test_new_texts_are_listed_for_the_operator(stand: Stand) -> None:
    stand.sage.texts["not_on_file"] = "Das Feld {field} fehlt."
    stand.send(order(customer="NOBODY"))
    assert stand.agent.new_texts == ["Das Feld CustomerNo fehlt."]


def test_a_site_says_what_its_own_texts_mean(tmp_path: Path) -> None:
    stand = Stand(tmp_path, {"sage100": {"texts": {"record_locked": ["wird gerade bearbeitet"]}}})
    stand.sage.texts["record_locked"] = "Der Satz WIRD GERADE BEARBEITET."
    stand.sage.companies["ABC"].locks["SO_SalesOrderHeader", "0000001"] = "bob"
    (result,) = stand.send(order())
    assert (result["outcome"], result["error"]["class"]) == ("deferred", "record_locked")
    assert stand.agent.new_texts == []
    assert stand.is_even()
