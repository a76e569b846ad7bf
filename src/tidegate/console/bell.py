"""Call-backs: `/api/v1/bell/COMPANY/...` of a company's product, `/api/v1/hook/STORE` of a shop.

Who calls is checked by the company's room, or by the shop's signature; whoever is believed hastens a read.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from tidegate.console.answers import answer, gate_of, hub_of, later, problem
from tidegate.engine import bell
from tidegate.redaction import redact
from tidegate.sage.port.doorbell import Heard, Ring

log = structlog.get_logger()

#: Call-backs without proof of which the log has a line, of one company or shop within a minute.
MOST_LOGGED = 1


def bells(request: HttpRequest, company: str, rest: str = "") -> HttpResponse:
    """A product calls."""
    return heard(request, company, rest, lambda ring: bell.hear(hub_of(request), company, ring))


@require_POST
def hooks(request: HttpRequest, store: str) -> HttpResponse:
    """A shop calls. Adobe Commerce goes on with what it was doing when it is answered `success`."""
    return heard(request, store, "", lambda ring: bell.hear_store(hub_of(request), store, ring), op="success")


def heard(
    request: HttpRequest, name: str, rest: str, hear: Callable[[Ring], Heard], **more: str
) -> HttpResponse:
    """Hear it. What is not believed is answered like an address that does not exist, and slowed down."""
    gate, address = gate_of(request), str(request.META.get("REMOTE_ADDR", ""))
    wait = gate.wait_of(address)
    if wait:
        return later(429, wait, "too many call-backs from this address were refused")
    found = hear(
        Ring(
            method=request.method or "",
            path=rest,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.body,
            query=request.META.get("QUERY_STRING", ""),
        )
    )
    if found.status < 400:
        return answer({"heard": True, **more}, found.status)
    gate.failed(address)
    if not gate.wait(f"bell {name}", MOST_LOGGED):
        log.warning("call-back not believed", caller=name[:80], status=found.status, note=redact(found.note))
    return problem(found.status, "not-heard", "unknown call-back")
