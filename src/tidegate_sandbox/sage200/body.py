"""Reading request bodies by their documented schema (contract §5, §7)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from tidegate_sandbox.sage200.contract import Field, Schema, enum_value, enums, schemas
from tidegate_sandbox.sage200.options import Options
from tidegate_sandbox.sage200.problem import ApplicationProblem
from tidegate_sandbox.sage200.view import Profile

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)?")
BIGGEST = Decimal(10) ** 11
INT64 = 2**63

Body = dict[str, Any]
"""Values by field: int, Decimal, str, bool, date, Body, or list of Body. Absent and null are left out."""


def decode(raw: bytes) -> Any:
    """The JSON value of a body. Raises ApplicationProblem 400."""
    try:
        return _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ApplicationProblem(400, "The request body is not valid JSON.") from None


def read_body(raw: bytes, schema: str, profile: Profile, options: Options) -> Body:
    """The body of a POST or PUT. Raises ApplicationProblem 400, naming the field.

    Read-only fields and those that the edition or version does not have are ignored (A); an ``id`` is kept,
    for it says which element of a nested list is meant.
    """
    value = decode(raw)
    return read_object(value, schemas()[schema], profile, options, "")


def read_object(value: Any, schema: Schema, profile: Profile, options: Options, path: str) -> Body:
    """One object of a body; ``path`` is where it stands, for the message."""
    if not isinstance(value, dict):
        raise _wrong(path or schema.name, "an object is expected")
    body: Body = {}
    for name, given in value.items():
        one = schema.fields.get(name)
        here = f"{path}.{name}" if path else f"{schema.name}.{name}"
        if one is None:
            if options.unknown_fields == "reject":
                raise _wrong(here, "the field does not exist")
            continue
        if given is None or not profile.shows(one) or (one.read_only and name != "id"):
            continue
        body[name] = _value(given, one, profile, options, here)
    return body


def _value(given: Any, one: Field, profile: Profile, options: Options, path: str) -> Any:
    match one.kind:
        case "text" if isinstance(given, str):
            return _text(given, one, path)
        case "integer" if isinstance(given, int) and not isinstance(given, bool):
            if not -INT64 <= given < INT64:
                raise _wrong(path, "the number is too large")
            return given
        case "decimal" if isinstance(given, int | Decimal) and not isinstance(given, bool):
            number = Decimal(given)
            if not number.is_finite() or abs(number) >= BIGGEST:
                raise _wrong(path, "the number is too large")
            return number
        case "boolean" if isinstance(given, bool):
            return given
        case "date-time" if isinstance(given, str):
            return _date(given, path)
        case "object":
            return read_object(given, _child(one), profile, options, path)
        case "array" if isinstance(given, list):
            child = _child(one)
            return [
                read_object(element, child, profile, options, f"{path}[{position}]")
                for position, element in enumerate(given)
            ]
    raise _wrong(path, f"a value of type {one.kind} is expected")


def _child(one: Field) -> Schema:
    return schemas().get(one.child) or Schema(one.name, {}, ())


def _text(given: str, one: Field, path: str) -> str:
    if one.enum is not None and one.enum in enums():
        found = enum_value(one.enum, given)
        if found is None and given:
            raise _wrong(path, f"'{given}' is not one of the allowed values")
        return found or ""
    if one.size is not None and len(given) > one.size:  # too long is an error, never a silent cut (§7, A)
        raise _wrong(path, f"the text must not be longer than {one.size} characters")
    return given


def _date(given: str, path: str) -> date:
    """The calendar date of a full date-time; a bare date is rejected (§7, P)."""
    found = _DATE_TIME.fullmatch(given)
    if found is None:
        raise _wrong(path, "a date-time is expected")
    try:
        return date.fromisoformat(found[1])
    except ValueError:
        raise _wrong(path, "the date does not exist") from None


def _wrong(path: str, text: str) -> ApplicationProblem:
    return ApplicationProblem(400, f"The value of {path} is not valid: {text}.", {path: [text]})
