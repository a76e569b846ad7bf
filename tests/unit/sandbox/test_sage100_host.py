"""The simulated host of Sage 100: what its agent's own thread does while nobody asks, and how long seats are held."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest

from tidegate.simulation.houses.sage100_agent import TOKEN, AgentHost
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.sage100.demo import demo_installation
from unit.agent.hub import order
from unit.agent.stand import START


class Beside:
    """An agent beside a small installation."""

    def __init__(self) -> None:
        self.clock = SandboxClock.virtual(START)
        self.installation = demo_installation(self.clock, items=2)
        self.host = AgentHost(self.installation, self.clock, time_zone="America/New_York")

    def send(self) -> Any:
        """One order."""
        data = json.dumps({"batch": "b", "orders": [order()]}).encode()
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/v1/companies/ABC/orders",
            "CONTENT_LENGTH": str(len(data)),
            "wsgi.input": BytesIO(data),
            "HTTP_AUTHORIZATION": f"Bearer {TOKEN}",
        }
        return json.loads(b"".join(self.host(environ, lambda *_: None)))  # type: ignore[arg-type, return-value]


@pytest.fixture
def beside() -> Beside:
    return Beside()


def test_an_idle_seat_is_free_after_its_time_whenever_one_looks(beside: Beside) -> None:
    assert beside.send()["results"][0]["outcome"] == "created"
    worked = beside.host.seat_seconds()
    assert worked == 3, "as long as its calls take"
    beside.clock.advance(3600)
    assert beside.host.seat_seconds() == worked + 30
    assert beside.installation.licence.held == []


def test_an_agent_that_dies_while_it_drops_is_started_again(beside: Beside) -> None:
    beside.send()
    beside.clock.advance(3600)
    beside.host.dies(calls=1)
    beside.host.rests()
    assert beside.host.deaths == 1
    assert beside.installation.licence.held == []


def test_a_second_seat_is_seen(beside: Beside) -> None:
    beside.send()
    assert beside.host.too_many == ""
    licence = beside.installation.licence
    licence.take(licence.start(), beside.host.user)
    assert beside.host.too_many == "2 seats were held at once, of 1"
