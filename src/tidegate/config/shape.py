"""From TOML values to the structs of `model.py`, key by key, so that every error is found at once.

msgspec converts each value; the walk over the tables is ours, because msgspec stops at the first
error, and because its messages speak of types where people think in keys.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from tidegate.config.problem import Report, joined, suggestion
from tidegate.config.references import reference_keys

S = TypeVar("S", bound=msgspec.Struct)


def read_struct(kind: type[S], table: object, key: str, report: Report) -> S:
    """The struct of one table. What is wrong stands in `report`, and its default in the struct.

    So the cross-checks can go on over the rest; the struct is to be used only without problems.
    """
    hints, fields = _shape(kind)
    tag = kind.__struct_config__.tag_field
    secret = reference_keys(kind)
    values: dict[str, Any] = {}
    if not isinstance(table, dict):
        remedy = f"write [{key}], and its keys below"
        report.problem(key, f"{found(table)} instead of a table", remedy)
        table = dict.fromkeys(fields)  # nothing more to say about it
    for name, value in table.items():
        path = joined(key, name)
        if name == tag:  # it has chosen this struct
            continue
        if name not in fields:
            known = [*fields, tag] if tag else fields
            report.problem(path, "unknown key", suggestion(name, known))
        elif value is not None:
            with suppress(_Unusable):
                values[name] = _read_value(hints[name], value, path, name in secret, report)
    for name, field in fields.items():
        if field.required and name not in values:
            values[name] = _stand_in(hints[name])
            if name not in table:
                report.problem(joined(key, name), "missing", f"give {allowed(hints[name])}")
    return kind(**values)


@lru_cache(maxsize=256)
def _shape(kind: type[msgspec.Struct]) -> tuple[dict[str, Any], dict[str, msgspec.structs.FieldInfo]]:
    """The types of a struct's fields, and the fields by their names in the file."""
    return get_type_hints(kind), {field.encode_name: field for field in msgspec.structs.fields(kind)}


class _Unusable(Exception):
    """The value is wrong, and the report says why."""


def _read_value(kind: Any, value: object, key: str, secret: bool, report: Report) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    kinds = arguments if origin in (Union, types.UnionType) else (kind,)
    if _is_struct(kinds[0]) and kinds[0].__struct_config__.tag_field:
        return _read_tagged(kinds, value, key, report)
    if _is_struct(kinds[0]):  # in a union: a table that may be missing
        kind = kinds[0]
    if _is_struct(kind):
        return read_struct(kind, value, key, report)
    if origin is dict and isinstance(value, dict):
        return _read_entries(arguments[1], cast(dict[str, object], value), key, report)
    if origin is tuple and _is_struct(arguments[0]) and isinstance(value, list):
        return tuple(
            read_struct(arguments[0], table, f"{key}[{number}]", report)
            for number, table in enumerate(value, 1)
        )
    if kind is Decimal and isinstance(value, float):
        remedy = f'put the amount in quotes, so that it is exact: "{value!r}"'
        report.problem(key, f"{found(value)} instead of an amount in quotes", remedy)
        raise _Unusable
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        hint = _close_choice(kind, value)
        report.problem(key, found(value, show=not secret), f"allowed is {allowed(kind)}{hint}")
        raise _Unusable from None


def _read_tagged(kinds: tuple[Any, ...], table: object, key: str, report: Report) -> Any:
    """The table of a tagged union: the value of one of its keys says whose struct it is.

    Where that key is wrong or missing, only the keys that all of them share can be read.
    """
    tag = kinds[0].__struct_config__.tag_field
    by_tag = {kind.__struct_config__.tag: kind for kind in kinds}
    if not isinstance(table, dict):
        return read_struct(kinds[0], table, key, report)
    written = table.get(tag)
    if isinstance(written, str) and written in by_tag:
        return read_struct(by_tag[written], table, key, report)
    choice = Literal[tuple(by_tag)]  # type: ignore[valid-type]
    if written is None:
        report.problem(joined(key, tag), "missing", f"give {allowed(choice)}")
    else:
        hint = _close_choice(choice, written)
        report.problem(joined(key, tag), found(written), f"allowed is {allowed(choice)}{hint}")
    shared = set.intersection(*(set(kind.__struct_fields__) for kind in kinds))
    known = table if len(kinds) == 1 else {name: table[name] for name in table if name in shared}
    return read_struct(kinds[0], known, key, report)


def _read_entries(kind: Any, entries: Mapping[str, object], key: str, report: Report) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, value in entries.items():
        with suppress(_Unusable):
            read[name] = _read_value(kind, value, joined(key, name), False, report)
    return read


def _stand_in(kind: Any) -> Any:
    """Something of the right type for a required key that is missing or wrong."""
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    return () if get_origin(kind) is tuple else kind()


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _close_choice(kind: Any, value: object) -> str:
    if get_origin(kind) is not Literal or not isinstance(value, str):
        return ""
    hint = suggestion(value, (str(choice) for choice in get_args(kind)))
    return f"; {hint}" if hint.startswith("did you mean") else ""


def allowed(kind: Any) -> str:
    """A type in plain words."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return "one of " + ", ".join(f'"{choice}"' for choice in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(allowed(choice) for choice in arguments if choice is not type(None))
    if origin is tuple:
        return (
            "a list of tables" if _is_struct(arguments[0]) else f"a list, each entry {allowed(arguments[0])}"
        )
    if origin is dict:
        return (
            "a table of tables" if _is_struct(arguments[1]) else 'a table of entries such as "name" = "value"'
        )
    words = {
        str: 'text in quotes, "..."',
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        Decimal: 'an amount in quotes, such as "0.05"',
        datetime: "a date and time with its offset, such as 2026-03-02T00:00:00Z",
    }
    return words.get(kind, "a table")


def found(value: object, *, show: bool = True) -> str:
    """What stood in the file, in plain words; `show` is False where it might be a secret."""
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        (int, "the whole number"),
        (float, "the number"),
        (str, "the text"),
        ((datetime, date, time), "the date or time"),
        (dict, "a table"),
        (list, "a list"),
    )
    for kind, words in kinds:
        if isinstance(value, kind):
            if kind in (dict, list):
                return words
            if not show:
                return words.replace("the ", "a ", 1)
            if isinstance(value, bool):
                return str(value).lower()
            return f'{words} "{value}"' if isinstance(value, str) else f"{words} {value}"
    return "a value"
