"""How one worker reaches the installation: every call passes here, and may go wrong here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tidegate_sandbox.sage100.installation import Call, Installation
from tidegate_sandbox.sage100.late_bound import RPC_UNAVAILABLE, ByRef, ComError, Hung, LateBound
from tidegate_sandbox.sage100.licence import ServerProcess
from tidegate_sandbox.sage100.objects import OBJECTS
from tidegate_sandbox.sage100.script import Script

SPEEDS = {
    "nsetuser": 2.5,
    "nsetprogram": 0.3,
    "nsetvalue": 0.015,
    "nwrite": 0.6,
    "ngetresultsets": 0.5,
}
LINE_WRITE = 0.06


def seconds_of(obj: str, method: str) -> float:
    """How long a call usually takes (contract section 14, A)."""
    name = method.lower()
    return LINE_WRITE if name == "nwrite" and obj.endswith(".oLines") else SPEEDS.get(name, 0.0)


class FakeNative:
    """How one worker reaches the installation: its own server process, started by the first object."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._process: ServerProcess | None = None

    @property
    def server(self) -> int | None:
        """The process id of the server."""
        return self._process.process if self._process is not None else None

    def create(self, progid: str) -> LateBound:
        """``CreateObject``."""
        if progid.lower() not in ("providex.script", "providex.script.1"):
            raise ComError(-2147221005, "Invalid class string")
        with self._installation.lock:
            self._process = self._process or self._installation.licence.start()
            return Script(self._installation, self._process, OBJECTS)

    def invoke(
        self, obj: LateBound, name: str, args: Sequence[Any], byref: Sequence[int]
    ) -> tuple[Any, list[Any]]:
        """Call a method, with faults."""
        given = [ByRef(one) if position in byref else one for position, one in enumerate(args)]
        answer = self._call(obj, name, tuple(args), lambda: obj.call(name, given))
        return answer, [given[position].value for position in byref]

    def get(self, obj: LateBound, name: str) -> Any:
        """Read a property, with faults."""
        return self._call(obj, name, (), lambda: obj.read(name))

    def _call(self, obj: LateBound, name: str, args: tuple[Any, ...], effect: Callable[[], Any]) -> Any:
        one = self._installation
        self._require_server()
        one.before_call(obj.NAME, name)
        if one.pace is not None:
            one.pace(seconds_of(obj.NAME, name))
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
        one = self._installation
        if kind in ("die_before", "die_during", "die_after"):
            one.end_server(self.server or 0)
            raise ComError(RPC_UNAVAILABLE, "The RPC server is unavailable.")
        if kind in ("hang", "hang_after"):
            self._hang()
        if kind == "busy":
            raise ComError(0, one.text("busy"))
        return None

    def _hang(self) -> None:
        if not self._installation.block_on_hang:
            self._installation.on_hang()
            raise Hung("the call does not return")
        process = self._process
        with self._installation.ended:
            self._installation.ended.wait_for(lambda: process is None or not process.alive)
        raise ComError(RPC_UNAVAILABLE, "The RPC server is unavailable.")

    def _require_server(self) -> None:
        if self._process is None or not self._process.alive:
            raise ComError(RPC_UNAVAILABLE, "The RPC server is unavailable.")
