"""The sandbox without sockets: virtual time, the client's timeouts, several hosts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from integration.sandbox.wire_world import ORDER, START, behind, make_wire
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import Fault, FaultPlan
from tidegate_sandbox.inprocess import HostsTransport, InProcessTransport
from tidegate_sandbox.wire import Wire


def test_calls_cost_virtual_time() -> None:
    shop, wire = make_wire()
    with behind(
        wire, lambda method, path: 1.5 if (method, path) == ("POST", "/V1/orders") else 0.0
    ) as client:
        client.get("/V1/echo")
        client.post("/V1/orders", json=ORDER)
        client.post("/V1/orders", json=ORDER)
    assert wire.clock.now() == START + timedelta(seconds=3)
    assert [at for at, _ in shop.orders] == [START + timedelta(seconds=1.5), START + timedelta(seconds=3)]


def test_a_call_that_costs_more_than_the_timeout_is_carried_out_unheard() -> None:
    shop, wire = make_wire()
    with behind(wire, lambda _method, _path: 45) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post("/V1/orders", json=ORDER)
        assert client.get("/V1/echo", timeout=60).status_code == 200
    assert len(shop.orders) == 1
    assert wire.clock.now() == START + timedelta(seconds=75)


def test_service_time_and_slowness_share_the_clients_patience() -> None:
    _, wire = make_wire()
    wire.faults.add(Fault("slow", times=2, options={"seconds": 15}))
    with behind(wire, lambda _method, _path: 20) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.get("/V1/echo")
        assert wire.clock.now() == START + timedelta(seconds=30)
        assert client.get("/V1/echo", timeout=35).status_code == 200


def test_a_client_without_timeout_waits() -> None:
    _, wire = make_wire()
    wire.faults.add(Fault("slow", options={"seconds": 3600}))
    with behind(wire) as client:
        assert client.get("/V1/echo", timeout=None).status_code == 200
    assert wire.clock.now() == START + timedelta(hours=1)


def test_several_hosts_behind_one_client() -> None:
    shop_a, wire_a = make_wire()
    shop_b, wire_b = make_wire()
    transport = HostsTransport(
        {"magento.sandbox": InProcessTransport(wire_a), "Sage200.sandbox": InProcessTransport(wire_b)}
    )
    with httpx.Client(transport=transport) as client:
        client.post("https://magento.sandbox/V1/orders", json=ORDER)
        client.post("http://sage200.sandbox:8080/V1/orders", json=ORDER)
        client.post("http://sage200.sandbox:8080/V1/orders", json=ORDER)
        with pytest.raises(httpx.ConnectError, match="not known"):
            client.get("http://elsewhere.sandbox/")
        transport.down.add("magento.sandbox")
        with pytest.raises(httpx.ConnectError, match="refused"):
            client.get("http://magento.sandbox/V1/echo")
        transport.down.clear()
        assert (
            client.get("https://magento.sandbox/V1/echo").json()["url"] == "https://magento.sandbox/V1/echo"
        )
    assert (len(shop_a.orders), len(shop_b.orders)) == (1, 2)


def test_a_fault_of_the_simulator_itself_is_not_hidden() -> None:
    def broken(_environ: dict[str, Any], _start: Any) -> list[bytes]:
        raise ZeroDivisionError

    clock = SandboxClock.virtual(START)
    wire = Wire(broken, faults=FaultPlan(), clock=clock, error_body=lambda _: ("text/plain", b""))
    with behind(wire) as client, pytest.raises(ZeroDivisionError):
        client.get("/")
