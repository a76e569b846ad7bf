"""Building the simulator: company, face and wire."""

from __future__ import annotations

from typing import Any

import msgspec

from tidegate_sandbox.business_cloud.demo import demo_company
from tidegate_sandbox.business_cloud.face import FACE_KINDS, BusinessCloudFace
from tidegate_sandbox.business_cloud.options import Options
from tidegate_sandbox.business_cloud.problem import entry
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp import Company
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.reply import HTML, JSON
from tidegate_sandbox.wire import Wire

CODES = {
    401: "AuthorizationFailure",
    403: "AuthorizationFailure",
    404: "RecordNotFound",
    422: "RecordInvalid",
    429: "TooManyRequests",
    500: "UnexpectedError",
    503: "ServiceUnavailable",
}


def error_body(status: int) -> tuple[str, bytes]:
    """Content type and body of an HTTP error that the wire makes: the API's array, or a page in between."""
    code = CODES.get(status)
    if code is None:
        return HTML, f"<html><head><title>{status}</title></head><body>Error</body></html>".encode()
    return JSON, msgspec.json.encode([entry(code, f"The request could not be carried out ({status}).")])


def build(
    clock: SandboxClock, faults: FaultPlan, company: Company | None = None, **options: Any
) -> tuple[BusinessCloudFace, Wire]:
    """A simulated account with two businesses, and the wire around it.

    Without ``company`` a British business is made; one that is given must be set up as ``demo_company`` does.
    ``options`` are those of :class:`Options`, and ``redirect_uris``. Raises TypeError for unknown ones.
    """
    redirect_uris: tuple[str, ...] = tuple(options.pop("redirect_uris", ()))
    chosen = company if company is not None else demo_company(clock)
    face = BusinessCloudFace(clock, faults, chosen, Options(**options), redirect_uris)
    return face, Wire(face.app, faults=faults, clock=clock, error_body=error_body, kinds=FACE_KINDS)
