"""Foreign XML: read safely, or not at all."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring


def parsed(raw: bytes) -> Element | None:
    """The root of a document, read by its own declaration; None for what is no XML, or would do harm."""
    try:
        root: Element = fromstring(raw)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        return None
    return root
