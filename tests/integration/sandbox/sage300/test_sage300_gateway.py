"""The SOAP gateway, called by zeep from its WSDL, unchanged, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests
from zeep import Client
from zeep.exceptions import Fault
from zeep.transports import Transport

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage300 import Sage300Face, build, demo_company
from tidegate_sandbox.server import SandboxServer

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def served() -> Iterator[tuple[Sage300Face, Any]]:
    clock = SandboxClock.virtual(START)
    face, wire = build(clock, FaultPlan(), demo_company(clock, items=3))
    session = requests.Session()
    session.auth = (face.credentials.user, face.credentials.password)
    with SandboxServer(wire) as server:
        client = Client(f"{server.url}/gateway/soap?wsdl", transport=Transport(session=session))
        yield face, client.service


def enter(face: Sage300Face, key: str) -> str:
    erp = face.company
    with erp.staff():
        place = erp.warehouse("1").id
        line = NewLine(kind="item", code="HUB-0001", warehouse_id=place, quantity=Decimal(2))
        customer = erp.customer("WEB").id
        return erp.orders.enter(NewOrder(customer_id=customer, external_key=key, lines=[line])).number


def row(answer: Any) -> dict[str, str]:
    return {one.name: one._value_1 for one in answer.f}


def class_of(call: Any, **values: Any) -> str:
    with pytest.raises(Fault) as caught:
        call(company="SAMLTD", **values)
    found = caught.value.detail.findtext(".//{urn:tidegate:sage300:gateway:1}class")
    return str(found)


def test_it_says_who_it_is(served: tuple[Sage300Face, Any]) -> None:
    face, service = served
    answer = service.Ping(company="SAMLTD")
    face.company.window.lock("backup")

    assert (answer.company, answer.homeCurrency, answer.state) == ("SAMLTD", "USD", "open")
    assert service.Ping(company="SAMLTD").state == "locked"


def test_views_are_read_by_fields_filter_and_page(served: tuple[Sage300Face, Any]) -> None:
    _, service = served
    asked = {"company": "SAMLTD", "view": "IC0290", "field": ["ITEMNO", "QTYONHAND"]}
    whole = service.ReadView(**asked, filter='LOCATION = "1"')
    first = service.ReadView(**asked, filter='LOCATION = "1"', limit=3)
    rest = service.ReadView(**asked, filter='LOCATION = "1"', after=first.next)

    assert [row(one)["ITEMNO"] for one in whole.row] == [
        "A1105/0".replace("/", ""),
        "HUB0001",
        "HUB0002",
        "HUB0003",
    ]
    assert (first.complete, rest.complete) == (False, True)
    assert [*map(row, first.row), *map(row, rest.row)] == [*map(row, whole.row)]
    assert class_of(service.ReadView, view="GL0001", field=["ACCTID"]) == "auth", "a list of views"
    assert class_of(service.ReadView, view="IC0290", field=["COLOUR"]) == "format"


def test_an_order_is_found_and_deleted_once(served: tuple[Sage300Face, Any]) -> None:
    face, service = served
    number, other = enter(face, "magento:main:1"), enter(face, "magento:main:2")
    found = service.FindDocument(company="SAMLTD", view="OE0520", key=["magento:main:1", "magento:main:9"])
    field = [{"name": "ORDNUMBER", "_value_1": number}]
    asked = {"key": "magento:main:1", "view": "OE0520", "action": "delete", "f": field}
    made = service.WriteDocument(company="SAMLTD", **asked)
    face.perform("despatch", {"order": other})

    assert [(one.key, row(one.row)["ORDNUMBER"]) for one in found] == [("magento:main:1", number)]
    assert made.outcome == "deleted"
    assert face.company.order(number).status == "cancelled"
    assert class_of(service.WriteDocument, **asked) == "not_found"
    shipped = {**asked, "f": [{"name": "ORDNUMBER", "_value_1": other}]}
    assert class_of(service.WriteDocument, **shipped) == "validation"


def test_a_lock_has_its_own_class_and_day_end_is_a_process(served: tuple[Sage300Face, Any]) -> None:
    face, service = served
    assert service.RunProcess(company="SAMLTD", view="IC0275")[0].priority == "Message"
    assert face.database.asked_for_day_end == ["the gateway"]
    face.company.window.lock("backup")
    assert class_of(service.RunProcess, view="IC0275") == "locked"


def _field(name: str, value: str) -> dict[str, str]:
    return {"name": name, "_value_1": value}


def _document(**header: str) -> dict[str, Any]:
    fields = {
        "CUSTOMER": "WEB",
        "REFERENCE": "magento:main:7",
        "ORDDATE": "20260302",
        "LOCATION": "1",
        **header,
    }
    goods = {"LINENUM": "32", "LINETYPE": "1", "ITEM": "HUB-0001", "LOCATION": "1", "QTYORDERED": "2"}
    price = {"ORDUNIT": "EA", "PRICEOVER": "1", "PRIUNTPRC": "9.99", "TCLASS1": "1"}
    option = {"view": "OE0501", "f": [_field("OPTFIELD", "MAGELINE"), _field("VALUE", "item:551")]}
    line = {"view": "OE0500", "f": [_field(*one) for one in (goods | price).items()], "detail": [option]}
    return {
        "view": "OE0520",
        "key": fields["REFERENCE"],
        "f": [_field(*one) for one in fields.items()],
        "detail": [line],
    }


def test_an_order_is_previewed_without_a_trace_and_inserted_once(served: tuple[Sage300Face, Any]) -> None:
    face, service = served
    seen = service.WriteDocument(company="SAMLTD", action="preview", **_document())
    assert (seen.outcome, row(seen.row)["INVNETWTX"], row(seen.row)["ORDNUMBER"]) == (
        "previewed",
        "23.98",
        None,
    )
    assert not list(face.company.orders.table)

    made = service.WriteDocument(company="SAMLTD", action="insert", **_document())
    [order] = face.company.orders.table
    assert (made.outcome, row(made.row)["ORDNUMBER"]) == ("inserted", order.number)
    assert [line.external_key for line in order.lines] == ["item:551"]
    assert class_of(service.WriteDocument, action="insert", **_document(CUSTOMER="NOBODY")) == "validation"
    face.options.denied = frozenset({("OE0520", "insert")})
    assert class_of(service.WriteDocument, action="insert", **_document()) == "auth"


def test_what_sets_a_price_stands_before_it(served: tuple[Sage300Face, Any]) -> None:
    face, service = served
    document = _document()
    document["detail"][0]["f"].sort(key=lambda one: one["name"] != "PRIUNTPRC")
    service.WriteDocument(company="SAMLTD", action="insert", **document)
    [order] = face.company.orders.table
    assert order.lines[0].price != Decimal("9.99"), "the item's own overwrote it"
