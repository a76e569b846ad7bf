"""Controls of call-backs: ``notify`` (once more, or a storm), ``forge``, ``call-backs``."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.sage50.control_call import ControlCall, Handler
from tidegate_sandbox.sage50.json_text import decode, moment
from tidegate_sandbox.sage50.scope_files import DOMAIN


def _notify(call: ControlCall) -> Any:
    """Notify of a ``scope`` (``times``: 1) although nothing new was uploaded."""
    scope, times = call.text("scope", "products"), int(call.body.get("times", 1))
    for connection in call.connections:
        if connection.state != "withdrawn":
            file = call.platform.files.latest(connection.installation_id, connection.domain, scope)
            version = file.version if file is not None else None
            call.platform.notify(connection, "fileUpdated", scope, version, times=times)
    return {"notifications": times}


def _again(call: ControlCall) -> Any:
    """Deliver the last ``approval`` (or ``notification``) once more."""
    kind = call.text("kind", "approval")
    ended = [one for one in call.platform.call_backs.ended if one.kind == kind]
    if not ended:
        raise ValueError(f"no {kind} was delivered yet")
    call.platform.call_backs.repeat(ended[-1])
    return {"repeated": kind}


def _forge(call: ControlCall) -> Any:
    """Post to the applications what the platform never sent: an ``approval`` or a ``notification``."""
    kind = call.text("kind", "approval")
    for application in call.platform.registry.applications():
        if kind == "approval":
            message = {
                "event": "approved",
                "applicationId": call.text("applicationId", application.id),
                "domain": DOMAIN,
                "passcode": call.text("passcode", "FAKE-CODE"),
                "apikey": "ak_forged",
                "expiry": moment(call.platform.clock.now()),
            }
            call.platform.call_backs.add("approval", application.approval_url, message)
        else:
            message = {"event": "fileUpdated", "domain": DOMAIN, "scope": call.text("scope", "products")}
            call.platform.call_backs.add(
                "notification", application.notification_url, message, secret="not the secret of anybody"
            )
    return {"forged": kind}


def _call_backs(call: ControlCall) -> Any:
    """The call-backs that have ended, oldest first."""
    return [
        {
            "kind": one.kind,
            "url": one.url,
            "body": decode(one.body),
            "signed": call.platform.options.signature_header in one.headers,
            "statuses": one.statuses,
            "state": one.state,
        }
        for one in call.platform.call_backs.ended
    ]


HANDLERS: dict[tuple[str, str], Handler] = {
    ("POST", "notify"): _notify,
    ("POST", "again"): _again,
    ("POST", "forge"): _forge,
    ("GET", "call-backs"): _call_backs,
}
