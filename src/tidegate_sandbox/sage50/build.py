"""Building the simulator: platform, one Sage 50, face and wire."""

from __future__ import annotations

from typing import Any

import httpx

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp import Company
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage50.control import PREFIXES
from tidegate_sandbox.sage50.demonstration import spanish_company
from tidegate_sandbox.sage50.face import FACE_KINDS, Sage50Face
from tidegate_sandbox.sage50.json_text import encode
from tidegate_sandbox.sage50.options import Options
from tidegate_sandbox.sage50.platform import Platform
from tidegate_sandbox.sage50.premises import Premises
from tidegate_sandbox.wire import Wire

CODES = {401: "unauthorized", 403: "noConsent", 404: "notFound", 429: "tooManyRequests", 503: "unavailable"}


def error_body(status: int) -> tuple[str, bytes]:
    """Content type and body of an HTTP error that the wire makes (contract section 11)."""
    code = CODES.get(status, "error")
    return "application/json", encode({"code": code, "message": f"HTTP status {status}.", "details": []})


def build(
    clock: SandboxClock,
    faults: FaultPlan,
    company: Company | None = None,
    *,
    call_backs: httpx.BaseTransport | None = None,
    token_seed: int | None = 0,
    **options: Any,
) -> tuple[Sage50Face, Wire]:
    """A simulated platform with one Sage 50, and the wire around it.

    Without ``company`` a demonstration company is made; a given one stays as it is at a reset. ``call_backs``:
    how the applications are called back; by default over the network. ``token_seed`` None: keys that nobody can
    guess. ``options`` are those of :class:`Options`. Raises TypeError for unknown ones.
    """
    Options(**options)  # an unknown one is refused here

    def make() -> Premises:
        chosen = Options(**options)
        platform = Platform(clock, faults, chosen, call_back_transport=call_backs, token_seed=token_seed)
        premises = Premises(platform)
        premises.install(company if company is not None else spanish_company(platform.clock))
        return premises

    face = Sage50Face(make, clock)
    wire = Wire(face.app, faults=faults, clock=clock, error_body=error_body, kinds=FACE_KINDS)
    wire.control_prefixes = PREFIXES
    wire.settles = lambda: face.platform.settle()
    wire.face_due = lambda: face.platform.next_event_at()
    wire.clock_was_set = lambda: face.run_due()
    return face, wire
