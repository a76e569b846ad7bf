"""Building the simulator: an installation, whatever agent stands beside it, the other ways in, and the wire.

The sandbox knows no agent: whoever builds the simulator hands in a WSGI application for ``/v1`` and ``/metrics``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage100.control import Control
from tidegate_sandbox.sage100.demo import demo_installation
from tidegate_sandbox.sage100.ews import PATH, EbusinessWebServices
from tidegate_sandbox.sage100.installation import Installation
from tidegate_sandbox.sage100.sdata import PREFIX, SData
from tidegate_sandbox.wire import Wire

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

AgentOf = Callable[[Installation], "WSGIApplication"]
FACE_KINDS: frozenset[str] = frozenset()
CLASSES = {
    400: "format",
    401: "agent_auth",
    403: "auth",
    404: "not_found",
    409: "busy_company",
    423: "locked",
    429: "pool_busy",
    503: "unavailable",
    504: "timeout",
}
"""The agent's classes by status (contract section 12.3); anything else is `internal`."""


def error_body(status: int) -> tuple[str, bytes]:
    """An HTTP error that the wire makes, in the agent's shape."""
    error = {"class": CLASSES.get(status, "internal"), "message": f"HTTP {status}", "sage_text": None}
    return "application/json", json.dumps(
        {"error": {**error, "retry_after_s": None, "request_id": ""}}
    ).encode()


class Sage100Face:
    """One address for everything: agent, web services, SData, control surface."""

    def __init__(self, installation: Installation, agent: WSGIApplication) -> None:
        self.installation = installation
        self.control = Control(installation)
        self.web_services = EbusinessWebServices(installation)
        self.site = next(iter(installation.companies.values()))
        self.company = self.site.kernel
        self.host: Any = None  #: whoever starts the agent, for scenarios
        self._agent = agent
        self._sdata = SData(installation)

    def app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI application."""
        path = str(environ.get("PATH_INFO", ""))
        if path.startswith("/_sandbox/"):
            return self._controlled(path.removeprefix("/_sandbox/"), environ, start_response)
        if path == PATH:
            return self.web_services(environ, start_response)
        if path.startswith(PREFIX):
            return self._sdata(environ, start_response)
        return self._agent(environ, start_response)

    def _controlled(
        self, action: str, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        status, answer = self._perform(action, environ)
        data = json.dumps(answer, default=str).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(data)))])
        return [data]

    def _perform(self, action: str, environ: WSGIEnvironment) -> tuple[str, Any]:
        if action not in self.control.names:
            return "404 Not Found", {"error": f"no action {action}", "known": sorted(self.control.names)}
        try:
            length = int(environ.get("CONTENT_LENGTH") or 0)
            body = json.loads(environ["wsgi.input"].read(length) or b"{}") if length else {}
            return "200 OK", self.control.perform(action, body)
        except Refusal as refusal:
            return "409 Conflict", {"error": refusal.text, "kind": refusal.kind}
        except (ValueError, TypeError, KeyError, ArithmeticError) as error:
            return "400 Bad Request", {"error": f"{type(error).__name__}: {error}"}


def build(
    clock: SandboxClock,
    faults: FaultPlan,
    agent_of: AgentOf,
    installation: Installation | None = None,
    **options: Any,
) -> tuple[Sage100Face, Wire]:
    """A simulated Sage 100 with an agent beside it, and the wire around both.

    ``options`` are those of `demo_installation`, where no installation is given. Raises TypeError for unknown ones.
    """
    made = installation if installation is not None else demo_installation(clock, **options)
    face = Sage100Face(made, agent_of(made))
    return face, Wire(face.app, faults=faults, clock=clock, error_body=error_body, kinds=FACE_KINDS)
