"""The control surface below ``/_sim/`` (contract section 13): ours, never part of the real platform.

Every call settles what is due, does its work under the platform's lock, and then makes the call-backs that are
due, so that whoever steers finds them made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from tidegate_sandbox.erp.control import ACTIONS, perform
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.reply import Reply
from tidegate_sandbox.sage50 import (
    consent_control,
    desktop_control,
    key_control,
    message_control,
    record_control,
)
from tidegate_sandbox.sage50.api import Call
from tidegate_sandbox.sage50.control_call import ControlCall, Handler, installation_of
from tidegate_sandbox.sage50.json_text import decode, encode
from tidegate_sandbox.sage50.premises import Premises

PREFIXES = ("/_sim/", "/_sandbox/")
"""The wire itself answers ``faults``, ``clock`` and ``log`` below them; the rest comes here."""


class Control:
    """Carries out what tests and scenarios ask for."""

    def __init__(self, premises: Premises, reset: Callable[[], object]) -> None:
        self._premises = premises
        self._platform = premises.platform
        self._begin_anew = reset
        self._handlers: dict[tuple[str, str], Handler] = {
            ("POST", "reset"): self._reset,
            ("GET", "events"): self._events,
            **consent_control.HANDLERS,
            **desktop_control.HANDLERS,
            **key_control.HANDLERS,
            **message_control.HANDLERS,
            **record_control.HANDLERS,
        }

    @property
    def names(self) -> frozenset[str]:
        """What there is below ``/_sim/``, beside the kernel's actions."""
        return frozenset(name for _, name in self._handlers)

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
        if not isinstance(body, dict):
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
        self._begin_anew()
        return {"reset": True}

    def _events(self, call: ControlCall) -> Any:
        return self._platform.journal.entries(call.asked.get("event"))
