"""A worker as a process of its own: only ending a process surely ends a call that hangs in COM."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tidegate_agent.caller import Answer, CallFailed, CallHung, Given, Ref, ServerDied, Value
from tidegate_agent.pipe import Pipe, PipeBroken, PipeSilent
from tidegate_agent.wire_format import packed, unpacked, unpacked_error


class ProcessWorker:
    """The agent's end of the pipe. One thread at a time; each call waits at most the limit.

    ``on_server`` hears the process id of the server as soon as it is known; ``end_server`` ends that process.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        limit_s: float,
        end_server: Callable[[int], None],
        on_server: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._limit = limit_s
        self._end_server = end_server
        self._on_server = on_server
        self._server: int | None = None
        self._pipe = Pipe(command)

    @property
    def process(self) -> int:
        """The process id of the worker."""
        return self._pipe.process

    @property
    def server(self) -> int | None:
        """The process id of its server."""
        return self._server

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = self._pipe.ask(request, self._limit)
        except PipeSilent as silent:
            hung = CallHung(f"{request['call']}: {silent}")
            hung.server_ended = self._server is not None
            self.kill()
            raise hung from None
        except PipeBroken as broken:
            raise ServerDied(f"the worker: {broken}") from None
        server = answer.get("server")
        if isinstance(server, int) and server != self._server:
            self._server = server
            self._on_server(server)
        if "error" in answer:
            raise unpacked_error(answer["error"])
        return answer

    def create(self, progid: str) -> Ref:
        """Create an object."""
        made = unpacked(self._ask({"call": "create", "progid": progid})["value"])
        if not isinstance(made, Ref):
            raise CallFailed(f"{progid} answered no object")
        return made

    def invoke(self, obj: Ref, name: str, args: Sequence[Given] = (), byref: Sequence[int] = ()) -> Answer:
        """Call a method."""
        request = {
            "call": "invoke",
            "object": obj.number,
            "name": name,
            "args": [packed(one) for one in args],
        }
        answer = self._ask({**request, "byref": list(byref)})
        return unpacked(answer["value"]), [unpacked(one) for one in answer["outs"]]

    def get(self, obj: Ref, name: str) -> Value:
        """Read a property."""
        return unpacked(self._ask({"call": "get", "object": obj.number, "name": name})["value"])

    def put(self, obj: Ref, name: str, value: Value) -> None:
        """Set a property."""
        self._ask({"call": "put", "object": obj.number, "name": name, "value": packed(value)})

    def release(self, obj: Ref) -> None:
        """Forget a reference."""
        self._ask({"call": "release", "object": obj.number})

    def limit(self, seconds: float) -> None:
        """The limit of the calls that follow."""
        self._limit = seconds

    def will(self, calls: Sequence[tuple[Ref, str]]) -> None:
        """What the worker calls when the agent's end of the pipe closes."""
        self._ask({"call": "will", "calls": [[ref.number, name] for ref, name in calls]})

    def end(self) -> None:
        """Close the pipe; the worker ends by itself. A server that outlives it is ended."""
        self._ask({"call": "will", "calls": []})
        try:
            self._pipe.close(self._limit)
        except (PipeSilent, PipeBroken):
            self._pipe.kill()
        self._end_its_server()

    def kill(self) -> None:
        """End worker and server, whatever they do."""
        self._pipe.kill()
        self._end_its_server()

    def _end_its_server(self) -> None:
        if self._server is not None:
            self._end_server(self._server)
