"""Faults on demand, limits, metering, people and the clock (contract §12, §17)."""

from __future__ import annotations

import threading
from xml.etree import ElementTree

import httpx
import pytest

from integration.sandbox.intacct.world import World
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.intacct.admission import Admission
from tidegate_sandbox.intacct.failure import TransportRefusal
from tidegate_sandbox.intacct.options import Options

CUSTOMER = "<create><CUSTOMER><CUSTOMERID>{0}</CUSTOMERID><NAME>{0}</NAME></CUSTOMER></create>"
COUNT = "<query><object>CUSTOMER</object><select><field>RECORDNO</field></select></query>"


def test_refusals_in_front_are_short_documents(world: World) -> None:
    for kind, status, number in (("throttled", 429, "GW-0010"), ("invalid_request", 400, "GW-0011")):
        world.faults.add(Fault(kind, times=1))
        answer = world.post("<request/>")
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/xml")
        root = ElementTree.fromstring(answer.content)
        assert root.findtext("control/status") == "failure"
        assert root.find("control/senderid") is None
        assert root.findtext("errormessage/error/errorno") == number
        assert "[Request ID: " in root.findtext("errormessage/error/description", "")


def body(world: World, code: str) -> str:
    return (
        "<request><control><senderid>HubSender</senderid><password>sender-secret</password><controlid>1</controlid></control>"
        f"<operation><authentication>{world.login()}</authentication><content>"
        f'<function controlid="{code}">{CUSTOMER.format(code)}</function></content></operation></request>'
    )


def there(world: World, code: str) -> bool:
    return bool(
        world.rows(
            "CUSTOMER", "NAME", where=f"<equalto><field>CUSTOMERID</field><value>{code}</value></equalto>"
        )
    )


def test_errors_of_the_server_before_and_after_the_effect(world: World) -> None:
    world.sign_in()
    world.faults.add(Fault("status", times=1, options={"status": 503}))
    answer = world.post(body(world, "S1"))
    assert answer.status_code == 503
    assert ElementTree.fromstring(answer.content).findtext("errormessage/error/errorno") == "GW-0001"
    assert not there(world, "S1")
    world.faults.add(Fault("status", times=1, options={"status": 500, "effect": True}))
    assert world.post(body(world, "S1")).status_code == 500
    assert there(world, "S1")
    again = ElementTree.fromstring(world.post(body(world, "S1")).content)
    assert again.findtext("operation/result/errormessage/error/errorno") == "XL03000005"


def test_cut_connections_and_pages(world: World) -> None:
    world.sign_in()
    world.faults.add(Fault("cut_body", times=1))
    with pytest.raises(httpx.RemoteProtocolError):
        world.post(body(world, "K1"))
    assert there(world, "K1")
    world.faults.add(Fault("login_page", times=1))
    assert world.post(body(world, "K2")).headers["content-type"].startswith("text/html")
    assert not there(world, "K2")
    world.faults.add(Fault("slow", times=1, options={"seconds": 400}))
    with pytest.raises(httpx.ReadTimeout):
        world.http.post("/ia/xml/xmlgw.phtml", content=body(world, "K3"), timeout=300)
    assert there(world, "K3")


def test_states_of_the_company(world: World) -> None:
    world.sign_in()
    world.act("maintenance")
    assert "The Service is Temporarily Off-line" in world.refused(COUNT)[1]
    assert world.rest("GET", "/objects/accounts-receivable/customer").status_code == 503
    world.act("maintenance", on=False)
    world.faults.add(Fault("sender_blocked", times=1))
    assert world.request(COUNT).findtext("operation/authentication/status") == "failure"
    world.faults.add(Fault("company_expired", times=1))
    assert world.request(COUNT).findtext("errormessage/error/errorno") == "PL04000055"
    world.faults.add(Fault("closed_period", times=1))
    number, text = world.refused(world.order(("WIDGET-01", "1", "1.00")))
    assert number == "BL03000130"
    assert "period is closed" in text
    world.act("close-period", date="2026-03-01")
    assert "period is closed" in world.refused(world.order(("WIDGET-01", "1", "1.00")))[1]
    world.act("close-period", date="2026-03-01", open=True)
    world.done(world.order(("WIDGET-01", "1", "1.00")))
    world.act("lock", locked=True)
    assert "Off-line" in world.refused(CUSTOMER.format("L1"))[1]
    world.done(COUNT)
    world.act("lock", locked=False)
    world.act("end-sessions")
    assert world.request(COUNT).findtext("operation/authentication/status") == "failure"


def test_ar_invoices_are_recreated_on_demand(world: World) -> None:
    world.done(world.document("Sales Invoice", ("WIDGET-01", "1", "10.00")))
    [before] = world.rows("SODOCUMENT", "PRRECORDKEY")
    made = world.act("recreate-invoice", document="Sales Invoice-INV0001")
    [after] = world.rows("ARINVOICE", "RECORDNO")
    assert before["PRRECORDKEY"] != after["RECORDNO"] == str(made["prrecordkey"])


def test_transactions_are_metered_by_function(world: World) -> None:
    world.sign_in()
    orders = [world.order(("WIDGET-01", "1", "1.00")) for _ in range(25)]
    world.request(*orders, unique=True)
    world.request(COUNT)
    usage = world.http.get("/_sandbox/usage").json()
    assert usage["metered"] == 26
    assert usage["transactions"] == {"create_sotransaction": 25, "query": 1}
    assert usage["requests"] == {"xml": 3}
    assert usage["metered"] / 25 <= 1.05
    world.rest("GET", "/objects/accounts-receivable/customer")
    assert world.http.get("/_sandbox/usage").json()["transactions"]["GET objects"] == 1


def test_five_requests_at_a_time_and_the_others_wait_in_turn() -> None:
    admission = Admission(Options(concurrency=2, queue_seconds=5))
    leave, inside = threading.Event(), threading.Semaphore(0)
    order: list[int] = []

    def work(number: int) -> None:
        with admission.enter():
            order.append(number)
            inside.release()
            assert leave.wait(5)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for one in threads:
        one.start()
    for _ in range(2):
        assert inside.acquire(timeout=5)
    third = threading.Thread(target=work, args=(2,))
    third.start()
    while not admission.waited:
        threading.Event().wait(0.001)
    assert admission.inside == 2
    leave.set()
    for one in (*threads, third):
        one.join(5)
    assert sorted(order[:2]) == [0, 1]
    assert order[2] == 2
    assert (admission.peak, admission.waited, admission.refused) == (2, 1, 0)


def test_who_waits_too_long_is_throttled() -> None:
    admission = Admission(Options(concurrency=1, queue_seconds=0.01))
    with admission.enter(), pytest.raises(TransportRefusal) as refused, admission.enter():
        pass
    assert (refused.value.status, refused.value.errorno) == (429, "GW-0010")
    with admission.enter():
        assert admission.inside == 1


def test_staff_converts_parts_and_the_kernel_agrees(world: World) -> None:
    world.done(world.order(("WIDGET-01", "3", "10.00"), ("INSTALL", "1", "5.00"), key="main:1"))
    world.act("convert", document="Sales Order-SO0001", quantities={"WIDGET-01": "1"})
    assert world.act("despatch", order="SO0001")["number"] == "SHP0002"
    assert [one["STATE"] for one in world.rows("SODOCUMENT", "STATE", docparid="Sales Order")] == [
        "Converted"
    ]
    made = world.act("invoice-run", orders=["SO0001"])
    assert made["invoices"][0]["number"] == "INV0001"
    rows = world.rows("SODOCUMENT", "DOCID", "STATE", "CREATEDFROM")
    assert rows[1:] == [
        {"DOCID": "Shipper-SHP0001", "STATE": "Converted", "CREATEDFROM": "Sales Order-SO0001"},
        {"DOCID": "Shipper-SHP0002", "STATE": "Converted", "CREATEDFROM": "Sales Order-SO0001"},
        {"DOCID": "Sales Invoice-INV0001", "STATE": "Pending", "CREATEDFROM": "Sales Order-SO0001"},
    ]
    assert (
        world.act("credit", order="SO0001", quantities={"WIDGET-01": 1}, returned=True)["number"] == "RTN0001"
    )
    assert world.company.books()["violations"] == []


def test_switches_are_set_over_the_control_surface(world: World) -> None:
    world.act("options", denied=[["query", "CUSTOMER"]], shuffle=False)
    assert world.refused(COUNT)[0] == "PL04000005"
    assert world.http.post("/_sim/options", json={"denied": []}).json() == {"denied": []}
    world.done(COUNT)
    assert "there is no option colour" in world.http.post("/_sim/options", json={"colour": 1}).json()["error"]


def test_a_wrong_action_is_reported(world: World) -> None:
    assert world.http.post("/_sandbox/nothing", json={}).status_code == 404
    assert world.http.get("/_sandbox/nothing").status_code == 404
    assert world.http.post("/_sandbox/convert", json={"document": "X-1"}).status_code == 409
    assert world.http.post("/_sandbox/close-period", json={"date": "never"}).status_code == 400
    assert world.http.get("/ia/other").status_code == 404
    assert world.http.get("/ia/xml/xmlgw.phtml").status_code == 400
    assert world.http.get("/_sandbox/credentials").json()["company_id"] == "NORTHWIND"
    assert world.http.get("/_sandbox/books").json()["violations"] == []


def test_one_function_is_refused_by_what_it_holds(world: World) -> None:
    world.faults.add(Fault("refused", times=None, body="BAD-1", options={"text": "It is cursed."}))

    number, text = world.refused(CUSTOMER.format("BAD-1"))
    assert (number, text.split(" [Support ID")[0]) == ("BL01001973", "It is cursed.")
    world.done(CUSTOMER.format("GOOD-1"))
