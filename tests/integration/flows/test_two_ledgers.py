"""Two hubs with a ledger each on one shop and company: neither knows what the other sends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from integration.flows.stage import CONNECTION, Stage
from tidegate.domain.states import State
from tidegate.engine.cycles import run_cycle
from tidegate.ledger import database, halts
from tidegate.simulation import checking

#: Settle time and difference of clocks: what was made earlier may be what an earlier process sent.
CERTAIN = timedelta(minutes=16)


@pytest.fixture
def elsewhere(tmp_path: Path) -> str:
    """The address of the other hub's ledger."""
    return f"sqlite:///{tmp_path / 'elsewhere.db'}"


def sent_elsewhere(stage: Stage, ledger: str) -> None:
    """The other hub reads the shop, and sends what it finds."""
    settings = stage.world.settings
    stage.world.settings = replace(settings, ledger=ledger)
    try:
        other = stage.started(stage.world.open_hub())
        assert run_cycle(other, other.connections[CONNECTION], "orders").outcome == "done"
    finally:
        stage.world.settings = settings
        database.open_ledger(settings.ledger, durability="off")


def met_another_hub(stage: Stage, ledger: str) -> int:
    """An order that the other hub sends while this one works, and this one's next cycle."""
    stage.cycle()
    stage.pass_time(CERTAIN)
    placed = stage.order("guest")
    stage.pass_time(timedelta(minutes=1))
    sent_elsewhere(stage, ledger)
    stage.cycle()
    return placed


def test_an_order_that_another_hub_sent_halts_and_is_named(stage: Stage, elsewhere: str) -> None:
    placed = met_another_hub(stage, elsewhere)
    halted = halts.halted(CONNECTION)
    assert halted is not None
    assert halted.code == "another-hub"
    (number,) = [each["number"] for each in stage.company.books()["orders"]]
    assert number in halted.reason
    assert str(stage.shop_order(placed)["increment_id"]) in halted.reason
    assert "another-hub" in [code for code, _ in stage.alerts()]
    assert stage.state(placed) is State.QUEUED
    assert len(stage.company.books()["orders"]) == 1


def test_the_checker_asks_no_figure_with_an_order_that_only_another_hub_has_sent(
    stage: Stage, elsewhere: str
) -> None:
    placed = met_another_hub(stage, elsewhere)
    orders = [{"entity_id": placed}, {"entity_id": placed + 1}]
    assert checking.unheard_of(orders, stage.now, lists_open=False) == {placed, placed + 1}, (
        "and none that nobody has read yet"
    )
    assert checking.unheard_of(orders, stage.now, lists_open=True) == {placed + 1}, "open orders are listed"
    stage.lift()
    stage.cycle()
    assert checking.unheard_of(orders, stage.now, lists_open=False) == {placed + 1}


def test_lifted_when_the_other_hub_was_stopped_the_order_is_adopted(stage: Stage, elsewhere: str) -> None:
    placed = met_another_hub(stage, elsewhere)
    assert stage.lift()
    stage.cycle()
    assert halts.halted(CONNECTION) is None
    found = stage.delivery(placed)
    assert (found.state, found.adopted) == (State.CONFIRMED, True)


def test_orders_from_before_this_process_are_adopted_as_after_a_restore(stage: Stage, elsewhere: str) -> None:
    placed = stage.order("guest")
    stage.pass_time(timedelta(minutes=1))
    sent_elsewhere(stage, elsewhere)
    stage.pass_time(CERTAIN)
    stage.reopen()
    stage.cycle()
    assert halts.halted(CONNECTION) is None
    assert stage.delivery(placed).adopted


def test_what_the_former_process_sent_last_may_take_effect_after_our_start(
    stage: Stage, elsewhere: str
) -> None:
    placed = stage.order("guest")
    stage.reopen()
    stage.pass_time(timedelta(minutes=9))
    sent_elsewhere(stage, elsewhere)
    stage.cycle()
    assert halts.halted(CONNECTION) is None
    assert stage.delivery(placed).adopted


def test_an_order_of_ours_whose_answer_was_lost_is_ours(stage: Stage) -> None:
    stage.cycle()
    stage.pass_time(CERTAIN)
    placed = stage.order("guest")
    stage.break_sage("drop_after", on="send")
    stage.cycle()
    assert stage.state(placed) is State.IN_DOUBT
    stage.cycle(after=timedelta(minutes=11))
    assert stage.state(placed) is State.CONFIRMED
    assert halts.halted(CONNECTION) is None
