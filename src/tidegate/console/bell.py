"""`/api/v1/bell/COMPANY/...`: call-backs of a company's product. Its room checks where they come from."""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse

from tidegate.console.answers import answer, gate_of, hub_of, later, problem
from tidegate.engine import bell
from tidegate.redaction import redact
from tidegate.sage.port.doorbell import Ring

log = structlog.get_logger()

#: Call-backs without proof of which one company's log has a line, within a minute.
MOST_LOGGED = 1


def bells(request: HttpRequest, company: str, rest: str = "") -> HttpResponse:
    """Hear it. What is not believed is answered like an address that does not exist, and slowed down."""
    gate, address = gate_of(request), str(request.META.get("REMOTE_ADDR", ""))
    wait = gate.wait_of(address)
    if wait:
        return later(429, wait, "too many call-backs from this address were not believed")
    heard = bell.hear(
        hub_of(request),
        company,
        Ring(
            method=request.method or "",
            path=rest,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.body,
            query=request.META.get("QUERY_STRING", ""),
        ),
    )
    if heard.status < 400:
        return answer({"heard": True}, heard.status)
    gate.failed(address)
    if not gate.wait(f"bell {company}", MOST_LOGGED):
        log.warning(
            "call-back not believed", company=company[:80], status=heard.status, note=redact(heard.note)
        )
    return problem(heard.status, "not-heard", "this call-back is not known here")
