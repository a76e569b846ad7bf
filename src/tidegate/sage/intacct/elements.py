"""XML elements: built from plain values, read by a hardened parser.

The parser resolves no entity and no external reference. What XML cannot hold (control characters) is left
out of a text, never of a document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, tostring

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(tag: str, content: Any = None, /, **attributes: str) -> Element:
    """An element of a value, of children, or of a mapping (in its order); a list repeats its tag.

    None and absent are two things: a key with None is left out, "" is an empty element.
    """
    one = Element(tag, attributes)
    if isinstance(content, Element):
        one.append(content)
    elif isinstance(content, Mapping):
        for name, value in content.items():
            for each in value if isinstance(value, list) else [value]:
                if each is not None:
                    one.append(element(name, each))
    elif isinstance(content, Iterable) and not isinstance(content, str):
        one.extend(content)
    elif content is not None:
        one.text = _NO_XML.sub(" ", written(content)) or None
    return one


def written(value: object) -> str:
    """A value as the gateway takes it: plain decimals with a dot, dates as MM/DD/YYYY (contract §5.1)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return f"{value:%m/%d/%Y}"
    return str(value)


def rendered(root: Element) -> bytes:
    """The document as bytes in UTF-8."""
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body


def text_of(parent: Element, path: str) -> str:
    """The text of a descendant without blanks around it, "" where there is none."""
    found = parent.find(path)
    return "" if found is None else (found.text or "").strip()
