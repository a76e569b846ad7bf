"""What the WSDL of eBusiness Web Services says of its messages: which elements, in which order, of which namespace.

The names and their order are the vendor's, and differ by release; a service skips what stands out of order without a
word, so requests are written by the WSDL that is there. Source: contract §9 ("the real WSDL decides").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from tidegate.domain.errors import Code, Failure
from tidegate.reading.xml_document import parsed
from tidegate.transport import Answer

XS = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
MOST_DOCUMENTS = 20  #: a WSDL and the schemas that it is spread over


@dataclass(frozen=True, slots=True)
class Part:
    """An element of a message or of a type: its name with its namespace, and its type."""

    name: str
    tag: str
    type: str


@dataclass
class Wsdl:
    """Parts in their order, by operation and by type; the action of each operation."""

    operations: dict[str, tuple[Part, ...]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)  #: of an operation's request
    actions: dict[str, str] = field(default_factory=dict)
    types: dict[str, tuple[Part, ...]] = field(default_factory=dict)


def read_wsdl(fetch: Callable[[str], Answer | Failure]) -> Wsdl | Failure:
    """The whole description; `fetch` reads a document of the service by its query."""
    found, bases = Wsdl(), dict[str, str]()
    waiting, seen = ["wsdl"], set[str]()
    while waiting and len(seen) < MOST_DOCUMENTS:
        query = waiting.pop(0)
        if query in seen:
            continue
        seen.add(query)
        answer = fetch(query)
        if isinstance(answer, Failure):
            return answer
        document = _parsed(answer.body)
        if document is None:
            text = "the answer of this address is not a WSDL: correct `url` of the company's writer"
            return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False)
        waiting += _further(document)
        _take_actions(document, found)
        for schema in document.iter(f"{XS}schema"):
            _take_schema(schema, found, bases)
    found.types = {name: _whole(name, found.types, bases) for name in found.types}
    return found


def _parsed(content: bytes) -> Element | None:
    document = parsed(content)
    return (
        document if document is not None and document.tag in (f"{WSDL}definitions", f"{XS}schema") else None
    )


def _further(document: Element) -> list[str]:
    """The queries of documents that this one names. Their hosts are left aside: they are the same service's."""
    places = [one.get("schemaLocation", "") for one in document.iter(f"{XS}import")]
    places += [one.get("schemaLocation", "") for one in document.iter(f"{XS}include")]
    places += [one.get("location", "") for one in document.iter(f"{WSDL}import")]
    return [place.partition("?")[2] for place in places if "?" in place]


def _take_actions(document: Element, found: Wsdl) -> None:
    for operation in document.iter(f"{WSDL}operation"):
        bound = operation.find(f"{SOAP}operation")
        if bound is not None:
            found.actions[operation.get("name", "")] = bound.get("soapAction", "")


def _take_schema(schema: Element, found: Wsdl, bases: dict[str, str]) -> None:
    space = schema.get("targetNamespace", "")
    for one in schema.findall(f"{XS}complexType"):
        found.types[one.get("name", "")] = _parts(one, space)
        extension = one.find(f"{XS}complexContent/{XS}extension")
        if extension is not None:
            bases[one.get("name", "")] = _local(extension.get("base", ""))
    for one in schema.findall(f"{XS}element"):
        inner = one.find(f"{XS}complexType")
        if inner is not None:
            name = one.get("name", "")
            found.operations[name] = _parts(inner, space)
            found.tags[name] = f"{{{space}}}{name}"


def _parts(kind: Element, space: str) -> tuple[Part, ...]:
    return tuple(
        Part(one.get("name", ""), f"{{{space}}}{one.get('name', '')}", _local(one.get("type", "")))
        for one in kind.iter(f"{XS}element")
        if one.get("name")
    )


def _whole(name: str, types: Mapping[str, tuple[Part, ...]], bases: Mapping[str, str]) -> tuple[Part, ...]:
    """The parts of a type, those of the type that it extends first."""
    parts, seen = types.get(name, ()), {name}
    while (name := bases.get(name, "")) and name not in seen:
        seen.add(name)
        parts = (*types.get(name, ()), *parts)
    return parts


def _local(name: str) -> str:
    return name.rpartition(":")[2]
