"""Offline requests, smart events and the web hook (contract §13, §14, §15.6)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from xml.etree import ElementTree

import pytest

from integration.sandbox.intacct.world import World
from tidegate_sandbox.intacct.outbox import Sending

CUSTOMER = "<create><CUSTOMER><CUSTOMERID>{0}</CUSTOMERID><NAME>{0}</NAME></CUSTOMER></create>"
HOOK = "http://hub.example/hook"


@pytest.fixture
def sent(world: World) -> list[Sending]:
    found: list[Sending] = []

    def send(one: Sending) -> int:
        found.append(one)
        return 200

    world.face.outbox.sender = send
    return found


def events(world: World, where: str = "", more: str = "") -> list[dict[str, str]]:
    body = f'<get_list object="smarteventlog" maxitems="100" start="0" {more}>{where}</get_list>'
    return [
        {one.tag: one.text or "" for one in each} for each in world.done(body).findall("data/smarteventlog")
    ]


def test_an_offline_request_is_acknowledged_and_answered_later(world: World, sent: list[Sending]) -> None:
    world.act("policy", policy="hub-policy", url="http://hub.example/answers")
    answer = world.request(
        CUSTOMER.format("OFF-1"), login=world.login(), control="<policyid>hub-policy</policyid>", unique=True
    )
    assert [each.tag for each in answer] == ["control", "acknowledgement"]
    assert answer.findtext("acknowledgement/status") == "success"
    assert world.rows("JOBQUEUERECORD", "STATE", "POLICYID") == [{"STATE": "Q", "POLICYID": "hub-policy"}]
    where = "<equalto><field>CUSTOMERID</field><value>OFF-1</value></equalto>"
    assert world.rows("CUSTOMER", "NAME", where=where) == []
    world.clock.advance(61)
    assert world.act("run-due") == {"attempts": 1}
    [one] = sent
    assert one.url == "http://hub.example/answers"
    real = ElementTree.fromstring(one.body)
    assert real.findtext("control/controlid") == "c 1:2"
    assert real.findtext("operation/result/status") == "success"
    assert world.rows("CUSTOMER", "NAME", where=where) == [{"NAME": "OFF-1"}]
    assert world.rows("JOBQUEUERECORD", "STATE", "CONTROLID") == [{"STATE": "D", "CONTROLID": "c 1:2"}]


def test_a_long_or_wrong_offline_request_is_refused_at_once(world: World) -> None:
    world.act("policy", policy="hub-policy", url="http://hub.example/answers")
    world.face.options.offline_characters = 300
    for body in (CUSTOMER.format("X" * 300), "<query/>"):
        answer = world.request(body, login=world.login(), control="<policyid>hub-policy</policyid>")
        assert answer.findtext("control/status") == "failure"
    assert world.rows("JOBQUEUERECORD", "STATE") == []


def test_staff_raises_smart_events(world: World) -> None:
    world.done(world.order(("WIDGET-01", "2", "10.00"), key="main:1"))
    world.act("convert", document="Sales Order-SO0001", tracking="1Z", carrier="UPS Ground")
    world.act("convert", document="Shipper-SHP0001")
    world.act("receive-payment", customer="C-10001", value="5", invoice="INV0001")
    world.act(
        "change-record",
        object="CUSTOMER",
        record="C-10002",
        values={"NAME": "New", "DISPLAYCONTACT.PHONE1": "1"},
    )
    world.act("price-change", item="WIDGET-01", price="3.00", price_list="Wholesale")
    world.act("stock-adjust", item="WIDGET-01", warehouse="WH1", change="5")
    world.act("close-period", date="2026-01-15")
    found = [(one["topic"], one["objectkey"]) for one in events(world)]
    for expected in (
        ("ADD_SODOCUMENT", "Sales Order-SO0001"),
        ("ADD_SODOCUMENT", "Shipper-SHP0001"),
        ("SET_SODOCUMENT", "Sales Order-SO0001"),
        ("ADD_SODOCUMENT", "Sales Invoice-INV0001"),
        ("SET_CUSTOMER", "C-10002"),
        ("CLOSE_PERIOD", "2026-01-01"),
    ):
        assert expected in found
    assert {"ADD_ARPYMT", "SET_SOPRICELISTENTRY", "SET_ITEMWAREHOUSEINFO"} <= {topic for topic, _ in found}
    numbers = [int(one["recordno"]) for one in events(world)]
    assert numbers == sorted(numbers)


def test_the_event_log_is_filtered_sorted_and_paged(world: World) -> None:
    for _ in range(3):
        world.done(world.order(("WIDGET-01", "1", "10.00")))
    topic = "<expression><field>topic</field><operator>=</operator><value>ADD_SODOCUMENT</value></expression>"
    first = events(world, f"<filter>{topic}</filter>")
    assert len(first) == 3
    assert set(first[0]) == {
        "recordno",
        "smartlinkid",
        "topic",
        "ownerobject",
        "timestamp",
        "userid",
        "objectkey",
    }
    assert first[0]["timestamp"] == "03/02/2026 08:15:00"
    later = f"<expression><field>recordno</field><operator>&gt;</operator><value>{first[0]['recordno']}</value></expression>"
    both = f'<filter><logical logical_operator="and">{topic}{later}</logical></filter>'
    assert len(events(world, both)) == 2
    body = f'<get_list object="smarteventlog" maxitems="2" start="1"><filter>{topic}</filter><sorts><sortfield order="desc">recordno</sortfield></sorts></get_list>'
    result = world.done(body)
    listed = result.find("listtype")
    assert listed is not None
    assert listed.text == "smarteventlog"
    assert listed.attrib == {"start": "1", "end": "2", "total": "3"}
    assert [one.findtext("recordno") for one in result.findall("data/smarteventlog")] == [
        first[1]["recordno"],
        first[0]["recordno"],
    ]
    assert world.refused('<get_list object="nothing" maxitems="2"/>')[0] == "Query Failed"


def test_a_shipper_notifies_its_subscriber_signed(world: World, sent: list[Sending]) -> None:
    world.act("webhook", url=HOOK, secret="hook-secret", client_id="client-7")
    world.done(world.order(("WIDGET-01", "2", "10.00")))
    assert sent == []
    made = world.act("convert", document="Sales Order-SO0001", tracking="1Z")
    world.act("run-due")
    [one] = sent
    assert json.loads(one.body) == {
        "event": "shipment",
        "recordno": str(made["recordno"]),
        "docid": "Shipper-SHP0001",
    }
    context = json.loads(base64.b64decode(one.headers["x-clientcontext"]))
    assert context["OBJECTNAME"] == "SODOCUMENT"
    assert context["RESTOBJECTNAME"] == "order-entry/document"
    assert context["DOCTYPE"] == "Shipper"
    assert context["EVENT"] == "after_create"
    assert one.headers["Authorization"].startswith("Bearer ")
    assert one.headers["X-IdempotencyKey"]
    head, claims, signature = one.headers["X-IA-Sage-Signature"].split(".")
    expected = hmac.digest(b"hook-secret", f"{head}.{claims}".encode(), "sha256")
    assert base64.urlsafe_b64decode(signature + "=") == expected
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert told["iss"] == "Sage Intacct"
    assert told["exp"] - told["iat"] == 3_600_000
    assert told["payload_signature"] == hashlib.sha256(one.body).hexdigest()
    assert told["payload_signature_alg"] == "SHA-256"
    world.act("track-document", document="Shipper-SHP0001", tracking=["1Z", "2Z"])
    world.act("run-due")
    assert json.loads(base64.b64decode(sent[1].headers["x-clientcontext"]))["EVENT"] == "after_update"
    assert world.rows("SODOCUMENT", "TRACKINGNUMBER", docparid="Shipper") == [{"TRACKINGNUMBER": "1Z,2Z"}]
    assert sent[0].headers["X-IdempotencyKey"] != sent[1].headers["X-IdempotencyKey"]


def test_a_signed_hook_is_sent_four_times_at_most(world: World) -> None:
    answers = iter([503, 0, 429, 500, 200])
    world.face.outbox.sender = lambda _one: next(answers)
    world.act("webhook", url=HOOK, secret="hook-secret", client_id="client-7")
    world.done(world.order(("WIDGET-01", "2", "10.00")))
    world.act("convert", document="Sales Order-SO0001")
    for pause in (0, 10, 30, 90, 500):
        world.clock.advance(pause)
        world.act("run-due")
    [one] = world.face.outbox.sent
    assert one.answers == [503, 0, 429, 500]


def test_without_a_client_id_the_hook_is_neither_signed_nor_repeated(world: World) -> None:
    world.face.outbox.sender = lambda _one: 503
    world.act("webhook", url=HOOK)
    world.done(world.order(("WIDGET-01", "2", "10.00")))
    world.act("convert", document="Sales Order-SO0001")
    world.clock.advance(1000)
    world.act("run-due")
    [one] = world.face.outbox.sent
    assert one.attempts == 1
    assert "X-IA-Sage-Signature" not in one.headers
