"""A worker without a process of its own: for simulations, where the fake itself says that a call hangs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tidegate_agent.caller import Answer, Caller, CallHung, Given, Ref, ServerDied, Value


class InlineWorker:
    """Calls straight through; ending it ends the server process by its number."""

    def __init__(
        self,
        caller: Caller,
        end_server: Callable[[int], None],
        on_server: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._caller: Caller | None = caller
        self._end_server = end_server
        self._on_server = on_server

    def _alive(self) -> Caller:
        if self._caller is None:
            raise ServerDied("the worker was ended")
        return self._caller

    @contextmanager
    def _ended_if_hung(self) -> Iterator[None]:
        try:
            yield
        except CallHung as hung:
            hung.server_ended = self.server is not None
            self.kill()
            raise

    @property
    def server(self) -> int | None:
        """The process id of its server."""
        return self._caller.server if self._caller is not None else None

    def create(self, progid: str) -> Ref:
        """Create an object."""
        with self._ended_if_hung():
            made = self._alive().create(progid)
        if self.server is not None:
            self._on_server(self.server)
        return made

    def invoke(self, obj: Ref, name: str, args: Sequence[Given] = (), byref: Sequence[int] = ()) -> Answer:
        """Call a method."""
        with self._ended_if_hung():
            return self._alive().invoke(obj, name, args, byref)

    def get(self, obj: Ref, name: str) -> Value:
        """Read a property."""
        with self._ended_if_hung():
            return self._alive().get(obj, name)

    def put(self, obj: Ref, name: str, value: Value) -> None:
        """Set a property."""
        with self._ended_if_hung():
            self._alive().put(obj, name, value)

    def release(self, obj: Ref) -> None:
        """Forget a reference."""
        self._alive().release(obj)

    def limit(self, seconds: float) -> None:
        """Nothing: a fake that hangs raises CallHung at once."""

    def will(self, calls: Sequence[tuple[Ref, str]]) -> None:
        """Nothing: it lives and dies with the agent."""

    def end(self) -> None:
        """Forget the caller; its server has nothing left to do."""
        self.kill()

    def kill(self) -> None:
        """End the server process."""
        caller, self._caller = self._caller, None
        if caller is not None and caller.server is not None:
            self._end_server(caller.server)
