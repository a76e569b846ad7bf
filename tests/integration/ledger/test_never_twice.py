"""Random lives of orders against a target that is honest about nothing: no double, no loss, the account adds up.

The ledger's rules alone are on trial here; the "flow" below is as short as a flow can be.
"""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from integration.ledger.conftest import Ledger
from integration.ledger.making import COMPANY, CONNECTION, FLOW, NOW, STEP, captured
from tidegate.domain.errors import Code
from tidegate.domain.states import FINAL, State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import database, delivery, lease, models, queue
from tidegate.ledger.account import account
from tidegate.ledger.faults import NotAllowed
from tidegate.ledger.lease import Lease


class Killed(BaseException):
    """The process dies here."""


@dataclass
class Target:
    """What the other side has; `created` counts the documents of each key."""

    created: dict[str, int] = field(default_factory=dict)

    def create(self, key: str) -> str:
        self.created[key] = self.created.get(key, 0) + 1
        return f"T-{key}"


class World:
    """A worker, an operator and bad luck."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.target = Target()
        self.now: datetime = NOW
        self.orders = 0

    def pass_time(self) -> None:
        self.now += timedelta(seconds=self.chance.randrange(1, 900))

    def capture(self) -> None:
        count = self.chance.randrange(1, 6)
        state = self.chance.choice([State.CAPTURED, State.QUEUED, State.QUEUED, State.HELD, State.SKIPPED])
        waits = "sku:A" if state is State.HELD else ""
        captured(
            *range(self.orders + 1, self.orders + 1 + count),
            now=self.now,
            state=state,
            reason="r",
            waits_for=waits,
        )
        self.orders += count

    def cycle(self) -> None:
        """Reclaim, look up, send; may die at any commit or between effect and commit."""
        with database.transaction("lease"):
            held = lease.acquire(COMPANY, FLOW, f"w{self.chance.random()}", 600, self.now)
            batch = delivery.open_batch(held, CONNECTION, self.now) if held else 0
        if held is None:
            return
        with database.transaction("reclaim"):
            delivery.reclaim(held, self.now)
        with database.transaction("ready"):
            ready = queue.due(CONNECTION, FLOW, STEP, 3, self.now, state=State.CAPTURED)
            delivery.apply([Verdict(item.id, "a") for item in ready], self.now, lease=held)
        self.look_up(held)
        while items := queue.due(CONNECTION, FLOW, STEP, 4, self.now):
            with database.transaction("begin"):
                attempts = delivery.begin(held, batch, [(item.id, "h") for item in items], self.now)
            verdicts = [
                self.send(item.id, attempts[item.id], item.key) for item in items if item.id in attempts
            ]
            with database.transaction("settle"):
                delivery.apply(verdicts, self.now, lease=held)
            if not attempts:
                raise AssertionError("the queue shows what cannot be begun")
        with database.transaction("end"):
            delivery.close_batch(batch, self.now)
            if self.chance.random() < 0.8:  # else it hangs until its lease expires
                lease.release(held, self.now)

    def look_up(self, held: Lease) -> None:
        verdicts = [
            Verdict(item.id, "e", target_id=f"T-{item.key}", target_number=f"T-{item.key}")
            if item.key in self.target.created
            else Verdict(item.id, "f", counted=True, code=Code.NO_ANSWER)
            for item in queue.in_doubt(CONNECTION, FLOW, STEP, self.now, 50)
        ]
        with database.transaction("look-up"):
            delivery.apply(verdicts, self.now, lease=held)

    def send(self, pk: int, attempt: int, key: str) -> Verdict:
        if self.chance.random() < 0.03:
            raise Killed
        luck = self.chance.choice(
            ["fine", "fine", "lost", "lost after", "refused", "busy", "wrong total", "mapping"]
        )
        if luck == "lost":
            return Verdict(pk, "d", attempt_id=attempt, code=Code.NO_ANSWER)
        if luck == "refused":
            return Verdict(pk, "h", attempt_id=attempt, code=Code.REFUSED, text="no")
        if luck == "busy":
            return Verdict(
                pk, "g", attempt_id=attempt, counted=True, code=Code.RECORD_BUSY, due_at=self.soon()
            )
        if luck == "mapping":
            return Verdict(pk, "i", attempt_id=attempt, code=Code.UNKNOWN_SKU, waits_for="sku:A")
        number = self.target.create(key)
        if self.chance.random() < 0.03:
            raise Killed
        if luck == "lost after":
            return Verdict(pk, "d", attempt_id=attempt, code=Code.GATEWAY_TIMEOUT)
        if luck == "wrong total":
            return Verdict(
                pk, "h", attempt_id=attempt, code=Code.TOTALS_DIFFER, target_id=number, target_number=number
            )
        return Verdict(pk, "c", attempt_id=attempt, target_id=number, target_number=number)

    def soon(self) -> datetime | None:
        return self.chance.choice([None, self.now + timedelta(minutes=5)])

    def operate(self) -> None:
        """A person presses anything, anywhere, twice."""
        ids = list(models.Delivery.objects.values_list("pk", flat=True))
        if not ids:
            return
        pk = self.chance.choice(ids)
        act = self.chance.choice(["retry", "retry", "release", "hold", "cancel", "skip", "link"])
        for _ in range(2):
            try:
                with database.transaction("operator"):
                    self.press(act, pk)
            except NotAllowed:
                pass

    def press(self, act: str, pk: int) -> None:
        match act:
            case "skip":
                delivery.skip(pk, actor="ann", now=self.now, text="no")
            case "link":  # a careful person links only to what is there
                item = queue.get(pk)
                if item is not None and item.key in self.target.created:
                    delivery.link_to(pk, f"T-{item.key}", "", actor="ann", now=self.now)
            case _:
                getattr(delivery, act)(pk, actor="ann", now=self.now)

    def release(self) -> None:
        with database.transaction("release"):
            delivery.release_waiting(CONNECTION, ["sku:A"], self.now)

    def step(self) -> None:
        self.pass_time()
        act = self.chance.choice(
            [self.capture, self.cycle, self.cycle, self.operate, self.operate, self.release]
        )
        try:
            act()
        except Killed:
            database.set_trip(None)
            database.close()

    def trip(self, label: str, _: str) -> None:
        if label != "test" and self.chance.random() < 0.02:
            raise Killed

    def check(self) -> None:
        doubles = {key: count for key, count in self.target.created.items() if count > 1}
        assert not doubles
        books = account(CONNECTION, FLOW, STEP)
        assert (books.read, books.unexplained) == (self.orders, 0)
        unresolved = set(models.Attempt.objects.filter(outcome="").values_list("delivery_id", flat=True))
        for row in models.Delivery.objects.all():
            there, state = row.key in self.target.created, State(row.state)
            if state in (State.SENDING, State.IN_DOUBT):
                assert row.pk in unresolved or row.target_id
            elif state is not State.REVIEW:
                assert row.pk not in unresolved
            if state is State.CONFIRMED:
                assert there
            elif there:  # sent, but nobody may believe that it was not
                assert state in (State.SENDING, State.IN_DOUBT, State.REVIEW)
                assert state is not State.REVIEW or row.pk in unresolved or row.target_id


@pytest.mark.parametrize("seed", range(6))
def test_no_double_no_loss_and_the_account_adds_up(sqlite: Ledger, seed: int) -> None:
    live(World(seed))


def test_nor_on_a_server(ledger: Ledger) -> None:
    live(World(77))


def live(world: World) -> None:
    for _ in range(40):
        database.set_trip(world.trip)
        world.step()
        world.check()
    database.set_trip(None)
    settle(world)


def settle(world: World) -> None:
    """Without bad luck, and with people who retry what waits for them, everything comes to its end."""
    world.send = lambda pk, attempt, key: Verdict(  # type: ignore[method-assign]
        pk, "c", attempt_id=attempt, target_id=world.target.create(key)
    )
    for _ in range(6):
        world.now += timedelta(hours=1)
        world.cycle()
        world.release()
        for row in models.Delivery.objects.filter(state__in=["review", "held"]):
            with database.transaction("operator"):
                delivery.retry(row.pk, actor="ann", now=world.now)
        world.check()
    assert {State(state) for state in models.Delivery.objects.values_list("state", flat=True)} <= set(FINAL)


def test_after_an_older_ledger_was_restored_a_look_up_repairs_it(sqlite: Ledger, tmp_path: Path) -> None:
    """What was sent since the backup is queued again, and adopted by the look-up before its first sending."""
    assert sqlite.path is not None
    world = World(1)
    world.send = lambda pk, attempt, key: Verdict(  # type: ignore[method-assign]
        pk, "c", attempt_id=attempt, target_id=world.target.create(key)
    )
    captured(1, 2, 3)
    world.orders = 3
    copy = tmp_path / "yesterday.db"
    database.backup(copy)
    world.cycle()
    assert account(CONNECTION, FLOW, STEP).confirmed == 3
    database.close()
    for leftover in ("-wal", "-shm"):
        sqlite.path.with_name(sqlite.path.name + leftover).unlink(missing_ok=True)
    shutil.copyfile(copy, sqlite.path)
    items = queue.due(CONNECTION, FLOW, STEP, 10, NOW)
    assert len(items) == 3
    with database.transaction("look-up"):
        held = lease.acquire(COMPANY, FLOW, "w", 600, world.now)
        verdicts = [Verdict(item.id, "e", target_id=f"T-{item.key}") for item in items]
        assert delivery.apply(verdicts, world.now, lease=held) == []
    world.check()
    assert account(CONNECTION, FLOW, STEP).confirmed == 3


def test_what_was_read_and_lost_is_unexplained(ledger: Ledger) -> None:
    """The account is counted from two sides, so that it can really disagree."""
    (first, _) = captured(1, 2)
    assert account(CONNECTION, FLOW, STEP).unexplained == 0
    models.Event.objects.filter(delivery_id=first).delete()
    models.Delivery.objects.filter(pk=first).delete()
    books = account(CONNECTION, FLOW, STEP)
    assert (books.read, books.waiting, books.unexplained) == (2, 1, 1)
    doubled = books + books
    assert (doubled.read, doubled.unexplained) == (4, 2)


def test_steps_without_a_document_of_their_own_read_what_was_created(ledger: Ledger) -> None:
    captured(1)
    with database.transaction("test"):
        note = delivery.NewDelivery(connection=CONNECTION, flow="order-status", step="number", key="n")
        delivery.create_many([note], NOW)
    books = account(CONNECTION, "order-status", "number")
    assert (books.read, books.waiting, books.unexplained) == (1, 1, 0)
