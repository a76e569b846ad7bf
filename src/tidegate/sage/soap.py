"""The envelope of SOAP 1.1 around one element."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from tidegate.reading.xml_document import parsed

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def enveloped(content: Element) -> Element:
    """The envelope that carries this element."""
    envelope = Element(f"{{{SOAP}}}Envelope")
    SubElement(envelope, f"{{{SOAP}}}Body").append(content)
    return envelope


def body_of(raw: bytes) -> Element | None:
    """The body of an answer; None for what is no envelope."""
    envelope = parsed(raw)
    return None if envelope is None else envelope.find(f"{{{SOAP}}}Body")


def content_of(raw: bytes) -> Element | None:
    """The one element that an answer carries; None for what carries none, or several."""
    body = body_of(raw)
    return body[0] if body is not None and len(body) == 1 else None
