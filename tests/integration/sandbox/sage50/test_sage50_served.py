"""The platform as a real server on this machine, over HTTP and over TLS (contract section 1)."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path

import httpx

from integration.sandbox.intacct.address import certificate
from integration.sandbox.sage50.platform_world import START, Hooks, Sage50, sage50
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage50 import build, spanish_company
from tidegate_sandbox.server import SandboxServer
from tidegate_sandbox.ticker import Ticker


class Bell(Hooks):
    """Hooks that say when both files were notified of."""

    def __init__(self) -> None:
        super().__init__()
        self.rang = threading.Event()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        if len(self.bodies("fileUpdated")) == 2:
            self.rang.set()
        return answer


def test_a_served_platform_goes_on_by_itself() -> None:
    clock, faults, hooks = SandboxClock.virtual(START), FaultPlan(), Bell()
    face, wire = build(clock, faults, spanish_company(clock, items=3), call_backs=hooks)
    with SandboxServer(wire) as server, Ticker(face, every=0.01), httpx.Client(base_url=server.url) as http:
        world = Sage50(clock, faults, face, wire, hooks)
        world.http = http
        world.connect()
        clock.advance(60)
        assert hooks.rang.wait(30)
        file = world.get("/api/files/ecommerce/products")
        assert file["downloadUrl"].startswith(server.url)
        assert len(http.get(file["downloadUrl"]).json()) == len(world.company.items)


def test_urls_are_handed_out_as_https_where_the_platform_is_asked_over_tls(tmp_path: Path) -> None:
    world = sage50()
    world.wait(minutes=1)
    context, ca = certificate(tmp_path)
    trust = ssl.create_default_context(cafile=str(ca))
    with SandboxServer(world.wire, tls=context) as server, httpx.Client(verify=trust) as http:
        assert server.url.startswith("https://")
        world.http = http
        file = world.get(f"{server.url}/api/files/ecommerce/products")
        assert file["downloadUrl"].startswith(f"{server.url}/f/")
        assert http.get(file["downloadUrl"]).status_code == 200
