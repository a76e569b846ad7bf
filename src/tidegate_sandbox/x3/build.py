"""Building the simulator: company, face and wire."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp import Company
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.reply import HTML, JSON
from tidegate_sandbox.wire import Wire
from tidegate_sandbox.x3.demo import demo_company
from tidegate_sandbox.x3.face import FACE_KINDS, X3Face
from tidegate_sandbox.x3.options import Options
from tidegate_sandbox.x3.rest import diagnoses

TEXTS = {401: "Authentication failed", 403: "Access denied", 429: "Too many requests"}


def error_body(status: int) -> tuple[str, bytes]:
    """Content type and body of an HTTP error that the wire makes: the web server's JSON, or a proxy's page."""
    if status in TEXTS:
        return JSON, diagnoses(TEXTS[status])
    return HTML, f"<html><head><title>{status}</title></head><body>Server Error</body></html>".encode()


def build(
    clock: SandboxClock, faults: FaultPlan, company: Company | None = None, **options: Any
) -> tuple[X3Face, Wire]:
    """A simulated Sage X3 and the wire around it.

    Without ``company`` a demonstration company is made; one that is given must be set up as ``demo_company`` does.
    ``options`` are those of :class:`Options`. Raises TypeError for unknown ones.
    """
    chosen = company if company is not None else demo_company(clock)
    face = X3Face(clock, faults, chosen, Options(**options))
    wire = Wire(face.app, faults=faults, clock=clock, error_body=error_body, kinds=FACE_KINDS)
    wire.settles, wire.face_due = face.settle, face.next_due
    return face, wire
