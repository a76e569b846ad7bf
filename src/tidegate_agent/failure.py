"""What stops a whole call, by the classes of the contract (section 12.3)."""

from __future__ import annotations

from typing import Literal

FailureClass = Literal[
    "format",
    "agent_auth",
    "auth",
    "not_found",
    "busy_company",
    "locked",
    "pool_busy",
    "seat_limit",
    "unavailable",
    "timeout",
    "internal",
]

STATUS: dict[FailureClass, int] = {
    "format": 400,
    "agent_auth": 401,
    "auth": 403,
    "not_found": 404,
    "busy_company": 409,
    "locked": 423,
    "pool_busy": 429,
    "seat_limit": 503,
    "unavailable": 503,
    "timeout": 504,
    "internal": 500,
}
RETRY_AFTER: dict[FailureClass, int] = {"pool_busy": 30, "seat_limit": 900, "locked": 900, "busy_company": 30}
"""Seconds after which the hub may ask again, where it makes sense to say."""


class Failure(Exception):
    """The call as a whole was not done; records that were done before are answered, not raised."""

    def __init__(self, kind: FailureClass, message: str, *, sage_text: str = "") -> None:
        super().__init__(message)
        self.kind: FailureClass = kind
        self.message = message
        self.sage_text = sage_text

    @property
    def status(self) -> int:
        """The HTTP status."""
        return STATUS[self.kind]

    @property
    def retry_after(self) -> int | None:
        """Seconds, or None."""
        return RETRY_AFTER.get(self.kind)
