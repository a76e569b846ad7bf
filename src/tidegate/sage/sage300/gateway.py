"""The SOAP gateway on the Sage 300 host, for what the Web API lacks (contract §16): our own contract, all of it assumed.

A fault names its class, so no text is guessed at. Reads change nothing; a write that is not answered is in doubt.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from tidegate.domain.errors import Code, Failure
from tidegate.redaction import redact
from tidegate.sage.soap import content_of, enveloped
from tidegate.transport import Answer, Counted, HttpClient, NoAnswer

OURS = "urn:tidegate:sage300:gateway:1"
PAGE = 1000
MOST_PAGES = 10_000
NOT_FOUND = "not_found"  #: key of `Failure.details`: there is no such record
ORDER_DATE = "ORDDATE"
INSERT, PREVIEW = "insert", "preview"
Columns = dict[str, str]

CODES = {
    "validation": Code.REFUSED,
    "duplicate": Code.UNCLEAR_ANSWER,
    "not_found": Code.REFUSED,
    "conflict": Code.RECORD_BUSY,
    "locked": Code.LOCKED,
    "seat_limit": Code.NO_SEAT,
    "auth": Code.NOT_PERMITTED,
    "format": Code.MALFORMED,
    "unavailable": Code.SERVER_TROUBLE,
}


@dataclass(frozen=True, slots=True)
class Detail:
    """A part of a composed document: its view, its fields in the sequence in which they are set, and its own parts."""

    view: str
    fields: Columns
    details: tuple[Detail, ...] = ()


class Gateway(Counted):
    """The gateway's view of one company."""

    def __init__(self, http: HttpClient, *, company: str, user: str, password: str) -> None:
        self._http = http
        self._company = company
        text = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {text}", "Content-Type": "text/xml; charset=utf-8"}

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ping(self) -> Columns | Failure:
        """Versions, home currency, seats in use, and whether the company is open."""
        answer = self._call("Ping", {}, reading=True)
        if isinstance(answer, Failure):
            return answer
        return {one.tag.rpartition("}")[2]: (one.text or "").strip() for one in answer}

    def read(self, view: str, fields: Sequence[str], where: str = "") -> list[Columns] | Failure:
        """All rows of a view, page by page; `where` is a filter in browse syntax."""
        found: list[Columns] = []
        after = ""
        for _ in range(MOST_PAGES):
            asked = {"view": view, "filter": where, "field": list(fields), "after": after, "limit": str(PAGE)}
            answer = self._call("ReadView", asked, reading=True)
            if isinstance(answer, Failure):
                return answer
            found += [_columns(row) for row in answer.findall(f"{{{OURS}}}row")]
            if (answer.findtext(f"{{{OURS}}}complete") or "").strip() in ("true", "1"):
                return found
            following = (answer.findtext(f"{{{OURS}}}next") or "").strip()
            if not following or following == after:
                break
            after = following
        return Failure(
            Code.SERVER_TROUBLE,
            (f"the gateway's list of {view} does not end: page after page, and none is the last"),
            sent=False,
        )

    def delete(self, view: str, key: str, fields: Mapping[str, str]) -> Failure | None:
        """Delete the document that has these values, all of them; None: it is gone."""
        asked = {"key": key, "view": view, "action": "delete", "f": dict(fields)}
        answer = self._call("WriteDocument", asked, reading=False)
        return answer if isinstance(answer, Failure) else None

    def write(
        self, view: str, action: str, key: str, fields: Columns, details: Sequence[Detail]
    ) -> Columns | Failure:
        """`insert` a composed document, or `preview` it: build, sum up, abandon. The stored row, or the one that would be."""
        asked = {"key": key, "view": view, "action": action, "f": fields, "detail": list(details)}
        answer = self._call("WriteDocument", asked, reading=action == PREVIEW)
        if isinstance(answer, Failure):
            return answer
        row = answer.find(f"{{{OURS}}}row")
        if row is None:
            text = "the gateway answered without the document"
            return Failure(Code.SERVER_TROUBLE if action == PREVIEW else Code.UNCLEAR_ANSWER, text)
        return _columns(row)

    def _call(self, operation: str, content: Mapping[str, object], *, reading: bool) -> Element | Failure:
        root = Element(f"{{{OURS}}}{operation}")
        SubElement(root, f"{{{OURS}}}company").text = self._company
        for name, value in content.items():
            _add(root, name, value)
        headers = {**self._headers, "SOAPAction": f'"{OURS}/{operation}"'}
        answer = self._http.request(
            "POST", "", headers=headers, content=tostring(enveloped(root), encoding="utf-8")
        )
        return _read(answer, f"{operation}Response", reading=reading)


def _add(root: Element, name: str, value: object) -> None:
    """A value, a list of values or details, or fields by their names, in their sequence; "" is left out."""
    if isinstance(value, Detail):
        made = SubElement(root, f"{{{OURS}}}{name}", {"view": value.view})
        _add(made, "f", value.fields)
        _add(made, name, list(value.details))
    elif isinstance(value, Mapping):
        for field, text in value.items():
            SubElement(root, f"{{{OURS}}}{name}", {"name": field}).text = text
    elif isinstance(value, list):
        for each in value:
            _add(root, name, each)
    elif value:
        SubElement(root, f"{{{OURS}}}{name}").text = str(value)


def _columns(row: Element) -> Columns:
    return {one.get("name", ""): (one.text or "").strip() for one in row.findall(f"{{{OURS}}}f")}


def _read(answer: Answer | NoAnswer, wanted: str, *, reading: bool) -> Element | Failure:
    if isinstance(answer, NoAnswer):
        if reading or not answer.sent:
            return Failure(Code.UNREACHABLE, f"the gateway cannot be reached: {answer.text}", sent=False)
        return Failure(Code.NO_ANSWER, f"no answer from the gateway: {answer.text}")
    if answer.status in (401, 403):
        return Failure(Code.NOT_AUTHENTICATED, "the gateway refuses user or password", sent=False)
    if answer.status in (404, 405):
        text = f"this address is not the gateway: {answer.text(120)} (see gateway_url)"
        return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False)
    if answer.status == 429:
        return Failure(Code.THROTTLED, "the gateway is throttling", answer.retry_after, sent=False)
    content = content_of(answer.body)
    if content is not None and answer.status == 200 and content.tag == f"{{{OURS}}}{wanted}":
        return content
    fault = content.find(f"detail/{{{OURS}}}GatewayFault") if content is not None else None
    if fault is not None:
        return _refused(fault, answer, reading=reading)
    text = f"unexpected answer, not from the gateway ({answer.status}): {answer.text(120)}"
    if reading:
        return Failure(Code.SERVER_TROUBLE, text, answer.retry_after, sent=False)
    return Failure(Code.GATEWAY_TIMEOUT if answer.status == 504 else Code.UNCLEAR_ANSWER, text)


def _refused(fault: Element, answer: Answer, *, reading: bool) -> Failure:
    kind = (fault.findtext(f"{{{OURS}}}class") or "").strip()
    said = "; ".join((one.text or "").strip() for one in fault.findall(f"{{{OURS}}}message"))
    pause = (fault.findtext(f"{{{OURS}}}retryAfter") or "").strip()
    code = CODES.get(kind, Code.SERVER_TROUBLE if reading else Code.UNCLEAR_ANSWER)
    if code is Code.REFUSED and (fault.findtext(f"{{{OURS}}}field") or "").strip() == ORDER_DATE:
        code = Code.PERIOD_CLOSED  # its date was refused: nothing else can be wrong with a date of ours
    return Failure(
        code,
        f"the gateway refused it ({kind}): {redact(said)[:600]}",
        min(int(pause), 3600) if pause.isdigit() else answer.retry_after,
        sent=code is Code.UNCLEAR_ANSWER,
        details={NOT_FOUND: "yes"} if kind == "not_found" else {},
    )
