"""The control surface below ``/_sim/`` (contract section 13): ours, never part of the real platform.

Every call settles what is due, does its work under the platform's lock, and then makes the call-backs that are
due, so that whoever steers finds them made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.control import ACTIONS, perform
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage50 import (
    consent_control,
    desktop_control,
    key_control,
    message_control,
    record_control,
)
from tidegate_sandbox.sage50.api import Call, Reply
from tidegate_sandbox.sage50.control_call import ControlCall, Handler, installation_of
from tidegate_sandbox.sage50.json_text import decode, encode
from tidegate_sandbox.sage50.premises import Premises

PREFIXES = ("/_sim/", "/_sandbox/")
"""The wire answers ``faults``, ``clock`` and ``log`` below ``/_sandbox/``; the rest comes here."""


@dataclass(slots=True)
class Outside:
    """What the control surface needs from beyond the face."""

    requests: Callable[[], list[dict[str, Any]]] = list  #: the wire's log
    arm: Callable[[Any], object] = lambda _body: None  #: arms faults
    reset: Callable[[], object] = lambda: None  #: begins anew


class Control:
    """Carries out what tests and scenarios ask for."""

    def __init__(self, premises: Premises, clock: SandboxClock, outside: Outside) -> None:
        self._premises = premises
        self._platform = premises.platform
        self._clock = clock
        self._outside = outside
        self._handlers: dict[tuple[str, str], Handler] = {
            ("POST", "reset"): self._reset,
            ("GET", "clock"): self._show_clock,
            ("POST", "clock"): self._set_clock,
            ("GET", "faults"): self._show_faults,
            ("POST", "faults"): self._arm,
            ("DELETE", "faults"): self._disarm,
            ("GET", "log"): self._log,
            ("POST", "deliver"): self._deliver,
            **consent_control.HANDLERS,
            **desktop_control.HANDLERS,
            **key_control.HANDLERS,
            **message_control.HANDLERS,
            **record_control.HANDLERS,
        }

    def answer(self, call: Call, query: str) -> Reply:
        """The answer to a call of the control surface."""
        try:
            found = self._carry_out(call, query)
        except Refusal as refusal:
            status = 503 if refusal.kind == "locked" else 409
            return Reply(status, encode({"error": refusal.text, "kind": refusal.kind}))
        except (ValueError, TypeError, KeyError) as error:
            return Reply(400, encode({"error": f"{type(error).__name__}: {error}"}))
        if found is None:
            return Reply(404, encode({"error": f"there is no control {call.method} {call.path}"}))
        return Reply(200, encode(found))

    def _carry_out(self, call: Call, query: str) -> Any:
        name = call.path.removeprefix("/_sim/").removeprefix("/_sandbox/").strip("/")
        body = decode(call.raw) if call.raw else {}
        if name != "faults" and not isinstance(body, dict):
            raise ValueError("the body must be an object")
        asked = {key: values[-1] for key, values in parse_qs(query).items()}
        self._platform.settle()
        handler = self._handlers.get((call.method, name))
        if handler is None and (call.method != "POST" or name not in ACTIONS):
            return None
        with self._platform.lock:
            if handler is not None:
                found = handler(ControlCall(self._premises, body, asked))
            else:
                company = installation_of(self._platform, body).company
                found = perform(company, name, {key: body[key] for key in body if key != "installation"})
        self._platform.run_due()
        return found

    def _reset(self, _call: ControlCall) -> Any:
        self._outside.reset()
        return {"reset": True}

    def _show_clock(self, _call: ControlCall) -> Any:
        return self._clock.to_json()

    def _set_clock(self, call: ControlCall) -> Any:
        self._clock.apply_json({key: _plain(value) for key, value in call.body.items()})
        return self._clock.to_json()

    def _show_faults(self, _call: ControlCall) -> Any:
        faults = self._platform.faults
        return {"armed": faults.armed(), "fired": faults.fired()}

    def _arm(self, call: ControlCall) -> Any:
        self._outside.arm(_plain(call.body))
        return self._show_faults(call)

    def _disarm(self, call: ControlCall) -> Any:
        self._platform.faults.clear(call.asked.get("kind"))
        return self._show_faults(call)

    def _log(self, call: ControlCall) -> Any:
        return {
            "events": self._platform.journal.entries(call.asked.get("event")),
            "requests": self._outside.requests(),
        }

    def _deliver(self, _call: ControlCall) -> Any:
        return {"next": self._platform.next_due()}


def _plain(value: Any) -> Any:
    """Numbers as the clock and the fault plan take them, which know no Decimal."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | bool | int | datetime) or value is None else float(value)
