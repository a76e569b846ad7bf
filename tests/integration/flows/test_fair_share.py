"""Long work is done in portions, orders come first, connections of one company in turn, and lateness is told."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from integration.flows.stage import CONNECTION, Stage
from integration.flows.stocking import adjust, inventory, lies, stocked
from tidegate.domain.states import State
from tidegate.engine import cycles, overdue
from tidegate.engine.cycles import carry, run_cycle
from tidegate.engine.schedule import next_due, planned
from tidegate.engine.turns import Turns
from tidegate.ledger import alerts, attempts, database, marks, models
from tidegate.ledger.database import transaction


def slow_notes(stage: Stage) -> None:
    """Every comment takes the shop three seconds."""
    stage.break_shop("slow", None, "POST", "comments$", seconds=3)


def test_a_long_cycle_lets_others_go_first_and_goes_on_after_them(stage: Stage) -> None:
    placed = stage.orders(20, "guest")
    stage.cycle()
    slow_notes(stage)
    began = stage.now
    first = run_cycle(stage.hub, stage.connection, "order-status", lambda: True)
    assert first.unfinished
    assert timedelta(seconds=20) <= stage.now - began < timedelta(seconds=40)
    assert 0 < first.counts["confirmed"] < 40
    after = next_due(stage.hub, stage.connection)
    assert after is not None
    assert after.flow == "order-status" or after.at <= stage.now
    while run_cycle(stage.hub, stage.connection, "order-status", lambda: True).unfinished:
        pass
    assert {stage.state(each, "comment", "order-status") for each in placed} == {State.CONFIRMED}
    assert models.Batch.objects.filter(flow="order-status").count() == 1  # one run, in portions
    assert models.Batch.objects.filter(ended_at=None).count() == 0


def test_nobody_waits_so_it_goes_on_to_its_end(stage: Stage) -> None:
    stage.orders(20, "guest")
    stage.cycle()
    slow_notes(stage)
    report = run_cycle(stage.hub, stage.connection, "order-status", lambda: False)
    assert (report.unfinished, report.counts["confirmed"]) == (False, 40)


def test_what_failed_in_one_time_slice_is_not_tried_in_the_next(stage: Stage) -> None:
    placed = stage.orders(12, "guest")
    stage.cycle()
    slow_notes(stage)
    stage.break_shop("status", 1, "POST", "V1/orders$", status=500)
    reports = [run_cycle(stage.hub, stage.connection, "order-status", lambda: True)]
    while reports[-1].unfinished:
        reports.append(run_cycle(stage.hub, stage.connection, "order-status", lambda: True))
    assert len(reports) > 1
    tried = models.Attempt.objects.filter(delivery__flow="order-status", delivery__step="number")
    assert max(tried.values_list("number", flat=True)) == 1
    assert len(placed) == 12


def a_run_that_leaves_a_value_in_doubt(stage: Stage) -> Stage:
    """A run in two parts: the first hears no answer, the second has nothing left to do. Then the next run."""
    shop = stocked(stage)
    inventory(shop)
    adjust(shop, 1000)
    shop.break_shop("slow", 1, "POST", "source-items$", seconds=300, effect="never")
    assert run_cycle(shop.hub, shop.connection, "inventory", lambda: True).unfinished
    assert not run_cycle(shop.hub, shop.connection, "inventory", lambda: True).unfinished
    inventory(shop, after=timedelta(minutes=11))
    return shop


def test_a_value_left_in_doubt_by_an_unfinished_run_is_written_by_the_next_run(stage: Stage) -> None:
    assert lies(a_run_that_leaves_a_value_in_doubt(stage)) == 900
    assert not models.IdleCycles.objects.filter(flow="inventory").exists()  # one run, which tried it


def test_bug_the_last_part_of_a_run_says_that_nothing_was_tried(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run takes that one's row, and with it the value for one of its own: it is never written."""
    monkeypatch.setattr(cycles, "carry", lambda cycle, *, goes_on: carry(cycle, goes_on=False))
    monkeypatch.setattr(attempts, "_LEFT_OPEN", "SELECT 1 FROM tidegate_batch WHERE id = %s AND 1 = 0")
    shop = a_run_that_leaves_a_value_in_doubt(stage)
    inventory(shop, after=timedelta(days=2))
    assert lies(shop) != 900


def test_orders_come_first_but_not_twice_in_a_row(stage: Stage) -> None:
    for flow in ("orders", "order-status"):
        run_cycle(stage.hub, stage.connection, flow)
    with transaction("test"):  # status has been due for longer
        for flow, days in (("orders", 2), ("order-status", 3)):
            marks.write(
                marks.last_run(CONNECTION, flow), (stage.now - timedelta(days=days)).isoformat(), stage.now
            )
    due = next_due(stage.hub, stage.connection)
    assert due is not None
    assert due.flow == "orders"
    stage.hub.ran_last[CONNECTION] = "orders"
    due = next_due(stage.hub, stage.connection)
    assert due is not None
    assert due.flow == "order-status"


def test_what_is_late_says_since_when(stage: Stage) -> None:
    """Due now, all of it; among connections the one that is late by most comes first."""
    run_cycle(stage.hub, stage.connection, "orders")
    began = stage.now
    (planned_first,) = [each for each in planned(stage.hub, stage.connection) if each.flow == "orders"]
    assert planned_first.since == planned_first.at > began
    stage.pass_time(timedelta(days=1))
    (late,) = [each for each in planned(stage.hub, stage.connection) if each.flow == "orders"]
    assert (late.at, late.since) == (stage.now, planned_first.at)


def test_a_cycle_that_does_not_come_is_an_alert(stage: Stage) -> None:
    stage.cycle()
    overdue.look(stage.hub)
    assert stage.alerts() == []
    stage.pass_time(timedelta(days=1))
    overdue.look(stage.hub)
    assert ("cycle-overdue", "orders") in stage.alerts()
    stage.cycle()
    stage.pass_time(timedelta(minutes=2))
    overdue.look(stage.hub)
    assert ("cycle-overdue", "orders") not in [(a.code, a.subject) for a in alerts.open_alerts(CONNECTION)]


def test_connections_of_one_company_run_in_turn() -> None:
    """Ten ask at once: each runs, alone, in the order in which they asked."""
    turns, ran, at_once = Turns(), list[int](), list[int]()
    first, asked = threading.Event(), threading.Event()

    def work(number: int) -> None:
        with turns.turn("books", ("orders",), lambda: False) as granted:
            assert granted
            at_once.append(len(turns._running))
            if number == 0:
                asked.set()
                assert first.wait(10)
            ran.append(number)

    threads = []
    for number in range(10):
        threads.append(threading.Thread(target=work, args=(number,)))
        threads[-1].start()
        if number == 0:
            assert asked.wait(10)
        while number and len(turns._queue) < number:
            pass
    assert turns.somebody_waits("books", ("orders", "shipments"))
    assert not turns.somebody_waits("other books", ("orders",))
    first.set()
    for thread in threads:
        thread.join(10)
    assert ran == list(range(10))
    assert set(at_once) == {1}


def test_a_waiting_cycle_ends_when_the_hub_is_stopped() -> None:
    turns = Turns()
    with (
        turns.turn("books", ("orders",), lambda: False),
        turns.turn("books", ("orders",), lambda: True) as late,
    ):
        assert not late
    assert not turns.somebody_waits("books", ("orders",))


def test_threads_of_one_process_write_one_after_the_other(stage: Stage) -> None:
    """However long one of them takes, the others never hear that the ledger is locked by another process."""
    begun, go_on, done = threading.Event(), threading.Event(), list[str]()

    def slow() -> None:
        with transaction("slow"):
            begun.set()
            assert go_on.wait(10)
            done.append("slow")
        database.close()

    def quick() -> None:
        with transaction("quick"):
            done.append("quick")
        database.close()

    threads = [threading.Thread(target=slow)]
    threads[0].start()
    assert begun.wait(10)
    threads += [threading.Thread(target=quick) for _ in range(3)]
    for thread in threads[1:]:
        thread.start()
    assert done == []
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert done == ["slow", "quick", "quick", "quick"]
