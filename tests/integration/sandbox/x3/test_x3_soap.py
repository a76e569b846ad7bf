"""X3's SOAP face, called by zeep with the vendor's WSDL unchanged, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
import requests
from zeep import Client, xsd
from zeep.transports import Transport

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import Fault, FaultPlan
from tidegate_sandbox.server import SandboxServer
from tidegate_sandbox.x3 import X3Face, build, demo_company
from tidegate_sandbox.x3.envelope import SOAP

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
SCHEMA = f"""<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="{ENCODING}"
 xmlns:tns="{ENCODING}" elementFormDefault="qualified">
 <xsd:attribute name="arrayType" type="xsd:string"/>
 <xsd:complexType name="Array">
  <xsd:sequence><xsd:any minOccurs="0" maxOccurs="unbounded" processContents="lax"/></xsd:sequence>
  <xsd:anyAttribute/>
 </xsd:complexType>
</xsd:schema>"""
"""What the interface needs of the encoding schema, in our own words: it has no location, and is not fetched."""
ORDER = {
    "SOH0_1": {
        "SALFCY": "FR011",
        "SOHTYP": "SON",
        "SOHNUM": "",
        "CUSORDREF": "M000000123",
        "ORDDAT": "20260302",
        "CUR": "EUR",
        "BPCORD": "WEB",
    },
    "SOH2_1": {"STOFCY": "FR011"},
    "SOH4_1": [
        {"ITMREF": "HUB-0001", "SAU": "UN", "QTY": "2", "GROPRI": "19.95"},
        {"ITMREF": "INSTALL", "SAU": "UN", "QTY": "1", "GROPRI": "5.00"},
    ],
}
"""The contract's own example, with products of the demonstration."""


class LocalSchemas(Transport):
    """Gives the encoding schema from here, and everything else from the server."""

    def load(self, url: str) -> Any:
        return SCHEMA.encode() if url.rstrip("/") == ENCODING.rstrip("/") else super().load(url)


class Called:
    """The service as zeep made it of the WSDL."""

    def __init__(self, face: X3Face, url: str) -> None:
        self.face = face
        session = requests.Session()
        session.auth = (face.credentials.user, face.credentials.password)
        address = f"{url}/soap-wsdl/syracuse/collaboration/syracuse/CAdxWebServiceXmlCC?wsdl"
        self.client = Client(address, transport=LocalSchemas(session=session))

    def context(self, pool: str = "TIDEGATE", config: str = "adxwss.optreturn=JSON") -> dict[str, str]:
        return {
            "codeLang": "ENG",
            "codeUser": "",
            "password": "",
            "poolAlias": pool,
            "poolId": "",
            "requestConfig": config,
        }

    def keys(self, **values: str) -> Any:
        kind = self.client.get_type("ns0:ArrayOfCAdxParamKeyValue")
        pair = self.client.get_type("ns0:CAdxParamKeyValue")
        element = xsd.Element("objectKeys", pair)
        listed = [xsd.AnyObject(element, pair(key=name, value=value)) for name, value in values.items()]
        return kind(listed)

    def save(self, content: Any, **context: str) -> Any:
        return self.client.service.save(self.context(**context), "WSSOH", json.dumps(content))


@pytest.fixture
def called() -> Iterator[Called]:
    clock = SandboxClock.virtual(START)
    face, wire = build(clock, FaultPlan(), demo_company(clock, items=3))
    with SandboxServer(wire) as server:
        yield Called(face, server.url)


def texts(answer: Any) -> list[str]:
    return [one.message for one in answer.messages or []]


def test_an_order_is_saved_by_zeep_and_answered_with_its_number_and_totals(called: Called) -> None:
    answer = called.save(ORDER)

    assert answer.status == 1
    stored = json.loads(answer.resultXml)
    assert stored["SOH0_1"]["SOHNUM"] == "SON0000001"
    assert stored["SOH5_1"]["ORDINVATI"] == "53.88"
    assert [line["SOPLIN"] for line in stored["SOH4_1"]] == [1000, 2000]
    assert answer.technicalInfos.busy is False
    [order] = called.face.company.orders.table
    assert (order.external_key, order.totals.gross) == ("M000000123", 53.88) or str(
        order.totals.gross
    ) == "53.88"


def test_status_0_is_an_answer_with_http_200_and_several_texts(called: Called) -> None:
    wrong = {**ORDER, "SOH4_1": [{"ITMREF": "NOWHERE", "QTY": "1"}]}
    answer = called.save(wrong)

    assert answer.status == 0
    assert answer.resultXml is None
    assert texts(answer) == ["Product : NOWHERE Record does not exist", "Line not created"]


def test_an_alias_is_case_sensitive(called: Called) -> None:
    answer = called.save(ORDER, pool="Tidegate")

    assert (answer.status, texts(answer)) == (0, ["No classic web service pool match to 'Tidegate'"])


def test_xml_goes_in_and_comes_out_as_well(called: Called) -> None:
    content = (
        '<PARAM><FLD NAME="BPCORD">WEB</FLD><FLD NAME="CUSORDREF">M1</FLD>'
        '<TAB ID="SOH4_1"><LIN><FLD NAME="ITMREF">HUB-0001</FLD><FLD NAME="QTY">1</FLD></LIN></TAB></PARAM>'
    )
    service = called.client.service
    answer = service.save(called.context(config="adxwss.optreturn=XML"), "WSSOH", content)

    assert answer.status == 1
    assert '<FLD NAME="SOHNUM" TYPE="Char">SON0000001</FLD>' in answer.resultXml
    assert '<LIN NUM="1">' in answer.resultXml


def test_an_order_is_read_by_its_key(called: Called) -> None:
    called.save(ORDER)
    answer = called.client.service.read(called.context(), "WSSOH", called.keys(SOHNUM="SON0000001"))

    assert json.loads(answer.resultXml)["SOH0_1"]["CUSORDREF"] == "M000000123"


def test_a_list_shows_its_columns(called: Called) -> None:
    called.save(ORDER)
    answer = called.client.service.query(called.context(), "WSSOH", called.keys(SOHNUM="SON*"), 10)

    assert [row["CUSORDREF"] for row in json.loads(answer.resultXml)] == ["M000000123"]


def test_the_description_names_groups_tables_and_widths(called: Called) -> None:
    answer = called.client.service.getDescription(called.context(), "WSSOH")

    assert '<TAB ID="SOH4_1" DIM="200">' in answer.resultXml
    assert '<FLD NAME="CUSORDREF" LEN="20" />' in answer.resultXml


def test_an_import_judges_each_document_alone(called: Called) -> None:
    good = "E;FR011;SON;;M1;WEB;20260302;EUR;FR011|L;HUB-0001;UN;2;19.95;;FR011;"
    bad = "E;FR011;SON;;M2;WEB;20260302;EUR;FR011|L;NOWHERE;UN;2;19.95;;FR011;"
    values = {"I_MODIMP": "YTGSOH", "I_AOWSTA": "NO", "I_EXEC": "REALTIME", "I_RECORDSEP": "|"}
    content = json.dumps({"GRP1": {**values, "I_FILE": f"{bad}|{good}|END"}})
    answer = called.client.service.run(called.context(), "AOWSIMPORT", content)

    outputs = json.loads(answer.resultXml)["GRP2"]
    assert outputs["O_STATUS"] == "1"
    assert [one.external_key for one in called.face.company.orders.table] == ["M1"]


def test_an_import_in_batch_is_asked_for_by_its_request(called: Called) -> None:
    values = {"I_MODIMP": "YTGSOH", "I_EXEC": "BATCH", "I_RECORDSEP": "|"}
    content = {"GRP1": {**values, "I_FILE": "E;FR011;SON;;M1;WEB|L;HUB-0001;UN;2|END"}}
    service = called.client.service
    answer = service.run(called.context(), "AOWSIMPORT", json.dumps(content))
    number = json.loads(answer.resultXml)["GRP2"]["O_REQNUM"]
    answer = service.run(called.context(), "AOWSBATGET", json.dumps({"GRP1": {"I_REQNUM": number}}))

    assert json.loads(answer.resultXml)["GRP2"]["O_STATUS"] == "0"


def test_a_pool_that_is_full_refuses_after_its_queue(called: Called) -> None:
    called.face.options.others = 3
    answer = called.save(ORDER)

    assert answer.status == 0
    assert "queue" in texts(answer)[0]


def test_a_document_that_somebody_has_open_is_locked(called: Called) -> None:
    called.save(ORDER)
    called.face.perform("open-document", {"document": "SON0000001"})
    keys, service = called.keys(SOHNUM="SON0000001"), called.client.service
    answer = service.modify(called.context(), "WSSOH", keys, json.dumps({"CCLREN": "WEB"}))

    assert "Change In Progress on another workstation" in texts(answer)[0]


def test_in_single_user_mode_there_is_no_pool(called: Called) -> None:
    called.face.company.window.lock("patch")
    assert texts(called.save(ORDER)) == ["No classic web service pool match to 'TIDEGATE'"]


def test_a_save_may_lose_its_number(called: Called) -> None:
    called.face.faults.add(Fault("no_number"))
    answer = called.save(ORDER)

    assert answer.status == 1
    assert json.loads(answer.resultXml)["SOH0_1"]["SOHNUM"] == ""


def test_another_simulator_of_the_process_may_call_soap_otherwise(
    called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prefixes are the whole process's; Sage 100's simulator names the same namespace `s`."""
    monkeypatch.setitem(ElementTree._namespace_map, SOAP, "s")  # type: ignore[attr-defined]
    assert called.save(ORDER).status == 1


def test_without_the_header_soapaction_nothing_reaches_x3(called: Called) -> None:
    session = called.client.transport.session
    url = called.client.service._binding_options["address"]
    answer = session.post(url, data=b"<x/>", headers={"Content-Type": "text/xml"})

    assert answer.status_code == 500
    assert answer.json()["$diagnoses"][0]["$severity"] == "error"


def test_texts_come_in_the_language_that_is_asked_for(called: Called) -> None:
    called.face.options.language = "FRA"
    wrong = {**ORDER, "SOH4_1": [{"ITMREF": "NOWHERE", "QTY": "1"}]}

    assert texts(called.save(wrong))[0] == "Product : NOWHERE Fiche inexistante"
