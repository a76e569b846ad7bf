"""Long work is done in portions, orders come first, connections of one company in turn, and lateness is told."""

from __future__ import annotations

import threading
from datetime import timedelta

from integration.flows.stage import CONNECTION, Stage
from tidegate.domain.states import State
from tidegate.engine import overdue
from tidegate.engine.cycles import run_cycle
from tidegate.engine.schedule import next_due
from tidegate.engine.turns import Turns
from tidegate.ledger import alerts, database, marks, models
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
