"""Installations for worker processes of the agent, by name: `process.agent_installation:noted@FILE`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage100.backend import Host
from tidegate_sandbox.sage100.demo import demo_installation
from tidegate_sandbox.sage300 import build, demo_company
from tidegate_sandbox.sage300.accpac import Accpac
from tidegate_sandbox.sage300.backend import Host as AccpacHost


class NotedHost(Host):
    """Writes into a file what happens to the seat, so that another process can see it."""

    def __init__(self, path: Path, **options: Any) -> None:
        clock = SandboxClock.virtual(datetime(2026, 3, 2, 15, tzinfo=UTC))
        super().__init__(demo_installation(clock, items=1, **options))
        self._path = path
        self.installation.after_call = self._after
        self.installation.block_on_hang = True

    def _after(self, obj: str, method: str) -> None:
        self._note(f"{obj}.{method} held={len(self.installation.licence.held)}")

    def end_server(self, process: int) -> None:
        """End a server process; noted."""
        super().end_server(process)
        self._note(f"ended held={len(self.installation.licence.held)}")

    def _note(self, text: str) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text + "\n")


def noted(path: str) -> NotedHost:
    """An installation that notes."""
    return NotedHost(Path(path))


def hanging(path: str) -> NotedHost:
    """One whose session cannot be dropped: `nCleanup` never returns."""
    host = NotedHost(Path(path))
    host.installation.arrange("hang", "nCleanup")
    return host


def accpac(path: str) -> AccpacHost:
    """A Sage 300 that notes who holds a LanPak after each call."""
    clock = SandboxClock.virtual(datetime(2026, 3, 2, 15, tzinfo=UTC))
    face, _wire = build(clock, FaultPlan(), demo_company(clock, items=3))
    server = Accpac(face, block_on_hang=True)

    def note(obj: str, method: str) -> None:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{obj}.{method} held={len(server.licence.held)}\n")

    server.after_call = note
    return AccpacHost(server)
