"""The HTTP face of the eBusiness Web Services: WSDL, SOAP 1.1 envelopes, faults (contract section 9)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from tidegate_sandbox.sage100.ews_calls import Asked, EwsCalls, MasFault, Thing
from tidegate_sandbox.sage100.ews_wsdl import NAMESPACE, OPERATIONS, wsdl
from tidegate_sandbox.sage100.installation import Installation

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATH = "/ebusinessWebServices/MasService.svc"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XML = "text/xml; charset=utf-8"


class EbusinessWebServices:
    """A WSGI application. ``stopped``: the application pool was stopped, as administrators do to free the files."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._calls = EwsCalls(installation)
        self.stopped = False
        self.created = 0  #: calls of CreateSalesOrder, repeated and refused ones included
        register_namespace("s", SOAP)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        status, kind, data = self._answer(environ)
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(data)))])
        return [data]

    def _answer(self, environ: WSGIEnvironment) -> tuple[str, str, bytes]:
        if environ.get("PATH_INFO") != PATH:
            return "404 Not Found", "text/plain", b"Not found."
        if self.stopped:
            return "503 Service Unavailable", "text/html", b"<h2>Service Unavailable</h2>"
        if environ["REQUEST_METHOD"] == "GET":
            address = (
                f"{environ.get('wsgi.url_scheme', 'https')}://{environ.get('HTTP_HOST', 'localhost')}{PATH}"
            )
            return "200 OK", XML, wsdl(address).encode("utf-8")
        length = int(environ.get("CONTENT_LENGTH") or 0)
        try:
            name, asked = _read(fromstring(environ["wsgi.input"].read(length)))
        except (ParseError, DefusedXmlException, LookupError) as error:
            return "400 Bad Request", "text/plain", str(error).encode()
        try:
            self.created += name == "CreateSalesOrder"
            with self._installation.lock:
                result = self._calls.operations[name](asked)
        except MasFault as fault:
            return "500 Internal Server Error", XML, _fault(fault)
        return "200 OK", XML, _response(name, result)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _read(envelope: Element) -> tuple[str, Asked]:
    body = envelope.find(f"{{{SOAP}}}Body")
    if body is None or not len(body):
        raise LookupError("no SOAP body")
    call = body[0]
    name = _local(call)
    if name not in OPERATIONS:
        raise LookupError(f"unknown operation {name}")
    parts = {_local(part): part for part in call}
    logon = {_local(one): one.text or "" for one in parts.get("logon", ())}
    texts = {key: part.text or "" for key, part in parts.items() if not len(part)}
    thing = next((_thing(parts[key]) for key in ("salesOrder", "customer") if key in parts), None)
    company = texts.pop("companyCode", "")
    return name, Asked(logon.get("Username", ""), logon.get("Password", ""), company, texts, thing)


def _thing(element: Element) -> Thing:
    thing = Thing()
    for part in element:
        name = _local(part)
        if name == "Lines":
            thing.lines = [_thing(line) for line in part]
        elif name == "OtherFields":
            for one in part:
                values = {_local(inner): inner.text or "" for inner in one}
                thing.others[values.get("MasFieldName", "")] = values.get("Value", "")
        elif not len(part):
            thing.values[name] = part.text or ""
    return thing


def _envelope() -> tuple[Element, Element]:
    envelope = Element(f"{{{SOAP}}}Envelope")
    return envelope, SubElement(envelope, f"{{{SOAP}}}Body")


def _add(parent: Element, name: str, text: str | None = None) -> Element:
    element = SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = text
    return element


def _response(name: str, result: Any) -> bytes:
    envelope, body = _envelope()
    answer = _add(body, f"{name}Response")
    if isinstance(result, str):
        _add(answer, f"{name}Result", result)
    elif isinstance(result, dict):
        shown = _add(answer, f"{name}Result")
        for key, value in result.items():
            _add(shown, key, value)
    elif isinstance(result, Thing):
        _fill(_add(answer, f"{name}Result"), result)
    return bytes(tostring(envelope, encoding="utf-8", xml_declaration=True))


def _fill(element: Element, thing: Thing) -> None:
    for name, value in thing.values.items():
        _add(element, name, value)
    if thing.lines:
        lines = _add(element, "Lines")
        for line in thing.lines:
            _fill(_add(lines, "SalesOrderLine"), line)
    if thing.others:
        others = _add(element, "OtherFields")
        for name, value in thing.others.items():
            one = _add(others, "Field")
            _add(one, "MasFieldName", name)
            _add(one, "Value", value)


def _fault(fault: MasFault) -> bytes:
    envelope, body = _envelope()
    element = SubElement(body, f"{{{SOAP}}}Fault")
    element.set("xmlns:a", NAMESPACE)
    SubElement(element, "faultcode").text = f"a:{fault.code}"
    SubElement(element, "faultstring").text = fault.text
    detail = _add(SubElement(element, "detail"), "MasFault")
    _add(detail, "ErrorCode", fault.code)
    _add(detail, "ErrorMessage", fault.text)
    return bytes(tostring(envelope, encoding="utf-8", xml_declaration=True))
