"""What all documents of `--json` have in common."""

from __future__ import annotations

from datetime import datetime

import msgspec

REFERENCE = "#/$defs/{name}"  #: how one part of a schema names another


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    """An object with exactly these keys; only what may be `UNSET` can be absent. Amounts are texts."""


class Problem(Shape):
    """What went wrong, and the exit code."""

    exit: int
    text: str
    lines: list[str]


class Complaint(Shape):
    """What any command prints in place of its own document when it fails."""

    error: Problem


class LogLine(msgspec.Struct):
    """A line on stderr of a command that runs until it is stopped. What further keys it has depends on the event."""

    event: str
    level: str
    timestamp: datetime


def one_of(*kinds: type[Shape]) -> msgspec.Meta:
    """A value that is one of these: msgspec's own unions tell objects apart by a tag, which ours do not have."""
    return msgspec.Meta(
        extra_json_schema={"anyOf": [{"$ref": REFERENCE.format(name=each.__name__)} for each in kinds]}
    )
