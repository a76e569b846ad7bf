"""What the platform answers when it does not do what was asked (contract section 11)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Problem(Exception):
    """An answer with an error body: ``code``, ``message`` and ``details`` (path and message, if of a body)."""

    def __init__(self, status: int, code: str, message: str, details: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.body: dict[str, Any] = {
            "code": code,
            "message": message,
            "details": [{"path": path, "message": text} for path, text in details],
        }


def not_found(what: str, code: str = "notFound") -> Problem:
    """404: there is no such thing."""
    return Problem(404, code, f"There is no such {what}.")


def gone() -> Problem:
    """410: a URL that was handed out is over."""
    return Problem(410, "gone", "This URL is no longer valid.")


def unauthorized(why: str = "expired") -> Problem:
    """401: the key has expired, or is unknown."""
    return Problem(401, "unauthorized", f"The API key is missing, unknown or {why}.")
