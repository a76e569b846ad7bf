"""Envelopes of the gateway, read and written by `gateway.wsdl`: SOAP 1.1, document/literal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element, ParseError, SubElement, fromstring, tostring

from tidegate_agent.sage300.document import Detail, Setting
from tidegate_agent.sage300.refusal import Message, Refused

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OURS = "urn:tidegate:sage300:gateway:1"
TYPE = "text/xml"


def operation_of(raw: bytes) -> Element:
    """The call that an envelope holds. Refused ``format``."""
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise Refused("format", "a document type is not taken")
    try:
        body = fromstring(raw).find(f"{{{SOAP}}}Body")  # noqa: S314 - no document type, and a signed-in hub
    except ParseError:
        body = None
    if body is None or len(body) != 1 or not body[0].tag.startswith(f"{{{OURS}}}"):
        raise Refused("format", "the body holds no operation")
    return body[0]


def name_of(call: Element) -> str:
    """The operation's name."""
    return call.tag.removeprefix(f"{{{OURS}}}")


def text(call: Element, name: str) -> str:
    """A part's text; "" where it is not given."""
    return (call.findtext(f"{{{OURS}}}{name}") or "").strip()


def texts(call: Element, name: str) -> list[str]:
    """The texts of a part that may stand several times."""
    return [(one.text or "").strip() for one in call.findall(f"{{{OURS}}}{name}")]


def number(call: Element, name: str, default: int) -> int:
    """A whole number. Refused ``format``."""
    given = text(call, name)
    if given and not given.isdigit():
        raise Refused("format", f"{name} is no number: {given}")
    return int(given) if given else default


def settings_of(element: Element) -> tuple[Setting, ...]:
    """Fields in the sequence in which they stand."""
    return tuple(
        Setting(
            one.get("name", ""), (one.text or "").strip(), one.get("verify", "true") not in ("false", "0")
        )
        for one in element.findall(f"{{{OURS}}}f")
    )


def details_of(element: Element) -> tuple[Detail, ...]:
    """Parts of a document, with theirs."""
    return tuple(
        Detail(one.get("view", ""), settings_of(one), details_of(one))
        for one in element.findall(f"{{{OURS}}}detail")
    )


def answer(operation: str) -> Element:
    """The answer of an operation, empty."""
    return Element(f"{{{OURS}}}{operation}Response")


def add(parent: Element, name: str, value: str) -> None:
    """A part with a text."""
    SubElement(parent, f"{{{OURS}}}{name}").text = value


def add_row(parent: Element, row: Mapping[str, str], name: str = "row") -> None:
    """A row: its columns by name."""
    made = SubElement(parent, f"{{{OURS}}}{name}")
    for column, value in row.items():
        SubElement(made, f"{{{OURS}}}f", {"name": column}).text = value


def add_found(parent: Element, key: str, row: Mapping[str, str]) -> None:
    """A document that was found under its key."""
    add_row(SubElement(parent, f"{{{OURS}}}found", {"key": key}), row)


def add_messages(parent: Element, messages: Iterable[Message]) -> None:
    """Sage's own messages."""
    for one in messages:
        marks = {"priority": one.priority, "source": one.source, "code": one.code}
        made = SubElement(parent, f"{{{OURS}}}message", {name: each for name, each in marks.items() if each})
        made.text = one.text


def envelope(content: Element) -> str:
    """What travels."""
    made = Element(f"{{{SOAP}}}Envelope")
    SubElement(made, f"{{{SOAP}}}Body").append(content)
    return '<?xml version="1.0" encoding="utf-8"?>' + tostring(made, encoding="unicode")


def fault(refused: Refused) -> Element:
    """A refusal as SOAP says it."""
    made = Element(f"{{{SOAP}}}Fault")
    SubElement(made, "faultcode").text = "SOAP-ENV:Server"
    SubElement(made, "faultstring").text = refused.text
    detail = SubElement(SubElement(made, "detail"), f"{{{OURS}}}GatewayFault")
    add(detail, "class", refused.kind)
    for name, value in (
        ("view", refused.view),
        ("field", refused.field),
        ("line", refused.line),
        ("retryAfter", refused.retry_after),
    ):
        if value:
            add(detail, name, str(value))
    add_messages(detail, refused.messages or [Message(refused.text, "Error")])
    return made
