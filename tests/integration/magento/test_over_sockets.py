"""The same over real connections: what is signed is what is sent, and broken ones are told apart."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from integration.magento.world import START, SharedClock, World, world
from tidegate.config.model import Store
from tidegate.domain.errors import Group
from tidegate.magento.notes import OrderNow
from tidegate.magento.permissions import try_permissions
from tidegate.magento.store import MagentoStoreClient, open_store
from tidegate.transport import ClientFactory
from tidegate_sandbox.server import SandboxServer


@pytest.fixture
def shop() -> World:
    return world()


@pytest.fixture
def served(shop: World) -> Iterator[SandboxServer]:
    with SandboxServer(shop.transport.wire) as server:
        yield server


@pytest.fixture
def hub(shop: World, served: SandboxServer) -> Iterator[MagentoStoreClient]:
    keys = shop.shop.integrations["hub"]
    secrets = {
        "consumer_key": keys.consumer_key,
        "consumer_secret": keys.consumer_secret,
        "access_token": keys.access_token,
        "access_token_secret": keys.access_token_secret,
    }
    clock = SharedClock(shop.clock)
    client = open_store("main", Store(url=served.url), secrets, ClientFactory(), clock, random.Random(99))
    yield client
    client.close()


def test_reading_and_writing(shop: World, hub: MagentoStoreClient) -> None:
    placed = shop.place(25, "guest")
    shop.arm("poison_order", entity_id=placed[12])
    result = hub.orders.read_changed(START, shop.clock.now(), page_size=10)
    assert [one.entity_id for one in result.unreadable] == [placed[12]]
    assert len(result.orders) == 24
    rows = [row for page in hub.orders.audit(START, skip_ids=[placed[12]]) for row in page.rows]
    assert len(rows) == 24
    assert hub.notes.store_number(placed[0], "SO-1") is None
    assert hub.notes.add_comment(placed[0], "Sage: SO-1", visible=False, status="pending") is None
    now = hub.notes.read_status(placed[0])
    assert isinstance(now, OrderNow)
    assert (now.ext_order_id, now.status, now.has_comment("SO-1")) == ("SO-1", "pending", True)
    assert [permission.allowed for permission in try_permissions(hub.client)] == [True] * 5


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "cut_body"])
def test_a_connection_that_breaks_leaves_a_write_in_doubt(
    shop: World, hub: MagentoStoreClient, kind: str
) -> None:
    [order] = shop.place(1, "guest")
    shop.arm(kind, 1, method="POST")
    failure = hub.notes.store_number(order, "SO-1")
    assert failure is not None
    assert (failure.group, failure.sent) == (Group.VERIFY_FIRST, True)


def test_a_server_that_is_down_was_not_sent_to(
    shop: World, served: SandboxServer, hub: MagentoStoreClient
) -> None:
    [order] = shop.place(1, "guest")
    served.pause()
    failure = hub.notes.store_number(order, "SO-1")
    assert failure is not None
    assert (failure.group, failure.sent) == (Group.WAIT_FOR_WINDOW, False)
    served.resume()
    assert hub.notes.store_number(order, "SO-1") is None
