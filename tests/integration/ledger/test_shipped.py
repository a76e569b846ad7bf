"""What the deliveries of shipments say about stock."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, NOW, row
from tidegate.domain.states import State
from tidegate.ledger import database, delivery, intake, models, queued, shipped
from tidegate.ledger.delivery import NewDelivery

pytestmark = pytest.mark.usefixtures("ledger")


def despatched(
    entity_id: int, standing: State, *, sku: str = "A", quantity: str = "2", **order: object
) -> None:
    """A shipment of an order that was read, in a state."""
    subject = {
        "skus": [sku],
        "lines": [{"line_key": f"item:{entity_id}", "sku": sku, "warehouse": "HOME", "quantity": quantity}],
    }
    with database.transaction("test"):
        source = intake.save_sources([row(entity_id, **order)], NOW)[entity_id]
        explained = standing in (State.HELD, State.REVIEW)
        spec = NewDelivery(
            connection=CONNECTION,
            flow="shipments",
            step="shipment:1",
            key=f"{entity_id}/{standing}",
            state=standing if explained else State.QUEUED,
            reason="a reason" if explained else "",
            source_id=source,
            subject=json.dumps(subject),
        )
        ids = delivery.create_many([spec], NOW)
    models.Delivery.objects.filter(pk=ids[spec.key]).update(state=standing.value)


def test_skus_wait_for_shipments_that_are_about_to_leave(ledger: Ledger) -> None:
    for number, state in enumerate(State):
        despatched(number + 1, state, sku=state.value)
    assert shipped.open_shipment_skus(CONNECTION) == {"queued", "sending", "in doubt"}
    assert shipped.open_shipment_skus("another") == set()
    assert {one.sku for one in shipped.unwritten(CONNECTION)} == {
        *("captured", "queued", "sending", "in doubt", "held", "review")
    }


def test_confirmed_shipments_are_written(ledger: Ledger) -> None:
    despatched(1, State.CONFIRMED, quantity="2.5")
    despatched(2, State.CONFIRMED)
    despatched(3, State.QUEUED)
    assert shipped.written(CONNECTION, [1, 3]) == {(1, "item:1"): Decimal("2.5")}
    assert shipped.written(CONNECTION, []) == {}
    assert shipped.written_since(CONNECTION, NOW) == {"A"}
    assert shipped.written_since(CONNECTION, NOW + timedelta(seconds=1)) == set()


def test_other_subjects_of_the_flow_have_no_pieces(ledger: Ledger) -> None:
    with database.transaction("test"):
        spec = NewDelivery(connection=CONNECTION, flow="shipments", step="track:1", key="t")
        delivery.create_many([spec], NOW)
    models.Delivery.objects.update(subject='{"entity_id": 1, "shipment": "s", "parcel": {"number": "1"}}')
    assert shipped.unwritten(CONNECTION) == []
    assert shipped.open_shipment_skus(CONNECTION) == set()


def test_finished_orders_reserve_nothing(ledger: Ledger) -> None:
    for number, state in enumerate(("new", "processing", "canceled", "closed", "complete", "holded"), 1):
        despatched(number, State.QUEUED, state=state)
    assert shipped.finished(CONNECTION, range(1, 9)) == {3, 4, 5}


def test_documents_that_the_company_does_not_have(ledger: Ledger) -> None:
    with database.transaction("test"):
        sources = intake.save_sources([row(number, document=f'"{number}"') for number in (1, 2, 3)], NOW)
        specs = [
            NewDelivery(connection=CONNECTION, flow="orders", step="order", key=f"{number}", source_id=source)
            for number, source in sources.items()
        ]
        ids = delivery.create_many(specs, NOW)
    models.Delivery.objects.filter(pk=ids["2"]).update(state="confirmed")
    assert sorted(queued.documents(CONNECTION)) == ['"1"', '"3"']
    assert list(queued.documents("another")) == []


def test_skipped_documents_that_the_store_has_not_finished_with(ledger: Ledger) -> None:
    states = {1: "pending_payment", 2: "canceled", 3: "holded", 4: "complete"}
    with database.transaction("test"):
        sources = intake.save_sources(
            [row(number, document=f'"{number}"', state=state) for number, state in states.items()], NOW
        )
        specs = [
            NewDelivery(connection=CONNECTION, flow="orders", step="order", key=f"{number}", source_id=source)
            for number, source in sources.items()
        ]
        delivery.create_many(specs, NOW)
    models.Delivery.objects.update(state="skipped")
    assert sorted(queued.passed_over(CONNECTION)) == ['"1"', '"3"']
    assert list(queued.documents(CONNECTION)) == []


def test_what_was_read_before_a_moment(ledger: Ledger) -> None:
    with database.transaction("test"):
        intake.save_sources([row(1)], NOW)
        later = NOW + timedelta(minutes=5)
        intake.save_sources([row(1), row(2)], later)
    assert intake.known_ids("main", "order", [1, 2, 3]) == {1, 2}
    assert intake.known_ids("main", "order", [1, 2, 3], read_before=later) == {1}
