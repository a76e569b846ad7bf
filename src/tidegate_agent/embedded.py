"""An agent inside another program: for simulations, demonstrations and tests, on a clock that they move."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tidegate_agent.backends import Installation, NativeBackend
from tidegate_agent.journal import Journal
from tidegate_agent.sage100.agent import Agent
from tidegate_agent.sage300.agent import GatewayAgent
from tidegate_agent.settings import read


class MovedClock(Protocol):
    """A clock of a simulation."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...

    def advance(self, seconds: float) -> None:
        """Move on."""
        ...


class VirtualClock:
    """The agent's clock over that of a simulation: waiting moves it on, for nobody else can notify."""

    def __init__(self, clock: MovedClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        """The present."""
        return self._clock.now()

    def seconds(self) -> float:
        """The present as seconds."""
        return self._clock.now().timestamp()

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        """The time passes."""
        self._clock.advance(seconds)


def embedded(
    installation: Installation,
    clock: MovedClock,
    journal: Path | str,
    settings: Mapping[str, Any],
    secret: Callable[[str], str],
    *,
    durable: bool = False,
) -> Agent:
    """An agent of Sage 100 over an installation of this process, started: its open rows are settled.

    ``settings`` as in the file, without journal, back end and worker. ``durable``: wait for the disk, which a simulation
    whose machine cannot lose power need not.
    """
    return _started(Agent, installation, clock, journal, settings, secret, durable)


def embedded_gateway(
    installation: Installation,
    clock: MovedClock,
    journal: Path | str,
    settings: Mapping[str, Any],
    secret: Callable[[str], str],
    *,
    durable: bool = False,
) -> GatewayAgent:
    """As `embedded`, of Sage 300."""
    return _started(GatewayAgent, installation, clock, journal, settings, secret, durable)


A = TypeVar("A", Agent, GatewayAgent)


def _started(
    kind: type[A],
    installation: Installation,
    clock: MovedClock,
    journal: Path | str,
    settings: Mapping[str, Any],
    secret: Callable[[str], str],
    durable: bool,
) -> A:
    read_settings = read({**settings, "journal": str(journal), "backend": "fake", "worker": "inline"})
    agent_clock = VirtualClock(clock)
    agent = kind(
        read_settings,
        clock=agent_clock,
        backend=NativeBackend(installation),
        journal=Journal(journal, agent_clock, durable=durable),
        secret=secret,
    )
    agent.start()
    return agent
