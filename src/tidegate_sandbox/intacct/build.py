"""Building the simulator: company, face and wire."""

from __future__ import annotations

from typing import Any

import msgspec

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp import Company
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.intacct.demo import demo_company
from tidegate_sandbox.intacct.document import rendered
from tidegate_sandbox.intacct.face import FACE_KINDS, IntacctFace
from tidegate_sandbox.intacct.failure import TransportRefusal
from tidegate_sandbox.intacct.options import Options
from tidegate_sandbox.intacct.response import CONTENT_TYPE, short_document, support_id
from tidegate_sandbox.intacct.rest import REST
from tidegate_sandbox.intacct.rest_failure import RestFailure
from tidegate_sandbox.reply import JSON
from tidegate_sandbox.wire import Wire

NUMBERS = {400: "GW-0011", 429: "GW-0010"}
TEXTS = {400: "Invalid Request", 429: "API rate limit exceeded"}


def error_body(status: int) -> tuple[str, bytes]:
    """Content type and body of an HTTP error that the wire makes: the gateway's short document."""
    refusal = TransportRefusal(
        status, NUMBERS.get(status, "GW-0001"), TEXTS.get(status, "Unable to process request")
    )
    return CONTENT_TYPE, rendered(short_document(refusal, support_id(str(status))), whitespace=False)


def rest_body(status: int) -> tuple[str, bytes]:
    """The same below the address of REST."""
    failure = RestFailure(
        status, NUMBERS.get(status, "operationFailed"), TEXTS.get(status, "Unable to process request")
    )
    return JSON, msgspec.json.encode(failure.body())


def build(
    clock: SandboxClock, faults: FaultPlan, company: Company | None = None, **options: Any
) -> tuple[IntacctFace, Wire]:
    """A simulated Sage Intacct and the wire around it.

    Without ``company`` a demonstration company is made; one that is given must be set up as ``demo_company`` does.
    ``options`` are those of :class:`Options`. Raises TypeError for unknown ones.
    """
    face = IntacctFace(
        clock, faults, company if company is not None else demo_company(clock), Options(**options)
    )
    wire = Wire(face.app, faults=faults, clock=clock, error_body=error_body, kinds=FACE_KINDS)
    wire.settles, wire.face_due = face.outbox.make_due, face.outbox.next_due
    wire.error_at = lambda path, status: rest_body(status) if path.startswith(REST) else error_body(status)
    return face, wire
