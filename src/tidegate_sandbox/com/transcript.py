"""Replaying what a real system answered: a transcript of the agent's self-test as a native layer.

Calls must come in the recorded order; the answers are the recorded ones. So a site's real texts and codes become
test data, and a change of the agent's calls is seen.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tidegate_sandbox.com.late_bound import EXCEPTION, RPC_UNAVAILABLE, ComError


class Stray(AssertionError):
    """A call that the transcript does not have next."""


class Replayed:
    """An object of the transcript, by its number."""

    def __init__(self, number: int) -> None:
        self.number = number


class Transcript:
    """An installation that answers from a file of the self-test."""

    def __init__(self, path: Path) -> None:
        self._entries = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        self._at = 0
        self._objects: dict[int, Replayed] = {}
        self.ended: list[int] = []

    @property
    def is_over(self) -> bool:
        """Whether every recorded call was made."""
        return self._at == len(self._entries)

    @property
    def server(self) -> int | None:
        """No server is known."""
        return None

    def native(self) -> Transcript:
        """Late-bound access: the transcript itself."""
        return self

    def end_server(self, process: int) -> None:
        """Noted."""
        self.ended.append(process)

    def fetch(self, company: str, statement: str) -> list[dict[str, Any]]:
        """A transcript has no tables."""
        raise ComError(EXCEPTION, "a transcript has no tables")

    def create(self, progid: str) -> Any:
        """The next recorded creation."""
        return self._answer(self._next("create", progid, None, None))

    def invoke(self, obj: Any, name: str, args: Sequence[Any], byref: Sequence[int]) -> tuple[Any, list[Any]]:
        """The next recorded call."""
        entry = self._next("invoke", name, obj.number, [_shown(one) for one in args])
        return self._answer(entry), [self._value(one) for one in entry.get("outs", [])]

    def get(self, obj: Any, name: str) -> Any:
        """The next recorded reading."""
        return self._answer(self._next("get", name, obj.number, None))

    def put(self, obj: Any, name: str, value: Any) -> None:
        """The next recorded setting of a property."""
        self._answer(self._next("put", name, obj.number, [value]))

    def _next(self, call: str, name: str, number: int | None, args: list[Any] | None) -> dict[str, Any]:
        entry: dict[str, Any] = self._entries[self._at] if self._at < len(self._entries) else {}
        same = (entry.get("call"), entry.get("name"), entry.get("object")) == (call, name, number)
        if same and args is not None:
            recorded = entry["args"]
            same = len(recorded) == len(args) and all(
                one in ("***", two) for one, two in zip(recorded, args, strict=True)
            )
        if not same:
            raise Stray(f"call {self._at + 1}: {call} {name} {args}; the transcript has {entry}")
        self._at += 1
        return entry

    def _answer(self, entry: dict[str, Any]) -> Any:
        error = entry.get("error")
        if error is not None:
            died = error["kind"] in ("died", "hung")
            raise ComError(RPC_UNAVAILABLE if died else error["code"] or EXCEPTION, error["text"])
        return self._value(entry["answer"])

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._objects.setdefault(value["ref"], Replayed(value["ref"]))
        return value


def _shown(given: Any) -> Any:
    """An argument as it is recorded: objects by their numbers, in arrays too."""
    if isinstance(given, list | tuple):
        return [_shown(one) for one in given]
    return {"ref": given.number} if isinstance(given, Replayed) else given
