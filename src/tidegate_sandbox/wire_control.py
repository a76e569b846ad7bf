"""The control surface of a wire: faults, clock and log of a simulator, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

from tidegate_sandbox.wire_answer import Answer, Environ, json_answer

if TYPE_CHECKING:
    from tidegate_sandbox.clock import SandboxClock
    from tidegate_sandbox.faults import FaultPlan


class Controlled(Protocol):
    """What of a wire the surface shows and sets."""

    faults: FaultPlan
    clock: SandboxClock
    kinds: frozenset[str] | None
    control_prefixes: tuple[str, ...]
    clock_was_set: Callable[[], object]

    @property
    def log(self) -> list[Any]:
        """The requests seen."""
        ...

    @property
    def totals(self) -> dict[str, int]:
        """Requests by method and path."""
        ...

    def settle(self) -> int:
        """Do what is due by the clock."""
        ...

    def clear_log(self) -> None:
        """Forget the requests."""
        ...


def answer_to(wire: Controlled, path: str, environ: Environ, body: bytes) -> Answer | None:
    """The answer to a request below a control prefix; None for a path that belongs to the face."""
    prefix = next((one for one in wire.control_prefixes if path.startswith(one)), "")
    here = _CALLS.get(path.removeprefix(prefix))
    if here is None:
        return None
    action = here.get(environ["REQUEST_METHOD"])
    if action is None:
        allowed = ", ".join(here)
        return json_answer(405, {"error": f"allowed here: {allowed}"}, ("Allow", allowed))
    try:
        return action(wire, environ, body)
    except ValueError as error:
        return json_answer(400, {"error": str(error)})


def _show_faults(wire: Controlled, _environ: Environ, _body: bytes) -> Answer:
    return json_answer(200, {"armed": wire.faults.armed(), "fired": wire.faults.fired()})


def _arm(wire: Controlled, _environ: Environ, body: bytes) -> Answer:
    wire.faults.add_json(_decoded(body), kinds=wire.kinds)
    return json_answer(201, {"armed": wire.faults.armed()})


def _disarm(wire: Controlled, environ: Environ, body: bytes) -> Answer:
    wire.faults.clear(parse_qs(environ.get("QUERY_STRING", "")).get("kind", [""])[0] or None)
    return _show_faults(wire, environ, body)


def _show_clock(wire: Controlled, _environ: Environ, _body: bytes) -> Answer:
    return json_answer(200, wire.clock.to_json())


def _set_clock(wire: Controlled, environ: Environ, body: bytes) -> Answer:
    wire.clock.apply_json(_decoded(body))
    wire.settle()
    wire.clock_was_set()
    return _show_clock(wire, environ, body)


def _show_log(wire: Controlled, _environ: Environ, _body: bytes) -> Answer:
    return json_answer(200, {"requests": [seen._asdict() for seen in wire.log], "totals": wire.totals})


def _forget(wire: Controlled, environ: Environ, body: bytes) -> Answer:
    wire.clear_log()
    return _show_log(wire, environ, body)


def _decoded(body: bytes) -> object:
    try:
        value: object = json.loads(body)
    except ValueError as error:
        raise ValueError(f"the body is not JSON: {error}") from None
    return value


_Call = Callable[["Controlled", "dict[str, Any]", bytes], Answer]
_CALLS: dict[str, dict[str, _Call]] = {
    "faults": {"GET": _show_faults, "POST": _arm, "DELETE": _disarm},
    "clock": {"GET": _show_clock, "POST": _set_clock},
    "log": {"GET": _show_log, "DELETE": _forget},
}
