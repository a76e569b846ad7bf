"""Locks, seats, permissions and faults of the face; the control surface (contract §8, §11)."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from integration.sandbox.sage200_world import HOST, STANDARD, Sage, sage
from tidegate_sandbox.erp import Rules, demo_company
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage200 import build

WRITES: list[tuple[str, str, Any]] = [
    ("POST", "customers", {"reference": "NEW", "name": "New"}),
    ("PUT", "customers/{customer}", {"short_name": "x"}),
    ("DELETE", "customers/{customer}", None),
    ("POST", "sop_orders", "order"),
    ("PUT", "sop_orders/{order}", {"analysis_code_1": "x"}),
    ("DELETE", "sop_orders/{order}", None),
    ("POST", "sales_receipts", {"customer_id": 1, "bank_id": 1, "cheque_value": 1}),
]


def state(world: Sage) -> dict[str, Any]:
    books = world.company.books()
    return {name: books[name] for name in ("orders", "customers", "stock", "transactions", "journals")}


@pytest.mark.parametrize(("verb", "path", "body"), WRITES, ids=[f"{verb} {path}" for verb, path, _ in WRITES])
def test_a_locked_company_refuses_writes_and_nothing_happens(verb: str, path: str, body: Any) -> None:
    world = sage()
    order = world.enter()
    before = state(world)
    world.control("lock", {"locked": True})
    path = path.format(customer=world.company.customer("GUS01").id, order=order["id"])
    answer = world.call(verb, path, json=world.order() if body == "order" else body)
    assert answer.status_code == 503
    assert "locked" in answer.json()["Message"]
    assert "backup" in answer.json()["Message"]
    assert world.get("sop_orders", count="true") == {"count": 1}
    assert world.post("customer_price_enquiry", {"customer_id": 1, "product_id": 1}, 400)
    world.control("lock", {"locked": False})
    assert state(world) == before
    books = world.company.books()
    assert (books["writes_while_locked"], books["violations"]) == (1, [])
    assert world.enter()["document_no"] == "0000000002"


def test_reads_may_be_refused_as_well() -> None:
    world = sage()
    world.control("lock", {"locked": True, "reads": False})
    assert world.call("GET", "customers").status_code == 503
    assert world.call("GET", "sites").status_code == 200
    assert world.company.books()["writes_while_locked"] == 0


def test_locks_by_time_and_by_rule() -> None:
    world = sage()
    world.control("lock", {"from": "2026-03-02T11:00:00Z", "to": "2026-03-02T12:00:00Z"})
    world.control("lock", {"daily": {"at": "01:00", "minutes": 120}, "reason": "nightly backup"})
    tried = {}
    for hours in (0, 1, 1, 13, 1, 1, 8):
        world.clock.advance(hours * 3600)
        world.tokens = world.face.sign_in()
        answer = world.call("POST", "sop_orders", json=world.order())
        tried[world.clock.now().strftime("%d %H")] = answer.status_code
    assert tried == {
        "02 10": 200,
        "02 11": 503,
        "02 12": 200,
        "03 01": 503,
        "03 02": 503,
        "03 03": 200,
        "03 11": 200,
    }
    assert world.company.books()["violations"] == []


def test_the_companys_own_staff_is_locked_out_too() -> None:
    world = sage()
    order = world.enter()
    world.control("lock", {"locked": True, "reason": "posting"})
    assert world.control("despatch", {"order": order["document_no"]}, 503)["kind"] == "locked"
    assert "posting" in world.enter(status=503)["Message"]


def test_faults_of_the_face() -> None:
    world = sage()
    world.inject("lock", method="POST")
    assert "backup" in world.enter(status=503)["Message"]
    world.inject("closed_period")
    assert "closed" in world.enter(status=400)["Message"]
    world.inject("permission")
    assert world.enter(status=403)["Message"] == "The requested operation is forbidden for this account."
    world.inject("seats")
    assert "licences" in world.enter(status=503)["Message"]
    world.face.options.seats_status = 429
    world.inject("seats")
    assert world.enter(status=429)["statusCode"] == 429
    world.inject("tunnel_down", times=2)
    world.base = STANDARD
    world.get("sop_orders")
    world.base = world.base.replace("sage200/", "sage200extra/")
    assert world.get("sites") == []
    assert world.enter(status=504)["statusCode"] == 504
    world.enter()
    assert world.company.books()["counts"]["orders"] == 1
    assert world.faults.fired() == {
        "lock": 1,
        "closed_period": 1,
        "permission": 1,
        "seats": 2,
        "tunnel_down": 2,
    }


def test_a_role_may_lack_a_feature() -> None:
    world = sage(denied=frozenset({("POST", "customers")}))
    refusal = world.post("customers", {"reference": "N", "name": "N"}, 403)
    assert refusal == {"Message": "The requested operation is forbidden for this account."}
    assert world.call("GET", "customers").status_code == 200


def test_an_order_whose_answer_is_lost_is_there_all_the_same() -> None:
    world = sage()
    world.inject("drop_after", method="POST", path="sop_orders")
    with pytest.raises(httpx.RemoteProtocolError):
        world.enter()
    assert len(world.get("sop_orders", filter="customer_document_no eq '000000123'")) == 1
    world.inject("duplicate_request", method="POST", path="sop_orders")
    world.enter(customer_document_no="twice")
    assert len(world.company.books()["orders_by_reference"]["twice"]) == 2


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_errors_of_the_wire_have_the_shape_of_their_layer(status: int) -> None:
    world = sage()
    world.inject("status", options={"status": status, "retry_after": 30})
    answer = world.call("GET", "customers")
    assert answer.status_code == status
    assert answer.headers["Retry-After"] == "30"
    assert set(answer.json()) == ({"Message"} if status == 500 else {"statusCode", "message"})


def test_only_known_kinds_can_be_armed() -> None:
    world = sage()
    world.control("faults", {"kind": "lock"}, 201)
    world.control("faults", {"kind": "no_such_fault"}, 400)


def test_more_sessions_than_seats_are_refused() -> None:
    world = sage()
    world.company.seats.limit = 1
    with world.company.seats.session("the warehouse"):
        assert "licences" in world.enter(status=503)["Message"]
    world.enter()
    books = world.company.books()
    assert (books["max_sessions"], books["seats_refused"]) == (1, 1)


def test_many_threads_enter_each_order_once() -> None:
    world = sage()

    def work(number: int) -> None:
        for one in range(10):
            world.enter(customer_document_no=f"{number}-{one}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    books = world.company.books()
    assert books["counts"]["orders"] == 60
    assert len({one["number"] for one in books["orders"]}) == 60
    assert books["violations"] == []
    assert 1 <= books["max_sessions"] <= 6


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("despatch", {"order": "nope"}, 409),
        ("despatch", {}, 400),
        ("period", {"date": "2026-03-01"}, 400),
        ("period", {"date": "1999-03-01", "open": False}, 409),
        ("stock-adjust", {"item": "HUB-0001", "warehouse": "HOME", "to": "many"}, 400),
        ("stock-adjust", {"item": "NOPE", "to": 1}, 409),
        ("customer-change", {"customer": "WEB", "changes": {"nothing": 1}}, 409),
        ("customer-change", {"customer": "WEB"}, 400),
        ("rules", {"nothing": True}, 409),
        ("lock", {"from": "2026-03-02T11:00:00", "to": "2026-03-02T12:00:00"}, 400),
        ("nothing", {}, 404),
        ("stock-adjust", [], 400),
    ],
)
def test_control_says_what_it_cannot_do(path: str, body: Any, status: int) -> None:
    world = sage()
    answer = world.http.post(f"{HOST}/_sandbox/{path}", json=body)
    assert answer.status_code == status, answer.text


def test_the_control_surface_changes_and_shows_the_company() -> None:
    world = sage()
    world.control(
        "customer-change", {"customer": "GUS01", "changes": {"on_hold": True, "credit_limit": "9.50"}}
    )
    row = world.one("customers", "reference eq 'GUS01'")
    assert (row["on_hold"], row["credit_limit"]) == (True, 9.5)
    order = world.enter(customer_document_no="1")
    assert world.control("cancel", {"order": order["document_no"]})["status"] == "cancelled"
    assert world.get(f"sop_orders/{order['id']}")["document_status"] == "EnumDocumentStatusCancelled"
    order = world.enter(customer_document_no="2")
    assert world.control("hold", {"order": order["document_no"]})["status"] == "on_hold"
    receipt = world.control("receipt", {"customer": "WEB", "value": "12.44", "reference": "R1"})
    assert receipt["outstanding"] == "-12.44"
    books = world.control("books")
    assert {one["reference"]: one["status"] for one in books["orders"]} == {"1": "cancelled", "2": "on_hold"}
    assert books["violations"] == []
    assert world.control("credentials")["company_id"] == 123
    pair = world.control("sign-in", {"desktop": True})
    world.tokens = world.face.sign_in()
    assert pair["refresh_token"]
    world.control("oauth/revoke", {})
    assert world.call("GET", "customers").status_code == 401
    assert world.control("oauth/consent", {})["expires_in"] == 28800
    world.control("tunnel", {"up": False})
    assert world.face.tunnel_up is False


def test_a_face_over_another_company() -> None:
    world = sage()
    company = demo_company(world.clock, items=1, base="USD", rules=Rules(), seed=5)
    face, _wire = build(world.clock, FaultPlan(), company, redirect_uris=["https://mine.example/"])
    assert face.company is company
    assert company.currency(None).code == "USD"
    assert company.country(None).code == "US"
    with pytest.raises(TypeError):
        build(world.clock, FaultPlan(), company, no_such_option=1)
