"""Refusals: always a JSON array, except for those of OAuth (contract §4)."""

from __future__ import annotations

from typing import Any

import msgspec

from tidegate_sandbox.erp.refusal import Refusal

INVALID, NOT_FOUND = "RecordInvalid", "RecordNotFound"


class Problem(Exception):
    """An error answer; several entries stand in one."""

    def __init__(
        self, status: int, code: str, message: str, source: str = "", *, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.entries = [entry(code, message, source)]
        self.retry_after = retry_after

    def body(self) -> bytes:
        """The JSON."""
        return msgspec.json.encode(self.entries)


class OAuthProblem(Problem):
    """A refusal of the sign-in server, or of a token."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(status, error, error)
        self.error = error

    def body(self) -> bytes:
        return msgspec.json.encode({"error": self.error})


class Invalid(Problem):
    """422: what is wrong with which field, all of it at once."""

    def __init__(self, *faults: tuple[str, str]) -> None:
        """Each fault is the path of a field and what is said of it."""
        super().__init__(422, INVALID, "")
        self.entries = [
            entry(INVALID, f"{field}: {said}" if field else said, field) for field, said in faults
        ]


def entry(code: str, message: str, source: str = "") -> dict[str, Any]:
    """One entry of an error answer."""
    return {"$severity": "error", "$dataCode": code, "$message": message, "$source": source}


def not_found(what: str = "record") -> Problem:
    """Also of a POST that names what is not there; the source is empty then."""
    return Problem(404, NOT_FOUND, f"Couldn't find {what}.")


def from_refusal(refusal: Refusal) -> Problem:
    """The kernel's refusal in the words of this product."""
    match refusal.kind:
        case "locked":
            return Problem(503, "ServiceUnavailable", f"The service is being maintained: {refusal.text}")
        case "unknown":
            return not_found(refusal.field.removesuffix("_id") or "record")
        case _:
            return Invalid((refusal.field, refusal.text))
