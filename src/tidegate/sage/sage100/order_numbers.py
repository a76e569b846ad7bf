"""The numbers that orders are created with by the web services, written down before they are used.

Source: contract §5, §9. After a lost answer the question is not "is there an order for this key?" but "does order
0001234 exist?"; and the same number again is refused, should the first request arrive late. What is written down is
forgotten as soon as the order's outcome is clear.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import msgspec

from tidegate.clock import Clock
from tidegate.sage.vault import Secret, Vault

NOTE = "order-number-"  #: in the vault, before the beginning of a digest of the order's key
KEPT = timedelta(days=30)  #: an order that is in doubt longer than this goes to a person


class Numbered(msgspec.Struct, frozen=True):
    """An order that may have been created: our key, its number, and when that was first tried (aware UTC)."""

    key: str
    number: str
    at: datetime


class OrderNumbers:
    """Numbers of one company's orders in doubt, over all processes."""

    def __init__(self, name: str, vault: Vault, clock: Clock) -> None:
        self._name = name
        self._vault = vault
        self._clock = clock
        self._settled: set[str] = set()  #: names of notes that are no longer needed

    def of(self, key: str) -> Numbered | None:
        """What was written down for an order."""
        name = _name(key)
        found = self._vault.load(self._name).get(name)
        if found is None or name in self._settled:
            return None
        return msgspec.json.decode(found.value, type=Numbered)

    def keep(self, key: str, number: str) -> None:
        """Durable when it returns. A number that was written down before keeps its time."""
        known = self.of(key)
        if known is not None and known.number == number:
            return
        now, name = self._clock.now(), _name(key)
        ended = {each for each, one in self._vault.load(self._name).items() if _is_over(each, one, now)}
        note = Secret(msgspec.json.encode(Numbered(key, number, now)).decode(), now, now + KEPT)
        self._settled.discard(name)
        forget = (ended | self._settled) - {name}
        self._vault.keep(self._name, {name: note}, forget=forget)
        self._settled -= forget

    def settle(self, key: str) -> None:
        """The order's outcome is clear: forget its number when the next one is kept."""
        self._settled.add(_name(key))


def _name(key: str) -> str:
    return NOTE + hashlib.sha256(key.encode()).hexdigest()[:24]


def _is_over(name: str, note: Secret, now: datetime) -> bool:
    return name.startswith(NOTE) and note.expires_at is not None and note.expires_at <= now
