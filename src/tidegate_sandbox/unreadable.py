"""One figure of one record of an answer that nobody can read: what a real system's data holds now and then.

The wire's fault ``unreadable``, with the options ``field``, ``record`` and ``figure``: ``null``, ``missing`` (the
key), ``text``, ``nan`` (what JSON has no word for), ``huge`` (out of all bounds), ``deep`` (a thousand lists in
each other), ``list`` and ``false`` (PHP's for nothing). Everything else of the answer stays as it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

UNREADABLE = "unreadable"
_PLACE = "\x00unreadable\x00"
_MISSING = object()

FIGURES: Mapping[str, Any] = {
    "null": "null",
    "missing": _MISSING,
    "text": '"n/a"',
    "nan": "NaN",
    "huge": "1e60",
    "deep": "[" * 1000 + "]" * 1000,
    "list": "[]",
    "false": "false",
}
"""What stands in the field's place, as it is written in the JSON document."""


def check_options(options: Mapping[str, Any]) -> None:
    """Raises ValueError, naming the option and what is allowed."""
    if not isinstance(options.get("field"), str) or not options["field"]:
        raise ValueError(
            "option 'field' of 'unreadable' must name the record's field, inner ones with points"
        )
    if options.get("figure", "null") not in FIGURES:
        raise ValueError(f"option 'figure' must be one of {', '.join(FIGURES)}; got {options['figure']!r}")
    if not isinstance(options.get("record"), str | int | None) or isinstance(options.get("record"), bool):
        raise ValueError(f"option 'record' must be one of the record's values; got {options['record']!r}")


def spoil(body: bytes, options: Mapping[str, Any]) -> bytes | None:
    """The answer with that field of that record changed; None where there is no such record or field.

    ``record`` is one of the record's own values (an id, a code, a number); without it the first record of
    the answer is meant. ``field`` is the way to the field within the record: ``lines.0.line_quantity``.
    """
    try:
        document = json.loads(body)
    except ValueError:
        return None
    written = FIGURES[options.get("figure", "null")]
    for record in _records(document):
        if _meant(record, options.get("record")):
            *way, name = options["field"].split(".")
            holder: Any = record
            for step in way:
                holder = _inner(holder, step)
            if not isinstance(holder, dict) or name not in holder:
                return None
            if written is _MISSING:
                del holder[name]
                return json.dumps(document).encode()
            holder[name] = _PLACE
            return json.dumps(document).replace(json.dumps(_PLACE), written).encode()
    return None


def _records(document: Any) -> list[dict[str, Any]]:
    """The rows of a list, of `items` or `$resources`, or the answer as one record."""
    listed = document
    if isinstance(document, dict) and "$resources" in document:
        listed = document["$resources"]
    elif isinstance(document, dict):
        listed = document["items"] if "total_count" in document and "items" in document else [document]
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _meant(record: Mapping[str, Any], name: Any) -> bool:
    own = (value for value in record.values() if isinstance(value, str | int) and not isinstance(value, bool))
    return name is None or str(name) in map(str, own)


def _inner(holder: Any, step: str) -> Any:
    if isinstance(holder, dict):
        return holder.get(step)
    if isinstance(holder, list) and step.isdecimal() and int(step) < len(holder):
        return holder[int(step)]
    return None
