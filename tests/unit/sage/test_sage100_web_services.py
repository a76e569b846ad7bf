"""Requests to eBusiness Web Services follow the WSDL that is there; answers that are none are failures, never doubts unseen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.sage.sage100.web_services import Record, WebServices
from tidegate.transport import Answer, NoAnswer

SCHEMAS = """<?xml version="1.0"?>
<w:definitions xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/"
 xmlns:x="http://www.w3.org/2001/XMLSchema">
<w:types><x:schema targetNamespace="urn:calls">
 <x:import schemaLocation="http://inside.example/MasService.svc?xsd=xsd1"/>
 <x:element name="CreateSalesOrder"><x:complexType><x:sequence>
  <x:element name="logon" type="d:Logon"/><x:element name="companyCode" type="x:string"/>
  <x:element name="salesOrder" type="d:SalesOrder"/></x:sequence></x:complexType></x:element>
 <x:element name="GetSalesOrder"><x:complexType><x:sequence>
  <x:element name="logon" type="d:Logon"/><x:element name="companyCode" type="x:string"/>
  <x:element name="salesOrderNo" type="x:string"/></x:sequence></x:complexType></x:element>
</x:schema></w:types>
<w:binding><w:operation name="CreateSalesOrder"><s:operation soapAction="urn:calls/Create"/></w:operation></w:binding>
</w:definitions>"""
TYPES = """<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:types">
 <x:complexType name="Logon"><x:sequence><x:element name="Password"/><x:element name="Username"/></x:sequence></x:complexType>
 <x:complexType name="Keyed"><x:sequence><x:element name="OtherFields" type="Others"/></x:sequence></x:complexType>
 <x:complexType name="Others"><x:sequence><x:element name="Field" type="Field"/></x:sequence></x:complexType>
 <x:complexType name="Field"><x:sequence><x:element name="MasFieldName"/><x:element name="Value"/></x:sequence></x:complexType>
 <x:complexType name="SalesOrder"><x:complexContent><x:extension base="Keyed"><x:sequence>
  <x:element name="CustomerNo"/><x:element name="Lines" type="LineList"/><x:element name="SalesOrderNo"/>
 </x:sequence></x:extension></x:complexContent></x:complexType>
 <x:complexType name="LineList"><x:sequence><x:element name="OrderLine" type="Line"/></x:sequence></x:complexType>
 <x:complexType name="Line"><x:sequence><x:element name="ItemCode"/></x:sequence></x:complexType>
</x:schema>"""
ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
FAULT = "<s:Fault><faultcode>a:{}</faultcode><faultstring>{}</faultstring></s:Fault>"
ORDER = Record(
    {"SalesOrderNo": "0000001", "CustomerNo": "WEB"}, [Record({"ItemCode": "A"})], {"UDF_KEY": "k"}
)


@dataclass
class Wire:
    """Answers with the WSDL and its schema, and to calls what it is told."""

    told: Answer | NoAnswer
    posted: list[bytes] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def request(
        self, method: str, _path: str, *, query: str = "", headers: Any = None, content: Any = None
    ) -> Any:
        if method == "GET":
            text = {"wsdl": SCHEMAS, "xsd=xsd1": TYPES}[query]
            return Answer(200, {}, text.encode())
        self.posted.append(content)
        self.headers = headers
        return self.told


def services(wire: Wire) -> WebServices:
    return WebServices(wire, company="ABC", user="u", password="p")  # type: ignore[arg-type]


def answered(body: str, status: int = 200) -> Answer:
    return Answer(status, {"content-type": "text/xml"}, ENVELOPE.format(body).encode())


def shape(element: Any) -> Any:
    """Tags with what is below them."""
    return (element.tag, [shape(one) for one in element]) if len(element) else (element.tag, element.text)


def test_a_request_has_the_elements_of_the_wsdl_in_their_order_and_namespaces() -> None:
    wire = Wire(answered("<CreateSalesOrderResponse/>"))
    assert services(wire).create_order(ORDER) is None

    [envelope] = wire.posted
    call = fromstring(envelope)[0][0]
    assert shape(call) == (
        "{urn:calls}CreateSalesOrder",
        [
            ("{urn:calls}logon", [("{urn:types}Password", "p"), ("{urn:types}Username", "u")]),
            ("{urn:calls}companyCode", "ABC"),
            (
                "{urn:calls}salesOrder",
                [
                    (
                        "{urn:types}OtherFields",
                        [
                            (
                                "{urn:types}Field",
                                [("{urn:types}MasFieldName", "UDF_KEY"), ("{urn:types}Value", "k")],
                            )
                        ],
                    ),
                    ("{urn:types}CustomerNo", "WEB"),
                    ("{urn:types}Lines", [("{urn:types}OrderLine", [("{urn:types}ItemCode", "A")])]),
                    ("{urn:types}SalesOrderNo", "0000001"),
                ],
            ),
        ],
    )
    assert wire.headers["SOAPAction"] == '"urn:calls/Create"'


def test_what_the_wsdl_has_no_place_for_is_never_left_out() -> None:
    wire = Wire(answered("<CreateSalesOrderResponse/>"))
    failure = services(wire).create_order(Record({**ORDER.values, "ShipToName": "Jane"}))
    assert isinstance(failure, Failure)
    assert (failure.code, failure.sent) == (Code.MALFORMED, False)
    assert "ShipToName in SalesOrder" in failure.text
    assert wire.posted == []


@pytest.mark.parametrize("bare", [False, True])
def test_the_sites_own_fields_are_read_in_a_list_or_alone(bare: bool) -> None:
    told = "<MasFieldName>UDF_KEY</MasFieldName><Value>k</Value>"
    fields = told if bare else f"<Field>{told}</Field>"
    wire = Wire(
        answered(
            "<GetSalesOrderResponse><r><SalesOrderNo>1</SalesOrderNo>"
            f"<OtherFields>{fields}</OtherFields></r></GetSalesOrderResponse>"
        )
    )
    found = services(wire).order("1")
    assert isinstance(found, Record)
    assert (found.values["SalesOrderNo"], found.fields) == ("1", {"UDF_KEY": "k"})


MEANINGS: list[tuple[Answer | NoAnswer, Code, bool]] = [
    (answered(FAULT.format("CI_NOF", "Could not set column ShipToZipCode"), 500), Code.REFUSED, False),
    (answered(FAULT.format("CI_NOF", "Could not set column OrderDate"), 500), Code.PERIOD_CLOSED, False),
    (answered(FAULT.format("CI_CharLength", "The X is greater than 3"), 500), Code.REFUSED, False),
    (answered(FAULT.format("x", "No Access - you are not authorized"), 500), Code.NOT_PERMITTED, False),
    (
        answered(FAULT.format("x", "The user logon or password is invalid."), 500),
        Code.NOT_AUTHENTICATED,
        False,
    ),
    (answered(FAULT.format("x", "An exception occurred."), 500), Code.UNCLEAR_ANSWER, True),
    (answered(FAULT.format("WS_AlreadyExists", "It exists."), 500), Code.UNCLEAR_ANSWER, True),
    (answered("<OtherResponse/>"), Code.UNCLEAR_ANSWER, True),
    (Answer(503, {}, b"Service Unavailable"), Code.UNCLEAR_ANSWER, True),
    (Answer(504, {}, b""), Code.GATEWAY_TIMEOUT, True),
    (Answer(429, {}, b""), Code.THROTTLED, False),
    (Answer(404, {}, b""), Code.UNKNOWN_ENDPOINT, False),
    (NoAnswer(sent=True, text="lost"), Code.NO_ANSWER, True),
    (NoAnswer(sent=False, text="refused"), Code.UNREACHABLE, False),
]


@pytest.mark.parametrize(("told", "code", "sent"), MEANINGS)
def test_what_an_answer_to_a_write_means(told: Answer | NoAnswer, code: Code, sent: bool) -> None:
    failure = services(Wire(told)).create_order(ORDER)
    assert isinstance(failure, Failure)
    assert (failure.code, failure.sent) == (code, sent)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (answered(FAULT.format("x", "An exception occurred."), 500), Code.SERVER_TROUBLE),
        (Answer(503, {}, b"Service Unavailable"), Code.LOCKED),
        (Answer(200, {}, b"<html/>"), Code.SERVER_TROUBLE),
        (NoAnswer(sent=True, text="lost"), Code.UNREACHABLE),
    ],
)
def test_a_read_is_never_in_doubt(told: Answer | NoAnswer, code: Code) -> None:
    failure = services(Wire(told)).order("1")
    assert isinstance(failure, Failure)
    assert (failure.code, failure.sent) == (code, False)


def test_no_such_order_is_no_failure() -> None:
    wire = Wire(answered(FAULT.format("CI_NoKey", "The record does not exist."), 500))
    assert services(wire).order("1") is None
