"""Controls of section 13: ``keys`` and ``options``."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from tidegate_sandbox.sage50.control_call import ControlCall, Handler
from tidegate_sandbox.sage50.json_text import moment


def _show_keys(call: ControlCall) -> Any:
    """The connections; of each the keys and how they stand."""
    return [
        {
            "installation": one.installation_id,
            "application": one.application.id,
            "state": one.state,
            "initial": one.initial.text,
            "current": one.current.text,
            "expiry": moment(one.current.expires_at),
            "next": one.current.successor.text if one.current.successor is not None else None,
        }
        for one in call.connections
    ]


def _keys(call: ControlCall) -> Any:
    """``expire`` (true): the keys of an installation, or of all; ``minutes``: their life; ``replay``: the rule."""
    options = call.platform.options
    if "minutes" in call.body:
        options.change(key_minutes=_plain(call.body["minutes"]))
    if "replay" in call.body:
        options.change(rotation_replay=call.body["replay"])
    if call.body.get("expire"):
        for connection in call.connections:
            call.platform.keys.expire_all(connection)
    return _show_keys(call)


def _show_options(call: ControlCall) -> Any:
    return asdict(call.platform.options)


def _options(call: ControlCall) -> Any:
    """Set options by name."""
    call.platform.options.change(**{name: _plain(value) for name, value in call.body.items()})
    return _show_options(call)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "keys"): _show_keys,
    ("POST", "keys"): _keys,
    ("GET", "options"): _show_options,
    ("POST", "options"): _options,
}
