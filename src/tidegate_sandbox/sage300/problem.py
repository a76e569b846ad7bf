"""Refusals of the Web API: a code that counts, and a text that may vary (contract §5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tidegate_sandbox.erp.refusal import Refusal

STATUSES: Mapping[str, int] = {
    "Unauthorized": 401,
    "Forbidden": 403,
    "TooManyRequests": 429,
    "InvalidParameters": 400,
    "InvalidEntityKey": 400,
    "InvalidAction": 400,
    "InvalidPayload": 400,
    "ResourceNotFound": 404,
    "RecordNotFound": 404,
    "MethodNotAllowed": 405,
    "RecordDuplicate": 409,
    "RecordInvalid": 400,
    "General": 409,
    "FieldInvalid": 409,
    "DBLinkError": 503,
    "SessionError": 503,
    "InternalServerError": 500,
}
TEXTS: dict[str, str] = {
    "Unauthorized": "The user ID or password is incorrect.",
    "Forbidden": "You are not authorized to use this function.",
    "TooManyRequests": "Too many requests were sent at once.",
    "ResourceNotFound": "The resource could not be found.",
    "RecordNotFound": "A record cannot be found for the specified entity key",
    "MethodNotAllowed": "The requested method is not allowed for this resource.",
    "InternalServerError": "An unhandled error has occurred.",
    "seats": "The maximum number of users allowed by your LanPaks has been reached. All LanPaks are in use.",
    "locked": "The database is in use exclusively: {reason}. Other users are restricted.",
    "day_end": "Day End Processing is being processed by another user.",
    "stale": "Record has been modified by another program.",
    "period": "The program cannot determine the fiscal period for Order Date: the period is locked.",
    "on_hold": "Customer {0} is on hold.",
    "duplicate_po": "Purchase order number {0} already exists for customer {1}.",
}
"""Every text in one table, so that a site's own words can be put in their place."""


class Problem(Exception):
    """An error answer."""

    def __init__(self, code: str, text: str = "", status: int = 0) -> None:
        super().__init__(text or TEXTS.get(code, code))
        self.code = code
        self.text = text or TEXTS.get(code, code)
        self.status = status or STATUSES.get(code, 400)

    def body(self) -> bytes:
        """The JSON."""
        return problem_body(self.code, self.text)


def problem_body(code: str, text: str) -> bytes:
    """The shape of every error."""
    value: dict[str, Any] = {"error": {"code": code, "message": {"lang": "en-US", "value": text}}}
    return msgspec.json.encode(value)


def from_refusal(refusal: Refusal, general_status: int) -> Problem:
    """The kernel's refusal in the words of the Web API."""
    match refusal.kind:
        case "locked":
            return Problem("DBLinkError", TEXTS["locked"].format(reason=refusal.text))
        case "seats":
            return Problem("SessionError", TEXTS["seats"])
        case "closed_period":
            return Problem("FieldInvalid", f"{TEXTS['period']} {refusal.text}", general_status)
        case "duplicate":
            return Problem("RecordDuplicate", refusal.text)
        case "unknown" | "missing":
            return Problem("FieldInvalid", f"{refusal.text} ({refusal.field})", general_status)
        case "in_use":
            return Problem("General", TEXTS["stale"], general_status)
        case _:
            return Problem("RecordInvalid", refusal.text)
