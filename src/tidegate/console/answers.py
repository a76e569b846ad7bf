"""Answers of the HTTP interface: JSON, never cached, and errors that say what to do."""

from __future__ import annotations

import math
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from tidegate.console.gate import Gate
from tidegate.domain.errors import Code, Failure, Group
from tidegate.engine.hub import Hub
from tidegate.engine.price_answers import PriceDesk
from tidegate.redaction import redact

#: Where the server puts the hub and its desk for prices into a request's environment.
HUB, DESK, GATE = "tidegate.hub", "tidegate.desk", "tidegate.gate"
_JSON = "application/json"


def hub_of(request: HttpRequest) -> Hub:
    """The hub behind a request."""
    hub: Hub = request.META[HUB]
    return hub


def desk_of(request: HttpRequest) -> PriceDesk:
    """The desk that answers prices at the cart."""
    desk: PriceDesk = request.META[DESK]
    return desk


def gate_of(request: HttpRequest) -> Gate:
    """The gate that callers pass."""
    gate: Gate = request.META[GATE]
    return gate


def bearer(request: HttpRequest) -> str:
    """The token of the Authorization header; "" when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def answer(document: Any, status: int = 200) -> HttpResponse:
    """A JSON document."""
    response = HttpResponse(msgspec.json.encode(document), content_type=_JSON, status=status)
    response["Cache-Control"] = "no-store"
    return response


def problem(status: int, code: str, text: str) -> HttpResponse:
    """An error for the caller; secrets are taken out."""
    response = answer({"error": code, "text": redact(text)}, status)
    # Django writes a line for every 4xx: a stranger could fill the disk with them
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def later(status: int, seconds: float, text: str) -> HttpResponse:
    """Not now: 429 for who asks too often, 503 when there is no room; says when to come back."""
    response = problem(status, "too-many" if status == 429 else "busy", text)
    response["Retry-After"] = str(max(1, math.ceil(seconds)))
    return response


def refusal(failure: Failure) -> HttpResponse:
    """What went wrong behind the hub, as the caller's HTTP status."""
    if failure.code is Code.NOT_AUTHENTICATED:
        return problem(401, failure.code.value, "the store does not know this token: sign in again")
    if failure.code is Code.NOT_PERMITTED:
        return problem(403, failure.code.value, failure.text)
    if failure.group is Group.HOLD_FOR_FIX:
        return problem(404, failure.code.value, failure.text)
    return problem(503, failure.code.value, failure.text)
