"""The agent beside Sage 300: its SOAP gateway over the fake COM library, in the place of the simulator's own gateway."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tidegate_agent.embedded import embedded_gateway
from tidegate_agent.sage300.api import ADDRESS, GatewayApi
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.sage300.accpac import Accpac
from tidegate_sandbox.sage300.backend import Host
from tidegate_sandbox.sage300.face import Sage300Face

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse


class AgentBeside:
    """An agent of one server; ``app`` answers in the server's place wherever the gateway is asked."""

    def __init__(self, face: Sage300Face, clock: SandboxClock, folder: Path, *, seats: int) -> None:
        self.sage = Accpac(face)
        self._server: Callable[..., Iterable[bytes]] = face.app
        known = face.credentials
        secrets = {"agent-token": known.password, "sage": known.password}
        self.agent = embedded_gateway(
            Host(self.sage),
            clock,
            folder / "journal.db",
            {
                "listen": {"tokens": ["agent-token"]},
                "seats": {"seats": seats},
                "sage300": {
                    "user": known.user,
                    "gateway_user": known.user,
                    "companies": [known.company],
                    "processes": ["IC0275"],
                },
            },
            secrets.__getitem__,
        )
        self._gateway = GatewayApi(self.agent).face

    def app(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI app of the host: the agent's gateway beside the Web API."""
        answers = self._gateway if environ["PATH_INFO"] == ADDRESS else self._server
        return answers(environ, start_response)

    def close(self) -> None:
        """Stop. AssertionError where a LanPak is still held, or a session is not accounted for."""
        self.agent.stop()
        self.agent.journal.close()
        totals = self.agent.pool.totals
        assert totals.opened == totals.dropped + totals.killed
        assert self.sage.licence.held == []
