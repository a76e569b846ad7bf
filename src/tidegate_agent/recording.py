"""A worker that writes down every call and answer: a transcript of a real system, for the fake to replay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TextIO

from tidegate_agent.caller import Answer, CallFailed, Given, Ref, Value, Worker
from tidegate_agent.wire_format import packed, packed_error

HIDDEN = "***"
SECRET_METHODS = frozenset({"nsetuser", "open"})


class RecordingWorker:
    """Passes calls on and writes one line of JSON for each. Arguments of the logon are not written."""

    def __init__(self, worker: Worker, sink: TextIO) -> None:
        self._worker = worker
        self._sink = sink

    def _write(self, entry: dict[str, Any]) -> None:
        self._sink.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self._sink.flush()

    @property
    def server(self) -> int | None:
        """The process id of its server."""
        return self._worker.server

    def create(self, progid: str) -> Ref:
        """Create an object."""
        entry: dict[str, Any] = {"call": "create", "name": progid}
        try:
            made = self._worker.create(progid)
        except CallFailed as failed:
            self._write({**entry, "error": packed_error(failed)})
            raise
        self._write({**entry, "answer": packed(made)})
        return made

    def invoke(self, obj: Ref, name: str, args: Sequence[Given] = (), byref: Sequence[int] = ()) -> Answer:
        """Call a method."""
        shown = [HIDDEN] * len(args) if name.lower() in SECRET_METHODS else [packed(one) for one in args]
        entry = {"call": "invoke", "object": obj.number, "name": name, "args": shown}
        try:
            answer, outs = self._worker.invoke(obj, name, args, byref)
        except CallFailed as failed:
            self._write({**entry, "error": packed_error(failed)})
            raise
        self._write({**entry, "answer": packed(answer), "outs": [packed(one) for one in outs]})
        return answer, outs

    def get(self, obj: Ref, name: str) -> Value:
        """Read a property."""
        entry: dict[str, Any] = {"call": "get", "object": obj.number, "name": name}
        try:
            value = self._worker.get(obj, name)
        except CallFailed as failed:
            self._write({**entry, "error": packed_error(failed)})
            raise
        self._write({**entry, "answer": packed(value)})
        return value

    def put(self, obj: Ref, name: str, value: Value) -> None:
        """Set a property."""
        entry: dict[str, Any] = {"call": "put", "object": obj.number, "name": name, "args": [packed(value)]}
        try:
            self._worker.put(obj, name, value)
        except CallFailed as failed:
            self._write({**entry, "error": packed_error(failed)})
            raise
        self._write({**entry, "answer": None})

    def release(self, obj: Ref) -> None:
        """Forget a reference."""
        self._worker.release(obj)

    def limit(self, seconds: float) -> None:
        """The limit of the calls that follow."""
        self._worker.limit(seconds)

    def will(self, calls: Sequence[tuple[Ref, str]]) -> None:
        """What to call should the agent die."""
        self._worker.will(calls)

    def end(self) -> None:
        """End the worker."""
        self._worker.end()

    def kill(self) -> None:
        """End worker and server."""
        self._worker.kill()
