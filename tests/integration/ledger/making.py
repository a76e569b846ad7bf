"""Deliveries in any state, made by the ledger's own functions."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import database, delivery, intake, lease, models
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.lease import Lease

T = TypeVar("T")

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CONNECTION, FLOW, STEP, COMPANY = "main-uk", "orders", "order", "uk"


def new(key: str, **changes: object) -> NewDelivery:
    """A delivery to be made, with what a test changes about it."""
    values: dict[str, object] = {
        "connection": CONNECTION,
        "flow": FLOW,
        "step": STEP,
        "key": key,
        "label": key,
        **changes,
    }
    if values.get("state") in (State.HELD, State.REVIEW, State.SKIPPED):
        values.setdefault("reason", "a reason")
    return NewDelivery(**values)  # type: ignore[arg-type]


def create(*keys: str, now: datetime = NOW, **changes: object) -> list[int]:
    """Make deliveries; their ids."""
    with database.transaction("test"):
        ids = delivery.create_many([new(key, **changes) for key in keys], now)
    return [ids[key] for key in keys]


def captured(*entity_ids: int, now: datetime = NOW, **changes: object) -> list[int]:
    """Documents that were read, each with its delivery; the ids of the deliveries."""
    with database.transaction("test"):
        sources = intake.save_sources([row(entity_id) for entity_id in entity_ids], now)
        specs = [
            new(f"magento:main:{i}/order", label=f"{i:09}", source_id=sources[i], **changes)
            for i in entity_ids
        ]
        ids = delivery.create_many(specs, now)
    return [ids[spec.key] for spec in specs]


def row(entity_id: int, **changes: object) -> intake.SourceRow:
    """A document as it was read."""
    values: dict[str, object] = {
        "connection": CONNECTION,
        "store": "main",
        "entity_id": entity_id,
        "increment_id": f"{entity_id:09}",
        "revision": "1:aaaa",
        "document": '{"entity_id": 1}',
        **changes,
    }
    return intake.SourceRow(**values)  # type: ignore[arg-type]


def take_lease(holder: str = "worker", now: datetime = NOW, ttl: float = 600) -> Lease:
    """The lease of the flow; fails when somebody holds it."""
    with database.transaction("test"):
        held = lease.acquire(COMPANY, FLOW, holder, ttl, now)
    assert held is not None
    return held


def open_batch(held: Lease, now: datetime = NOW) -> int:
    """A batch under a lease."""
    with database.transaction("test"):
        return delivery.open_batch(held, CONNECTION, now)


def begin(
    held: Lease, batch: int, ids: list[int], payload: str = "h1", now: datetime = NOW
) -> dict[int, int]:
    """Attempts for deliveries, committed."""
    with database.transaction("test"):
        return delivery.begin(held, batch, [(pk, payload) for pk in ids], now)


def apply(
    *verdicts: Verdict, held: Lease | None = None, now: datetime = NOW, actor: str = "engine"
) -> list[int]:
    """Verdicts, committed; the ids that refused."""
    with database.transaction("test"):
        return delivery.apply(list(verdicts), now, lease=held, actor=actor)


def in_state(state: State, keys: list[str], held: Lease) -> list[int]:
    """Deliveries brought to a state by the shortest lawful way."""
    if state in (State.CAPTURED, State.QUEUED, State.HELD, State.REVIEW, State.SKIPPED):
        return create(*keys, state=state)
    ids = create(*keys)
    if state is State.CANCELLED:
        assert apply(*(Verdict(pk, "m", text="cancelled") for pk in ids)) == []
        return ids
    begin(held, open_batch(held), ids)
    letter = {State.CONFIRMED: "c", State.IN_DOUBT: "d", State.HANDED_OVER: "s"}.get(state)
    if letter:
        assert (
            apply(
                *(Verdict(pk, letter, target_id=f"T{pk}" if letter == "c" else "") for pk in ids), held=held
            )
            == []
        )
    return ids


def state_of(delivery_id: int) -> State:
    """Where it stands."""
    return State(models.Delivery.objects.get(pk=delivery_id).state)


def side_by_side(count: int, work: Callable[[int], T]) -> list[T]:
    """The same work in threads that start at one moment; their results in order, or the first error."""
    results: list[T | None] = [None] * count
    errors: list[BaseException] = []
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        try:
            gate.wait(timeout=30)
            results[number] = work(number)
        except BaseException as error:
            errors.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if errors:
        raise errors[0]
    return results  # type: ignore[return-value]
