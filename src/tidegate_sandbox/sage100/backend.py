"""How the agent finds the fake: by the name of this module, with an installation of its own or one shared."""

from __future__ import annotations

from typing import Any

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.sage100.demo import demo_installation
from tidegate_sandbox.sage100.dialect import fetch, widths
from tidegate_sandbox.sage100.installation import Installation
from tidegate_sandbox.sage100.native import ProvidexNative
from tidegate_sandbox.sage100.sdata import feed

_shared: dict[str, Host] = {}


class Host:
    """What the agent's platform layer asks for, answered by an installation."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation

    def native(self) -> ProvidexNative:
        """Late-bound access for one worker."""
        return ProvidexNative(self.installation)

    def end_server(self, process: int) -> None:
        """End a server process."""
        self.installation.end_server(process)

    def widths(self, company: str, statement: str) -> dict[str, int]:
        """How wide the columns of a SELECT are, as a driver describes them. OdbcError as of ``fetch``."""
        with self.installation.lock:
            return widths(self.installation, company, statement)

    def fetch(self, company: str, statement: str) -> list[dict[str, Any]]:
        """Rows of a SELECT, in the dialect of the edition; or a feed, by its address. OdbcError as a driver raises it."""
        with self.installation.lock:
            if not statement.startswith("SELECT "):
                return [{"feed": feed(self.installation, company, statement)}]
            return fetch(self.installation, company, statement)


def share(name: str, installation: Installation) -> str:
    """Offer an installation of this process under a name; the name of the agent's back end for it."""
    _shared[name] = Host(installation)
    return f"fake@{name}"


def fake_backend(name: str = "") -> Host:
    """The installation shared under ``name``, or a demonstration of its own. KeyError for an unknown name."""
    return _shared[name] if name else Host(demo_installation(SandboxClock.running()))
