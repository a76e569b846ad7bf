"""Building the simulator: company, face and wire."""

from __future__ import annotations

from typing import Any

import msgspec

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp import Company, demo_company
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage200.api import PREFIXES, PROFESSIONAL
from tidegate_sandbox.sage200.face import FACE_KINDS, Sage200Face
from tidegate_sandbox.sage200.options import Options
from tidegate_sandbox.wire import Wire

GATEWAY = frozenset({401, 403, 404, 429, 502, 503, 504})


def error_body(status: int) -> tuple[str, bytes]:
    """Content type and body of an HTTP error that the wire makes: the gateway's or the application's shape."""
    text = f"The request could not be carried out ({status})."
    body = {"statusCode": status, "message": text} if status in GATEWAY else {"Message": text}
    return "application/json; charset=utf-8", msgspec.json.encode(body)


def build(
    clock: SandboxClock, faults: FaultPlan, company: Company | None = None, **options: Any
) -> tuple[Sage200Face, Wire]:
    """A simulated Sage 200 and the wire around it.

    Without ``company`` a demonstration company is made. ``options`` are those of :class:`Options`, and
    ``redirect_uris`` for the web application beside the built-in ones. Raises TypeError for unknown ones.
    """
    redirect_uris: tuple[str, ...] = tuple(options.pop("redirect_uris", ()))
    chosen = company if company is not None else demo_company(clock)
    face = Sage200Face(clock, faults, chosen, Options(**options), redirect_uris=redirect_uris)
    wire = Wire(face.app, faults=faults, clock=clock, error_body=error_body, kinds=FACE_KINDS)
    hosted = tuple(prefix for prefix, edition in PREFIXES if edition == PROFESSIONAL)
    wire.gives_up = lambda path: face.options.longest_answer if path.startswith(hosted) else None
    return face, wire
