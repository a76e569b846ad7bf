"""Objects of SOAP: written by the screen's own groups, and read by field name in whatever group it is.

Source: contract §4 and additions. Empty optional fields are left out: an empty element is not the same as none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import msgspec

from tidegate.reading.document import Unreadable
from tidegate.reading.document import read as read_json
from tidegate.reading.xml_document import parsed

Fields = dict[str, str | list[str]]
NONE: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Screen:
    """The groups of an object as the site has them. `fields`: name -> group; tables likewise, with their limit."""

    fields: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)  #: a field of a table's lines -> its id
    limits: Mapping[str, int] = field(default_factory=dict)  #: id -> largest number of lines

    def has(self, name: str) -> bool:
        """Whether the screen has this field, in the header or on lines."""
        return name in self.fields or name in self.tables


def screen_of(description: str) -> Screen | None:
    """The screen of a description, whatever its root; None when it names no field."""
    root = parsed(description.encode())
    if root is None:
        return None
    fields: dict[str, str] = {}
    tables: dict[str, str] = {}
    limits: dict[str, int] = {}
    for parent in root.iter():
        id = parent.get("ID") or parent.get("NAM") or ""
        is_table = parent.tag == "TAB"
        if is_table and (parent.get("DIM") or "").isdigit():
            limits[id] = int(parent.get("DIM") or 0)
        for one in parent:
            name = one.get("NAME") or one.get("NAM") or ""
            if one.tag in ("FLD", "LST") and name:
                (tables if is_table else fields)[name] = id if parent.tag in ("GRP", "TAB") else ""
    return Screen(fields, tables, limits) if fields or tables else None


def written(
    screen: Screen, header: Mapping[str, Any], tables: Sequence[tuple[str, Sequence[Mapping[str, Any]]]]
) -> str:
    """An object as JSON: fields in their groups, those without one above all. `tables`: a field of each, and its rows."""
    groups: dict[str, Any] = {}
    for name, value in header.items():
        if value in ("", [], None):
            continue
        group = screen.fields.get(name, "")
        (groups.setdefault(group, {}) if group else groups)[name] = value
    for name, rows in tables:
        if rows:
            kept = [{key: value for key, value in row.items() if value not in ("", None)} for row in rows]
            groups[screen.tables[name]] = kept
    return msgspec.json.encode(groups).decode()


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of an answer: header fields by name, and the rows of its tables."""

    header: Mapping[str, Any]
    tables: tuple[list[dict[str, Any]], ...] = ()


def stored(text: str) -> Stored | None:
    """The object of a result, in JSON or XML; None for neither."""
    text = text.strip()
    if text.startswith("{"):
        try:
            found = read_json(text.encode())
        except Unreadable:
            return None
        return _of_json(found) if isinstance(found, dict) else None
    root = parsed(text.encode())
    if root is None:
        return None
    header: dict[str, Any] = dict(_fields(root))
    for group in root.findall("GRP"):
        header |= dict(_fields(group))
    tables = tuple([dict(_fields(line)) for line in table.findall("LIN")] for table in root.findall("TAB"))
    return Stored(header, tables)


def listed(text: str) -> list[dict[str, Any]] | None:
    """The rows of a query's result; None for what is no list: an empty answer is unknown, never "no rows"."""
    text = text.strip()
    if text.startswith("["):
        try:
            found = read_json(text.encode())
        except Unreadable:
            return None
        rows = found if isinstance(found, list) else None
        return rows if rows is not None and all(isinstance(row, dict) for row in rows) else None
    root = parsed(text.encode())
    if root is None or root.tag != "RESULT":
        return None
    return [dict(_fields(line)) for line in root.findall("LIN")]


def _of_json(found: Mapping[str, Any]) -> Stored:
    header: dict[str, Any] = {}
    tables = []
    for name, value in found.items():
        if isinstance(value, dict):
            header |= value
        elif isinstance(value, list) and all(isinstance(row, dict) for row in value):
            tables.append(value)
        else:
            header[name] = value
    return Stored(header, tuple(tables))


def _fields(parent: Element) -> Iterator[tuple[str, Any]]:
    for one in parent:
        if one.tag == "FLD":
            yield one.get("NAME", ""), one.text or ""
        elif one.tag == "LST":
            yield one.get("NAME", ""), [each.text or "" for each in one.findall("ITM")]
