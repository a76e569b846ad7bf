"""Real sockets and a server that is told to be slow: its clients wait but a moment, since no virtual clock runs there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegate.transport import ClientFactory, HttpClient
from tidegate_sandbox.faults import Fault, FaultPlan

#: Long enough for the answers that do come, also on a busy machine.
MOMENT = dict.fromkeys(("connect", "read", "write", "pool"), 0.25)


@dataclass(frozen=True)
class Sockets(ClientFactory):
    """Makes clients over real sockets, and knows them."""

    made: list[HttpClient] = field(default_factory=list)

    def client(self, base_url: str, **options: Any) -> HttpClient:
        client = super().client(base_url, **options)
        self.made.append(client)
        return client


class HastyFaults(FaultPlan):
    """Faults of a simulator, slow ones of which find the clients that are there in haste."""

    def __init__(self, seed: int, sockets: Sockets) -> None:
        super().__init__(seed)
        self._sockets = sockets
        self._patience: dict[HttpClient, Mapping[str, float]] = {}

    def add(self, fault: Fault) -> None:
        super().add(fault)
        if fault.kind in ("slow", "late"):
            for client in self._sockets.made:
                self._patience.setdefault(client, client._limits)
                client._limits = MOMENT

    def clear(self, kind: str | None = None) -> None:
        super().clear(kind)
        for client, before in self._patience.items():
            client._limits = before
        self._patience.clear()
