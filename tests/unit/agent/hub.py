"""A hub for the tests of the agent: HTTP calls without sockets, and the agent that answers them."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tidegate_agent.embedded import embedded
from tidegate_agent.sage100.agent import Agent
from tidegate_agent.sage100.api import Api
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.sage100.backend import Host
from tidegate_sandbox.sage100.demo import demo_installation
from tidegate_sandbox.sage100.installation import Installation
from unit.agent.stand import START

SECRETS = {"agent-token": "token-1", "second": "token-2", "sage": "secret"}


class Stand:
    """An installation, an agent and its HTTP face, on one clock. ``restart`` is a new agent on the same disk."""

    def __init__(
        self, folder: Path, settings: dict[str, Any] | None = None, *, durable: bool = False, **options: Any
    ) -> None:
        options.setdefault("items", 2)
        self.clock = SandboxClock.virtual(START)
        self.sage: Installation = demo_installation(self.clock, **options)
        self._durable = durable
        self._given: dict[str, Any] = {
            "sage100": {
                "home": self.sage.home,
                "user": "tidegate",
                "companies": ["ABC", "XYZ"],
                "history": "orders",
            },
        }
        for name, value in (settings or {}).items():
            before = self._given.get(name, {})
            self._given[name] = {**before, **value} if isinstance(value, dict) else value
        self._path = folder / "journal.db"
        self.agent: Agent
        self.restart()

    def restart(self) -> None:
        """Start an agent over the same journal; what the last one held in memory is lost."""
        if hasattr(self, "agent"):
            self.agent.journal.close()
        self.agent = embedded(
            Host(self.sage), self.clock, self._path, self._given, SECRETS.__getitem__, durable=self._durable
        )
        self.journal = self.agent.journal
        self.settings = self.agent.settings
        self.face = Api(self.agent).face

    # Calls

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = "token-1",
        address: str = "127.0.0.1",
        request_id: str = "",
        **query: Any,
    ) -> tuple[int, Any, dict[str, str]]:
        """(status, JSON, headers)."""
        data = json.dumps(body).encode() if body is not None else b""
        got: list[Any] = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": urlencode(query, doseq=True),
            "CONTENT_LENGTH": str(len(data)),
            "wsgi.input": BytesIO(data),
            "REMOTE_ADDR": address,
            "HTTP_AUTHORIZATION": f"Bearer {token}",
            "HTTP_X_REQUEST_ID": request_id,
        }
        parts = self.face(environ, lambda status, headers, *_: got.extend((status, headers)))  # type: ignore[arg-type, return-value]
        text = b"".join(parts).decode()
        headers = dict(got[1])
        is_json = headers["Content-Type"] == "application/json"
        return int(got[0].split()[0]), json.loads(text) if is_json else text, headers

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a call that must succeed."""
        status, body, _ = self.call("GET", path, **query)
        assert status == 200, body
        return body

    def post(self, path: str, body: Any = None) -> Any:
        """The JSON of a call that must succeed."""
        status, answer, _ = self.call("POST", path, body)
        assert status == 200, answer
        return answer

    def send(self, *orders: dict[str, Any], company: str = "ABC", **more: Any) -> list[dict[str, Any]]:
        """Send orders; their results."""
        answer = self.post(
            f"/v1/companies/{company}/orders", {"batch": "b-1", "orders": list(orders), **more}
        )
        results: list[dict[str, Any]] = answer["results"]
        return results

    # What must hold in the end

    def orders(self, company: str = "ABC") -> list[str]:
        """The keys of the orders in Sage."""
        return [one.external_key for one in self.sage.companies[company].kernel.orders.table]

    def is_even(self) -> bool:
        """No seat is held, and every session that was opened is accounted for."""
        self.agent.stop()
        totals = self.agent.pool.totals
        return totals.opened == totals.dropped + totals.killed and self.sage.licence.held == []


def order(number: int = 123, **changes: Any) -> dict[str, Any]:
    """The contract's example, under a number of the shop."""
    return {
        "key": f"main:{number:09d}",
        "fingerprint": f"sha256:{number}",
        "order_date": "2026-03-02",
        "division": "00",
        "customer": "WEB0001",
        "customer_po": f"{number:09d}",
        "warehouse": "001",
        "ship_via": "UPS GROUND",
        "tax_schedule": "CA SALES",
        "email": "jane@example.com",
        "ship_to": {
            "name": "Jane Buyer",
            "address": ["1 High Street"],
            "city": "Irvine",
            "state": "CA",
            "zip": "92618",
            "country": "USA",
        },
        "lines": [
            {"key": "551", "type": "item", "item": "ABC-1", "quantity": "2", "unit_price": "19.95"},
            {"key": "ship", "type": "charge", "item": "/SHIP", "amount": "0.00"},
            {"type": "comment", "text": "Gift wrapped"},
        ],
        "freight": "5.00",
        "expected": {"total": "48.09", "tax": "3.19", "tolerance": "0.02"},
        **changes,
    }
