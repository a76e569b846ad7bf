"""A simulated Sage 50 platform with an application that knows the contract and nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp import Company
from tidegate_sandbox.faults import Fault, FaultPlan
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.sage50 import Sage50Face, build, spanish_company
from tidegate_sandbox.wire import Wire

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # a Monday
HOST = "https://platform.example"
SECRET = "Zr7uFq0m4wYt2Lk9Xc1vBn8s"
APPLICATION = {
    "name": "Magento hub",
    "domains": ["ecommerce"],
    "approvalUrl": "https://hub.example/hooks/k3/approval",
    "notificationUrl": "https://hub.example/hooks/k3/notify",
}
EXAMPLES = Path(__file__).resolve().parents[3] / "data" / "sage50"


def example(name: str) -> Any:
    """One of the contract's examples."""
    return json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))


@dataclass
class Hooks(httpx.BaseTransport):
    """The application's two URLs: what came in, and what is answered (``statuses`` first, then ``status``)."""

    status: int | None = 200
    statuses: list[int | None] = field(default_factory=list)
    received: list[httpx.Request] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.received.append(request)
        status = self.statuses.pop(0) if self.statuses else self.status
        if status is None:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(status)

    def bodies(self, event: str | None = None) -> list[dict[str, Any]]:
        found = [json.loads(one.content) for one in self.received]
        return [one for one in found if event is None or one["event"] == event]


@dataclass
class Sage50:
    """The simulator, the application's hooks, and calls by the contract."""

    clock: SandboxClock
    faults: FaultPlan
    face: Sage50Face
    wire: Wire
    hooks: Hooks
    key: str = ""
    initial: str = ""

    def __post_init__(self) -> None:
        self.http = httpx.Client(transport=InProcessTransport(self.wire), base_url=HOST)

    @property
    def company(self) -> Company:
        return self.face.company

    def call(self, verb: str, path: str, *, key: str | None = None, **more: Any) -> httpx.Response:
        chosen = self.key if key is None else key
        return self.http.request(verb, path, headers={"apikey": chosen} if chosen else {}, **more)

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == status, answer.text
        return answer.json()

    def sim(self, name: str, body: Any = None, status: int = 200) -> Any:
        """A call of the control surface: GET without a body."""
        path = f"/_sim/{name}"
        answer = self.http.get(path) if body is None else self.http.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def wait(self, **duration: float) -> None:
        """Let time go by: what is due happens, and call-backs are made."""
        seconds = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
        self.clock.advance(sum(seconds[name] * value for name, value in duration.items()))
        self.face.run_due()

    def arm(self, kind: str, **more: Any) -> None:
        self.faults.add(Fault(kind, **more))

    # Onboarding, by sections 2 and 3

    def register(self) -> tuple[str, str]:
        """The ids of a developer and an application."""
        body = {"name": "Dev", "email": "dev@hub.example", "application": APPLICATION}
        answer = self.http.post("/api/developers", json=body)
        assert answer.status_code == 201, answer.text
        assert self.http.post(answer.json()["registrationUrl"]).status_code == 200
        mail = self.sim("mail")[-1]
        return mail["developerId"], mail["applicationId"]

    def passcode(self, ids: tuple[str, str], secret: str = SECRET) -> dict[str, Any]:
        path = f"/api/developers/{ids[0]}/applications/{ids[1]}/passcodes"
        answer = self.http.post(path, json={"secret": secret})
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def connect(self) -> Sage50:
        """Register, ask for a passcode, have it typed and granted; the key is the one of the approval."""
        passcode = self.passcode(self.register())["passcode"]
        self.sim("consent", {"action": "grant", "passcode": passcode})
        self.initial = self.key = self.hooks.bodies("approved")[-1]["apikey"]
        return self

    def rotate(self, *, current: str | None = None, **body: Any) -> httpx.Response:
        sent = {"initialApikey": self.initial, "secret": SECRET, **body}
        return self.call("PATCH", "/api/apikeys", key=current, json=sent)

    def renew(self) -> None:
        answer = self.rotate()
        assert answer.status_code == 200, answer.text
        self.key = answer.json()["apikey"]

    # Files

    def download(self, scope: str) -> Any:
        return self.http.get(self.get(f"/api/files/ecommerce/{scope}")["downloadUrl"]).json()

    def order(self, id: str = "000000123", *, item: str = "HUB-0001", **changes: Any) -> dict[str, Any]:
        """An order of one line that adds up, of an article of this company."""
        article = self.company.item(item)
        [order] = example("orders")
        line = {
            "id": "501",
            "productId": f"ART-{article.id}",
            "reference": item,
            "quantity": 2,
            "netPrice": 10,
            "tax": 21,
            "totalNet": 20,
        }
        customer = {**order["customer"], "id": f"g-{id}"}
        sums = {"totalNet": 24, "totalTax": 5.04, "totalSurcharge": 0, "totalGross": 29.04}
        return {**order, "id": id, "customer": customer, "lines": [line], **sums, **changes}

    def announce(self, content: bytes, status: int = 201, **more: Any) -> Any:
        body = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), **more}
        answer = self.call("POST", "/api/files/ecommerce/orders", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def send(self, *orders: dict[str, Any]) -> str:
        """Upload orders in both steps; the tracking URL."""
        content = json.dumps(list(orders)).encode()
        links = self.announce(content, records=len(orders))
        answer = self.http.put(links["uploadUrl"], content=content)
        assert answer.status_code == 201, answer.text
        tracking: str = links["trackingUrl"]
        return tracking

    def track(self, url: str) -> Any:
        return self.get(url)

    def results(self, url: str) -> Any:
        return self.http.get(self.track(url)["downloadResultUrl"]).json()

    def process(self) -> None:
        """Let validation be over and Sage 50 work, now."""
        self.wait(seconds=self.face.options.validation_seconds)
        self.sim("sage-process", {})

    def processed(self, *orders: dict[str, Any]) -> str:
        """Upload orders and have them worked through; the tracking URL."""
        url = self.send(*orders)
        self.process()
        return url


def sage50(*, items: int = 12, connected: bool = True, **options: Any) -> Sage50:
    """A platform with one Sage 50, and an application connected to it."""
    clock, faults, hooks = SandboxClock.virtual(START), FaultPlan(), Hooks()
    company = spanish_company(clock, items=items)
    face, wire = build(clock, faults, company, call_backs=hooks, **options)
    world = Sage50(clock, faults, face, wire, hooks)
    return world.connect() if connected else world
