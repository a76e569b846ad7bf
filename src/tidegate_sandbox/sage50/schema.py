"""Checking documents by the contract's two JSON schemas.

As much of JSON Schema 2020-12 as those schemas use. Numbers are ``int`` or ``Decimal``. Beyond the schemas, a time
must be in UTC with ``Z`` (contract section 10), and a number must have less than twelve digits before its point (A).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Schema = dict[str, Any]
Finding = tuple[str, str]
"""Where (``[3].customer.email``) and what is wrong."""

BIGGEST = 10**11
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


@cache
def definitions(name: Literal["ecommerce", "platform"]) -> dict[str, Schema]:
    """The definitions of one of the two schemas, by name."""
    text = files("tidegate_sandbox.sage50").joinpath("data", f"{name}.schema.json").read_text("utf-8")
    found: dict[str, Schema] = json.loads(text)["$defs"]
    return found


def findings(
    value: Any, name: str, schema: Literal["ecommerce", "platform"], *, formats: bool = True
) -> Iterator[Finding]:
    """What is wrong with a document by the definition ``name``; ``formats``: dates and addresses too."""
    known = definitions(schema)
    return _Check(known, formats).findings(value, known[name], "")


class _Check:
    def __init__(self, definitions: dict[str, Schema], formats: bool) -> None:
        self._definitions = definitions
        self._formats = formats

    def findings(self, value: Any, schema: Schema, path: str) -> Iterator[Finding]:
        if "$ref" in schema:
            yield from self.findings(value, self._definitions[schema["$ref"].rpartition("/")[2]], path)
        if "type" in schema and not _is_any(value, schema["type"]):
            yield path, f"a value of type {_names(schema['type'])} is expected"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield path, f"one of {', '.join(schema['enum'])} is expected"
        if isinstance(value, str):
            yield from self._text(value, schema, path)
        elif isinstance(value, list):
            yield from self._list(value, schema, path)
        elif isinstance(value, dict):
            yield from self._object(value, schema, path)
        elif not isinstance(value, bool | None):
            yield from _number(value, schema, path)

    def _text(self, value: str, schema: Schema, path: str) -> Iterator[Finding]:
        if len(value) < schema.get("minLength", 0):
            yield path, f"at least {schema['minLength']} characters are expected"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield path, f"a text like {schema['pattern']} is expected"
        if self._formats and "format" in schema and not _has_format(value, schema["format"]):
            yield path, f"a {schema['format']} is expected"

    def _list(self, value: list[Any], schema: Schema, path: str) -> Iterator[Finding]:
        if len(value) < schema.get("minItems", 0):
            yield path, f"at least {schema['minItems']} entries are expected"
        if len(value) > schema.get("maxItems", len(value)):
            yield path, f"at most {schema['maxItems']} entries are expected"
        for position, one in enumerate(value if "items" in schema else ()):
            yield from self.findings(one, schema["items"], f"{path}[{position}]")

    def _object(self, value: dict[str, Any], schema: Schema, path: str) -> Iterator[Finding]:
        for name in schema.get("required", ()):
            if name not in value:
                yield _below(path, name), "a value is required"
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                if "const" in inner and value[name] != inner["const"]:
                    yield _below(path, name), f"{inner['const']} is expected"
                yield from self.findings(value[name], inner, _below(path, name))
        if "if" in schema and not any(self.findings(value, schema["if"], path)):
            yield from self.findings(value, schema["then"], path)


def _number(value: int | Decimal, schema: Schema, path: str) -> Iterator[Finding]:
    if not -BIGGEST < value < BIGGEST:
        yield path, "a smaller number is expected"
    if "minimum" in schema and value < schema["minimum"]:
        yield path, f"at least {schema['minimum']} is expected"
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        yield path, f"more than {schema['exclusiveMinimum']} is expected"
    if "maximum" in schema and value > schema["maximum"]:
        yield path, f"at most {schema['maximum']} is expected"


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _names(kind: str | list[str]) -> str:
    return kind if isinstance(kind, str) else " or ".join(kind)


def _is_any(value: Any, kind: str | list[str]) -> bool:
    return any(_is(value, one) for one in ([kind] if isinstance(kind, str) else kind))


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "object":
            return isinstance(value, dict)
        case "array":
            return isinstance(value, list)
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    return kind == "number" or isinstance(value, int) or value == value.to_integral_value()


def _has_format(value: str, name: str) -> bool:
    try:
        match name:
            case "date-time":
                return bool(_TIME.fullmatch(value)) and bool(datetime.fromisoformat(value))
            case "date":
                return bool(date.fromisoformat(value)) and len(value) == 10
    except ValueError:
        return False
    return name != "uri" or bool(_URI.fullmatch(value))
