"""A simulated Sage 200 with a client of it: what the tests of that face stand on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp import Company, Rules, demo_company
from tidegate_sandbox.faults import Fault, FaultPlan
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.sage200 import Sage200Face, build
from tidegate_sandbox.sage200.token import TokenPair
from tidegate_sandbox.wire import Wire

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
HOST = "https://sage.example"
STANDARD = f"{HOST}/uk/sage200/accounts/v1/"
PROFESSIONAL = f"{HOST}/uk/sage200extra/accounts/v1/"


def instant(text: str) -> datetime:
    """A time of change; as texts they do not sort, for their fractions are trimmed."""
    return datetime.fromisoformat(text)


@dataclass
class Sage:
    """The simulator, and calls of it with everything in order unless a test says otherwise."""

    clock: SandboxClock
    faults: FaultPlan
    face: Sage200Face
    wire: Wire
    tokens: TokenPair
    base: str = PROFESSIONAL
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http = httpx.Client(transport=InProcessTransport(self.wire))

    @property
    def company(self) -> Company:
        return self.face.company

    def call(self, verb: str, path: str, **more: Any) -> httpx.Response:
        known = self.face.credentials
        headers = {
            "Authorization": f"Bearer {self.tokens.access_token}",
            "X-Site": known.site_id,
            "X-Company": str(known.company_id),
            "ocp-apim-subscription-key": known.subscription_key,
            **self.headers,
        }
        return self.http.request(
            verb,
            self.base + path,
            headers={name: value for name, value in headers.items() if value},
            **more,
        )

    def get(self, path: str, **options: Any) -> Any:
        """The value of a read that succeeds; ``filter=`` becomes ``$filter``."""
        answer = self.call("GET", path, params={f"${name}": value for name, value in options.items()})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, path: str, **options: Any) -> httpx.Response:
        answer = self.call("GET", path, params={f"${name}": value for name, value in options.items()})
        assert answer.status_code == 400, answer.text
        return answer

    def one(self, path: str, filter: str, **options: Any) -> Any:
        rows = self.get(path, filter=filter, **options)
        assert len(rows) == 1, rows
        return rows[0]

    def post(self, path: str, body: Any, status: int = 200) -> Any:
        answer = self.call("POST", path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def put(self, path: str, body: Any, status: int = 200) -> Any:
        answer = self.call("PUT", path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def control(self, path: str, body: Any = None, status: int = 200) -> Any:
        url = f"{HOST}/_sandbox/{path}"
        answer = self.http.get(url) if body is None else self.http.post(url, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def inject(self, kind: str, **more: Any) -> None:
        self.faults.add(Fault(kind, **more))

    def id_of(self, path: str, field_name: str, value: str) -> int:
        found: int = self.one(path, f"{field_name} eq '{value}'", select="id")["id"]
        return found

    def item_line(self, code: str = "HUB-0001", quantity: Any = 1, **more: Any) -> dict[str, Any]:
        item, home = self.company.item(code), self.company.warehouse(more.pop("warehouse", "HOME"))
        return {
            "line_type": "EnumLineTypeStandard",
            "code": code,
            "product_id": item.id,
            "warehouse_id": home.id,
            "line_quantity": quantity,
            **more,
        }

    def order(self, *lines: dict[str, Any], customer: str = "WEB", **header: Any) -> dict[str, Any]:
        """The body of an order."""
        return {
            "customer_id": self.company.customer(customer).id,
            "customer_document_no": "000000123",
            "lines": list(lines or (self.item_line(),)),
            **header,
        }

    def enter(self, *lines: dict[str, Any], status: int = 200, **header: Any) -> Any:
        return self.post("sop_orders", self.order(*lines, **header), status)


def sage(*, items: int = 12, rules: Rules | None = None, base: str = PROFESSIONAL, **options: Any) -> Sage:
    """A simulator over a small demonstration company, signed in."""
    clock, faults = SandboxClock.virtual(START), FaultPlan()
    company = demo_company(clock, items=items, rules=rules)
    face, wire = build(clock, faults, company, **options)
    return Sage(clock, faults, face, wire, face.sign_in(), base)
