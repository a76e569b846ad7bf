"""A simulated shop, and the store client that reads it."""

from __future__ import annotations

import copy
import itertools
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tidegate.config.model import Store
from tidegate.magento.orders import ReadResult
from tidegate.magento.store import MagentoStoreClient, open_store
from tidegate.transport import ClientFactory
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import Fault, FaultPlan
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.magento import MagentoStore, build
from tidegate_sandbox.magento.shop import Shopper

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
_SEEDS = itertools.count(1)
URL = "https://magento.example"


@dataclass
class SharedClock:
    """The hub's clock, following the sandbox's."""

    sandbox: SandboxClock

    def now(self) -> datetime:
        """The sandbox's time."""
        return self.sandbox.now()

    def monotonic(self) -> float:
        """Seconds since START."""
        return (self.sandbox.now() - START).total_seconds()

    def wait(self, seconds: float, until: threading.Event | None = None) -> bool:
        """Move the sandbox's clock."""
        self.sandbox.advance(max(seconds, 0.0))
        return False


@dataclass
class World:
    """A shop, a shopper, and a hub."""

    shop: MagentoStore
    shopper: Shopper
    faults: FaultPlan
    clock: SandboxClock
    transport: InProcessTransport
    hub: MagentoStoreClient = field(init=False)

    def __post_init__(self) -> None:
        self.hub = self.connect()

    def connect(self, auth: str = "oauth1", integration: str = "hub", **more: Any) -> MagentoStoreClient:
        """A further client, with the keys of an integration, or the admin's password."""
        keys = self.shop.integrations[integration]
        secrets = {
            "consumer_key": keys.consumer_key,
            "consumer_secret": keys.consumer_secret,
            "access_token": keys.access_token,
            "access_token_secret": keys.access_token_secret,
            "username": "admin",
            "password": "Sandbox-Admin-1",
        }
        config = Store(url=more.pop("url", URL), auth=auth)  # type: ignore[arg-type]
        factory = ClientFactory(self.transport)
        return open_store(
            "main", config, secrets, factory, SharedClock(self.clock), random.Random(next(_SEEDS)), **more
        )

    def arm(self, kind: str, times: int | None = None, **options: Any) -> None:
        """Arm a fault, by default until it is cleared."""
        request = {key: options.pop(key) for key in ("method", "path", "body") if key in options}
        self.faults.add(Fault(kind, times, options=options, **request))

    def place(self, count: int, kind: str | None = None, *, seconds: float = 7, **choices: Any) -> list[int]:
        """Orders, some seconds apart."""
        placed = []
        for _ in range(count):
            placed.append(self.shopper.place_order(kind, **choices))
            self.clock.advance(seconds)
        return placed

    def document(self, entity_id: int) -> dict[str, Any]:
        """A copy of the order as the shop has it."""
        order = self.shop.orders.any(entity_id)
        assert order is not None
        return copy.deepcopy(order.document())

    def read(self, since: datetime = START, until: datetime | None = None, **more: Any) -> ReadResult:
        """What changed since then."""
        more = {"page_size": 10, **more}
        return self.hub.orders.read_changed(since, until or self.clock.now() + DAY, **more)


def world(**settings: Any) -> World:
    """A new shop."""
    clock, faults = SandboxClock.virtual(START), FaultPlan()
    shop, wire = build(clock, faults, **settings)
    return World(shop, Shopper(shop, 11), faults, clock, InProcessTransport(wire))


def ids(result: ReadResult) -> Iterator[int]:
    """The entity ids read."""
    return (order.entity_id for order in result.orders)
