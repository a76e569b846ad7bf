"""How one worker reaches the installation: every call passes here, and may go wrong here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from tidegate_sandbox.com.host import Call, ComHost
from tidegate_sandbox.com.late_bound import RPC_UNAVAILABLE, ByRef, ComError, Hung, LateBound
from tidegate_sandbox.com.licence import ServerProcess

H = TypeVar("H", bound=ComHost)
INVALID_CLASS = -2147221005  # 0x800401F3, CO_E_CLASSSTRING


class FakeNative(Generic[H]):
    """How one worker reaches the installation: its own server process, started by the first object."""

    def __init__(self, host: H) -> None:
        self._host = host
        self._process: ServerProcess | None = None

    @property
    def server(self) -> int | None:
        """The process id of the server."""
        return self._process.process if self._process is not None else None

    def create(self, progid: str) -> LateBound:
        """``CreateObject``."""
        with self._host.lock:
            process = self._process or self._host.licence.start()
            made = self.program(progid, process)
            if made is None:
                raise ComError(INVALID_CLASS, "Invalid class string")
            self._process = process
            return made

    def program(self, progid: str, process: ServerProcess) -> LateBound | None:
        """The object that a program id makes; None for one that is not registered. A product says it."""
        raise NotImplementedError

    def invoke(
        self, obj: LateBound, name: str, args: Sequence[Any], byref: Sequence[int]
    ) -> tuple[Any, list[Any]]:
        """Call a method, with faults."""
        given = [ByRef(one) if position in byref else one for position, one in enumerate(args)]
        answer = self._call(obj, name, tuple(args), lambda: obj.call(name, given))
        return answer, [given[position].value for position in byref]

    def put(self, obj: LateBound, name: str, value: Any) -> None:
        """Set a property, with faults."""
        self._call(obj, name, (value,), lambda: obj.write(name, value))

    def get(self, obj: LateBound, name: str) -> Any:
        """Read a property, with faults."""
        return self._call(obj, name, (), lambda: obj.read(name))

    def _call(self, obj: LateBound, name: str, args: tuple[Any, ...], effect: Callable[[], Any]) -> Any:
        one = self._host
        self._require_server()
        one.before_call(obj.NAME, name)
        takes = one.seconds_of(obj.NAME, name)
        if one.pace is not None:
            one.pace(takes)
        else:
            one.licence.worked += takes
        with one.lock:
            kind = one.fault_of(obj.NAME, name)
            if kind in ("", "die_after", "hang_after"):
                answer = effect()
                one.calls.append(Call(self.server or 0, obj.NAME, name, args, answer))
        if kind:
            answer = self._fail(kind)
        one.after_call(obj.NAME, name)
        return answer

    def _fail(self, kind: str) -> Any:
        one = self._host
        if kind in ("die_before", "die_during", "die_after"):
            one.end_server(self.server or 0)
            raise ComError(RPC_UNAVAILABLE, "The RPC server is unavailable.")
        if kind in ("hang", "hang_after"):
            self._hang()
        if kind == "busy":
            raise ComError(0, one.busy_text())
        return None

    def _hang(self) -> None:
        if not self._host.block_on_hang:
            self._host.on_hang()
            raise Hung("the call does not return")
        process = self._process
        with self._host.ended:
            self._host.ended.wait_for(lambda: process is None or not process.alive)
        raise ComError(RPC_UNAVAILABLE, "The RPC server is unavailable.")

    def _require_server(self) -> None:
        if self._process is None or not self._process.alive:
            raise ComError(RPC_UNAVAILABLE, "The RPC server is unavailable.")
