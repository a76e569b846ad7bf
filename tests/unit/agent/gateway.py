"""The gateway over the fake COM library in one process, called as the Sage 300 room and as zeep call it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tidegate.sage.sage300.gateway import Detail, Gateway
from tidegate.transport import Answer, ClientFactory
from tidegate_agent.embedded import embedded_gateway
from tidegate_agent.sage300.agent import GatewayAgent
from tidegate_agent.sage300.api import ADDRESS, GatewayApi
from tidegate_agent.sage300.soap import SOAP
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.sage300 import demo_company
from tidegate_sandbox.sage300.accpac import Accpac
from tidegate_sandbox.sage300.backend import Host
from tidegate_sandbox.sage300.build import build, error_body
from tidegate_sandbox.wire import Wire

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
SECRETS = {"token-a": "first", "token-b": "second", "sage": "webapi-password"}
KEY = "magento:main:7"


class GatewayStand:
    """An agent beside a server with two companies."""

    def __init__(self, folder: Path, *, options: dict[str, Any] | None = None, **settings: Any) -> None:
        self.folder = folder
        self.clock = SandboxClock.virtual(START)
        self.faults = FaultPlan()
        self.face, _ = build(self.clock, self.faults, demo_company(self.clock, items=3), **(options or {}))
        self.erp = self.face.company
        self.sage = Accpac(self.face)
        self.settings = settings
        self.agents: list[GatewayAgent] = []
        self.start()

    def start(self) -> None:
        """Start the agent, after an earlier one or for the first time."""
        sage = {
            "user": "WEBAPI",
            "companies": ["SAMLTD"],
            "processes": ["IC0275"],
            **self.settings.get("sage300", {}),
        }
        others = {name: value for name, value in self.settings.items() if name != "sage300"}
        self.agent = embedded_gateway(
            Host(self.sage),
            self.clock,
            self.folder / "journal.db",
            {"listen": {"tokens": ["token-a", "token-b"]}, **others, "sage300": sage},
            SECRETS.__getitem__,
        )
        self.agents.append(self.agent)
        self.app = GatewayApi(self.agent).face

    def restart(self) -> None:
        """The agent was killed: nothing is dropped, and a new one starts over the same journal."""
        self.agent.journal.close()
        self.start()

    def room(self, *, user: str = "tidegate", password: str = "first", company: str = "SAMLTD") -> Gateway:
        """The room's own client."""
        wire = Wire(self.app, faults=self.faults, clock=self.clock, error_body=error_body, kinds=frozenset())
        factory = ClientFactory(InProcessTransport(wire))
        http = factory.client(f"https://agent.test{ADDRESS}", timeout=100.0, max_bytes=1 << 24)
        return Gateway(http, company=company, user=user, password=password)

    def call(self, operation: str) -> str:
        """Status and body of a call as it is sent."""
        wire = Wire(self.app, faults=self.faults, clock=self.clock, error_body=error_body, kinds=frozenset())
        factory = ClientFactory(InProcessTransport(wire))
        http = factory.client(f"https://agent.test{ADDRESS}", timeout=100.0, max_bytes=1 << 24)
        body = f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{operation}</e:Body></e:Envelope>'
        headers = {"Authorization": "Bearer first", "Content-Type": "text/xml"}
        answer = http.request("POST", "", headers=headers, content=body.encode())
        assert isinstance(answer, Answer)
        return f"{answer.status} {answer.text(2000)}"

    def insert(self, key: str = KEY, **header: str) -> Any:
        """An order by the room's client: its row, or the failure."""
        fields, details = order(key, **header)
        return self.room().write("OE0520", "insert", key, fields, details)

    def insert_and_drain(self, key: str) -> None:
        """An order, and the end of its session."""
        self.insert(key)
        self.agent.stop()

    def keys(self) -> list[str]:
        """The keys of the orders in Sage."""
        return [one.external_key for one in self.erp.orders.table]

    def is_even(self) -> bool:
        """No LanPak is held, and every session that was opened is accounted for."""
        self.agent.stop()
        totals = self.agent.pool.totals
        return totals.opened == totals.dropped + totals.killed and self.sage.licence.held == []


def order(key: str = KEY, **header: str) -> tuple[dict[str, str], list[Detail]]:
    """Header and details of an order of two pieces at 9.99, 23.98 with its tax."""
    fields = {"CUSTOMER": "WEB", "REFERENCE": key, "ORDDATE": "20260302", "LOCATION": "1", **header}
    goods = {"LINENUM": "32", "LINETYPE": "1", "ITEM": "HUB-0001", "LOCATION": "1", "QTYORDERED": "2"}
    price = {"ORDUNIT": "EA", "PRICEOVER": "1", "PRIUNTPRC": "9.99", "TCLASS1": "1"}
    option = Detail("OE0501", {"OPTFIELD": "MAGELINE", "VALUE": "item:551"})
    return fields, [Detail("OE0500", goods | price, (option,))]
