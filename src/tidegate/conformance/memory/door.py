"""The doors of the room in memory: a consent that its staff give, and call-backs that they cause."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.doorbell import Heard, Ring, signed, unproven
from tidegate.sage.port.entrance import (
    Applicant,
    ConsentState,
    ConsentStatus,
    Passcode,
    RegistrationPage,
)
from tidegate.sage.vault import Secret, Vault

PASSCODE, KEY, DENIED, REVOKED = "passcode", "key", "denied", "revoked"
LIFE = timedelta(minutes=15)  #: of a passcode
SIGNATURE = "x-signature"
APPROVAL, CHANGES = "approval", "changes"  #: the addresses of the two kinds of call-backs
HASTENS = {"stock": "inventory", "orders": "order-status", "despatches": "shipments"}


@dataclass
class Office:
    """The company's staff and their product, outside this process: the consents they gave, and their secret."""

    secret: str = "the secret of both sides"  # noqa: S105 - a product that exists in tests alone
    keys: set[str] = field(default_factory=set)  #: keys that are in force
    asked: dict[str, bool] = field(default_factory=dict)  #: passcode -> whether it was answered

    def grant(self, passcode: str) -> Ring:
        """An administrator types the passcode and allows it: the call-back that brings the key."""
        key = secrets.token_urlsafe(24)
        self.keys.add(key)
        self.asked[passcode] = True
        return self.call(APPROVAL, {"event": "approved", "passcode": passcode, "key": key})

    def deny(self, passcode: str) -> Ring:
        """The administrator refuses; this product says so."""
        self.asked[passcode] = True
        return self.call(APPROVAL, {"event": "denied", "passcode": passcode})

    def call(self, path: str, content: dict[str, Any]) -> Ring:
        """A call-back with the right signature."""
        body = json.dumps(content).encode()
        return Ring("POST", path, {SIGNATURE: signature(body, self.secret)}, body)


def signature(body: bytes, secret: str) -> str:
    """The signature of a call-back, as the product makes it."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class MemoryConsent:
    """:class:`tidegate.sage.port.entrance.Consent` of a product in memory."""

    def __init__(self, company: str, vault: Vault, clock: Clock, office: Office) -> None:
        self._company, self._vault, self._clock, self._office = company, vault, clock, office

    def register(self, applicant: Applicant) -> RegistrationPage | Failure | None:
        """No registration: the product exists only in tests."""
        return None

    def ask(self) -> Passcode | Failure:
        """A new passcode, kept before it is shown."""
        passcode = Passcode(secrets.token_hex(4), self._clock.now() + LIFE)
        self._office.asked[passcode.text] = False
        kept = Secret(passcode.text, self._clock.now(), passcode.expires)
        self._vault.keep(self._company, {PASSCODE: kept}, forget=(DENIED,))
        return passcode

    def state(self) -> ConsentState:
        """The status, by the secrets in the vault."""
        kept, now = self._vault.load(self._company), self._clock.now()
        open_one = kept.get(PASSCODE)
        passcode = None
        if open_one is not None and open_one.expires_at is not None and open_one.expires_at > now:
            passcode = Passcode(open_one.value, open_one.expires_at)
        if KEY in kept and REVOKED not in kept:
            return ConsentState(ConsentStatus.GRANTED, passcode)
        if passcode is not None:
            return ConsentState(ConsentStatus.WAITING, passcode)
        for name, status in ((REVOKED, ConsentStatus.REVOKED), (DENIED, ConsentStatus.DENIED)):
            if name in kept:
                return ConsentState(status)
        return ConsentState(ConsentStatus.NOT_ASKED)

    def enter(self, key: str) -> Failure | None:
        """Take a key that was typed in."""
        if key not in self._office.keys:
            return Failure(Code.SIGN_IN_EXPIRED, "the product does not know this key", sent=False)
        self.granted(key)
        return None

    def ends_at(self) -> datetime | None:
        """None: the consent lasts until it is withdrawn."""
        return None

    def warning(self) -> str | None:
        """The warning while no consent is given."""
        status = self.state().status
        return None if status is ConsentStatus.GRANTED else f"consent: {status}"

    def granted(self, key: str) -> None:
        """Keep the key before it is used."""
        now = self._clock.now()
        self._vault.keep(
            self._company, {KEY: Secret(key, now, granted_at=now)}, forget=(PASSCODE, DENIED, REVOKED)
        )

    def denied(self) -> None:
        """The refusal ends this passcode; a new one must be asked for."""
        self._vault.keep(self._company, {DENIED: Secret("yes", self._clock.now())}, forget=(PASSCODE,))

    def shut(self) -> Failure | None:
        """Why the door does not open; a key that is refused was withdrawn."""
        kept = self._vault.load(self._company)
        if KEY in kept and kept[KEY].value in self._office.keys:
            return None
        if KEY in kept and REVOKED not in kept:
            self._vault.keep(self._company, {REVOKED: Secret("yes", self._clock.now())})
        return Failure(Code.SIGN_IN_EXPIRED, f"nobody has allowed us into {self._company}", sent=False)


class MemoryBell:
    """:class:`tidegate.sage.port.doorbell.Doorbell` of a product in memory: each call-back is signed."""

    def __init__(self, consent: MemoryConsent, office: Office) -> None:
        self._consent, self._office = consent, office

    def ring(self, ring: Ring) -> Heard:
        """A call-back without the right signature is ignored."""
        if not signed(ring.body, self._office.secret, ring.headers.get(SIGNATURE, "")):
            return unproven("not signed by the product")
        try:
            content = json.loads(ring.body)
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            return Heard(400, note="no call-back of this product")
        if ring.path == APPROVAL:
            return self._approval(content)
        flow = HASTENS.get(str(content.get("changed")))
        return Heard(200, frozenset({flow}) if flow else frozenset(), "something changed")

    def _approval(self, content: dict[str, Any]) -> Heard:
        passcode = self._consent.state().passcode
        if passcode is None or content.get("passcode") != passcode.text:
            return Heard(404, note="approval for a passcode that is not open")
        if content.get("event") == "denied":
            self._consent.denied()
            return Heard(200, note="denied")
        self._consent.granted(str(content.get("key", "")))
        return Heard(200, note="approved")
