"""Answers of the HTTP interface: JSON, never cached, and errors that say what to do."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from tidegate.domain.errors import Code, Failure, Group
from tidegate.engine.hub import Hub
from tidegate.engine.price_answers import PriceDesk
from tidegate.redaction import redact

#: Where the server puts the hub and its desk for prices into a request's environment.
HUB, DESK = "tidegate.hub", "tidegate.desk"
_JSON = "application/json"


def hub_of(request: HttpRequest) -> Hub:
    """The hub behind a request."""
    hub: Hub = request.META[HUB]
    return hub


def desk_of(request: HttpRequest) -> PriceDesk:
    """The desk that answers prices at the cart."""
    desk: PriceDesk = request.META[DESK]
    return desk


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
    return answer({"error": code, "text": redact(text)}, status)


def refusal(failure: Failure) -> HttpResponse:
    """What went wrong behind the hub, as the caller's HTTP status."""
    if failure.code is Code.NOT_AUTHENTICATED:
        return problem(401, failure.code.value, "the shop does not know this token: sign in again")
    if failure.code is Code.NOT_PERMITTED:
        return problem(403, failure.code.value, failure.text)
    if failure.group is Group.HOLD_FOR_FIX:
        return problem(404, failure.code.value, failure.text)
    return problem(503, failure.code.value, failure.text)
