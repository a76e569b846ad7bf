"""eBusiness Web Services of one company: orders and customers, one a call, stateless and whole or not at all.

Source: contract §9. There is no list and no search: what is read here is one record by its number. Reads change nothing
but the counter of order numbers; a write that is not answered is in doubt.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, tostring

from tidegate.domain.errors import Code, Failure
from tidegate.sage.sage100 import web_service_faults as faults
from tidegate.sage.sage100.wsdl import Part, Wsdl, read_wsdl
from tidegate.sage.soap import content_of, enveloped
from tidegate.transport import Answer, Counted, HttpClient, NoAnswer

LINES, OTHERS = "Lines", "OtherFields"  # C
FIELD_NAME, FIELD_VALUE = "MasFieldName", "Value"  # C
ORDER, CUSTOMER = "salesOrder", "customer"  #: parameters that hold a record
NEEDED = (
    *("GetNextSalesOrderNo", "GetSalesOrder", "PreviewSalesOrder", "CreateSalesOrder", "DeleteSalesOrder"),
    *("GetCustomer", "CreateCustomer"),
)


@dataclass
class Record:
    """An order, a line of one, or a customer: columns, lines, and the site's own fields."""

    values: dict[str, str] = field(default_factory=dict)
    lines: list[Record] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


Content = str | Record


class _Unknown(LookupError):
    """The WSDL has no place for something that is to be sent; the text says for what."""


class WebServices(Counted):
    """The service's view of one company."""

    def __init__(self, http: HttpClient, *, company: str, user: str, password: str) -> None:
        self._http = http
        self._company = company
        self._logon = Record({"Username": user, "Password": password})
        self._wsdl: Wsdl | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # Set-up

    def describe(self) -> Wsdl | Failure:
        """The service's WSDL, read once."""
        with self._lock:
            if self._wsdl is None:
                found = read_wsdl(self._fetch)
                if isinstance(found, Failure):
                    return found
                self._wsdl = found
            return self._wsdl

    def forget(self) -> None:
        """Read the WSDL again: the service may have been updated."""
        with self._lock:
            self._wsdl = None

    def contract(self) -> dict[str, str] | Failure:
        """What the service says of itself; it asks for no logon."""
        found = self._call("GetContractInformation", {}, reading=True, logon=False)
        return found if isinstance(found, Failure) else _record(_result(found)).values

    # Orders

    def next_order_number(self) -> str | Failure:
        """A new number, reserved for this caller. Sage's counter moves on."""
        found = self._call("GetNextSalesOrderNo", {}, reading=True)
        if isinstance(found, Failure):
            return found
        number = (_result(found).text or "").strip()
        return number or Failure(Code.SERVER_TROUBLE, "the web service returned no order number", sent=False)

    def order(self, number: str) -> Record | Failure | None:
        """An open order; None: there is none of this number."""
        return self._one("GetSalesOrder", {"salesOrderNo": number})

    def preview(self, order: Record) -> Record | Failure:
        """The order as it would be, with Sage's tax; nothing is stored."""
        found = self._call("PreviewSalesOrder", {ORDER: order}, reading=True)
        return found if isinstance(found, Failure) else _record(_result(found))

    def create_order(self, order: Record) -> Failure | None:
        """None: it is stored."""
        return self._write("CreateSalesOrder", {ORDER: order})

    def delete_order(self, number: str) -> Failure | None:
        """None: it is deleted."""
        return self._write("DeleteSalesOrder", {"salesOrderNo": number})

    # Customers

    def customer(self, division: str, number: str) -> Record | Failure | None:
        """A customer; None: there is none."""
        return self._one("GetCustomer", {"arDivisionNo": division, "customerNo": number})

    def create_customer(self, customer: Record) -> Failure | None:
        """None: it is stored."""
        return self._write("CreateCustomer", {CUSTOMER: customer})

    # One call

    def _one(self, operation: str, content: Mapping[str, Content]) -> Record | Failure | None:
        found = self._call(operation, content, reading=True)
        if isinstance(found, Failure):
            return None if faults.NOT_FOUND in found.details else found
        return _record(_result(found))

    def _write(self, operation: str, content: Mapping[str, Content]) -> Failure | None:
        found = self._call(operation, content, reading=False)
        return found if isinstance(found, Failure) else None

    def _fetch(self, query: str) -> Answer | Failure:
        answer = self._http.request("GET", "", query=query, headers={"Accept": "text/xml"})
        if not isinstance(answer, NoAnswer) and answer.status == 200:
            return answer
        return faults.failure_of(answer, None, reading=True)

    def _call(
        self, operation: str, content: Mapping[str, Content], *, reading: bool, logon: bool = True
    ) -> Element | Failure:
        """One call; the response's element."""
        wsdl = self.describe()
        if isinstance(wsdl, Failure):
            return wsdl
        given = {"logon": self._logon, "companyCode": self._company, **content} if logon else dict(content)
        try:
            body = _request(wsdl, operation, given)
        except _Unknown as unknown:
            text = f"this release of the web services has no {unknown}"
            return Failure(Code.MALFORMED, text, sent=False)
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "Accept": "text/xml",
            "SOAPAction": f'"{wsdl.actions.get(operation, "")}"',
        }
        answer = self._http.request("POST", "", headers=headers, content=body)
        found = None if isinstance(answer, NoAnswer) else content_of(answer.body)
        if found is not None and _local(found) == f"{operation}Response":
            return found
        return faults.failure_of(answer, found, reading=reading)


def _request(wsdl: Wsdl, operation: str, given: Mapping[str, Content]) -> bytes:
    """The envelope, its parts in the order of the WSDL."""
    parts = wsdl.operations.get(operation)
    if parts is None:
        raise _Unknown(f"operation {operation}")
    _require(operation, given, {part.name for part in parts})
    root = Element(wsdl.tags[operation])
    for part in parts:
        value = given.get(part.name)
        if isinstance(value, Record):
            _fill(SubElement(root, part.tag), part.type, value, wsdl)
        elif value is not None:
            SubElement(root, part.tag).text = value
    return bytes(tostring(enveloped(root), encoding="utf-8", xml_declaration=True))


def _fill(parent: Element, kind: str, record: Record, wsdl: Wsdl) -> None:
    parts = wsdl.types.get(kind, ())
    wanted = [*record.values, *([LINES] if record.lines else []), *([OTHERS] if record.fields else [])]
    _require(kind, wanted, {part.name for part in parts})
    for part in parts:
        if part.name == LINES and record.lines:
            inner = _only(part.type, wsdl)
            group = SubElement(parent, part.tag)
            for line in record.lines:
                _fill(SubElement(group, inner.tag), inner.type, line, wsdl)
        elif part.name == OTHERS and record.fields:
            inner = _only(part.type, wsdl)
            group = SubElement(parent, part.tag)
            for name, value in record.fields.items():
                one = Record({FIELD_NAME: name, FIELD_VALUE: value})
                _fill(SubElement(group, inner.tag), inner.type, one, wsdl)
        elif part.name in record.values:
            SubElement(parent, part.tag).text = record.values[part.name]


def _only(kind: str, wsdl: Wsdl) -> Part:
    """The one element that a list's type holds."""
    parts = wsdl.types.get(kind, ())
    if len(parts) != 1:
        raise _Unknown(f"list {kind} of one kind of element")
    return parts[0]


def _require(kind: str, wanted: Iterable[str], known: set[str]) -> None:
    missing = [name for name in wanted if name not in known]
    if missing:
        raise _Unknown(f"{', '.join(missing)} in {kind}")


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _result(response: Element) -> Element:
    """What a response holds; itself where it holds nothing."""
    return response[0] if len(response) == 1 else response


def _record(element: Element) -> Record:
    """Columns and the site's own fields; lines are never asked for. A list of one may come bare (P)."""
    record = Record()
    for part in element:
        name = _local(part)
        if name == OTHERS:
            for one in (part, *part):
                fields = {_local(inner): (inner.text or "").strip() for inner in one}
                if FIELD_NAME in fields:
                    record.fields[fields[FIELD_NAME]] = fields.get(FIELD_VALUE, "")
        elif not len(part):
            record.values[name] = (part.text or "").strip()
    return record
