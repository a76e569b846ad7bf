"""Calls and answers as lines of JSON, between the agent and a worker process."""

from __future__ import annotations

import json
from typing import Any

from tidegate_agent.caller import CallFailed, CallHung, ClassMissing, Given, Ref, ServerDied, Value

_ERRORS: dict[str, type[CallFailed]] = {
    "failed": CallFailed,
    "missing": ClassMissing,
    "died": ServerDied,
    "hung": CallHung,
}
_NAMES = {kind: name for name, kind in _ERRORS.items()}


def line(message: dict[str, Any]) -> str:
    """A message as one line."""
    return json.dumps(message, separators=(",", ":")) + "\n"


def message(text: str) -> dict[str, Any]:
    """A line as a message. ValueError for anything else."""
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("a message is a JSON object")
    return found


def packed(value: Given) -> Any:
    """A value, or an array of values, for a message."""
    if isinstance(value, tuple):
        return [packed(one) for one in value]
    return {"ref": value.number} if isinstance(value, Ref) else value


def unpacked(value: Any) -> Value:
    """A value from a message."""
    if isinstance(value, dict):
        return Ref(int(value["ref"]))
    return value  # type: ignore[no-any-return]


def argument(value: Any) -> Given:
    """An argument from a message: a value, or an array of them."""
    return tuple(unpacked(one) for one in value) if isinstance(value, list) else unpacked(value)


def packed_error(error: CallFailed) -> dict[str, Any]:
    """An exception for a message."""
    return {"kind": _NAMES.get(type(error), "failed"), "text": error.text, "code": error.code}


def unpacked_error(packed: dict[str, Any]) -> CallFailed:
    """An exception from a message."""
    return _ERRORS.get(str(packed["kind"]), CallFailed)(str(packed["text"]), packed.get("code"))
