"""Call-backs over HTTP: believed with proof alone, and then the next cycle of their flows is due at once."""

from __future__ import annotations

import hashlib
import hmac
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import Client

from integration.flows.in_memory import MemoryStage, build_shop
from integration.flows.stage import CONNECTION
from tidegate.conformance.memory.stand_door import Administrator, Bells
from tidegate.console.gate import MOST_FAILED
from tidegate.console.server import application
from tidegate.engine import bell
from tidegate.engine.cycles import run_cycle
from tidegate.engine.price_answers import PriceDesk
from tidegate.engine.schedule import SOONEST, Due, planned
from tidegate.ledger import database, hastened
from tidegate.magento.hook import HookKeys
from tidegate.sage.port.doorbell import Ring
from tidegate.sage.port.entrance import Passcode

ADDRESS = "/api/v1/bell/sage/changes"


@pytest.fixture
def stage(tmp_path: Path, migrated: Path) -> Iterator[MemoryStage]:
    """A company in memory whose product calls; its people have allowed us in."""
    shutil.copyfile(migrated, tmp_path / "ledger.db")
    built = MemoryStage(build_shop(f"sqlite:///{tmp_path / 'ledger.db'}"), asks_consent=True)
    yield let_in(built)
    built.hub.close()


def let_in(stage: MemoryStage) -> MemoryStage:
    """Its people have allowed us in."""
    people = Administrator(stage.room)
    passcode = people.consent.ask()
    assert isinstance(passcode, Passcode)
    assert people.allow(passcode.text, stage.room).status == 200
    return stage


def due(stage: MemoryStage, flow: str) -> Due:
    (found,) = [each for each in planned(stage.hub, stage.hub.connections[CONNECTION]) if each.flow == flow]
    return found


def called(stage: MemoryStage, ring: Ring, address: str = "127.0.0.1") -> int:
    client = Client(application(stage.hub, PriceDesk(stage.hub)))
    headers = dict(ring.headers)
    where = {"REMOTE_ADDR": address}
    return client.post(ADDRESS, data=ring.body, headers=headers, environ_base=where).status_code


def test_a_genuine_call_makes_its_flow_due_and_a_storm_is_one(stage: MemoryStage) -> None:
    connection = stage.hub.connections[CONNECTION]
    for flow in connection.settings.flows:
        run_cycle(stage.hub, connection, flow)
    assert due(stage, "order-status").at > stage.now + SOONEST
    others = {each.flow: each.at for each in planned(stage.hub, connection) if each.flow != "order-status"}

    ring = Bells(stage.room).ring()
    assert [called(stage, ring) for _ in range(50)] == [200] * 50

    assert due(stage, "order-status").at == stage.now + SOONEST
    stage.world.clock.advance(SOONEST.total_seconds())
    assert due(stage, "order-status").at <= stage.now
    assert {
        each.flow: each.at for each in planned(stage.hub, connection) if each.flow != "order-status"
    } == others
    run_cycle(stage.hub, connection, "order-status")
    assert due(stage, "order-status").at > stage.now + SOONEST
    assert hastened.hastened(CONNECTION) == {}


def test_a_call_without_proof_is_not_heard_and_slowed_down(stage: MemoryStage) -> None:
    run_cycle(stage.hub, stage.hub.connections[CONNECTION], "order-status")
    for forged in Bells(stage.room).forged():
        assert called(stage, forged) == 401
    assert hastened.hastened(CONNECTION) == {}

    strange = Bells(stage.room).forged()[0]
    answers = [called(stage, strange, "192.0.2.7") for _ in range(3)]
    assert answers == [401] * 3


def test_one_address_that_is_never_trusted_waits(stage: MemoryStage) -> None:
    client = Client(application(stage.hub, PriceDesk(stage.hub)))
    where = {"REMOTE_ADDR": "192.0.2.7"}
    answers = [
        client.post(ADDRESS, data=b"{}", environ_base=where).status_code for _ in range(MOST_FAILED + 1)
    ]
    assert answers == [401] * MOST_FAILED + [429]
    genuine = Bells(stage.room).ring()
    assert called(stage, genuine) == 200, "another address does not pay for it"


def test_companies_without_a_doorbell_have_no_such_address(stage: MemoryStage) -> None:
    client = Client(application(stage.hub, PriceDesk(stage.hub)))
    assert client.post("/api/v1/bell/nobody/x", data=b"{}").status_code == 404


def test_flows_that_are_not_switched_on_stay_off(stage: MemoryStage) -> None:
    ring = stage.room.office.call("changes", {"changed": "despatches"})
    bell.hear(stage.hub, "sage", ring)
    names = set(hastened.hastened(CONNECTION))
    assert names <= set(stage.hub.connections[CONNECTION].settings.flows)


def test_what_was_heard_outlives_the_process(stage: MemoryStage) -> None:
    bell.hear(stage.hub, "sage", Bells(stage.room).ring())
    stage.world.clock.advance(1)
    database.close()
    assert set(hastened.hastened(CONNECTION)) == {"order-status"}


def test_a_shop_that_signs_its_call_has_its_orders_read_at_once(stage: MemoryStage) -> None:
    secret, body = "a-secret-of-the-shop-4711", b'{"changed": "orders"}'
    stage.hub.hooks["main"] = HookKeys(secret=secret)
    run_cycle(stage.hub, stage.hub.connections[CONNECTION], "orders")
    client = Client(application(stage.hub, PriceDesk(stage.hub)))

    def call(key: str, store: str = "main") -> tuple[int, object]:
        signature = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
        found = client.post(f"/api/v1/hook/{store}", data=body, headers={"X-Tidegate-Signature": signature})
        return found.status_code, found.json

    assert call("somebody else's")[0] == 401
    assert call(secret, "nobody")[0] == 404
    assert hastened.hastened(CONNECTION) == {}
    assert call(secret) == (200, {"heard": True, "op": "success"})
    assert due(stage, "orders").at == stage.now + SOONEST
    assert set(hastened.hastened(CONNECTION)) == {"orders"}
    assert client.get("/api/v1/hook/main").status_code == 405
