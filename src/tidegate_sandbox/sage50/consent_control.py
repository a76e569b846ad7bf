"""Controls of section 13: ``mail``, ``captcha``, ``consent``. What people do to connect an application."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.sage50.control_call import ControlCall, Handler
from tidegate_sandbox.sage50.json_text import moment
from tidegate_sandbox.sage50.scope_files import DOMAIN


def _mail(call: ControlCall) -> Any:
    """The e-mails of registrations, oldest first."""
    return [
        {
            "sentAt": moment(mail.sent_at),
            "to": mail.to,
            "developerId": mail.developer_id,
            "applicationId": mail.application_id,
        }
        for mail in call.platform.registry.mails
    ]


def _captcha(call: ControlCall) -> Any:
    """Pass the captcha of a registration (``url``: its address), or of all that wait."""
    registry = call.platform.registry
    url = call.body.get("url")
    waiting = registry.open_registrations
    if url is not None:
        waiting = [registry.registration(str(url).rpartition("/")[2])]
    for registration in waiting:
        registry.pass_captcha(registration)
    return _mail(call)


def _consent(call: ControlCall) -> Any:
    """An administrator types a passcode and grants or denies, or withdraws a consent (``action``).

    ``passcode``: the last one asked for where none is given. ``silently``: a denial without a call-back.
    """
    platform, here, action = call.platform, call.installation, call.text("action", "grant")
    domain = call.text("domain", DOMAIN)
    if action == "withdraw":
        found = [one for one in platform.keys.of_installation(here.id) if one.domain == domain]
        for connection in found:
            platform.keys.withdraw(connection)
        return {"withdrawn": len(found)}
    if action not in ("grant", "deny"):
        raise ValueError(f"'action' is grant, deny or withdraw; got {action!r}")
    if not here.power.is_on(platform.clock.now()):
        raise ValueError(f"the computer of {here.id} is off: nobody can type a passcode")
    text = call.text("passcode", "") or platform.passcodes.newest().text
    passcode = platform.passcodes.typed(text)
    if domain not in passcode.application.domains:
        raise ValueError(f"the application is not registered for {domain}")
    passcode.is_used = True
    if action == "deny":
        platform.deny(passcode, domain, silently=bool(call.body.get("silently", False)))
        return {"denied": text}
    platform.grant(here, passcode, domain, urgent=False)
    return {"granted": text}


HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "mail"): _mail,
    ("POST", "captcha"): _captcha,
    ("POST", "consent"): _consent,
}
