"""Orders that a company takes as a file and works on later: handed over, collected, halved, looked up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integration.flows.conftest import InMemory
from integration.flows.in_memory import MemoryStage
from integration.flows.stage import SETTLED
from tidegate.cli.status import show_connection
from tidegate.conformance.memory.calls import Calls
from tidegate.conformance.memory.handed_over import FiledOrders
from tidegate.conformance.memory.orders import Orders
from tidegate.domain.errors import Code, Failure
from tidegate.domain.states import State
from tidegate.engine import alert_report, reports, watch
from tidegate.engine.interventions import Act, Result
from tidegate.ledger import parcels
from tidegate.sage.port.outcomes import HandedOver
from tidegate.sage.port.parcels import Awaited

HOUR = timedelta(hours=1)


FILES = {"hands_over": True, "orders_per_call": 25}


@pytest.fixture
def stage(in_memory: InMemory) -> MemoryStage:
    """A company that takes orders as files."""
    return in_memory(**FILES)


def account(stage: MemoryStage) -> dict[str, int]:
    """The account of the orders."""
    found = reports.status(stage.hub.configuration, stage.now)["connections"]["web"]
    orders: dict[str, int] = found["flows"]["orders"]["steps"]["order"]
    return orders


def test_what_is_handed_over_lies_there_and_is_sent_once_however_many_cycles_pass(stage: MemoryStage) -> None:
    """Seen before: the same order went out as twelve files in twelve cycles, eleven failures counted."""
    placed = stage.order()
    for _ in range(12):
        stage.cycle(after=SETTLED)
        assert stage.state(placed) is State.HANDED_OVER
    assert len(stage.platform.files) == 1
    assert stage.delivery(placed).failures == 0
    assert account(stage)["handed_over"] == account(stage)["read"] == 1
    stage.work()
    stage.cycle()
    delivery = stage.delivery(placed)
    assert (delivery.state, delivery.target_number) == (State.CONFIRMED, stage.only(placed)["number"])
    assert not delivery.adopted
    assert stage.attempts(placed) == [("accepted", "")]
    assert parcels.open_parcels() == []
    stage.notes()
    assert len(stage.comments(placed)) == 1


def test_no_operator_touches_it(stage: MemoryStage) -> None:
    placed = stage.order()
    stage.cycle()
    before = stage.delivery(placed)
    for wish in Act:
        acted = stage.act(wish, placed, text="a reason")
        assert acted.result is not Result.DONE, wish
    assert stage.link(placed, "4711").result is Result.REFUSED
    assert stage.delivery(placed) == before


def test_one_file_at_a_time_and_the_next_with_the_next_result(stage: MemoryStage) -> None:
    first = stage.order()
    stage.cycle()
    second = stage.order()
    stage.cycle()
    assert (stage.state(first), stage.state(second)) == (State.HANDED_OVER, State.QUEUED)
    stage.work()
    stage.cycle()
    assert (stage.state(first), stage.state(second)) == (State.CONFIRMED, State.HANDED_OVER)
    assert [len(file.orders) for file in stage.platform.files] == [1, 1]


def test_where_the_product_takes_many_files_the_second_does_not_wait(stage: MemoryStage) -> None:
    stage.turn(one_parcel=False)
    first = stage.order()
    stage.cycle()
    second = stage.order()
    stage.cycle()
    assert stage.states([first, second]) == {State.HANDED_OVER}
    assert len(stage.platform.files) == 2


def test_a_result_is_read_record_by_record(stage: MemoryStage) -> None:
    made, refused, left_out = stage.orders(3)
    stage.platform.rejected = {f"magento:main:{refused}"}
    stage.platform.left_out = {f"magento:main:{left_out}"}
    stage.cycle()
    assert [len(file.orders) for file in stage.platform.files] == [3]
    stage.work()
    stage.cycle(after=SETTLED)
    assert stage.state(made) is State.CONFIRMED
    assert (stage.state(refused), stage.delivery(refused).reason) == (State.REVIEW, "the customer is blocked")
    assert (
        stage.state(left_out) is State.CONFIRMED
    )  # looked up in the same cycle, once its parcel was answered
    assert stage.delivery(left_out).adopted
    assert [len(stage.in_sage(one)) for one in (made, refused, left_out)] == [1, 0, 1]
    assert parcels.open_parcels() == []
    history = {event["after"] for event in trace(stage, left_out)["history"]}
    assert {"handed over", "in doubt", "confirmed"} <= history


def trace(stage: MemoryStage, placed: int) -> dict[str, object]:
    """What `tidegate trace` says of the order's own delivery."""
    number = str(stage.shop_order(placed)["increment_id"])
    (found,) = reports.traced(number, stage.now)["orders"]
    return next(each for each in found["deliveries"] if each["step"] == "order")  # type: ignore[no-any-return]


def test_a_file_refused_whole_is_halved_until_the_bad_one_stands_alone(stage: MemoryStage) -> None:
    placed = stage.orders(8)
    stage.platform.bad = {f"magento:main:{placed[4]}"}
    for _ in range(8):
        stage.cycle(after=SETTLED)
        stage.work()
    stage.cycle(after=SETTLED)
    bad = stage.delivery(placed[4])
    assert (bad.state, bad.reason_code) == (State.REVIEW, "refused")
    others = [one for one in placed if one != placed[4]]
    assert stage.states(others) == {State.CONFIRMED}
    assert all(len(stage.in_sage(one)) == 1 for one in others)
    assert sorted(len(file.orders) for file in stage.platform.files) == [1, 1, 2, 2, 4, 4, 8]
    assert {stage.delivery(one).failures for one in placed} == {0}


def test_a_parcel_that_lies_long_is_an_alert_that_names_company_and_hours(stage: MemoryStage) -> None:
    placed = stage.order()
    stage.cycle()
    stage.pass_time(26 * HOUR)
    watch.watch(stage.hub, stage.connection)
    (alert,) = [
        each for each in alert_report.alert_list(stage.now)["alerts"] if each["code"] == "parcel-overdue"
    ]
    assert alert["text"].startswith(
        "sage has not fetched orders for 26 hours: parcel up-1 with 1 records is open"
    )
    status = reports.status(stage.hub.configuration, stage.now)["connections"]["web"]
    (parcel,) = status["parcels"]
    assert (parcel["tracking"], parcel["records"], parcel["overdue"]) == ("up-1", 1, True)
    stage.work()
    stage.cycle()
    stage.pass_time(HOUR)
    watch.watch(stage.hub, stage.connection)
    assert "parcel-overdue" not in [code for code, _ in stage.alerts()]
    assert stage.state(placed) is State.CONFIRMED


def test_a_parcel_that_the_companys_calendar_had_worked_on_is_an_alert_at_once(in_memory: InMemory) -> None:
    stage = in_memory(**FILES, worked_by=lambda left_at: left_at + HOUR, awaited=Awaited.IMPORTED)
    stage.order()
    stage.cycle()
    stage.pass_time(HOUR)
    watch.watch(stage.hub, stage.connection)
    assert "parcel-overdue" not in [code for code, _ in stage.alerts()], "it may be a little late"
    stage.pass_time(HOUR)
    watch.watch(stage.hub, stage.connection)
    (alert,) = [
        each for each in alert_report.alert_list(stage.now)["alerts"] if each["code"] == "parcel-overdue"
    ]
    assert "has not imported orders for 2 hours" in alert["text"]
    assert "By its calendar that was due at" in alert["text"]
    stage.work()
    stage.cycle()
    stage.pass_time(HOUR)
    watch.watch(stage.hub, stage.connection)
    assert "parcel-overdue" not in [code for code, _ in stage.alerts()]


def test_status_shows_open_parcels(stage: MemoryStage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.order()
    stage.cycle()
    status = reports.status(stage.hub.configuration, stage.now)["connections"]["web"]
    show_connection("web", status)
    shown = " ".join(capsys.readouterr().out.split())
    assert "parcel up-1 of orders: 1 records were handed over to sage at" in shown
    assert "1 handed over" in shown


def test_a_lost_result_is_found_by_the_look_up_once_the_parcel_is_overdue(stage: MemoryStage) -> None:
    placed = stage.order()
    stage.platform.silent = True
    stage.cycle()
    stage.work()
    stage.cycle(after=HOUR)
    assert stage.state(placed) is State.HANDED_OVER
    stage.cycle(after=26 * HOUR)
    assert stage.state(placed) is State.CONFIRMED
    assert stage.delivery(placed).adopted
    assert parcels.open_parcels() == []
    assert len(stage.platform.files) == 1


def test_absence_proves_nothing_before_the_parcel_has_expired(stage: MemoryStage) -> None:
    stage.turn(kept_for=timedelta(days=7))
    placed = stage.order()
    stage.cycle()
    stage.cycle(after=timedelta(days=2))
    assert stage.state(placed) is State.HANDED_OVER
    assert len(stage.platform.files) == 1
    stage.cycle(after=timedelta(days=6))
    assert len(stage.platform.files) == 2  # it expired, and the company does not have it
    stage.platform.files.pop(0)
    stage.work()
    stage.cycle()
    assert stage.state(placed) is State.CONFIRMED
    assert len(stage.in_sage(placed)) == 1


def test_a_cancellation_waits_for_the_result(stage: MemoryStage) -> None:
    placed = stage.order()
    stage.cycle()
    stage.shopper.cancel(placed)
    stage.cycle()
    assert stage.state(placed) is State.HANDED_OVER
    stage.work()
    stage.cycle()
    stage.cycle()
    assert stage.state(placed) is State.CANCELLED
    assert [each["status"] for each in stage.in_sage(placed)] == ["cancelled"]


def test_a_result_that_names_some_says_nothing_of_the_others(stage: MemoryStage) -> None:
    placed = stage.orders(3)
    stage.cycle()
    FiledOrders(stage.room.inside).work(at_most=1)
    stage.cycle()
    assert [stage.state(one) for one in placed] == [State.CONFIRMED, State.HANDED_OVER, State.HANDED_OVER]
    assert [len(parcel.keys) for parcel in parcels.open_parcels()] == [2]
    stage.work()
    stage.cycle()
    assert stage.states(placed) == {State.CONFIRMED}
    assert [len(stage.in_sage(one)) for one in placed] == [1, 1, 1]


def test_an_attempt_is_on_disk_when_its_call_leaves(
    stage: MemoryStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, states = Calls.write, list[State]()

    def watched(self: Calls, kind: str, work: Any, content: str = "") -> Any:
        states.extend(stage.states(placed))
        return write(self, kind, work, content)

    placed = stage.orders(2)
    monkeypatch.setattr(Calls, "write", watched)
    stage.cycle()
    assert states == [State.SENDING]


def test_a_machine_that_sleeps_between_attempt_and_call_sends_nothing(
    stage: MemoryStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.turn(names_parcels=True)
    reserve = FiledOrders.reserve

    def asleep(self: FiledOrders, batch: Any) -> Any:
        stage.world.clock.advance(HOUR.total_seconds() / 10)
        return reserve(self, batch)

    placed = stage.order()
    with monkeypatch.context() as patch:
        patch.setattr(FiledOrders, "reserve", asleep)
        stage.cycle()
    assert (stage.state(placed), stage.platform.files) == (State.QUEUED, [])
    assert "was suspended" in stage.delivery(placed).reason
    assert parcels.open_parcels() == []
    stage.cycle()
    assert stage.state(placed) is State.HANDED_OVER


def test_a_parcel_that_is_named_before_it_leaves_is_known_by_its_name_when_it_does(
    stage: MemoryStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.turn(names_parcels=True)
    send, known = FiledOrders.send, list[str]()

    def watched(self: FiledOrders, batch: Any) -> Any:
        known.extend(parcel.tracking for parcel in parcels.open_parcels())
        return send(self, batch)

    monkeypatch.setattr(FiledOrders, "send", watched)
    placed = stage.order()
    stage.cycle()
    assert stage.state(placed) is State.HANDED_OVER
    assert known == ["up-1"] == [file.tracking for file in stage.platform.files]


def test_a_name_that_is_refused_lets_nothing_leave_and_puts_nothing_in_doubt(stage: MemoryStage) -> None:
    stage.turn(names_parcels=True)
    stage.inject("reserve", Failure(Code.NO_ANSWER, "no answer came"))
    placed = stage.order()
    stage.cycle()
    assert (stage.state(placed), stage.platform.files) == (State.QUEUED, [])
    assert parcels.open_parcels() == []
    stage.cycle()
    assert stage.state(placed) is State.HANDED_OVER


def test_an_order_desk_that_hands_over_without_saying_so_leaves_its_orders_in_doubt(
    in_memory: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = in_memory()
    monkeypatch.setattr(
        Orders, "send", lambda self, batch: ((each.order.key, HandedOver("up-9")) for each in batch)
    )
    placed = stage.order()
    stage.cycle()
    assert (stage.state(placed), stage.delivery(placed).reason_code) == (State.IN_DOUBT, "unclear-answer")
    assert "whose answer cannot be read" in stage.delivery(placed).reason


def test_a_call_that_stands_or_falls_as_one_is_halved_though_nothing_is_handed_over(
    in_memory: InMemory,
) -> None:
    stage = in_memory(all_or_nothing=True, orders_per_call=8)
    placed = stage.orders(8)
    stage.platform.bad = {f"magento:main:{placed[4]}"}
    for _ in range(4):
        stage.cycle(after=SETTLED)
    bad = stage.delivery(placed[4])
    assert (bad.state, bad.reason_code) == (State.REVIEW, "refused")
    others = [one for one in placed if one != placed[4]]
    assert stage.states(others) == {State.CONFIRMED}
    assert [len(stage.in_sage(one)) for one in others] == [1] * 7
    assert {stage.delivery(one).failures for one in placed} == {0}
    assert parcels.open_parcels() == []


def test_the_alert_has_the_word_of_the_product(stage: MemoryStage) -> None:
    stage.turn(awaited=Awaited.ANSWERED)
    stage.order()
    stage.cycle()
    stage.pass_time(26 * HOUR)
    watch.watch(stage.hub, stage.connection)
    (alert,) = [
        each for each in alert_report.alert_list(stage.now)["alerts"] if each["code"] == "parcel-overdue"
    ]
    assert alert["text"].startswith("sage has not reported the result of orders for 26 hours")
    assert "fetched" not in alert["text"]
