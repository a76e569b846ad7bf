"""The texts of SOAP objects: XML with groups, tables and lists, or JSON (contract §4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tidegate_sandbox.x3.problem import Problem

Row = dict[str, Any]
Groups = dict[str, Row | list[Row]]
"""Fields by group; a table is a list of rows. Fields without a group stand under ""."""

_encoder = msgspec.json.Encoder(decimal_format="string")


@dataclass(frozen=True, slots=True)
class Screen:
    """The groups of an object as its entry transaction has them; ``tables`` with their largest number of lines."""

    groups: Mapping[str, Mapping[str, int]]  #: field -> its width
    tables: Mapping[str, tuple[int, Mapping[str, int]]] = field(default_factory=dict)

    def width(self, name: str) -> int | None:
        """Of a field, in whatever group it is; None for one that the screen has not."""
        for fields in (*self.groups.values(), *(one for _, one in self.tables.values())):
            if name in fields:
                return fields[name]
        return None


def read(text: str) -> Groups:
    """The groups of an object. Problem for what cannot be read."""
    text = text.strip()
    try:
        if text.startswith("{"):
            return _from_json(msgspec.json.decode(text))
        return _from_xml(fromstring(text))
    except (msgspec.DecodeError, ParseError, DefusedXmlException, ValueError):
        raise Problem("The object cannot be read") from None


def _from_json(found: Any) -> Groups:
    groups: Groups = {}
    for name, value in found.items():
        if isinstance(value, dict | list) and not (
            value and isinstance(value, list) and isinstance(value[0], str)
        ):
            groups[name] = value
        else:
            below = groups.setdefault("", {})
            if isinstance(below, dict):
                below[name] = value
    return groups


def _from_xml(root: Element) -> Groups:
    groups: Groups = {}
    for one in root:
        if one.tag == "GRP":
            groups[one.get("ID", "")] = dict(_fields(one))
        elif one.tag == "TAB":
            groups[one.get("ID", "")] = [dict(_fields(line)) for line in one if line.tag == "LIN"]
    below = dict(_fields(root))
    if below:
        groups[""] = below
    return groups


def _fields(parent: Element) -> Iterator[tuple[str, Any]]:
    for one in parent:
        if one.tag == "FLD":
            yield one.get("NAME", ""), one.text or ""
        elif one.tag == "LST":
            yield one.get("NAME", ""), [each.text or "" for each in one if each.tag == "ITM"]


def flat(groups: Groups, screen: Screen, *, table: str) -> tuple[Row, dict[str, list[Row]]]:
    """Header fields and tables, checked against the screen: groups and fields that it has not are refused."""
    header: Row = {}
    tables: dict[str, list[Row]] = {}
    for id, content in groups.items():
        if isinstance(content, list):
            if id not in screen.tables:
                raise Problem(f"{id} : unknown group")
            most, known = screen.tables[id]
            if len(content) > most:
                raise Problem(f"{id} : too many lines ({most})")
            for row in content:
                _check(row, known)
            tables[id] = content
        else:
            if id and id not in screen.groups:
                raise Problem(f"{id} : unknown group")
            anywhere = {name: width for one in screen.groups.values() for name, width in one.items()}
            _check(content, screen.groups[id] if id else anywhere)
            header |= content
    if not header and not tables.get(table):
        raise Problem("The object is empty")
    return header, tables


def _check(row: Row, known: Mapping[str, int]) -> None:
    for name, value in row.items():
        if name not in known:
            raise Problem(f"{name} : unknown field")
        for each in value if isinstance(value, list) else [value]:
            if len(str(each)) > known[name]:
                raise Problem(f"{name} : field too long ({known[name]} characters)")


def written(groups: Mapping[str, Any], *, as_json: bool) -> str:
    """An object as the answer has it."""
    if as_json:
        return _encoder.encode(groups).decode()
    root = Element("PARAM")
    for id, content in groups.items():
        if isinstance(content, list):
            part = SubElement(root, "TAB", ID=id, DIM="200", SIZE=str(len(content)))
            for at, row in enumerate(content, 1):
                _write(SubElement(part, "LIN", NUM=str(at)), row)
        else:
            _write(SubElement(root, "GRP", ID=id), content)
    return tostring(root, encoding="unicode")


def _write(parent: Element, row: Mapping[str, Any]) -> None:
    for name, value in row.items():
        if isinstance(value, list):
            part = SubElement(parent, "LST", NAME=name, SIZE=str(len(value)), TYPE="Char")
            for each in value:
                SubElement(part, "ITM").text = str(each)
        else:
            kind = (
                "Decimal" if isinstance(value, Decimal) else "Integer" if isinstance(value, int) else "Char"
            )
            SubElement(parent, "FLD", NAME=name, TYPE=kind).text = str(value)


def listed(rows: list[Row], *, as_json: bool) -> str:
    """The answer of a query."""
    if as_json:
        return _encoder.encode(rows).decode()
    root = Element("RESULT", DIM=str(len(rows)), SIZE=str(len(rows)))
    for at, row in enumerate(rows, 1):
        _write(SubElement(root, "LIN", NUM=str(at)), row)
    return tostring(root, encoding="unicode")


def described(screen: Screen, *, no_groups: bool) -> str:
    """The description of an object's screen: groups, tables, fields with their widths (A for its shape)."""
    root = Element("OBJECT")
    for id, fields in screen.groups.items():
        parent = root if no_groups else SubElement(root, "GRP", ID=id)
        for name, width in fields.items():
            SubElement(parent, "FLD", NAME=name, LEN=str(width))
    for id, (most, fields) in screen.tables.items():
        part = SubElement(root, "TAB", ID=id, DIM=str(most))
        for name, width in fields.items():
            SubElement(part, "FLD", NAME=name, LEN=str(width))
    return tostring(root, encoding="unicode")
