"""The doorbell: the product calls the hub (an approval, a notification, a web hook, an offline answer).

Any sender can call an address. So a call-back counts only as far as the room can prove it, and even then it
only hastens a read: the changes are read from the company itself, by the flow that reads it
anyway. The one thing taken from a call-back is a secret that the company gives in no other way (an approval's
key), after every proof that the room has. A call-back that is lost, late, doubled or out of order does no harm.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Ring:
    """A call-back as it came. Header names are lower case; `path` is what follows the company's own address."""

    method: str
    path: str = field(repr=False)  #: may hold a secret part by which the product is known
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    query: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the room makes of a call-back."""

    status: int  #: what the product is answered: 200, 401 without proof, 404 for what is unknown
    hasten: frozenset[str] = frozenset()  #: the flows whose next cycle is due at once
    note: str = ""  #: for the log: what was said, or why it was not accepted; no secret


class Doorbell(Protocol):
    """Hears what the product calls. Never raises, and makes no call: the answer is awaited."""

    def ring(self, ring: Ring) -> Heard:
        """Check where it comes from, and say what to hasten. Nothing is hastened without proof."""
        ...


def unproven(note: str) -> Heard:
    """Nothing shows that the product has sent it: nothing is done."""
    return Heard(401, note=note)


def signed(body: bytes, secret: str, signature: str) -> bool:
    """Whether `signature` is the HMAC-SHA256 of the body under the secret, in hex; compared in constant time.

    An empty secret signs nothing.
    """
    wanted = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(wanted.encode(), signature.strip().lower().encode())
