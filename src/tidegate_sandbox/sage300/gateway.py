"""The SOAP gateway's face: SOAP 1.1 by `data/gateway.wsdl`, beside the Web API (contract §16)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring, tostring

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.reply import Reply
from tidegate_sandbox.sage300.database import Database
from tidegate_sandbox.sage300.lanpaks import Seats
from tidegate_sandbox.sage300.oe_columns import detail_of, header_of, note_of, option_of
from tidegate_sandbox.sage300.oe_entry import OrderEntry
from tidegate_sandbox.sage300.options import Options
from tidegate_sandbox.sage300.problem import TEXTS, Problem
from tidegate_sandbox.sage300.resource import Body
from tidegate_sandbox.sage300.site import Site
from tidegate_sandbox.sage300.views import GatewayFault, Row, View, chosen, order_row, views

ADDRESS = "/gateway/soap"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OURS = "urn:tidegate:sage300:gateway:1"
XML = "text/xml; charset=utf-8"
MOST = 1000  #: rows of an answer
CLASSES = {
    "locked": "locked",
    "seats": "seat_limit",
    "duplicate": "duplicate",
    "unknown": "not_found",
    "in_use": "conflict",
}


class Gateway:
    """Answers calls of the five operations."""

    def __init__(self, site: Site, faults: FaultPlan, options: Options, seats: Seats) -> None:
        self._site = site
        self._seats = seats
        self._faults = faults
        self._options = options
        self.views = {id: views(database, site.inventories[id]) for id, database in site.databases.items()}
        self.sessions = 0  #: opened and closed again so far
        self.inserts = 0  #: orders that arrived to be inserted, repeated ones included
        self._operations: dict[str, Callable[[Database, Element], Element]] = {
            "Ping": self._ping,
            "ReadView": self._read,
            "WriteDocument": self._write,
            "FindDocument": self._find,
            "RunProcess": self._run,
        }

    def reply(self, method: str, query: str, raw: bytes, environ: Mapping[str, Any]) -> Reply:
        """The answer of one call; ``?wsdl`` gives the contract."""
        if method == "GET":
            text = resources.files(__package__).joinpath("data/gateway.wsdl").read_text("utf-8")
            host = environ.get("HTTP_HOST", "localhost")
            here = f"{environ['wsgi.url_scheme']}://{host}{ADDRESS}"
            return Reply(200, text.replace("https://sage300.example/gateway/soap", here).encode(), XML)
        user = self._user(str(environ.get("HTTP_AUTHORIZATION", "")))
        if not user:
            return Reply(401, b"", XML, (("WWW-Authenticate", 'Basic realm="gateway"'),))
        try:
            return Reply(200, envelope(self._answer(user, raw)), XML)
        except GatewayFault as fault:
            return Reply(500, envelope(fault_of(fault)), XML)

    def _user(self, header: str) -> str:
        """Who signs in; "" for nobody that is known."""
        try:
            user, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        except ValueError:
            return ""
        return user if header.startswith("Basic ") and self._site.users.get(user) == password else ""

    def _answer(self, user: str, raw: bytes) -> Element:
        try:
            body = fromstring(raw).find(f"{{{SOAP}}}Body")  # noqa: S314 - of our own clients, in a simulator
        except ParseError:
            body = None
        if body is None or len(body) != 1:
            raise GatewayFault("format", "the body holds no operation")
        call = body[0]
        operation = self._operations.get(call.tag.removeprefix(f"{{{OURS}}}"))
        database = self._site.databases.get(_text(call, "company"))
        if operation is None or database is None:
            raise GatewayFault("format", "there is no such operation or company")
        if self._faults.take_kind("day_end", path=ADDRESS, body=raw):
            raise GatewayFault("locked", TEXTS["day_end"])
        self.sessions += 1
        writes = operation in (self._write, self._run)
        try:
            with self._seats.call(user, database.id), database.working(writes=writes):
                return operation(database, call)
        except Problem as problem:
            raise GatewayFault("seat_limit", problem.text) from None
        except Refusal as refusal:
            field = "ORDDATE" if refusal.kind == "closed_period" else ""
            raise GatewayFault(CLASSES.get(refusal.kind, "validation"), refusal.text, field=field) from None

    def _view(self, database: Database, call: Element) -> View:
        name = _text(call, "view")
        found = self.views[database.id].get(name)
        if found is None:
            raise GatewayFault("auth", f"the view {name} is not on the list", view=name)
        return found

    # The operations

    def _ping(self, database: Database, _call: Element) -> Element:
        answer = Element(f"{{{OURS}}}PingResponse")
        company = database.company
        for name, value in (
            ("gateway", "1.0 (simulated)"),
            ("sageVersion", "2026"),
            ("company", database.id),
            ("homeCurrency", company.currency(None).code),
            ("sessionsInUse", str(len(self._seats.held()))),
            ("sessionsMax", "1"),
            ("state", "locked" if company.window.closed() else "open"),
        ):
            SubElement(answer, f"{{{OURS}}}{name}").text = value
        return answer

    def _read(self, database: Database, call: Element) -> Element:
        view = self._view(database, call)
        fields = [one.text or "" for one in call.findall(f"{{{OURS}}}field")]
        unknown = [name for name in fields if name not in view.fields]
        if unknown:
            raise GatewayFault("format", f"there is no field {unknown[0]}", view=view.name)
        rows = chosen(view, _text(call, "filter"))
        start = int(_text(call, "after") or 0)
        limit = min(int(_text(call, "limit") or MOST), MOST)
        answer = Element(f"{{{OURS}}}ReadViewResponse")
        for row in rows[start : start + limit]:
            answer.append(_row("row", {name: row[name] for name in fields}))
        whole = start + limit >= len(rows)
        if not whole:
            SubElement(answer, f"{{{OURS}}}next").text = str(start + limit)
        SubElement(answer, f"{{{OURS}}}complete").text = "true" if whole else "false"
        return answer

    def _write(self, database: Database, call: Element) -> Element:
        view, action = self._view(database, call), _text(call, "action")
        if (view.name, action) in self._options.denied:
            raise GatewayFault("auth", TEXTS["Forbidden"], view=view.name)
        if action in ("insert", "preview") and view.name == "OE0520":
            self.inserts += action == "insert"
            return self._enter(database, view, call, keeps=action == "insert")
        if action != "delete" or view.delete is None:
            raise GatewayFault("format", f"{action} of {view.name} is not simulated", view=view.name)
        given = {one.get("name", ""): one.text or "" for one in call.findall(f"{{{OURS}}}f")}
        rows = [row for row in view.rows() if all(row.get(name) == value for name, value in given.items())]
        if len(rows) != 1 or not given:
            raise GatewayFault("not_found", "there is no such record", view=view.name)
        view.delete(rows[0])
        answer = Element(f"{{{OURS}}}WriteDocumentResponse")
        SubElement(answer, f"{{{OURS}}}outcome").text = "deleted"
        answer.append(_row("row", rows[0]))
        return answer

    def _enter(self, database: Database, view: View, call: Element, *, keeps: bool) -> Element:
        """Build an order, its fields set in the sequence in which they stand; a preview is abandoned again."""
        try:
            entry = OrderEntry(database)
            order = (entry.insert if keeps else entry.preview)(_order_of(call))
        except (Problem, ValueError) as refused:
            code = refused.code if isinstance(refused, Problem) else ""
            kind = "duplicate" if code == "RecordDuplicate" else "validation"
            raise GatewayFault(kind, str(refused), view=view.name) from None
        row = order_row(database, order)
        if not keeps:
            row |= {"ORDUNIQ": "0", "ORDNUMBER": ""}
        answer = Element(f"{{{OURS}}}WriteDocumentResponse")
        SubElement(answer, f"{{{OURS}}}outcome").text = "inserted" if keeps else "previewed"
        answer.append(_row("row", row))
        return answer

    def _find(self, database: Database, call: Element) -> Element:
        view = self._view(database, call)
        keys = [one.text or "" for one in call.findall(f"{{{OURS}}}key")]
        answer = Element(f"{{{OURS}}}FindDocumentResponse")
        for row in view.rows():
            if row.get("REFERENCE") in keys:
                found = SubElement(answer, f"{{{OURS}}}found", {"key": row["REFERENCE"]})
                found.append(_row("row", row))
        return answer

    def _run(self, database: Database, call: Element) -> Element:
        if _text(call, "view") != "IC0275":
            raise GatewayFault("auth", "the process is not on the list")
        count = database.run_day_end("the gateway")
        answer = Element(f"{{{OURS}}}RunProcessResponse")
        SubElement(answer, f"{{{OURS}}}message", {"priority": "Message"}).text = f"{count} documents"
        return answer


def _order_of(call: Element) -> Body:
    """The document that a call brings. ValueError."""
    body = header_of(_fields(call))
    for detail in call.findall(f"{{{OURS}}}detail"):
        row = _fields(detail)
        match detail.get("view"):
            case "OE0500":
                line = detail_of(row)
                options = [option_of(_fields(one)) for one in detail.findall(f"{{{OURS}}}detail")]
                if options:
                    line["OrderDetailOptionalFields"] = options
                body.setdefault("OrderDetails", []).append(line)
            case "OE0526":
                body.setdefault("OrderOptionalFields", []).append(option_of(row))
            case "OE0180":
                body.setdefault("OrderCommentsInstructions", []).append(note_of(row))
            case other:
                raise ValueError(f"there is no detail view {other}")
    return body


def _fields(element: Element) -> Row:
    return {one.get("name", ""): (one.text or "").strip() for one in element.findall(f"{{{OURS}}}f")}


def _text(call: Element, name: str) -> str:
    return (call.findtext(f"{{{OURS}}}{name}") or "").strip()


def _row(name: str, row: Row) -> Element:
    made = Element(f"{{{OURS}}}{name}")
    for field, value in row.items():
        SubElement(made, f"{{{OURS}}}f", {"name": field}).text = value
    return made


def envelope(content: Element) -> bytes:
    """What travels."""
    envelope = Element(f"{{{SOAP}}}Envelope")
    SubElement(envelope, f"{{{SOAP}}}Body").append(content)
    return b'<?xml version="1.0" encoding="utf-8"?>' + tostring(envelope)


def fault_of(fault: GatewayFault) -> Element:
    """A refusal as SOAP says it."""
    made = Element(f"{{{SOAP}}}Fault")
    SubElement(made, "faultcode").text = "SOAP-ENV:Server"
    SubElement(made, "faultstring").text = str(fault)
    detail = SubElement(SubElement(made, "detail"), f"{{{OURS}}}GatewayFault")
    SubElement(detail, f"{{{OURS}}}class").text = fault.kind
    if fault.view:
        SubElement(detail, f"{{{OURS}}}view").text = fault.view
    if fault.field:
        SubElement(detail, f"{{{OURS}}}field").text = fault.field
    SubElement(detail, f"{{{OURS}}}message", {"priority": "Error"}).text = str(fault)
    return made
