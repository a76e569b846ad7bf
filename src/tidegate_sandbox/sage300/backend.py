"""How the agent finds the fake of Sage 300: by the name of this module, with a server of its own or one shared."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.com.late_bound import EXCEPTION, ComError
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage300.accpac import Accpac
from tidegate_sandbox.sage300.build import build
from tidegate_sandbox.sage300.native import AccpacNative

_shared: dict[str, Host] = {}


class Host:
    """What the agent's platform layer asks for, answered by a server."""

    def __init__(self, accpac: Accpac) -> None:
        self.accpac = accpac

    def native(self) -> AccpacNative:
        """Late-bound access for one worker."""
        return AccpacNative(self.accpac)

    def end_server(self, process: int) -> None:
        """End a process that holds sessions."""
        self.accpac.end_server(process)

    def fetch(self, company: str, statement: str) -> list[dict[str, Any]]:
        """Not here: the gateway reads views."""
        raise ComError(EXCEPTION, "the gateway reads no tables")


def share(name: str, accpac: Accpac) -> str:
    """Offer a server of this process under a name; the name of the agent's back end for it."""
    _shared[name] = Host(accpac)
    return f"fake@{name}"


def fake_backend(name: str = "") -> Host:
    """The server shared under ``name``, or a demonstration of its own. KeyError for an unknown name."""
    if name:
        return _shared[name]
    face, _wire = build(SandboxClock.running(), FaultPlan())
    return Host(Accpac(face))
