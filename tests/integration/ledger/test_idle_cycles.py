"""Cycles that had nothing to do leave a counter and no rows; on both databases."""

from __future__ import annotations

from datetime import timedelta

from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, FLOW, NOW, begin, captured, take_lease
from tidegate.domain.verdict import Verdict
from tidegate.ledger import daily, delivery, idle_cycles, lease, mirror, models, period
from tidegate.ledger.database import transaction

MINUTE = timedelta(minutes=1)


def cycle(at_minute: int, *, idle: bool, ids: tuple[int, ...] = ()) -> int:
    """One cycle, begun so many minutes later; the id of its batch."""
    now = NOW + at_minute * MINUTE
    held = take_lease(now=now)
    with transaction("test"):
        batch = delivery.open_batch(held, CONNECTION, now)
    if ids:
        begin(held, batch, list(ids), now=now)
    with transaction("test"):
        delivery.close_batch(batch, now, calls=2, idle=idle)
        if idle:
            idle_cycles.count(CONNECTION, FLOW, now, 2, now)
        lease.release(held, now)
    return batch


def test_idle_cycles_use_one_row_and_are_counted(ledger: Ledger) -> None:
    rows = {cycle(minute, idle=True) for minute in range(30)}
    assert len(rows) == models.Batch.objects.count() == 1
    assert models.IdleCycles.objects.count() <= 3
    work = daily.work(CONNECTION, NOW - idle_cycles.QUARTER, NOW + timedelta(hours=1))[FLOW]
    assert (work.cycles, work.calls, work.sent) == (30, 60, 0)
    assert period.cycles(CONNECTION, FLOW, NOW) == [NOW + minute * MINUTE for minute in range(30)]


def test_a_cycle_with_work_takes_the_row_and_keeps_it(ledger: Ledger) -> None:
    ids = captured(1, 2)
    models.Delivery.objects.all().update(state="queued")
    idle = cycle(0, idle=True)
    busy = cycle(1, idle=False, ids=(ids[0],))
    assert busy == idle
    assert models.Batch.objects.get().in_doubt == 1
    assert cycle(2, idle=True) != busy  # what has attempts stays as it is
    work = daily.work(CONNECTION, NOW - idle_cycles.QUARTER, NOW + timedelta(hours=1))[FLOW]
    assert work.cycles == 3


def test_a_cycle_that_tried_something_is_never_idle(ledger: Ledger) -> None:
    ids = captured(1)
    models.Delivery.objects.all().update(state="queued")
    cycle(0, idle=True, ids=(ids[0],))
    assert not models.Batch.objects.get().idle


def test_a_run_that_tried_a_value_keeps_its_row_and_the_next_one_tries_it_again(ledger: Ledger) -> None:
    held = take_lease()
    with transaction("test"):
        mirror.want(CONNECTION, FLOW, {"a": "1"}, NOW)
        run = delivery.open_batch(held, CONNECTION, NOW)
        mirror.begin(held, run, ["a"], NOW)
        (item,) = mirror.listing(CONNECTION, FLOW)
        mirror.settle(held, [Verdict(item.id, "d")], NOW)
        assert not delivery.close_batch(run, NOW, idle=True)  # what its last part says, which did nothing
        later = NOW + MINUTE
        assert mirror.observe(held, CONNECTION, {"a": ""}, later) == ["a"]
        again = delivery.open_batch(held, CONNECTION, later)
        assert again != run
        assert mirror.begin(held, again, ["a"], later) == {"a"}
