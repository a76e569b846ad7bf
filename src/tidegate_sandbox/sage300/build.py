"""Building the simulator: company, face and wire."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp import Company
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.reply import HTML, JSON
from tidegate_sandbox.sage300.demo import demo_company
from tidegate_sandbox.sage300.face import FACE_KINDS, Sage300Face
from tidegate_sandbox.sage300.options import Options
from tidegate_sandbox.sage300.problem import STATUSES, TEXTS, problem_body
from tidegate_sandbox.wire import Wire

BY_STATUS = {
    status: code
    for code, status in STATUSES.items()
    if code in ("Unauthorized", "Forbidden", "TooManyRequests", "InvalidParameters", "InternalServerError")
}


def error_body(status: int) -> tuple[str, bytes]:
    """Content type and body of an HTTP error that the wire makes: the application's JSON, or a page of IIS."""
    code = BY_STATUS.get(status)
    if code is None:
        return HTML, f"<html><head><title>{status}</title></head><body>Server Error</body></html>".encode()
    return JSON, problem_body(code, TEXTS.get(code, code))


def build(
    clock: SandboxClock, faults: FaultPlan, company: Company | None = None, **options: Any
) -> tuple[Sage300Face, Wire]:
    """A simulated Sage 300 and the wire around it.

    Without ``company`` a demonstration company is made; one that is given must be set up as ``demo_company`` does.
    ``options`` are those of :class:`Options`. Raises TypeError for unknown ones.
    """
    chosen = company if company is not None else demo_company(clock)
    face = Sage300Face(clock, faults, chosen, Options(**options))
    wire = Wire(face.app, faults=faults, clock=clock, error_body=error_body, kinds=FACE_KINDS)
    wire.settles, wire.face_due = face.settle, face.database.next_due
    return face, wire
