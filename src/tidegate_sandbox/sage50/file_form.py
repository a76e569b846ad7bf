"""How a scope file is written: as it should be, or broken in a way that a client must bear."""

from __future__ import annotations

from typing import Any, Literal, get_args

from tidegate_sandbox.sage50.json_text import encode

Form = Literal[
    "array", "object", "two_arrays", "empty", "half", "bad_record", "bad_type", "duplicate", "page"
]
"""``array`` is right and ``object`` (one array within) is borne; the others are what goes wrong."""
FORMS: tuple[str, ...] = get_args(Form)
PAGE = b"<!DOCTYPE html><html><title>Service unavailable</title><h1>Service unavailable</h1></html>"


def written(records: list[dict[str, Any]], scope: str, form: str) -> bytes:
    """The bytes of a scope's file. ValueError for a form that there is not."""
    match form:
        case "array":
            return encode(records)
        case "object":
            return encode({scope: records})
        case "restored":
            return encode([{**record, "timestamp": "2020-01-01T00:00:00Z"} for record in records])
        case "few":
            return encode(records[: len(records) // 4])
        case "two_arrays":
            return encode({scope: records[::2], "more": records[1::2]})
        case "empty":
            return encode([])
        case "half":
            whole = encode(records)
            return whole[: len(whole) // 2]
        case "bad_record":
            broken = {name: value for name, value in records[0].items() if name != "id"}
            return encode([broken, *records[1:]])
        case "bad_type":
            return encode([{**records[0], "timestamp": 20260302}, *records[1:]])
        case "duplicate":
            return encode([{**records[0], "timestamp": "2020-01-01T00:00:00Z"}, *records])
        case "page":
            return PAGE
    raise ValueError(f"'form' is one of {', '.join(FORMS)}; got {form!r}")
