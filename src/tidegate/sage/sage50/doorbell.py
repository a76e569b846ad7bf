"""What the platform calls: approvals of a consent, and notifications of new files.

Source: contract §3, §6. The address holds a token that only the platform knows. A notification is signed with the
connection's secret where the signature arrives: its header has an underscore, which many web servers drop. So one
without a signature is accepted, too, unless the settings say otherwise. It hastens a read, and nothing of it is used.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tidegate.clock import Clock
from tidegate.reading.document import Unreadable, read
from tidegate.sage.port.doorbell import Heard, Ring, signed, unproven
from tidegate.sage.sage50 import keys, wire_names
from tidegate.sage.sage50.consent import DENIED, GRACE, PASSCODE, Asked, asked_in, forgotten
from tidegate.sage.sage50.fields import moment_of, text_of
from tidegate.sage.vault import Secret, Vault

#: Scope -> the flows that read it.
FLOWS: Mapping[str, frozenset[str]] = {
    wire_names.PRODUCTS: frozenset({"inventory", "prices", "products"}),
    wire_names.CUSTOMERS: frozenset({"customers"}),
    wire_names.ORDERS: frozenset({"orders"}),
}
UNKNOWN = Heard(404, note="no such address")


class Doorbell:
    """Hears the platform for one company: :class:`tidegate.sage.port.doorbell.Doorbell`."""

    def __init__(
        self,
        company: str,
        vault: Vault,
        clock: Clock,
        *,
        token: str,
        secret: str,
        application_id: str,
        signed_only: bool,
    ) -> None:
        """Without a `token` every call-back is refused."""
        self._company = company
        self._vault = vault
        self._clock = clock
        self._token = token
        self._secret = secret
        self._application_id = application_id
        self._signed_only = signed_only

    def ring(self, ring: Ring) -> Heard:
        """Approval or notification, by the address."""
        token, _, what = ring.path.strip("/").partition("/")
        if not self._token or not hmac.compare_digest(token.encode(), self._token.encode()):
            return UNKNOWN
        if ring.method.upper() != "POST" or what not in ("approval", "notify"):
            return UNKNOWN
        return self._approved(ring) if what == "approval" else self._notified(ring)

    # An approval

    def _approved(self, ring: Ring) -> Heard:
        message = _object(ring.body)
        if message is None:
            return unproven("an approval that cannot be read")
        with self._vault.rotating(self._company) as turn:
            asked = asked_in(turn.secrets)
            event, key = text_of(message, wire_names.EVENT), text_of(message, wire_names.API_KEY)
            initial = turn.secrets.get(keys.INITIAL)
            if key and initial is not None and hmac.compare_digest(key.encode(), initial.value.encode()):
                return Heard(200, note="an approval that was received before")
            if asked is None or not self._fits(message, asked):
                return Heard(404, note="an approval for an unknown or expired passcode")
            now = self._clock.now()
            if event == wire_names.DENIED:
                turn.keep({DENIED: Secret("", now)}, forget=(PASSCODE,))
                return Heard(200, note="the consent was denied")
            if not key or event not in (wire_names.APPROVED, ""):
                return Heard(404, note="an approval without a key")
            granted = Secret(key, now, _end(message, now), granted_at=now)
            turn.keep({keys.INITIAL: granted}, forget=forgotten())
        return Heard(200, frozenset().union(*FLOWS.values()), "an administrator of Sage 50 has given consent")

    def _fits(self, message: dict[str, Any], asked: Asked) -> bool:
        """Whether it is for the passcode that is open; application and domain agree where they are stated."""
        passcode = text_of(message, wire_names.PASSCODE)
        application = text_of(message, wire_names.APPLICATION_ID)
        domain = text_of(message, "domain")
        return (
            hmac.compare_digest(passcode.casefold().encode(), asked.text.casefold().encode())
            and self._clock.now() < asked.until + GRACE
            and application in ("", self._application_id)
            and domain in ("", wire_names.DOMAIN)
        )

    # A notification

    def _notified(self, ring: Ring) -> Heard:
        signature = next((ring.headers[name] for name in wire_names.SIGNATURES if ring.headers.get(name)), "")
        if signature and not signed(ring.body, self._secret, signature):
            return unproven("a notification with a wrong signature")
        if not signature and self._signed_only:
            return unproven("a notification without a signature")
        message = _object(ring.body)
        scope = text_of(message, wire_names.SCOPE) if message is not None else ""
        if scope not in FLOWS:
            return Heard(200, note="a notification of a scope that Tidegate does not read")
        return Heard(200, FLOWS[scope], f"a new file of {scope}")


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = read(body)
    except Unreadable:
        return None
    return value if isinstance(value, dict) else None


def _end(message: dict[str, Any], now: datetime) -> datetime | None:
    """When the key ends. The answer does not say by which clock: an impossible time is ignored, and a 401 shows the end."""
    end = moment_of(message, wire_names.EXPIRY)
    return end if end is not None and end > now else None
