"""Somebody with a browser before a hub, without a socket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client

from integration.flows.in_memory import MemoryStage
from tidegate.console import accounts
from tidegate.console.answers import DESK, GATE, HUB
from tidegate.console.gate import Gate
from tidegate.console.models import User
from tidegate.console.roles import Role
from tidegate.engine.price_answers import PriceDesk

PASSWORD = "quite-a-long-password"


@dataclass(eq=False)
class Browsing:
    """A hub and one browser."""

    stage: MemoryStage
    client: Client

    def __post_init__(self) -> None:
        hub = self.stage.hub
        self.client.defaults |= {HUB: hub, DESK: PriceDesk(hub), GATE: Gate(hub.clock)}

    def user(self, name: str = "anna", role: Role = Role.ADMINISTRATOR, *connections: str) -> User:
        """A user with one role."""
        return accounts.add(name, [role], connections, now=self.stage.now, actor="test", password=PASSWORD)

    def sign_in(self, name: str = "anna", role: Role = Role.ADMINISTRATOR, *connections: str) -> None:
        """A session of a new user with this role."""
        self.client.force_login(self.user(name, role, *connections))

    def page(self, address: str, status: int = 200) -> str:
        """The text of a page."""
        answer = self.client.get(address)
        assert answer.status_code == status, (address, answer.status_code, answer.content[:400])
        return str(answer.content.decode())

    def post(self, address: str, status: int = 302, **form: Any) -> str:
        """Send a form; the text of the page it leads to."""
        answer = self.client.post(address, form)
        assert answer.status_code == status, (address, answer.status_code, answer.content[:400])
        if status == 302:
            return self.page(answer["Location"])
        return str(answer.content.decode())
