"""What Intacct calls: a trigger (a document changed, and its read is hastened), and responses to offline requests.

Source: contract §13, §15.6. A trigger's proof is a token in a header (JWT, HS256 under the client's secret) that signs the
body's digest; times in it are in milliseconds or seconds (A). The body is a template that the customer writes, and
the header that names the document's type is not signed: neither is trusted, all flows of documents are hastened.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

from tidegate.clock import Clock
from tidegate.reading.document import Unreadable, read
from tidegate.sage.intacct.offline import Answers
from tidegate.sage.port.doorbell import Heard, Ring, unproven

SIGNATURE = "x-ia-sage-signature"
ISSUER = "Sage Intacct"
ANSWERS = "answers"  #: the address of responses; what follows it is secret
ORDERS = frozenset({"orders"})
FLOWS = frozenset({"shipments", "invoices", "order-status"})
LEEWAY = timedelta(minutes=5)  #: between two machines' clocks
MILLISECONDS = 10**11  #: a time of this value or a greater one is in milliseconds


class Doorbell:
    """Hears the triggers of one company: :class:`tidegate.sage.port.doorbell.Doorbell`."""

    def __init__(
        self, clock: Clock, *, secret: str, client_id: str, company_id: str, answers: Answers
    ) -> None:
        """Without a `secret` no trigger is accepted; an empty `client_id` is not compared."""
        self._answers = answers
        self._clock = clock
        self._secret = secret
        self._client_id = client_id
        self._company_id = company_id

    def ring(self, ring: Ring) -> Heard:
        """A trigger, signed, for this company and this body, and not over; or the response to an offline request."""
        what, _, token = ring.path.strip("/").partition("/")
        if what == ANSWERS:
            return self._answered(ring, token)
        if ring.method.upper() != "POST":
            return Heard(404, note="a trigger posts")
        claims = self._claims(ring.headers.get(SIGNATURE, ""))
        if claims is None:
            return unproven("a call without a valid signature")
        digest = hashlib.sha256(ring.body).hexdigest()
        if not hmac.compare_digest(str(claims.get("payload_signature", "")).encode(), digest.encode()):
            return unproven("the signature does not belong to this content")
        if claims.get("iss") != ISSUER or not self._ours(claims):
            return unproven("a signature of another issuer, company or client")
        ends = _moment(claims.get("exp"))
        if ends is None or ends + LEEWAY < self._clock.now():
            return unproven("the signature has expired")
        return Heard(200, FLOWS, "a document has changed")

    def _answered(self, ring: Ring, token: str) -> Heard:
        """Responses are not signed: one from any sender that knows the address counts as far as `Answers.take` allows."""
        if ring.method.upper() != "POST" or not self._answers.is_meant(token):
            return Heard(404, note="no such address")
        if not self._answers.take(ring.body):
            return Heard(200, note="a response to a request of another program")
        return Heard(200, ORDERS, "an offline request was processed")

    def _ours(self, claims: dict[str, Any]) -> bool:
        company = str(claims.get("tenant_id", self._company_id)).casefold()
        return company == self._company_id.casefold() and (
            not self._client_id or claims.get("app_id") == self._client_id
        )

    def _claims(self, token: str) -> dict[str, Any] | None:
        """The claims of a token that our secret signs; None for any other."""
        signed, _, signature = token.rpartition(".")
        head, _, body = signed.partition(".")
        given = _decoded(signature)
        wanted = hmac.new(self._secret.encode(), signed.encode(), hashlib.sha256).digest()
        if not self._secret or given is None or not hmac.compare_digest(wanted, given):
            return None
        header, claims = _object(head), _object(body)
        return claims if header is not None and header.get("alg") == "HS256" else None


def _decoded(part: str) -> bytes | None:
    """Base64url without padding, as tokens have it."""
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


def _object(part: str) -> dict[str, Any] | None:
    raw = _decoded(part)
    if raw is None:
        return None
    try:
        value = read(raw)
    except Unreadable:
        return None
    return value if isinstance(value, dict) else None


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**15:
        return None
    return datetime.fromtimestamp(value / 1000 if value >= MILLISECONDS else value, UTC)
