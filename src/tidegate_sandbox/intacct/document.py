"""XML documents: read by a hardened parser, built from elements (contract §1, §2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element, ParseError, indent, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tidegate_sandbox.intacct.failure import schema_failure
from tidegate_sandbox.intacct.formats import Value, xml_value


def parsed(raw: bytes) -> Element:
    """The root of a document. ControlFailure for what is no XML, and for entities, which are never resolved."""
    try:
        root: Element = fromstring(raw, forbid_dtd=False)
    except ParseError as error:
        raise schema_failure(f"Fatal Error 76: {error}.") from None
    except (DefusedXmlException, ValueError, LookupError):
        raise schema_failure("Fatal Error 4: entities and external references are not allowed.") from None
    return root


def node(tag: str, content: Value | Iterable[Element] = None, /, **attributes: str | int) -> Element:
    """An element with a value or with children; nothing makes it empty."""
    one = Element(tag, {name.rstrip("_"): str(value) for name, value in attributes.items()})
    if content is None or isinstance(content, str | int) or not isinstance(content, Iterable):
        one.text = _clean(xml_value(content)) or None
    else:
        one.extend(content)
    return one


def _clean(text: str) -> str:
    """A text without the control characters that XML cannot hold."""
    return "".join(each for each in text if each >= " " or each in "\t\n\r")


def rendered(root: Element, *, whitespace: bool) -> bytes:
    """The document as bytes in UTF-8."""
    if whitespace:
        indent(root)
    body: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body


def text_of(parent: Element, path: str, default: str = "") -> str:
    """The text of a descendant, without blanks around it; ``default`` where there is none."""
    found = parent.find(path)
    return default if found is None else (found.text or "").strip()


def values_of(parent: Element, prefix: str = "") -> dict[str, str]:
    """Leaves below an element by their dotted names. Records in lists are not leaves: they come apart."""
    found: dict[str, str] = {}
    for child in parent:
        name = f"{prefix}{child.tag}"
        if len(child):
            found.update(values_of(child, f"{name}."))
        else:
            found[name] = (child.text or "").strip()
    return found


def row(tag: str, values: Mapping[str, Value]) -> Element:
    """A record with its values in order."""
    return node(tag, [node(name, value) for name, value in values.items()])
