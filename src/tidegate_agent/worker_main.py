"""The worker process: one COM apartment, which does the calls that come down the pipe.

When the agent's end closes (also by a kill -9), it carries out the will that the agent left and ends. When it
is stuck in a call then, its own watchdog ends the server process and this one after the drop limit. Both
together: a seat outlives a killed agent by at most the drop limit.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from typing import Any, TextIO

from tidegate_agent.backends import opened
from tidegate_agent.caller import Backend, Caller, CallFailed, Ref
from tidegate_agent.wire_format import argument, line, message, packed, packed_error, unpacked


class WorkerMain:
    """Reads calls from ``source``, answers on ``sink``. ``drop_limit_s``: how long the will may take."""

    def __init__(self, backend: Backend, source: TextIO, sink: TextIO, drop_limit_s: float) -> None:
        self._backend = backend
        self._source = source
        self._sink = sink
        self._drop_limit_s = drop_limit_s
        self._requests: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._will: list[tuple[Ref, str]] = []
        self._finished = threading.Event()
        self._caller: Caller | None = None

    def run(self) -> None:
        """Work until the pipe closes, then carry out the will."""
        threading.Thread(target=self._listen, name="pipe", daemon=True).start()
        try:
            self._caller = self._backend.connect()
            while (request := self._requests.get()) is not None:
                self._answer(request)
            self._carry_out()
        finally:
            self._finished.set()

    def _listen(self) -> None:
        for text in self._source:
            self._requests.put(message(text))
        self._requests.put(None)
        if not self._finished.wait(self._drop_limit_s):
            self._end_hard()

    def _end_hard(self) -> None:
        server = self._caller.server if self._caller is not None else None
        if server is not None:
            self._backend.end_server(server)
        os._exit(1)

    def _carry_out(self) -> None:
        """Drop what the agent left. Where that fails, the server is ended: it holds the seat."""
        caller = self._caller
        try:
            for ref, name in self._will if caller is not None else ():
                assert caller is not None  # noqa: S101 - asked above
                caller.invoke(ref, name)
        except CallFailed:
            if caller is not None and caller.server is not None:
                self._backend.end_server(caller.server)

    def _answer(self, request: dict[str, Any]) -> None:
        assert self._caller is not None  # noqa: S101 - run() made it
        try:
            answer = self._do(self._caller, request)
        except CallFailed as failed:
            answer = {"error": packed_error(failed)}
        answer["server"] = self._caller.server
        self._sink.write(line(answer))
        self._sink.flush()

    def _do(self, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        call = request["call"]
        if call == "create":
            return {"value": packed(caller.create(request["progid"]))}
        if call == "will":
            self._will = [(Ref(number), name) for number, name in request["calls"]]
            return {}
        ref = Ref(request["object"])
        if call == "invoke":
            args = [argument(one) for one in request["args"]]
            value, outs = caller.invoke(ref, request["name"], args, request["byref"])
            return {"value": packed(value), "outs": [packed(one) for one in outs]}
        if call == "get":
            return {"value": packed(caller.get(ref, request["name"]))}
        if call == "put":
            caller.put(ref, request["name"], unpacked(request["value"]))
            return {}
        caller.release(ref)
        return {}


def main() -> None:
    """``python -m tidegate_agent.worker_main BACKEND DROP_LIMIT``."""
    backend, limit = opened(sys.argv[1]), float(sys.argv[2])
    WorkerMain(backend, sys.stdin, sys.stdout, limit).run()


if __name__ == "__main__":
    main()
