"""What the API answers when it does not do what was asked (contract §8)."""

from __future__ import annotations

from typing import Any


class Problem(Exception):
    """An answer other than 200. ``headers`` are added to it."""

    def __init__(self, status: int, body: Any, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body
        self.headers = headers


class GatewayProblem(Problem):
    """An error of the gateway: authentication, routing, throttling, the tunnel (P)."""

    def __init__(self, status: int, message: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(status, {"statusCode": status, "message": message}, headers)


class ApplicationProblem(Problem):
    """An error of the application: the first problem only, and which fields it concerns (P, A)."""

    def __init__(self, status: int, message: str, fields: dict[str, list[str]] | None = None) -> None:
        super().__init__(status, {"Message": message})
        self.fields = fields or {}


FORBIDDEN = "The requested operation is forbidden for this account."
